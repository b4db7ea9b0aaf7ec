//! The file system: the only place of the compiler that reads or writes files.
//!
//! `read` turns a folder of specs into sources, `write` turns artefacts into files, and `diff` compares the two. `tree`
//! knows what is in the output folder, and who owns it according to the compiler's `manifest`. `stale` decides which
//! files of removed specs are removed, and `held` compares artefacts with what they were. `changes` finds the lines
//! that a change touches. `links` refuses links that lead out of a folder. `files` says which files a scan reads, and
//! `text` decodes them. `replaced` edits a file of the user, and `spool` makes one of more text than memory should hold.

pub(crate) mod baseline;
pub(crate) mod changes;
pub(crate) mod diff;
pub(crate) mod emission;
pub(crate) mod files;
pub(crate) mod git;
pub(crate) mod held;
pub(crate) mod links;
pub(crate) mod manifest;
pub(crate) mod notes;
pub(crate) mod read;
pub(crate) mod replaced;
pub(crate) mod spool;
pub(crate) mod stale;
pub(crate) mod text;
pub(crate) mod tree;
pub(crate) mod write;

pub(crate) use crate::shown::shown;

use std::io::Write;
use std::path::{Component, Path, PathBuf};

use crate::failure::{Failure, Result};

/// The path with all links resolved and without `..`. The end of the path need not exist.
pub(crate) fn resolved(path: &Path) -> Result<PathBuf> {
    let path = std::path::absolute(path).map_err(|cause| Failure::io("cannot resolve", path, &cause))?;
    let mut real = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                real.pop();
            }
            Component::Prefix(_) | Component::RootDir => real.push(component),
            Component::Normal(part) => {
                real.push(part);
                // A path that does not exist is not a link.
                real = real.canonicalize().unwrap_or(real);
            }
        }
    }
    Ok(real)
}

/// Writes one file of the user atomically, so that no reader sees half a file.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |cause: std::io::Error| Failure::io("cannot write", path, &cause);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    readable(&file).map_err(failed)?;
    file.persist(path).map_err(|fault| failed(fault.error))?;
    Ok(())
}

/// Temporary files are readable by their owner alone; a file to commit must be readable by everybody.
#[cfg(unix)]
fn readable(file: &tempfile::NamedTempFile) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &tempfile::NamedTempFile) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn paths_are_resolved_beyond_what_exists() {
        let home = tempfile::tempdir().unwrap();
        let real = home.path().canonicalize().unwrap();
        std::fs::create_dir_all(real.join("a/b")).unwrap();
        std::os::unix::fs::symlink("a/b", real.join("link")).unwrap();
        for (path, led) in [
            ("a/b", "a/b"),
            ("./a//b/.", "a/b"),
            ("a/b/../new/deep", "a/new/deep"),
            ("link", "a/b"),
            ("link/..", "a"),
            ("link/../new", "a/new"),
            ("new/../link/x", "a/b/x"),
        ] {
            assert_eq!(resolved(&home.path().join(path)).unwrap(), real.join(led), "{path}");
        }
        assert_eq!(resolved(Path::new("/..")).unwrap(), Path::new("/"));
    }
}
