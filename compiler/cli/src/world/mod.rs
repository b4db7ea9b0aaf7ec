//! The file system: the only place of the compiler that reads or writes files.
//!
//! `read` turns a folder of specs into sources, `write` artefacts into files, `diff` says how the two differ. `tree` knows
//! what stands in the output folder and whose it is, by the `manifest` that the compiler keeps there. `files` says which
//! files a scan reads, and `text` decodes them.

pub(crate) mod baseline;
pub(crate) mod diff;
pub(crate) mod emission;
pub(crate) mod files;
pub(crate) mod git;
mod manifest;
pub(crate) mod notes;
pub(crate) mod read;
pub(crate) mod text;
mod tree;
pub(crate) mod write;

use std::io::Write;
use std::path::{Component, Path};

use crate::failure::{Failure, Result};

/// A path as people are shown it: relative to the working directory where it lies below, `/` between parts.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let path = here.as_deref().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    let mut text = String::new();
    for component in path.components().filter(|component| *component != Component::CurDir) {
        if !text.is_empty() && !text.ends_with('/') {
            text.push('/');
        }
        match component {
            Component::RootDir => text.push('/'),
            other => text.push_str(&other.as_os_str().to_string_lossy()),
        }
    }
    if text.is_empty() { String::from(".") } else { text }
}

/// Writes one file of the person's own, whole or not at all.
pub(crate) fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |cause: std::io::Error| Failure::io("cannot write", path, &cause);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    readable(&file).map_err(failed)?;
    file.persist(path).map_err(|fault| failed(fault.error))?;
    Ok(())
}

/// Temporary files are for their owner alone; what people commit is for everybody.
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

    #[test]
    fn paths_are_shown_from_here() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(shown(Path::new("./slos/a.yaml")), "slos/a.yaml");
        assert_eq!(shown(&here.join("slos/a.yaml")), "slos/a.yaml");
        assert_eq!(shown(Path::new("../slos")), "../slos");
        assert_eq!(shown(Path::new("/nowhere/a")), "/nowhere/a");
        assert_eq!(shown(Path::new(".")), ".");
    }
}
