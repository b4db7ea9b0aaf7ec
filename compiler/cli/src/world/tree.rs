//! The contents of the output folder, and their owners.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use emberline_core::emit::Artefact;
use emberline_core::target::Target;
use ignore::WalkBuilder;

use super::manifest::{self, Entries, Hash, Listed};
use super::shown;
use super::stale::Fate;
use crate::failure::{Failure, Result};

/// The prefix of temporary files. The next run removes those that an interrupted run left.
pub(crate) const TEMPORARY: &str = ".emberline-tmp-";

/// The most bytes of a manifest, more than a hundred thousand objectives need. A longer file is not a manifest.
const MANIFEST_AT_MOST: u64 = 256 << 20;

/// The output folder as the run found it.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The folder, which need not exist.
    pub(crate) root: PathBuf,
    /// The text of the current manifest, if there is one.
    pub(crate) manifest: Option<String>,
    /// The files that the compiler wrote in earlier runs, by their paths below the folder.
    pub(crate) owned: Entries,
    /// Paths that the manifest lists although the compiler never writes them.
    pub(crate) unknown: Vec<String>,
}

/// The comparison of an artefact with the entry at its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing is at the path.
    Missing,
    /// A file with the same bytes.
    Same,
    /// A file with other bytes that the compiler wrote.
    Differs,
    /// A file with other bytes that the compiler did not write, or something that is not a file.
    Foreign,
}

impl Tree {
    /// Checks the folder and reads its manifest.
    pub(crate) fn open(root: &Path) -> Result<Self> {
        match fs::metadata(root) {
            Ok(about) if !about.is_dir() => {
                return Err(Failure::new(format!("{} is not a folder", shown(root)))
                    .help("name the folder for artefacts with `--out`"));
            }
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(Failure::io("cannot read", root, &cause)),
            _ => {}
        }
        let manifest = read_manifest(&root.join(manifest::NAME))?;
        let Listed { entries: owned, unknown } = manifest.as_deref().map(manifest::parse).unwrap_or_default();
        Ok(Self { root: root.to_owned(), manifest, owned, unknown })
    }

    /// The place of an artefact. Core guarantees a path within the target's folder; any other path is a bug, and
    /// nothing is written.
    pub(crate) fn place(&self, path: &str, targets: &[Target]) -> Result<PathBuf> {
        if manifest::is_safe(path) && belongs(path, targets) {
            Ok(self.root.join(path))
        } else {
            Err(Failure::bug(format!("an artefact's path lies outside of its target's folder: {path:?}")))
        }
    }

    /// Compares the entry at `place` with the artefact. Links are never followed.
    pub(crate) fn standing(&self, place: &Path, artefact: &Artefact) -> Result<Standing> {
        let other = if self.owned.contains_key(&artefact.path) { Standing::Differs } else { Standing::Foreign };
        let about = match fs::symlink_metadata(place) {
            Ok(about) => about,
            // NotADirectory: a file is in the place of the artefact's folder; creating the folder will report that.
            Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Standing::Missing);
            }
            Err(cause) => return Err(Failure::io("cannot read", place, &cause)),
        };
        if about.is_dir() {
            return Ok(Standing::Foreign);
        }
        if !about.is_file() || about.len() != artefact.text.len() as u64 {
            return Ok(other);
        }
        let bytes = fs::read(place).map_err(|cause| Failure::io("cannot read", place, &cause))?;
        Ok(if bytes == artefact.text.as_bytes() { Standing::Same } else { other })
    }

    /// Whether the targets' folders hold a file that the manifest lacks. If not, no artefact can collide with a foreign
    /// file, and one emission suffices. Leftovers of interrupted runs do not count.
    pub(crate) fn has_foreign(&self, targets: &[Target]) -> bool {
        self.files(targets).any(|path| !is_temporary(&path) && !self.owned.contains_key(&self.relative(&path)))
    }

    /// The paths below the root of all files in the folders of targets.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.files(Target::ALL).filter(|path| !is_temporary(path)).map(|path| self.relative(&path)).collect()
    }

    /// Removes the temporary files of an interrupted run. The caller holds the [lock](Self::lock), so no other run is
    /// active.
    pub(crate) fn remove_leftovers(&self, targets: &[Target]) {
        let here = self.root.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
        for path in self.files(targets).chain(here).filter(|path| is_temporary(path)) {
            // A leftover that cannot be removed does no harm.
            let _ = fs::remove_file(path);
        }
    }

    /// Locks the folder against other runs until the handle is dropped; waits for an active run. If the system has no
    /// such locks, users must avoid parallel runs.
    pub(crate) fn lock(root: &Path) -> Option<File> {
        let folder = File::open(root).ok()?;
        folder.lock().ok().map(|()| folder)
    }

    /// The outermost folder between the root and `place` that is a link. The root may be a link, since the user named
    /// it. The folders below belong to the compiler, and a link could lead to another owner's files.
    pub(crate) fn link_on_the_way(&self, place: &Path) -> Option<PathBuf> {
        let folders = place.ancestors().skip(1).take_while(|folder| *folder != self.root);
        folders.filter(|folder| folder.is_symlink()).last().map(Path::to_owned)
    }

    /// The manifest after a run that emitted these files, and gave these fates to stale files.
    pub(crate) fn manifest_after(&self, emitted: &Entries, fates: &[(String, Fate)]) -> String {
        let mut entries: BTreeMap<&str, &[Hash]> = slices(&self.owned).collect();
        for (path, fate) in fates {
            if !matches!(fate, Fate::Stays(_)) {
                entries.remove(path.as_str());
            }
        }
        entries.extend(slices(emitted));
        manifest::print(entries)
    }

    /// All entries in the targets' folders except folders.
    fn files<'a>(&'a self, targets: &'a [Target]) -> impl Iterator<Item = PathBuf> + 'a {
        targets
            .iter()
            .map(|target| self.root.join(target.folder()))
            // The search does not follow links; a write to such a place will report the link.
            .filter(|folder| folder.is_dir() && self.link_on_the_way(&folder.join("file")).is_none())
            .flat_map(|folder| WalkBuilder::new(folder).standard_filters(false).build())
            // A write to an unreadable folder will report the error.
            .filter_map(std::result::Result::ok)
            .filter(|entry| entry.file_type().is_none_or(|kind| !kind.is_dir()))
            .map(ignore::DirEntry::into_path)
    }

    /// The path below the root, as the manifest lists it.
    fn relative(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    }
}

/// Entries, borrowed.
fn slices(entries: &Entries) -> impl Iterator<Item = (&str, &[Hash])> {
    entries.iter().map(|(path, hashes)| (path.as_str(), hashes.as_slice()))
}

/// The text of the manifest; `None` if there is no manifest.
fn read_manifest(path: &Path) -> Result<Option<String>> {
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(Failure::io("cannot read", path, &cause)),
    };
    if about.is_symlink() {
        // Writing through a link could change a file elsewhere.
        return Err(Failure::new(format!("{} is a link", shown(path))).help("replace the link with the file"));
    }
    if !about.is_file() || about.len() > MANIFEST_AT_MOST {
        return Err(Failure::new(format!("{} is no list of files that emberline wrote", shown(path)))
            .help("remove it: files of the same bytes are taken over again"));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MANIFEST_AT_MOST).read_to_end(&mut bytes))
        .map_err(|cause| Failure::io("cannot read", path, &cause))?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// The folder of the parts of teams, below the output folder.
pub(crate) const TEAMS: &str = "teams";
/// The folder of what all teams share, below the output folder.
pub(crate) const ORGANISATION: &str = "organisation";

/// The folders below the output folder that have a manifest of their own, and the output folder itself, which is empty
/// here. No link is followed.
pub(crate) fn folders(out: &Path) -> Result<BTreeSet<String>> {
    let mut folders = BTreeSet::from([String::new()]);
    for start in [out.join(TEAMS), out.join(ORGANISATION)] {
        if start.is_symlink() || !start.is_dir() {
            continue;
        }
        for entry in WalkBuilder::new(&start).standard_filters(false).build() {
            let entry = entry.map_err(|cause| Failure::new(format!("cannot read {}: {cause}", shown(&start))))?;
            if entry.file_name() == manifest::NAME {
                let folder = entry.path().parent().and_then(|folder| folder.strip_prefix(out).ok());
                let parts = folder.into_iter().flat_map(Path::components);
                folders.insert(parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"));
            }
        }
    }
    Ok(folders)
}

/// Whether the path lies in the folder of one of the targets.
fn belongs(path: &str, targets: &[Target]) -> bool {
    targets.iter().any(|target| manifest::is_below(path, target.folder()))
}

fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(TEMPORARY))
}
