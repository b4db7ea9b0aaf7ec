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
use super::manifest::{self, Entries, Hash};
use super::shown;
use super::stale::{self, Fate, Reason};
use super::tree::{Standing, TEMPORARY, Tree};
use crate::failure::{Failure, Result};

/// What a run did to the output folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Files written, new or changed.
    pub(crate) written: usize,
    /// Files that already had the right bytes; they were not touched.
    pub(crate) unchanged: usize,
    /// Bytes written.
    pub(crate) bytes: u64,
    /// Files removed because their spec is gone: their paths below the folder, sorted.
    pub(crate) removed: Vec<String>,
    /// Files that stay although their spec is gone: their paths below the folder, sorted, and why.
    pub(crate) kept: Vec<(String, Reason)>,
    /// What the manifest listed although the compiler never writes it; nothing of it was touched.
    pub(crate) unknown: Vec<String>,
}

impl Tally {
    /// Adds what was written of another unit.
    fn add(mut self, other: &Self) -> Self {
        self.written += other.written;
        self.unchanged += other.unchanged;
        self.bytes += other.bytes;
        self
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
    journal.claim(wanting.iter().map(|(_, artefact, hash)| (artefact.path.as_str(), hash.as_str())))?;
    for (place, artefact, _) in wanting {
        put(&place, artefact.text.as_bytes())?;
        tally.written += 1;
        tally.bytes += artefact.text.len() as u64;
    }
    Ok(tally)
}

/// Makes the folder of `place`, unless a link leads it elsewhere.
fn make_folder(tree: &Tree, place: &Path) -> Result<()> {
    if let Some(link) = tree.link_on_the_way(place) {
        return Err(Failure::new(format!("{} is a link", shown(&link)))
            .help("replace the link with a folder: emberline writes only into its own folders below `--out`"));
    }
    let folder = place.parent().unwrap_or(&tree.root);
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

/// Knows every artefact of the run, and claims files in the manifest before they are written, so that an interrupted run
/// leaves none that the next would take for somebody else's or for edited. The finished manifest replaces the claims.
struct Journal<'a> {
    tree: &'a Tree,
    met: Mutex<Entries>,
    /// The manifest, opened at the first claim: a run that changes nothing writes nothing.
    file: Mutex<Option<File>>,
    /// Folders that this run made or found to be sound.
    folders: Mutex<BTreeSet<PathBuf>>,
}

impl<'a> Journal<'a> {
    fn new(tree: &'a Tree) -> Self {
        Self { tree, met: Mutex::default(), file: Mutex::default(), folders: Mutex::default() }
    }

    /// Notes an artefact and gives its hash. Of two with one path, the output would be whichever was written last.
    fn meet(&self, artefact: &Artefact) -> Result<Hash> {
        let hash = manifest::hash(artefact.text.as_bytes());
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        match met.insert(artefact.path.clone(), [hash.clone()].into()) {
            None => Ok(hash),
            Some(_) => Err(Failure::bug(format!("two artefacts have the path {}", artefact.path))),
        }
    }

    /// Makes the folder of an artefact, once a run.
    fn make_folder(&self, place: &Path) -> Result<()> {
        let folder = place.parent().unwrap_or(&self.tree.root);
        if !self.folders.lock().unwrap_or_else(PoisonError::into_inner).contains(folder) {
            make_folder(self.tree, place)?;
            self.folders.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned());
        }
        Ok(())
    }

    /// Claims files (their paths and hashes), unless the manifest lists them so already.
    fn claim<'t>(&self, files: impl Iterator<Item = (&'t str, &'t str)>) -> Result<()> {
        let is_listed = |path, hash| self.tree.owned.get(path).is_some_and(|hashes| hashes.contains(hash));
        let new = files.filter(|(path, hash)| !is_listed(*path, *hash));
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

    /// The manifest, ready for another line.
    fn open(&self, path: &Path) -> io::Result<File> {
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        match &self.tree.manifest {
            None => file.write_all(manifest::print(&Entries::new()).as_bytes())?,
            Some(text) if !text.is_empty() && !text.ends_with('\n') => file.write_all(b"\n")?,
            Some(_) => {}
        }
        Ok(file)
    }

    /// All artefacts, and whether any was claimed.
    fn close(self) -> (Entries, bool) {
        let met = self.met.into_inner().unwrap_or_else(PoisonError::into_inner);
        (met, self.file.into_inner().unwrap_or_else(PoisonError::into_inner).is_some())
    }
}

#[cfg(test)]
mod tests;
