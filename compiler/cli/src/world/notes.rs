//! Reads the notes of responders: Markdown in the folder `notes/` of the specs.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use emberline_core::source::Sources;
use emberline_core::spec::is_policy;
use emberline_pages::Notes;

use super::{links, shown};
use crate::args::Specs;
use crate::failure::{Failure, Result};

/// The name of the folder of notes, within the folder of specs.
pub(crate) const FOLDER: &str = "notes";

/// The folders that may have notes: those of specs, and those of teams, which have a policy of their own.
pub(crate) fn folders(specs: &Specs, sources: &Sources) -> Vec<PathBuf> {
    let policies = sources.iter().filter(|(id, it)| is_policy(&it.path) && sources.in_folder(*id).is_some());
    let of_teams = policies.filter_map(|(_, it)| Path::new(&it.path).parent().map(Path::to_owned));
    let mut folders: Vec<PathBuf> = specs.specs.iter().cloned().chain(of_teams).collect();
    let mut seen = HashSet::new();
    folders.retain(|folder| seen.insert(shown(folder)));
    folders
}

/// All notes; none if there is no such folder.
pub(crate) fn read(specs: &[PathBuf]) -> Result<Notes> {
    let mut notes = Notes::default();
    for folder in specs.iter().map(|specs| specs.join(FOLDER)).filter(|folder| folder.is_dir()) {
        for path in links::files(&folder, &["md"])? {
            let text = std::fs::read_to_string(&path).map_err(|cause| Failure::io("cannot read", &path, &cause))?;
            let below = path.strip_prefix(&folder).unwrap_or(&path).with_extension("");
            let parts: Vec<_> =
                below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
            notes.add(parts.join("/"), text);
        }
    }
    Ok(notes)
}

/// All notes as the index has them.
pub(crate) fn read_staged(specs: &[PathBuf]) -> Result<Notes> {
    let mut notes = Notes::default();
    for folder in specs.iter().map(|specs| specs.join(FOLDER)) {
        let below = format!("{}/", shown(&folder));
        for (path, bytes) in super::git::staged_below(&folder, |path| path.ends_with(".md"))? {
            let name = path.strip_prefix(&below).and_then(|path| path.strip_suffix(".md"));
            if let Some(name) = name.filter(|name| !name.split('/').any(|part| part.starts_with('.'))) {
                notes.add(name.to_owned(), String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }
    Ok(notes)
}

/// The text of the note at `path`, empty before there is one. A link out of the folder of notes is refused, as it is when
/// all notes are read: whoever writes the note would write where the link leads.
pub(crate) fn text_of(specs: &Path, path: &Path) -> Result<String> {
    match links::files(&specs.join(FOLDER), &["md"])?.iter().any(|note| note == path) {
        true => std::fs::read_to_string(path).map_err(|cause| Failure::io("cannot read", path, &cause)),
        false => Ok(String::new()),
    }
}

/// The path of a note's file, as findings show it.
pub(crate) fn path(specs: &[PathBuf], note: &str) -> String {
    let places = || specs.iter().map(|specs| specs.join(FOLDER).join(format!("{note}.md")));
    shown(&places().find(|place| place.exists()).or_else(|| places().next()).unwrap_or_default())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn a_note_that_leads_elsewhere_is_neither_read_nor_written() {
        let home = tempfile::tempdir().unwrap();
        let specs = home.path().join("slos");
        let folder = specs.join(FOLDER).join("shop");
        std::fs::create_dir_all(&folder).unwrap();
        let note = folder.join("availability.md");
        assert_eq!(text_of(&specs, &note).unwrap(), "");
        std::fs::write(&note, "known\n").unwrap();
        assert_eq!(text_of(&specs, &note).unwrap(), "known\n");
        let secret = home.path().join("secret");
        std::fs::write(&secret, "secret").unwrap();
        std::fs::remove_file(&note).unwrap();
        std::os::unix::fs::symlink(&secret, &note).unwrap();
        assert!(text_of(&specs, &note).unwrap_err().what.contains("outside of"));
    }
}
