//! Writes artefacts: each whole or not at all, only what changed, and never over somebody else's file.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use emberline_core::emit::Artefact;
use rayon::prelude::*;
use tempfile::NamedTempFile;

use super::emission::Emission;
use super::manifest::{self, Paths};
use super::shown;
use super::tree::{Standing, TEMPORARY, Tree};
use crate::failure::{Failure, Result};

/// What a run did to the output folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Files written, new or changed.
    pub(crate) written: usize,
    /// Files that already had the right bytes; they were not touched.
    pub(crate) unchanged: usize,
    /// Files removed because their spec is gone.
    pub(crate) removed: usize,
    /// Bytes written.
    pub(crate) bytes: u64,
}

impl Tally {
    fn add(self, other: Self) -> Self {
        Self {
            written: self.written + other.written,
            unchanged: self.unchanged + other.unchanged,
            removed: self.removed + other.removed,
            bytes: self.bytes + other.bytes,
        }
    }
}

/// Writes the artefacts below `root` and removes those of earlier runs that are no longer generated. `force` replaces foreign
/// files that stand in the way; `tick` is called once a unit is done.
pub(crate) fn write(root: &Path, emission: &Emission<'_>, force: bool, tick: &(dyn Fn() + Sync)) -> Result<Tally> {
    fs::create_dir_all(root).map_err(|cause| Failure::io("cannot make the folder", root, &cause))?;
    let _lock = Tree::lock(root);
    let tree = Tree::open(root)?;
    tree.remove_leftovers(emission.targets());
    if !force && tree.has_foreign(emission.targets()) {
        refuse_collisions(&tree, emission)?;
    }
    let journal = Journal::new(&tree);
    let mut tally = (0..emission.units)
        .into_par_iter()
        .map(|unit| {
            let tally = write_unit(&tree, &journal, emission, unit, force)?;
            tick();
            Ok(tally)
        })
        .try_reduce(Tally::default, |one, other| Ok(one.add(other)))?;
    let (emitted, is_claimed) = journal.close();
    for path in tree.stale(emission.only, &emitted) {
        tally.removed += usize::from(remove(&tree, path)?);
    }
    let manifest = tree.manifest_after(emission.only, &emitted);
    let is_needed = !emitted.is_empty() || tree.manifest.is_some();
    if is_needed && (is_claimed || tree.manifest.as_deref() != Some(&manifest)) {
        put(&root.join(manifest::NAME), manifest.as_bytes())?;
    }
    Ok(tally)
}

/// Fails if a foreign file stands where an artefact must go, before anything is written.
fn refuse_collisions(tree: &Tree, emission: &Emission<'_>) -> Result<()> {
    let collisions: Vec<Vec<String>> = (0..emission.units)
        .into_par_iter()
        .map(|unit| {
            let mut found = Vec::new();
            for artefact in emission.unit(unit)? {
                let place = tree.place(&artefact.path, emission.targets())?;
                if tree.standing(&place, &artefact)? == Standing::Foreign {
                    found.push(shown(&place));
                }
            }
            Ok(found)
        })
        .collect::<Result<_>>()?;
    let mut collisions: Vec<String> = collisions.into_iter().flatten().collect();
    collisions.sort();
    if collisions.is_empty() { Ok(()) } else { Err(collision(&collisions)) }
}

/// The refusal to overwrite `places` (at least one).
fn collision(places: &[String]) -> Failure {
    let named = places.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = places.len().saturating_sub(5);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Failure::new(format!("{named}{more}: an artefact must go here, but emberline did not write what stands here"))
        .help("move it away, or replace it with `--force`; nothing was overwritten")
}

fn write_unit(tree: &Tree, journal: &Journal<'_>, emission: &Emission<'_>, unit: usize, force: bool) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut wanting = Vec::new();
    for artefact in emission.unit(unit)? {
        let place = tree.place(&artefact.path, emission.targets())?;
        journal.meet(&artefact)?;
        match tree.standing(&place, &artefact)? {
            Standing::Same => tally.unchanged += 1,
            Standing::Foreign if !force => return Err(collision(&[shown(&place)])),
            Standing::Missing | Standing::Differs | Standing::Foreign => wanting.push((place, artefact)),
        }
    }
    for (place, _) in &wanting {
        journal.make_folder(place)?;
    }
    journal.claim(wanting.iter().map(|(_, artefact)| artefact))?;
    for (place, artefact) in wanting {
        put(&place, artefact.text.as_bytes())?;
        tally.written += 1;
        tally.bytes += artefact.text.len() as u64;
    }
    Ok(tally)
}

/// Makes a folder, unless a link leads it out of the output folder.
fn make_folder(tree: &Tree, folder: &Path) -> Result<()> {
    let existing = folder.ancestors().find(|ancestor| ancestor.exists()).unwrap_or(&tree.root);
    if !tree.contains(existing)? {
        return Err(Failure::new(format!("{} is a link out of {}", shown(existing), shown(&tree.root)))
            .help("put a folder in its place; emberline writes nothing outside of `--out`"));
    }
    fs::create_dir_all(folder).map_err(|cause| Failure::io("cannot make the folder", folder, &cause))
}

/// Why a new file was not made.
pub(crate) enum NotCreated {
    /// Something stands there already.
    Exists,
    /// Something else.
    Failed(Failure),
}

/// Makes a file that does not exist yet, with its folders, whole or not at all; never overwrites.
pub(crate) fn create(place: &Path, text: &str) -> std::result::Result<(), NotCreated> {
    let folder = place.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)
        .map_err(|cause| NotCreated::Failed(Failure::io("cannot make the folder", folder, &cause)))?;
    let made = temporary(folder, text.as_bytes())
        .and_then(|file| file.persist_noclobber(place).map(drop).map_err(|failed| failed.error));
    made.map_err(|cause| match cause.kind() {
        ErrorKind::AlreadyExists => NotCreated::Exists,
        _ => NotCreated::Failed(Failure::io("cannot write", place, &cause)),
    })
}

/// Writes a file by way of a temporary one beside it, so that at no time half a file stands at `place`.
fn put(place: &Path, bytes: &[u8]) -> Result<()> {
    let folder = place.parent().unwrap_or(Path::new("."));
    temporary(folder, bytes)
        .and_then(|file| file.persist(place).map(drop).map_err(|failed| failed.error))
        .map_err(|cause| Failure::io("cannot write", place, &cause))
}

/// A temporary file of those bytes, ready to be renamed. It removes itself if it is not.
fn temporary(folder: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    // What any program gives a new file (the umask takes its share), not the 0600 of a secret.
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Removes a file of an earlier run, and the folders that this empties. False where nothing (of ours) stood.
fn remove(tree: &Tree, path: &str) -> Result<bool> {
    let place = tree.root.join(path);
    let folder = place.parent().unwrap_or(&tree.root);
    let is_file = place.symlink_metadata().is_ok_and(|about| !about.is_dir());
    if !is_file || !tree.contains(folder)? {
        return Ok(false);
    }
    match fs::remove_file(&place) {
        Ok(()) => {}
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(false),
        Err(cause) => return Err(Failure::io("cannot remove", &place, &cause)),
    }
    let below_root = folder.ancestors().take_while(|ancestor| *ancestor != tree.root);
    for emptied in below_root {
        // Fails on the first folder that still holds something.
        if fs::remove_dir(emptied).is_err() {
            break;
        }
    }
    Ok(true)
}

/// Knows every artefact of the run, and claims new files in the manifest before they are written, so that an interrupted run
/// leaves none that the next would take for somebody else's. The finished manifest replaces the claims.
struct Journal<'a> {
    tree: &'a Tree,
    met: Mutex<Paths>,
    /// The manifest, opened at the first claim: a run that changes nothing writes nothing.
    file: Mutex<Option<File>>,
    /// Folders that this run made or found to be sound.
    folders: Mutex<BTreeSet<PathBuf>>,
}

impl<'a> Journal<'a> {
    fn new(tree: &'a Tree) -> Self {
        Self { tree, met: Mutex::default(), file: Mutex::default(), folders: Mutex::default() }
    }

    /// Notes an artefact. Of two with one path, the output would be whichever was written last.
    fn meet(&self, artefact: &Artefact) -> Result<()> {
        let is_new = self.met.lock().unwrap_or_else(PoisonError::into_inner).insert(artefact.path.clone());
        if is_new { Ok(()) } else { Err(Failure::bug(format!("two artefacts have the path {}", artefact.path))) }
    }

    /// Makes the folder of an artefact, once a run.
    fn make_folder(&self, place: &Path) -> Result<()> {
        let folder = place.parent().unwrap_or(&self.tree.root);
        if !self.folders.lock().unwrap_or_else(PoisonError::into_inner).contains(folder) {
            make_folder(self.tree, folder)?;
            self.folders.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned());
        }
        Ok(())
    }

    /// Claims the paths of artefacts, unless they are the compiler's already.
    fn claim<'t>(&self, artefacts: impl Iterator<Item = &'t Artefact>) -> Result<()> {
        let new = artefacts.filter(|artefact| !self.tree.owned.contains(&artefact.path));
        let lines: String = new.flat_map(|artefact| [artefact.path.as_str(), "\n"]).collect();
        if lines.is_empty() {
            return Ok(());
        }
        let path = self.tree.root.join(manifest::NAME);
        let mut slot = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let mut append = || {
            let mut file = match slot.take() {
                Some(file) => file,
                None => self.open(&path)?,
            };
            file.write_all(lines.as_bytes())?;
            *slot = Some(file);
            Ok(())
        };
        append().map_err(|cause| Failure::io("cannot write", &path, &cause))
    }

    /// The manifest, ready for another line.
    fn open(&self, path: &Path) -> io::Result<File> {
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        match &self.tree.manifest {
            None => file.write_all(manifest::print([]).as_bytes())?,
            Some(text) if !text.is_empty() && !text.ends_with('\n') => file.write_all(b"\n")?,
            Some(_) => {}
        }
        Ok(file)
    }

    /// The paths of all artefacts, and whether any was claimed.
    fn close(self) -> (Paths, bool) {
        let met = self.met.into_inner().unwrap_or_else(PoisonError::into_inner);
        (met, self.file.into_inner().unwrap_or_else(PoisonError::into_inner).is_some())
    }
}

#[cfg(test)]
mod tests;
