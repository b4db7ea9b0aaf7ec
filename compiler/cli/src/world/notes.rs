//! Reads the notes of responders: Markdown in the folder `notes/` of the specs.

use std::path::Path;

use emberline_pages::Notes;

use super::{links, shown};
use crate::failure::{Failure, Result};

/// The name of the folder of notes, within the folder of specs.
pub(crate) const FOLDER: &str = "notes";

/// All notes; none if there is no such folder.
pub(crate) fn read(specs: &Path) -> Result<Notes> {
    let folder = specs.join(FOLDER);
    let mut notes = Notes::default();
    if !folder.is_dir() {
        return Ok(notes);
    }
    for path in links::files(&folder, &["md"])? {
        let text = std::fs::read_to_string(&path).map_err(|cause| Failure::io("cannot read", &path, &cause))?;
        let below = path.strip_prefix(&folder).unwrap_or(&path).with_extension("");
        let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        notes.add(parts.join("/"), text);
    }
    Ok(notes)
}

/// All notes as the index has them.
pub(crate) fn read_staged(specs: &Path) -> Result<Notes> {
    let folder = specs.join(FOLDER);
    let below = format!("{}/", shown(&folder));
    let mut notes = Notes::default();
    for (path, bytes) in super::git::staged_below(&folder, |path| path.ends_with(".md"))? {
        let name = path.strip_prefix(&below).and_then(|path| path.strip_suffix(".md"));
        if let Some(name) = name.filter(|name| !name.split('/').any(|part| part.starts_with('.'))) {
            notes.add(name.to_owned(), String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    Ok(notes)
}

/// The path of a note's file, as findings show it.
pub(crate) fn path(specs: &Path, note: &str) -> String {
    shown(&specs.join(FOLDER).join(format!("{note}.md")))
}
