//! Compares the output folder with what the specs compile to, and writes nothing.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use annotate_snippets::renderer::{AnsiColor, Style};
use rayon::prelude::*;
use similar::TextDiff;

use super::emission::Emission;
use super::manifest::{self, Entries, Hash};
use super::shown;
use super::stale::{self, Fate, Reason};
use super::tree::{Standing, Tree};
use crate::failure::Result;
use crate::terminal::{self, BOLD, CYAN};

/// The most lines shown of one file's diff: readers look at its beginning, and `git diff` shows the rest after
/// compiling.
const LINES_PER_FILE: usize = 200;
/// The most lines shown of all files together.
const LINES_IN_ALL: usize = 1_000;
/// The time limit of the search for the smallest diff of a file. After the limit, the diff is longer but still correct.
const PATIENCE: Duration = Duration::from_millis(500);

/// How a file differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The file should exist, but does not.
    Missing,
    /// The file has other bytes.
    Changed,
    /// The file should not exist.
    Stale,
    /// The spec of the file no longer exists, but the file may not be removed.
    Kept(Reason),
    /// A file that the compiler does not own is at the path.
    Foreign,
}

/// A file that differs from what the specs compile to.
#[derive(Debug)]
pub(crate) struct Difference {
    /// The path below the output folder.
    pub(crate) path: String,
    /// How the file differs.
    pub(crate) kind: Kind,
    wanted: Wanted,
}

/// The source of a file's right text. Texts are generated again for the few diffs shown, because the texts of all
/// differing files could be the whole output.
#[derive(Debug)]
enum Wanted {
    Unit(usize),
    Text(String),
    Nothing,
}

/// Every file that differs, sorted by path.
pub(crate) fn compare(root: &Path, emission: &Emission<'_>, tick: &(dyn Fn() + Sync)) -> Result<Vec<Difference>> {
    let tree = Tree::open(root)?;
    let units: Vec<(Entries, Vec<Difference>)> = (0..emission.units)
        .into_par_iter()
        .map(|unit| {
            let compared = compare_unit(&tree, emission, unit)?;
            tick();
            Ok(compared)
        })
        .collect::<Result<_>>()?;
    let (emitted, differences): (Vec<_>, Vec<_>) = units.into_iter().unzip();
    let emitted: Entries = emitted.into_iter().flatten().collect();
    let mut differences: Vec<Difference> = differences.into_iter().flatten().collect();
    let fates = stale::fates(&tree, emission.only, &emitted)?;
    for (path, fate) in &fates {
        let kind = match fate {
            Fate::Absent => continue,
            Fate::Goes => Kind::Stale,
            Fate::Stays(reason) => Kind::Kept(*reason),
        };
        differences.push(Difference { path: path.clone(), kind, wanted: Wanted::Nothing });
    }
    let manifest = tree.manifest_after(&emitted, &fates);
    let kind = if tree.manifest.is_some() { Kind::Changed } else { Kind::Missing };
    if tree.manifest.as_deref() != Some(&manifest) && (tree.manifest.is_some() || !emitted.is_empty()) {
        differences.push(Difference { path: manifest::NAME.into(), kind, wanted: Wanted::Text(manifest) });
    }
    differences.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(differences)
}

fn compare_unit(tree: &Tree, emission: &Emission<'_>, unit: usize) -> Result<(Entries, Vec<Difference>)> {
    let mut emitted = Entries::new();
    let mut differences = Vec::new();
    for artefact in emission.unit(unit)? {
        let place = tree.place(&artefact.path, emission.targets())?;
        let kind = match tree.standing(&place, &artefact)? {
            Standing::Same => None,
            Standing::Missing => Some(Kind::Missing),
            Standing::Differs => Some(Kind::Changed),
            Standing::Foreign => Some(Kind::Foreign),
        };
        let hash = Hash::of(artefact.text.as_bytes());
        let path = artefact.path;
        differences.extend(kind.map(|kind| Difference { path: path.clone(), kind, wanted: Wanted::Unit(unit) }));
        emitted.insert(path, vec![hash]);
    }
    Ok((emitted, differences))
}

/// Prints unified diffs from the current files to the right ones, as far as people read.
pub(crate) fn print(
    root: &Path,
    emission: &Emission<'_>,
    differences: &[Difference],
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut budget = LINES_IN_ALL;
    // `compile` does not change files that are kept, so they have no diff.
    let differences: Vec<_> = differences.iter().filter(|it| !matches!(it.kind, Kind::Kept(_))).collect();
    for (index, difference) in differences.iter().enumerate() {
        if budget == 0 {
            return writeln!(out, "… and {} more files differ", differences.len() - index);
        }
        let diff = unified_of(root, emission, difference);
        let shown = LINES_PER_FILE.min(budget);
        diff.lines().take(shown).try_for_each(|line| print_line(line, out))?;
        let hidden = diff.lines().count().saturating_sub(shown);
        if hidden > 0 {
            writeln!(out, "… {hidden} more lines of this diff")?;
        }
        budget -= diff.lines().count().min(shown);
    }
    Ok(())
}

/// Prints a whole unified diff.
pub(crate) fn print_lines(diff: &str, out: &mut dyn Write) -> io::Result<()> {
    diff.lines().try_for_each(|line| print_line(line, out))
}

fn print_line(line: &str, out: &mut dyn Write) -> io::Result<()> {
    let style = style(line);
    writeln!(out, "{style}{}{style:#}", terminal::clean(line))
}

/// The unified diff of a file's two texts, with its two header lines.
pub(crate) fn unified(name: &str, old: &str, new: &str) -> String {
    headed(old, new, name, name)
}

/// The diff of one file with its two header lines.
fn unified_of(root: &Path, emission: &Emission<'_>, difference: &Difference) -> String {
    let place = root.join(&difference.path);
    let old = match difference.kind {
        Kind::Missing => String::new(),
        Kind::Changed | Kind::Stale | Kind::Kept(_) | Kind::Foreign => standing_text(&place),
    };
    let new = match &difference.wanted {
        Wanted::Unit(unit) => emission
            .unit(*unit)
            // The comparison of the folder has already reported errors of generation.
            .unwrap_or_default()
            .into_iter()
            .find(|artefact| artefact.path == difference.path)
            .map(|artefact| artefact.text)
            .unwrap_or_default(),
        Wanted::Text(text) => text.clone(),
        Wanted::Nothing => String::new(),
    };
    let name = shown(&place);
    let header = |is_there: bool| if is_there { name.as_str() } else { "/dev/null" };
    headed(&old, &new, header(difference.kind != Kind::Missing), header(difference.kind != Kind::Stale))
}

fn headed(old: &str, new: &str, old_name: &str, new_name: &str) -> String {
    TextDiff::configure()
        .timeout(PATIENCE)
        .diff_lines(old, new)
        .unified_diff()
        .context_radius(3)
        .header(old_name, new_name)
        .to_string()
}

/// The text of the file at `place`; a link is named, not followed.
fn standing_text(place: &Path) -> String {
    if let Ok(target) = fs::read_link(place) {
        return format!("(a link to {})\n", target.display());
    }
    match fs::read(place) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(cause) => format!("({cause})\n"),
    }
}

fn style(line: &str) -> Style {
    match line.as_bytes() {
        [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => BOLD,
        [b'@', ..] => CYAN,
        [b'+', ..] => AnsiColor::Green.on_default(),
        [b'-', ..] => AnsiColor::Red.on_default(),
        _ => Style::new(),
    }
}

#[cfg(test)]
mod tests;
