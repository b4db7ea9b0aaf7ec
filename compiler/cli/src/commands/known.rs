//! `--baseline`: findings that were there before do not count.

use emberline_core::finding::Finding;

use crate::args::Known;
use crate::failure::{Failure, Result};
use crate::render::Report;
use crate::render::counted;
use crate::render::entry::entries;
use crate::terminal;
use crate::world::baseline::Baseline;
use crate::world::shown;

/// What is judged.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Judged<'a> {
    /// The index rather than the work tree.
    pub(super) staged: bool,
    /// A change since this commit rather than all that is there.
    pub(super) base: Option<&'a str>,
}

/// The findings that a baseline does not hold, and how many it does. Updates the baseline where that is asked for.
/// What is staged is held against the baseline that is staged with it, unless the file itself is to be updated. What
/// changed since a commit is held against what the baseline of that commit held too: a change cannot excuse itself.
pub(super) fn without_known(
    report: &Report<'_>,
    known: &Known,
    Judged { staged, base }: Judged<'_>,
    quiet: bool,
) -> Result<(Vec<Finding>, usize)> {
    let Some(path) = &known.baseline else { return Ok((report.findings.to_vec(), 0)) };
    let entries = entries(report);
    let is_staged = staged && !known.update_baseline;
    let read = if is_staged { Baseline::read_staged(path)? } else { Baseline::read(path)? };
    let mut baseline = match (read, known.update_baseline) {
        (Some(mut baseline), true) => {
            let gone = baseline.shrink(&entries);
            if gone > 0 {
                baseline.write(path)?;
            }
            if !quiet {
                terminal::say(&format!("{}: {gone} corrected, {} left", shown(path), baseline.len()));
            }
            baseline
        }
        (Some(baseline), false) => baseline,
        (None, true) => {
            let baseline = Baseline::of(&entries);
            baseline.write(path)?;
            if !quiet {
                terminal::say(&format!("{}: {} recorded", shown(path), counted(baseline.len(), "finding")));
            }
            baseline
        }
        (None, false) if is_staged => {
            return Err(Failure::new(format!("the index holds no baseline at {}", shown(path)))
                .help("`git add` the baseline: what is staged is held against what is staged"));
        }
        (None, false) => {
            return Err(Failure::new(format!("there is no baseline at {}", shown(path)))
                .help("`--update-baseline` writes the first one"));
        }
    };
    // The change that brings the first baseline is judged by that one.
    if let Some(base) = base.map(|commit| Baseline::read_at(commit, path)).transpose()?.flatten() {
        baseline.keep(&base);
    }
    let left: Vec<Finding> = report
        .findings
        .iter()
        .zip(&entries)
        .filter(|(_, entry)| !baseline.holds(&entry.fingerprint))
        .map(|(finding, _)| finding.clone())
        .collect();
    let held = report.findings.len() - left.len();
    Ok((left, held))
}
