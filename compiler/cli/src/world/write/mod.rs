//! Writes artefacts: each atomically, only if it has changed, and never over a file of another owner.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use emberline_core::emit::Artefact;
use rayon::prelude::*;
use tempfile::NamedTempFile;

use super::emission::Emission;
use super::manifest::{self, Entries, Hash};
use super::shown;
use super::stale::{self, Fate, Reason};
use super::tree::{Standing, TEMPORARY, Tree};
use crate::failure::{Failure, Result};

/// The changes of a run to the output folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// The number of files written, new or changed.
    pub(crate) written: usize,
    /// The number of files that already had the right bytes, and were not touched.
    pub(crate) unchanged: usize,
    /// The number of bytes written.
    pub(crate) bytes: u64,
    /// Files removed because their spec no longer exists: their paths below the folder, sorted.
    pub(crate) removed: Vec<String>,
    /// Files that stay although their spec no longer exists: their paths below the folder, sorted, and the reason.
    pub(crate) kept: Vec<(String, Reason)>,
    /// Paths that the manifest listed although the compiler never writes them. The run did not touch these files.
    pub(crate) unknown: Vec<String>,
}

impl Tally {
    /// Adds the counts of another unit.
    fn add(mut self, other: &Self) -> Self {
        self.written += other.written;
        self.unchanged += other.unchanged;
        self.bytes += other.bytes;
        self
    }
}

/// Writes the artefacts below `root`, and removes artefacts of earlier runs that are no longer generated. `force`
/// replaces foreign files at the paths of artefacts. `tick` is called after each unit.
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
        .try_reduce(Tally::default, |one, other| Ok(one.add(&other)))?;
    let (emitted, is_claimed) = journal.close();
    let fates = stale::fates(&tree, emission.only, &emitted)?;
    for (path, fate) in &fates {
        match fate {
            Fate::Absent => {}
            Fate::Goes if stale::remove(&tree, path)? => tally.removed.push(path.clone()),
            Fate::Goes => {}
            Fate::Stays(reason) => tally.kept.push((path.clone(), *reason)),
        }
    }
    let manifest = tree.manifest_after(&emitted, &fates);
    let is_needed = !emitted.is_empty() || tree.manifest.is_some();
    if is_needed && (is_claimed || tree.manifest.as_deref() != Some(&manifest)) {
        put(&root.join(manifest::NAME), manifest.as_bytes())?;
    }
    tally.unknown.clone_from(&tree.unknown);
    Ok(tally)
}

/// Fails before any write if a foreign file is at the path of an artefact.
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
    Failure::new(format!("{named}{more}: an artefact must go here, but emberline did not write the file at this path"))
        .help("move the file away, or replace it with `--force`; nothing was overwritten")
}

fn write_unit(tree: &Tree, journal: &Journal<'_>, emission: &Emission<'_>, unit: usize, force: bool) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut wanting = Vec::new();
    for artefact in emission.unit(unit)? {
        let place = tree.place(&artefact.path, emission.targets())?;
        let hash = journal.meet(&artefact)?;
        match tree.standing(&place, &artefact)? {
            Standing::Same => tally.unchanged += 1,
            Standing::Foreign if !force => return Err(collision(&[shown(&place)])),
            Standing::Missing | Standing::Differs | Standing::Foreign => wanting.push((place, artefact, hash)),
        }
    }
    for (place, ..) in &wanting {
        journal.make_folder(place)?;
    }
    journal.claim(wanting.iter().map(|(_, artefact, hash)| (artefact.path.as_str(), *hash)))?;
    for (place, artefact, _) in wanting {
        put(&place, artefact.text.as_bytes())?;
        tally.written += 1;
        tally.bytes += artefact.text.len() as u64;
    }
    Ok(tally)
}

/// Creates the folder of `place`, unless a folder on the path is a link.
fn make_folder(tree: &Tree, place: &Path) -> Result<()> {
    if let Some(link) = tree.link_on_the_way(place) {
        return Err(Failure::new(format!("{} is a link", shown(&link)))
            .help("replace the link with a folder: emberline writes only into its own folders below `--out`"));
    }
    let folder = place.parent().unwrap_or(&tree.root);
    fs::create_dir_all(folder).map_err(|cause| Failure::io("cannot make the folder", folder, &cause))
}

/// Why a new file was not created.
pub(crate) enum NotCreated {
    /// Something already exists at the path.
    Exists,
    /// Another error occurred.
    Failed(Failure),
}

/// Creates a file and its folders atomically; never overwrites.
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

/// Writes a file through a temporary file beside it, so that `place` never holds half a file.
fn put(place: &Path, bytes: &[u8]) -> Result<()> {
    let folder = place.parent().unwrap_or(Path::new("."));
    temporary(folder, bytes)
        .and_then(|file| file.persist(place).map(drop).map_err(|failed| failed.error))
        .map_err(|cause| Failure::io("cannot write", place, &cause))
}

/// A temporary file with these bytes, ready to be renamed. The file is removed if nobody renames it.
fn temporary(folder: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    // The permissions of an ordinary new file, reduced by the umask, instead of the 0600 of a secret.
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Records every artefact of the run, and claims files in the manifest before writing them. So the next run will not
/// take files of an interrupted run for foreign or edited files. The finished manifest replaces the claims.
struct Journal<'a> {
    tree: &'a Tree,
    met: Mutex<Entries>,
    /// The manifest, opened at the first claim, so that a run without changes writes nothing.
    file: Mutex<Option<File>>,
    /// Folders that this run has created or checked for links.
    folders: Mutex<BTreeSet<PathBuf>>,
}

impl<'a> Journal<'a> {
    fn new(tree: &'a Tree) -> Self {
        Self { tree, met: Mutex::default(), file: Mutex::default(), folders: Mutex::default() }
    }

    /// Records an artefact and returns its hash. Two artefacts with one path are a bug: the last write would decide the
    /// output.
    fn meet(&self, artefact: &Artefact) -> Result<Hash> {
        let hash = Hash::of(artefact.text.as_bytes());
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        match met.insert(artefact.path.clone(), vec![hash]) {
            None => Ok(hash),
            Some(_) => Err(Failure::bug(format!("two artefacts have the path {}", artefact.path))),
        }
    }

    /// Creates the folder of an artefact, once per run.
    fn make_folder(&self, place: &Path) -> Result<()> {
        let folder = place.parent().unwrap_or(&self.tree.root);
        if !self.folders.lock().unwrap_or_else(PoisonError::into_inner).contains(folder) {
            make_folder(self.tree, place)?;
            self.folders.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned());
        }
        Ok(())
    }

    /// Claims files by path and hash, unless the manifest already lists them.
    fn claim<'t>(&self, files: impl Iterator<Item = (&'t str, Hash)>) -> Result<()> {
        let is_listed = |path: &str, hash: &Hash| self.tree.owned.get(path).is_some_and(|hashes| hashes.contains(hash));
        let new = files.filter(|(path, hash)| !is_listed(path, hash));
        let lines: String = new.map(|(path, hash)| manifest::line(hash, path)).collect();
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

    /// The manifest, ready for another line: a torn last line gets its line end.
    fn open(&self, path: &Path) -> io::Result<File> {
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        match &self.tree.manifest {
            None => file.write_all(manifest::print([]).as_bytes())?,
            Some(text) if !text.is_empty() && !text.ends_with('\n') => file.write_all(b"\n")?,
            Some(_) => {}
        }
        Ok(file)
    }

    /// All artefacts, and whether the run claimed any file.
    fn close(self) -> (Entries, bool) {
        let met = self.met.into_inner().unwrap_or_else(PoisonError::into_inner);
        (met, self.file.into_inner().unwrap_or_else(PoisonError::into_inner).is_some())
    }
}

#[cfg(test)]
mod tests;
