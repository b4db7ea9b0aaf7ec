//! `emberline walk --export`: the incident's evidence, scrubbed, in a folder of its own.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use emberline_walk::source::Sources;
use emberline_walk::{self as walk, Question, Walk};

use crate::failure::{Failure, Result};
use crate::terminal;
use crate::world::{shown, write_file};

/// The file that is written last. A folder without it is not complete.
const LAST: &str = "walk.json";

/// Refuses a folder that holds anything. It may be other people's, or the evidence of an earlier incident.
pub(super) fn check(folder: &Path) -> Result<()> {
    let mut entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(Failure::io("cannot export to", folder, &cause)),
    };
    match entries.next() {
        None => Ok(()),
        Some(Err(cause)) => Err(Failure::io("cannot read", folder, &cause)),
        Some(Ok(_)) => Err(Failure::new(format!("cannot export to {}: the folder is not empty", shown(folder)))
            .help("name a new folder: an export never overwrites evidence")),
    }
}

/// Collects the evidence of a walk and writes it.
pub(super) fn write(
    folder: &Path,
    question: &Question<'_>,
    sources: &Sources<'_>,
    found: &Walk,
    quiet: bool,
) -> Result<()> {
    let frozen = walk::freeze(question, sources, found)
        .map_err(|why| Failure::new(why).help("export while an alert fires; `--alert` names one of several"))?;
    // A walk takes a while, and somebody may have written here meanwhile.
    check(folder)?;
    let (last, first): (Vec<_>, Vec<_>) = frozen.files.iter().partition(|(name, _)| name == LAST);
    for (name, content) in first.into_iter().chain(last) {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|cause| Failure::io("cannot make the folder", parent, &cause))?;
        write_file(&path, content.as_bytes())?;
    }
    if !quiet {
        terminal::say(&format!("exported {} files to {}", frozen.files.len(), shown(folder)));
        frozen.notes.iter().for_each(|note| terminal::say(&terminal::clean(note)));
    }
    Ok(())
}
