//! Which files a scan reads: in a repository those that git tracks or would add, elsewhere everything but `.git`.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Cursor, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;

use super::{git, shown};
use crate::failure::{Failure, Result};

/// What there is to read.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    /// In the order of their paths, each once.
    pub(crate) files: Vec<Place>,
    /// Submodules that are not checked out: nothing of them is here.
    pub(crate) absent: Vec<String>,
    /// Folders that cannot be listed, and why.
    pub(crate) unreadable: Vec<(String, String)>,
}

/// A file to read.
#[derive(Debug, PartialEq, Eq, Hash, Clone)]
pub(crate) struct Place {
    path: PathBuf,
    kind: Kind,
}

#[derive(Debug, PartialEq, Eq, Hash, Clone)]
enum Kind {
    /// Somebody named it: a link is followed, and what is not there is missing.
    Named,
    /// Found in a folder: a link is its own text, and is never followed.
    Found,
    /// Left out of a sparse work tree of `folder`: its content's id.
    Sparse { folder: PathBuf, id: String },
}

impl Place {
    /// The path as people are shown it.
    pub(crate) fn shown(&self) -> String {
        shown(&self.path)
    }

    /// Opens the file; `None` where nothing stands there that could be read: a file that was removed but is still tracked,
    /// a pipe, a folder in its place.
    pub(crate) fn open(&self) -> io::Result<Option<Box<dyn Read>>> {
        if let Kind::Named = self.kind {
            return Ok(Some(Box::new(File::open(&self.path)?)));
        }
        let about = match fs::symlink_metadata(&self.path) {
            Ok(about) => about,
            Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                let Kind::Sparse { folder, id } = &self.kind else { return Ok(None) };
                let content = git::content(folder, id).map_err(|failure| io::Error::other(failure.what))?;
                return Ok(Some(Box::new(Cursor::new(content))));
            }
            Err(cause) => return Err(cause),
        };
        if about.is_symlink() {
            let target = fs::read_link(&self.path)?;
            return Ok(Some(Box::new(Cursor::new(target.into_os_string().into_encoded_bytes()))));
        }
        Ok(if about.is_file() { Some(Box::new(File::open(&self.path)?)) } else { None })
    }
}

/// Everything to read at and below the paths; of the working directory without any.
pub(crate) fn inventory(paths: &[PathBuf]) -> Result<Inventory> {
    let here = [PathBuf::from(".")];
    let mut inventory = Inventory::default();
    for path in if paths.is_empty() { &here[..] } else { paths } {
        let about = fs::metadata(path)
            .map_err(|cause| Failure::io("cannot scan", path, &cause).help("name files and folders that exist"))?;
        if about.is_dir() {
            inventory.folder(path)?;
        } else if about.is_file() {
            inventory.files.push(Place { path: path.clone(), kind: Kind::Named });
        } else {
            return Err(Failure::new(format!("cannot scan {}: it is neither a file nor a folder", shown(path)))
                .help("write what it gives into a file, and scan that"));
        }
    }
    let mut seen = HashSet::new();
    inventory.files.retain(|place| seen.insert(place.path.clone()));
    Ok(inventory)
}

impl Inventory {
    fn folder(&mut self, folder: &Path) -> Result<()> {
        match git::below(folder)? {
            git::Below::Files(files) => self.listed(folder, files),
            // Somebody who names an ignored folder wants it read.
            git::Below::Ignored | git::Below::NoRepository => {
                self.everything(folder);
                Ok(())
            }
        }
    }

    fn listed(&mut self, folder: &Path, files: Vec<git::Listed>) -> Result<()> {
        let mut links = Links::default();
        for git::Listed { path, at } in files {
            // What git tracked below a folder that has since become a link lies elsewhere now; the link is listed itself.
            if links.lead_to(folder, &path) {
                continue;
            }
            let path = folder.join(&path);
            match at {
                git::At::File => self.files.push(Place { path, kind: Kind::Found }),
                git::At::Sparse(id) => {
                    self.files.push(Place { path, kind: Kind::Sparse { folder: folder.to_owned(), id } });
                }
                git::At::Repository => self.repository(&path)?,
            }
        }
        Ok(())
    }

    /// A submodule, or a repository within the work tree that nobody has added.
    fn repository(&mut self, folder: &Path) -> Result<()> {
        match fs::symlink_metadata(folder) {
            Ok(about) if about.is_dir() && folder.join(".git").symlink_metadata().is_ok() => {}
            // As git itself does, a link in the place of a submodule is not followed.
            Ok(about) if !about.is_dir() => {
                self.files.push(Place { path: folder.to_owned(), kind: Kind::Found });
                return Ok(());
            }
            _ => {
                self.absent.push(shown(folder));
                return Ok(());
            }
        }
        if git::is_top(folder)? {
            return self.folder(folder);
        }
        // Its `.git` is none: git would answer for the repository around it.
        self.everything(folder);
        Ok(())
    }

    /// Every file and link but git's own: hidden ones, and what rules anywhere would have ignored. Pipes, sockets and
    /// devices hold nothing that could be committed.
    fn everything(&mut self, folder: &Path) {
        let first = self.files.len();
        let walk = WalkBuilder::new(folder)
            .standard_filters(false)
            .filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git")
            .build();
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file() || kind.is_symlink()) => {
                    // The folder itself may be named by a link.
                    if entry.depth() > 0 {
                        self.files.push(Place { path: entry.into_path(), kind: Kind::Found });
                    }
                }
                Ok(_) => {}
                Err(cause) => {
                    let path = match &cause {
                        ignore::Error::WithPath { path, .. } => shown(path),
                        _ => shown(folder),
                    };
                    let why = cause.io_error().map_or_else(|| cause.to_string(), ToString::to_string);
                    self.unreadable.push((path, why));
                }
            }
        }
        self.files[first..].sort_by(|a, b| a.path.cmp(&b.path));
    }
}

/// Folders that were looked at: whether one of the parts of their path is a link.
#[derive(Default)]
struct Links {
    known: HashMap<PathBuf, bool>,
}

impl Links {
    /// Whether a link stands among the folders between `root` and the file at `path` below it.
    fn lead_to(&mut self, root: &Path, path: &Path) -> bool {
        let Some(parent) =
            path.parent().filter(|parent| parent.components().any(|it| matches!(it, Component::Normal(_))))
        else {
            return false;
        };
        if let Some(known) = self.known.get(parent) {
            return *known;
        }
        let is_link = self.lead_to(root, parent) || root.join(parent).is_symlink();
        self.known.insert(parent.to_owned(), is_link);
        is_link
    }
}
