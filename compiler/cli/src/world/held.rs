//! Artefacts of specs that do not compile: nothing says what they should be, so they must be what they were.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use emberline_core::target::Target;

use super::tree::Tree;
use super::{git, manifest, shown};
use crate::failure::{Failure, Result};

/// The artefacts and the manifest that differ from what a commit has, sorted. Other files of the folder, such as
/// recorded incidents, are not artefacts.
pub(crate) fn differing_from(commit: &str, root: &Path) -> Result<Vec<String>> {
    let prefix = format!("{}/", shown(root));
    let of = |path: &str| path.strip_prefix(&prefix).filter(|path| is_artefact(path)).map(str::to_owned);
    let mut before: BTreeMap<String, Vec<u8>> =
        git::files(commit, root)?.into_iter().filter_map(|(path, bytes)| Some((of(&path)?, bytes))).collect();
    let mut differing = Vec::new();
    for path in Tree::open(root)?.paths().into_iter().chain([manifest::NAME.to_owned()]) {
        let now = content(&root.join(&path))?;
        if before.remove(&path) != now {
            differing.push(path);
        }
    }
    differing.extend(before.into_keys());
    differing.sort();
    Ok(differing)
}

/// The artefacts that differ from what the manifest says of them, sorted.
pub(crate) fn differing_from_manifest(root: &Path) -> Result<Vec<String>> {
    let tree = Tree::open(root)?;
    let mut differing: Vec<String> = tree.paths().into_iter().filter(|path| !tree.owned.contains_key(path)).collect();
    for (path, hashes) in &tree.owned {
        let now = content(&root.join(path))?;
        if !now.is_some_and(|bytes| manifest::is_text_of(&bytes, hashes)) {
            differing.push(path.clone());
        }
    }
    differing.sort();
    Ok(differing)
}

fn is_artefact(path: &str) -> bool {
    path == manifest::NAME || Target::ALL.iter().any(|target| manifest::is_below(path, target.folder()))
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
