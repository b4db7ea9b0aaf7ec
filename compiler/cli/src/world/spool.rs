//! A file that many texts go into, sorted by kind, while none of them stays in memory.
//!
//! The texts of a kind lie in a nameless file until all have come, so whatever ends the run leaves no half of a file: the
//! whole is put together beside its place and renamed into it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::tree::TEMPORARY;
use super::{readable, shown};
use crate::failure::{Failure, Result};

/// A file in the making.
pub(crate) struct Spool {
    place: PathBuf,
    kinds: Mutex<BTreeMap<String, Kind>>,
}

/// The texts of a kind, in the order in which they came.
struct Kind {
    file: File,
    end: u64,
    /// Each text by the place at which it shall stand: its beginning and its length.
    parts: BTreeMap<usize, Vec<(u64, u64)>>,
}

impl Spool {
    /// A file at `path`, or one of this `name` if `path` is a folder. Fails at once if a file is there already, or none
    /// can be written.
    pub(crate) fn open(path: &Path, name: &str) -> Result<Self> {
        let place = if path.is_dir() { path.join(name) } else { path.to_owned() };
        if place.symlink_metadata().is_ok() {
            return Err(taken(&place));
        }
        let spool = Self { place, kinds: Mutex::default() };
        spool.nameless().map_err(|cause| spool.failed(&cause))?;
        Ok(spool)
    }

    fn folder(&self) -> &Path {
        self.place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    fn nameless(&self) -> io::Result<File> {
        tempfile::tempfile_in(self.folder())
    }

    fn failed(&self, cause: &io::Error) -> Failure {
        if self.folder().is_dir() {
            return Failure::io("cannot write", &self.place, cause);
        }
        Failure::new(format!("there is no folder {}", shown(self.folder()))).help("make the folder first")
    }

    /// Adds a text to a kind. Texts of a kind are sorted by `place`, whenever they come.
    pub(crate) fn add(&self, kind: &str, place: usize, text: &str) -> Result<()> {
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let mut add = || -> io::Result<()> {
            if !kinds.contains_key(kind) {
                kinds.insert(kind.to_owned(), Kind { file: self.nameless()?, end: 0, parts: BTreeMap::new() });
            }
            if let Some(kind) = kinds.get_mut(kind) {
                kind.file.write_all(text.as_bytes())?;
                let length = text.len() as u64;
                kind.parts.entry(place).or_default().push((kind.end, length));
                kind.end += length;
            }
            Ok(())
        };
        add().map_err(|cause| self.failed(&cause))
    }

    /// Puts the file in its place: each kind behind its head, then the end. Gives the path and the number of bytes.
    pub(crate) fn finish(self, head: impl Fn(&str) -> String, end: &str) -> Result<(PathBuf, u64)> {
        let kinds = std::mem::take(&mut *self.kinds.lock().unwrap_or_else(PoisonError::into_inner));
        let whole = || -> io::Result<(tempfile::NamedTempFile, u64)> {
            let file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(self.folder())?;
            let mut out = io::BufWriter::new(file);
            let mut bytes = 0;
            for (name, mut kind) in kinds {
                let head = head(&name);
                out.write_all(head.as_bytes())?;
                bytes += head.len() as u64;
                for (from, length) in kind.parts.into_values().flatten() {
                    kind.file.seek(SeekFrom::Start(from))?;
                    bytes += io::copy(&mut (&kind.file).take(length), &mut out)?;
                }
            }
            out.write_all(end.as_bytes())?;
            let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            readable(&file)?;
            Ok((file, bytes + end.len() as u64))
        };
        let (file, bytes) = whole().map_err(|cause| self.failed(&cause))?;
        match file.persist_noclobber(&self.place) {
            Ok(_) => Ok((self.place, bytes)),
            Err(fault) if fault.error.kind() == ErrorKind::AlreadyExists => Err(taken(&self.place)),
            Err(fault) => Err(self.failed(&fault.error)),
        }
    }
}

fn taken(place: &Path) -> Failure {
    Failure::new(format!("{} exists already", shown(place))).help("move it away, or name another file")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn kinds_stand_together_and_texts_by_their_place() {
        let home = tempfile::tempdir().unwrap();
        let spool = Spool::open(home.path(), "x.om").unwrap();
        for (kind, place, text) in [("b", 2, "b2\n"), ("a", 1, "a1\n"), ("b", 0, "b0\n"), ("b", 2, "b2 too\n")] {
            spool.add(kind, place, text).unwrap();
        }
        assert!(names(home.path()).is_empty(), "nothing is seen before the whole");
        let (path, bytes) = spool.finish(|kind| format!("# {kind}\n"), "# EOF\n").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "# a\na1\n# b\nb0\nb2\nb2 too\n# EOF\n");
        assert_eq!((names(home.path()), bytes), (vec!["x.om".to_owned()], text.len() as u64));
    }

    #[test]
    fn nothing_is_overwritten_and_what_cannot_be_written_is_said_at_once() {
        let home = tempfile::tempdir().unwrap();
        let place = home.path().join("x.om");
        let spool = Spool::open(&place, "y.om").unwrap();
        std::fs::write(&place, "mine").unwrap();
        assert!(spool.finish(|_| String::new(), "").err().unwrap().what.ends_with("x.om exists already"));
        assert!(Spool::open(&place, "y.om").err().unwrap().what.ends_with("x.om exists already"));
        assert_eq!(std::fs::read_to_string(&place).unwrap(), "mine");
        assert_eq!(names(home.path()), ["x.om"]);
        for path in ["none/x.om", "x.om/y.om"] {
            let failure = Spool::open(&home.path().join(path), "y.om").err().unwrap();
            assert!(failure.what.starts_with("there is no folder"), "{path}: {}", failure.what);
        }
    }
}
