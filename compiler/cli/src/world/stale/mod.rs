//! Files of earlier runs whose spec no longer exists: which files the compiler may remove.
//!
//! A manifest can be wrong, after a merge or by malice. So the compiler removes a file only if it is byte for byte what
//! the compiler wrote. Such a file can be generated again. An edited file stays, and the run reports it.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use emberline_core::target::Target;

use super::manifest::{self, Entries, Hash};
use super::tree::Tree;
use crate::failure::{Failure, Result};

/// The fate of a file whose spec no longer exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// No file exists at the path.
    Absent,
    /// The file is what the compiler wrote, and may be removed.
    Goes,
    /// The file may not be removed.
    Stays(Reason),
}

/// Why a file stays although its spec no longer exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The file differs from what the compiler wrote.
    Edited,
    /// The manifest of an old release has no hash of what the compiler wrote.
    NoHash,
    /// A folder on the path is a link, which may lead anywhere.
    Linked,
}

/// The files of the manifest that a run over `only` (`None`: all targets) did not emit again, sorted by path.
pub(crate) fn fates(tree: &Tree, only: Option<&[Target]>, emitted: &Entries) -> Result<Vec<(String, Fate)>> {
    let is_stale = |path: &String| {
        let is_asked = only.is_none_or(|targets| targets.iter().any(|it| manifest::is_below(path, it.folder())));
        is_asked && !emitted.contains_key(path)
    };
    let stale: Vec<_> = tree.owned.iter().filter(|(path, _)| is_stale(path)).collect();
    // On a case-insensitive file system, a renamed file may have both its old and its new name. The old name must not
    // count as stale.
    let folded: BTreeSet<String> = match stale.is_empty() {
        true => BTreeSet::new(),
        false => emitted.keys().map(|path| path.to_lowercase()).collect(),
    };
    let fate = |(path, hashes): (&String, &Vec<Hash>)| {
        let place = tree.root.join(path);
        let is_renamed = folded.contains(&path.to_lowercase()) && !is_listed(&place);
        let fate = if is_renamed { Fate::Absent } else { fate(tree, &place, hashes)? };
        Ok((path.clone(), fate))
    };
    stale.into_iter().map(fate).collect()
}

fn fate(tree: &Tree, place: &Path, hashes: &[Hash]) -> Result<Fate> {
    let about = match fs::symlink_metadata(place) {
        // The compiler does not own folders.
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

/// Whether the folder has an entry with exactly this spelling.
fn is_listed(place: &Path) -> bool {
    let entries = place.parent().and_then(|folder| folder.read_dir().ok());
    entries.into_iter().flatten().flatten().any(|entry| Some(entry.file_name().as_os_str()) == place.file_name())
}

/// Removes a file whose fate is [`Goes`](Fate::Goes), and the folders that become empty. Returns whether the file still
/// existed.
pub(crate) fn remove(tree: &Tree, path: &str) -> Result<bool> {
    let place = tree.root.join(path);
    match fs::remove_file(&place) {
        Ok(()) => {}
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(false),
        Err(cause) => return Err(Failure::io("cannot remove", &place, &cause)),
    }
    let below_root = place.ancestors().skip(1).take_while(|ancestor| *ancestor != tree.root);
    for emptied in below_root {
        // The removal fails on the first folder that is not empty.
        if fs::remove_dir(emptied).is_err() {
            break;
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
