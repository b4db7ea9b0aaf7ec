//! Which files a scan reads. In a repository: files that git tracks or would add. Elsewhere: every file except those in
//! `.git`.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Cursor, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;

use super::{git, shown};
use crate::failure::{Failure, Result};

/// The files to read, and the places that cannot be read.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    /// Files to read, each once, sorted within each folder that was named.
    pub(crate) files: Vec<Place>,
    /// Submodules that are not checked out, so that none of their files is here.
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
    /// A path that the user named: a link is followed, and a missing file is an error.
    Named,
    /// A path found in a folder: a link counts as its own text, and is never followed.
    Found,
    /// A file that the sparse work tree of `folder` leaves out, with the id of its content.
    Sparse { folder: PathBuf, id: String },
}

impl Place {
    /// The path as users see it.
    pub(crate) fn shown(&self) -> String {
        shown(&self.path)
    }

    /// Opens the file; `None` if there is nothing to read. Examples are a tracked file that was removed, a pipe, and a
    /// folder at the file's path.
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

/// All files to read at and below the paths; without paths, those of the working directory.
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
            // A user who names an ignored folder wants a scan of it.
            git::Below::Ignored | git::Below::NoRepository => {
                self.everything(folder);
                Ok(())
            }
        }
    }

    fn listed(&mut self, folder: &Path, files: Vec<git::Listed>) -> Result<()> {
        let mut links = Links::default();
        for git::Listed { path, at } in files {
            // If a tracked folder has become a link, the files behind the link lie elsewhere. Git lists the link
            // itself.
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

    /// Adds a submodule, or a repository within the work tree that nobody has added.
    fn repository(&mut self, folder: &Path) -> Result<()> {
        match fs::symlink_metadata(folder) {
            Ok(about) if about.is_dir() && folder.join(".git").symlink_metadata().is_ok() => {}
            // Like git, the scan does not follow a link in the place of a submodule.
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
        // The `.git` of this folder is not a repository: git would answer for the surrounding repository.
        self.everything(folder);
        Ok(())
    }

    /// Adds every file and link except git's own files, including hidden and ignored files. Pipes, sockets and devices
    /// are skipped, because they hold nothing that could be committed.
    fn everything(&mut self, folder: &Path) {
        let first = self.files.len();
        let walk = WalkBuilder::new(folder)
            .standard_filters(false)
            .filter_entry(|entry| entry.depth() == 0 || entry.file_name() != ".git")
            .build();
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file() || kind.is_symlink()) => {
                    // At depth 0 the entry is the folder, which the user may have named by a link.
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

/// Caches for each folder whether a part of its path is a link.
#[derive(Default)]
struct Links {
    known: HashMap<PathBuf, bool>,
}

impl Links {
    /// Whether a folder between `root` and the file at `path` is a link. `path` is relative to `root`.
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
