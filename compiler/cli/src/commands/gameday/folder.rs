//! Files that a drill keeps.

use std::path::Path;

use crate::failure::{Failure, Result};
use crate::world::write_file;

/// Writes files below a folder.
pub(super) fn put(folder: &Path, files: &[(String, String)]) -> Result<()> {
    for (name, text) in files {
        let path = folder.join(name);
        make(path.parent().unwrap_or(folder))?;
        write_file(&path, text.as_bytes())?;
    }
    Ok(())
}

pub(super) fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|cause| Failure::io("cannot make the folder", folder, &cause))
}
