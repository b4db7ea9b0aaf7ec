//! The file system: the only place of the compiler that reads or writes files.
//!
//! `read` turns a folder of specs into sources, `write` artefacts into files, `diff` says how the two differ. `tree` knows
//! what stands in the output folder and whose it is, by the `manifest` that the compiler keeps there.

pub(crate) mod baseline;
pub(crate) mod diff;
pub(crate) mod emission;
pub(crate) mod git;
mod manifest;
pub(crate) mod notes;
pub(crate) mod read;
mod tree;
pub(crate) mod write;

pub(crate) use crate::shown::shown;

use std::io::Write;
use std::path::Path;

use crate::failure::{Failure, Result};

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
