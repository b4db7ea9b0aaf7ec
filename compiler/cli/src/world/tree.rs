//! What stands in the output folder, and whose it is.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use emberline_core::emit::Artefact;
use emberline_core::target::Target;
use ignore::WalkBuilder;

use super::manifest::{self, Paths};
use super::shown;
use crate::failure::{Failure, Result};

/// How the names of temporary files begin; what an interrupted run left of them is removed by the next.
pub(crate) const TEMPORARY: &str = ".emberline-tmp-";

/// The output folder as it was found.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The folder; it need not exist.
    pub(crate) root: PathBuf,
    /// Text of the manifest as it stands, if there is one.
    pub(crate) manifest: Option<String>,
    /// The files that the compiler wrote in earlier runs.
    pub(crate) owned: Paths,
}

/// What stands at the place of an artefact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing.
    Missing,
    /// The very bytes.
    Same,
    /// Other bytes, in a file that the compiler wrote.
    Differs,
    /// Other bytes, or no file at all, which the compiler did not write.
    Foreign,
}

impl Tree {
    /// Looks at the folder and reads its manifest.
    pub(crate) fn open(root: &Path) -> Result<Self> {
        match fs::metadata(root) {
            Ok(about) if !about.is_dir() => {
                return Err(Failure::new(format!("{} is not a folder", shown(root)))
                    .help("name the folder for artefacts with `--out`"));
            }
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(Failure::io("cannot read", root, &cause)),
            _ => {}
        }
        let path = root.join(manifest::NAME);
        if path.is_symlink() {
            // Writing through it could change a file elsewhere.
            return Err(Failure::new(format!("{} is a link", shown(&path))).help("put the file itself in its place"));
        }
        let manifest = match fs::read(&path) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(cause) if cause.kind() == ErrorKind::NotFound => None,
            Err(cause) => return Err(Failure::io("cannot read", &path, &cause)),
        };
        let owned = manifest.as_deref().map(manifest::parse).unwrap_or_default();
        Ok(Self { root: root.to_owned(), manifest, owned })
    }

    /// The place of an artefact. Core promises paths within the target's folder; one that breaks the promise is a bug, and
    /// nothing is written.
    pub(crate) fn place(&self, path: &str, targets: &[Target]) -> Result<PathBuf> {
        if manifest::is_safe(path) && belongs(path, targets) {
            Ok(self.root.join(path))
        } else {
            Err(Failure::bug(format!("an artefact's path lies outside of its target's folder: {path:?}")))
        }
    }

    /// What stands at `place` in comparison with the artefact. A link is never looked through.
    pub(crate) fn standing(&self, place: &Path, artefact: &Artefact) -> Result<Standing> {
        let other = if self.owned.contains(&artefact.path) { Standing::Differs } else { Standing::Foreign };
        let about = match fs::symlink_metadata(place) {
            Ok(about) => about,
            // NotADirectory: a file stands where the artefact's folder must go; making the folder will say so.
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

    /// Whether anything stands in the targets' folders that is not in the manifest. Where nothing does, no artefact can
    /// collide with a foreign file, and emission need not run twice to find out. Leftovers of interrupted runs do not count.
    pub(crate) fn has_foreign(&self, targets: &[Target]) -> bool {
        self.files(targets).any(|path| !is_temporary(&path) && !self.owned.contains(&self.relative(&path)))
    }

    /// Removes what an interrupted run left. The caller holds the [lock](Self::lock), so no other run is at work.
    pub(crate) fn remove_leftovers(&self, targets: &[Target]) {
        let here = self.root.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
        for path in self.files(targets).chain(here).filter(|path| is_temporary(path)) {
            // One that cannot be removed harms nothing.
            let _ = fs::remove_file(path);
        }
    }

    /// Keeps other runs out of the folder until the handle is dropped; waits for one that is at work. Where the system has
    /// no such locks, two runs at a time are the user's affair.
    pub(crate) fn lock(root: &Path) -> Option<File> {
        let folder = File::open(root).ok()?;
        folder.lock().ok().map(|()| folder)
    }

    /// Whether the folder (which exists) lies within the output folder once every link is followed.
    pub(crate) fn contains(&self, folder: &Path) -> Result<bool> {
        let real = |path: &Path| path.canonicalize().map_err(|cause| Failure::io("cannot resolve", path, &cause));
        Ok(real(folder)?.starts_with(real(&self.root)?))
    }

    /// The files of the manifest that a run over `only` (all targets if `None`) did not emit again. A path that belongs to no
    /// known target is from another release: a full run removes it, a partial run leaves it alone.
    pub(crate) fn stale<'a>(
        &'a self,
        only: Option<&'a [Target]>,
        emitted: &'a Paths,
    ) -> impl Iterator<Item = &'a String> {
        self.owned.difference(emitted).filter(move |path| only.is_none_or(|targets| belongs(path, targets)))
    }

    /// The manifest that a run over `only` leaves behind.
    pub(crate) fn manifest_after(&self, only: Option<&[Target]>, emitted: &Paths) -> String {
        let stale: Paths = self.stale(only, emitted).cloned().collect();
        manifest::print(self.owned.union(emitted).filter(|path| !stale.contains(*path)))
    }

    /// Everything but folders that stands in the targets' folders.
    fn files<'a>(&'a self, targets: &'a [Target]) -> impl Iterator<Item = PathBuf> + 'a {
        targets
            .iter()
            .map(|target| self.root.join(target.folder()))
            .filter(|folder| folder.symlink_metadata().is_ok())
            .flat_map(|folder| WalkBuilder::new(folder).standard_filters(false).build())
            // A folder that cannot be read is reported by whoever must write to it.
            .filter_map(std::result::Result::ok)
            .filter(|entry| entry.file_type().is_none_or(|kind| !kind.is_dir()))
            .map(ignore::DirEntry::into_path)
    }

    /// The path below the root, as the manifest has it.
    fn relative(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.root).unwrap_or(path);
        below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    }
}

/// Whether the path lies in the folder of one of the targets.
fn belongs(path: &str, targets: &[Target]) -> bool {
    targets.iter().any(|target| path.strip_prefix(target.folder()).is_some_and(|rest| rest.starts_with('/')))
}

fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(TEMPORARY))
}
