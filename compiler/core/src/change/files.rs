//! Generated files that a change touches, in one line for each target.

use std::collections::BTreeMap;

use super::record::{Change, Kind};
use crate::target::Target;

/// What a target's files become, from two outputs: each file's text by its path below the output folder.
#[must_use]
pub fn files(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Change> {
    // By the place of the target in the list of all: changed, new and gone files.
    let mut counts: BTreeMap<usize, [usize; 3]> = BTreeMap::new();
    let mut count = |path: &str, column: usize| {
        let at = Target::ALL.iter().position(|target| is_of(path, *target)).unwrap_or(Target::ALL.len());
        if let Some(count) = counts.entry(at).or_default().get_mut(column) {
            *count += 1;
        }
    };
    for (path, old) in before {
        match after.get(path) {
            Some(new) if new == old => {}
            Some(_) => count(path, 0),
            None => count(path, 2),
        }
    }
    for path in after.keys().filter(|path| !before.contains_key(*path)) {
        count(path, 1);
    }
    let told = counts.into_iter().map(|(at, columns)| {
        let target = Target::ALL.get(at).map_or("others", |target| target.word());
        let words = columns.iter().zip(["changed", "new", "gone"]).filter(|(count, _)| **count > 0);
        let words: Vec<String> = words.map(|(count, word)| format!("{count} {word}")).collect();
        Change::new(Kind::Files, target, format!("files: {}", words.join(", ")))
    });
    told.collect()
}

/// Whether a path is one of a target's; those of a team have the team's folder before it.
fn is_of(path: &str, target: Target) -> bool {
    let folder = format!("{}/", target.folder());
    path.starts_with(&folder) || path.contains(&format!("/{folder}"))
}
