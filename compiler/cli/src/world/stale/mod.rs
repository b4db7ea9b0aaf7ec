//! Files of earlier runs whose spec is gone: which of them may be removed.
//!
//! A manifest can be wrong, by a merge or by malice. So a file goes only if it still is, byte for byte, what the compiler
//! wrote: it can then be generated again. Whatever somebody changed stays, and is told of.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use emberline_core::target::Target;

use super::manifest::{self, Entries};
use super::tree::Tree;
use crate::failure::{Failure, Result};

/// What becomes of a file whose spec is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// No file stands there.
    Absent,
    /// It is what the compiler wrote, and may be removed.
    Goes,
    /// It may not be removed.
    Stays(Reason),
}

/// Why a file stays although its spec is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// It is not what the compiler wrote.
    Edited,
    /// The manifest of an old release does not tell what the compiler wrote.
    NoHash,
    /// A folder on its way is a link, which may lead anywhere.
    Linked,
}

/// The files of the manifest that a run over `only` (all targets if `None`) did not emit again, sorted by path.
pub(crate) fn fates(tree: &Tree, only: Option<&[Target]>, emitted: &Entries) -> Result<Vec<(String, Fate)>> {
    let is_stale = |path: &String| {
        let is_asked = only.is_none_or(|targets| targets.iter().any(|it| manifest::is_below(path, it.folder())));
        is_asked && !emitted.contains_key(path)
    };
    let stale: Vec<_> = tree.owned.iter().filter(|(path, _)| is_stale(path)).collect();
    // Where a file system knows no case, the old name of a file that was just written under another one is that file.
    let folded: BTreeSet<String> = match stale.is_empty() {
        true => BTreeSet::new(),
        false => emitted.keys().map(|path| path.to_lowercase()).collect(),
    };
    let fate = |(path, hashes): (&String, &BTreeSet<manifest::Hash>)| {
        let place = tree.root.join(path);
        let is_renamed = folded.contains(&path.to_lowercase()) && !is_listed(&place);
        let fate = if is_renamed { Fate::Absent } else { fate(tree, &place, hashes)? };
        Ok((path.clone(), fate))
    };
    stale.into_iter().map(fate).collect()
}

fn fate(tree: &Tree, place: &Path, hashes: &BTreeSet<manifest::Hash>) -> Result<Fate> {
    let about = match fs::symlink_metadata(place) {
        // Folders are never the compiler's own.
        Ok(about) if about.is_dir() => return Ok(Fate::Absent),
        Ok(about) => about,
        Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Fate::Absent);
        }
        Err(cause) => return Err(Failure::io("cannot read", place, &cause)),
    };
    if tree.link_on_the_way(place).is_some() {
        return Ok(Fate::Stays(Reason::Linked));
    }
    // The compiler writes no link, no pipe and no device.
    if !about.is_file() {
        return Ok(Fate::Stays(Reason::Edited));
    }
    if hashes.is_empty() {
        return Ok(Fate::Stays(Reason::NoHash));
    }
    let bytes = fs::read(place).map_err(|cause| Failure::io("cannot read", place, &cause))?;
    Ok(if manifest::is_text_of(&bytes, hashes) { Fate::Goes } else { Fate::Stays(Reason::Edited) })
}

/// Whether the folder has an entry of that very spelling.
fn is_listed(place: &Path) -> bool {
    let entries = place.parent().and_then(|folder| folder.read_dir().ok());
    entries.into_iter().flatten().flatten().any(|entry| Some(entry.file_name().as_os_str()) == place.file_name())
}

/// Removes a file that [goes](Fate::Goes), and the folders that this empties. Whether it was still there.
pub(crate) fn remove(tree: &Tree, path: &str) -> Result<bool> {
    let place = tree.root.join(path);
    match fs::remove_file(&place) {
        Ok(()) => {}
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(false),
        Err(cause) => return Err(Failure::io("cannot remove", &place, &cause)),
    }
    let below_root = place.ancestors().skip(1).take_while(|ancestor| *ancestor != tree.root);
    for emptied in below_root {
        // Fails on the first folder that still holds something.
        if fs::remove_dir(emptied).is_err() {
            break;
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
