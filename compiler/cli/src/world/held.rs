//! Artefacts of specs that do not compile: nothing says what they should be, so they must be what they were.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use emberline_core::target::Target;

use super::tree::{self, Tree};
use super::{git, manifest, shown};
use crate::failure::{Failure, Result};

/// The artefacts and the manifest that differ from what a commit has, sorted. Other files of the folder, such as
/// recorded incidents, are not artefacts.
pub(crate) fn differing_from(commit: &str, root: &Path) -> Result<Vec<String>> {
    let prefix = format!("{}/", shown(root));
    let files = git::files(commit, root)?;
    let mut folders = tree::folders(root)?;
    folders.extend(files.iter().filter_map(|(path, _)| {
        let folder = path.strip_prefix(&prefix)?.strip_suffix(manifest::NAME)?;
        Some(folder.trim_end_matches('/').to_owned())
    }));
    let of = |path: &str| path.strip_prefix(&prefix).filter(|path| is_artefact(path, &folders)).map(str::to_owned);
    let mut before: BTreeMap<String, Vec<u8>> =
        files.into_iter().filter_map(|(path, bytes)| Some((of(&path)?, bytes))).collect();
    let mut differing = Vec::new();
    for folder in &folders {
        let below = |path: String| if folder.is_empty() { path } else { format!("{folder}/{path}") };
        for path in Tree::open(&root.join(folder))?.paths().into_iter().chain([manifest::NAME.to_owned()]).map(below) {
            let now = content(&root.join(&path))?;
            if before.remove(&path) != now {
                differing.push(path);
            }
        }
    }
    differing.extend(before.into_keys());
    differing.sort();
    Ok(differing)
}

/// The artefacts that differ from what the manifest says of them, sorted.
pub(crate) fn differing_from_manifest(root: &Path) -> Result<Vec<String>> {
    let mut differing = Vec::new();
    for folder in tree::folders(root)? {
        let tree = Tree::open(&root.join(&folder))?;
        let below = |path: &str| if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        differing.extend(tree.paths().iter().filter(|path| !tree.owned.contains_key(*path)).map(|path| below(path)));
        for (path, hashes) in &tree.owned {
            let path = below(path);
            let now = content(&root.join(&path))?;
            if !now.is_some_and(|bytes| manifest::is_text_of(&bytes, hashes)) {
                differing.push(path);
            }
        }
    }
    differing.sort();
    Ok(differing)
}

/// Whether a path is what the compiler writes into one of these folders.
fn is_artefact(path: &str, folders: &BTreeSet<String>) -> bool {
    let is_own = |path: &str| {
        path == manifest::NAME || Target::ALL.iter().any(|target| manifest::is_below(path, target.folder()))
    };
    folders.iter().any(|folder| {
        let rest = if folder.is_empty() { Some(path) } else { path.strip_prefix(&format!("{folder}/")) };
        rest.is_some_and(is_own)
    })
}

/// The bytes of a file; `None` if there is none, or a folder or a link.
fn content(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_file() => {}
        Ok(_) => return Ok(None),
        Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(cause) => return Err(Failure::io("cannot read", path, &cause)),
    }
    fs::read(path).map(Some).map_err(|cause| Failure::io("cannot read", path, &cause))
}
