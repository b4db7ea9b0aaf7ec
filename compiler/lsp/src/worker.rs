//! The thread of whole runs: reading the folder and judging all of it, while the server answers keys.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use emberline_core::finding::{self, Finding};
use emberline_core::kept::{Copy, Kept, Whole};

use crate::world::World;

/// What is to be done.
pub enum Job {
    /// Read the folder; unsaved texts stand for files.
    Load(Vec<(PathBuf, String)>),
    /// Judge the specs as they were at a moment, which has a number.
    Run(u64, Box<Copy>, Vec<Finding>),
}

/// What was done.
pub enum Done {
    /// The folder as it is, or why it cannot be read.
    Loaded(Result<Box<Fresh>, String>),
    /// What a whole run found of a moment.
    Ran(u64, Box<Whole>, Vec<Finding>),
}

/// A folder that was just read.
pub struct Fresh {
    /// The specs, with the result of a whole run.
    pub kept: Kept,
    /// Where each source lies.
    pub places: Vec<PathBuf>,
    /// Findings of files that are not UTF-8.
    pub cut: Vec<Finding>,
    /// Every finding.
    pub findings: Vec<Finding>,
}

/// Does jobs until nobody asks any more, or `tell` says that nobody listens. Of jobs that wait, only the last of a kind is
/// done.
pub fn work(world: &Arc<dyn World>, jobs: &Receiver<Job>, tell: impl Fn(Done) -> bool) {
    while let Ok(mut job) = jobs.recv() {
        while let Ok(next) = jobs.try_recv() {
            // A run of before the folder was read again would be for nothing.
            if !matches!((&job, &next), (Job::Load(_), Job::Run(..))) {
                job = next;
            }
        }
        let result = match job {
            Job::Load(open) => Done::Loaded(load(&**world, &open).map(Box::new)),
            Job::Run(moment, copy, cut) => {
                let (sources, mut whole) = copy.run();
                let mut findings = std::mem::take(&mut whole.findings);
                settle(&**world, &sources, &cut, &mut findings);
                Done::Ran(moment, Box::new(whole), findings)
            }
        };
        if !tell(result) {
            return;
        }
    }
}

fn load(world: &dyn World, open: &[(PathBuf, String)]) -> Result<Fresh, String> {
    let loaded = world.load(open)?;
    let mut kept = Kept::new(loaded.sources, loaded.against, Some(world.today()));
    let (sources, whole) = kept.copy().run();
    let mut findings = kept.take(whole, &[]);
    settle(world, &sources, &loaded.cut, &mut findings);
    Ok(Fresh { kept, places: loaded.places, cut: loaded.cut, findings })
}

/// Puts findings of files that are not UTF-8 in the place of all others there, and hides secrets.
fn settle(world: &dyn World, sources: &emberline_core::source::Sources, cut: &[Finding], findings: &mut Vec<Finding>) {
    findings.retain(|finding| !cut.iter().any(|one| one.label.span.source == finding.label.span.source));
    findings.extend(cut.iter().cloned());
    finding::sort(findings);
    let mut ids: Vec<_> = findings
        .iter()
        .flat_map(|it| std::iter::once(it.label.span).chain(it.related.iter().map(|label| label.span)))
        .map(|span| span.source)
        .collect();
    ids.sort();
    ids.dedup();
    world.conceal(sources, &ids, findings);
}
