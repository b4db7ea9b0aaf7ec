//! The source code at a revision. Each file is read once.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::depends;
use super::program::Program;
use super::program::items::Item;
use super::spot;
use crate::source::History;

/// The most files that are read to find a function.
const READ: usize = 80;

type Files = BTreeMap<(String, String), Option<Rc<Program>>>;

/// The source code at the deployed revision, and at others.
pub(super) struct Repo<'h> {
    pub(super) history: &'h dyn History,
    /// The full id of the deployed revision.
    pub(super) revision: String,
    paths: BTreeSet<String>,
    /// Files that were read, by revision and path.
    files: RefCell<Files>,
}

impl<'h> Repo<'h> {
    /// Opens a revision; `None` if it cannot be read.
    pub(super) fn open(history: &'h dyn History, revision: String) -> Option<Self> {
        let paths = history.paths(&revision, "").ok()?.into_iter().collect();
        Some(Self { history, revision, paths, files: RefCell::default() })
    }

    /// A file at a revision.
    pub(super) fn file(&self, revision: &str, path: &str) -> Option<Rc<Program>> {
        let key = (revision.to_owned(), path.to_owned());
        if let Some(known) = self.files.borrow().get(&key) {
            return known.clone();
        }
        let text = self.history.file(revision, path).ok().flatten();
        let program = text.map(|text| Rc::new(Program::of(path, text)));
        self.files.borrow_mut().insert(key, program.clone());
        program
    }

    /// A file at the deployed revision.
    pub(super) fn now(&self, path: &str) -> Option<Rc<Program>> {
        self.file(&self.revision, path)
    }

    /// The repository's path of a file that telemetry names. The name may be relative, or absolute on the build
    /// machine. Files of libraries never match.
    pub(super) fn path(&self, named: &str) -> Option<String> {
        let mut named = named.replace('\\', "/");
        if named.starts_with("library/") || named.split('/').any(is_versioned) {
            return None;
        }
        while let Some(rest) = named.strip_prefix("./") {
            named = rest.to_owned();
        }
        if self.paths.contains(&named) {
            return Some(named);
        }
        let mut rest = named.as_str();
        while let Some((_, below)) = rest.split_once('/') {
            if below.matches('/').count() >= 1 && self.paths.contains(below) {
                return Some(below.to_owned());
            }
            rest = below;
        }
        // The path may be relative to a folder of the repository.
        let end = format!("/{named}");
        let mut longer = self.paths.iter().filter(|path| named.contains('/') && path.ends_with(&end));
        longer.next().filter(|_| longer.next().is_none()).cloned()
    }

    /// The file and the function of a name. The parts of the function's path lead to the file.
    pub(super) fn function(&self, named: &str, file: &str) -> Option<(String, Item)> {
        let parts = spot::segments(named);
        let name = parts.last()?;
        let qualifier = parts.len().checked_sub(2).and_then(|at| parts.get(at)).map(String::as_str);
        let within = |path: &str| Some((path.to_owned(), self.now(path)?.function(name, qualifier)?.clone()));
        if let Some(found) = self.path(file).and_then(|path| within(&path)) {
            return Some(found);
        }
        let mut ranked: Vec<(usize, &String)> = self
            .paths
            .iter()
            .filter(|path| super::program::Language::of(path).is_code())
            .map(|path| (matched(path, &parts), path))
            .filter(|(matched, _)| *matched > 0)
            .collect();
        ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.len().cmp(&b.1.len())).then(a.1.cmp(b.1)));
        let best = ranked.iter().take(READ).find_map(|(_, path)| within(path))?;
        Some(best)
    }

    /// Source files in a service's folder, without tests.
    pub(super) fn neighbours(&self, folder: &str) -> Vec<String> {
        let within = |path: &&String| folder.is_empty() || path.starts_with(&format!("{folder}/"));
        let is_source =
            |path: &&String| super::program::Language::of(path).is_code() && !super::program::items::is_test_path(path);
        self.paths.iter().filter(within).filter(is_source).take(READ).cloned().collect()
    }

    /// The folder of the package that a file belongs to.
    pub(super) fn package(&self, path: &str) -> String {
        let mut folder = path;
        while let Some((above, _)) = folder.rsplit_once('/') {
            let is_package =
                ["Cargo.toml", "go.mod", "package.json", "pyproject.toml", "pom.xml", "build.gradle", "setup.py"];
            if is_package.iter().any(|name| self.paths.contains(&format!("{above}/{name}"))) {
                return above.to_owned();
            }
            folder = above;
        }
        path.split_once('/').map_or(String::new(), |(first, _)| first.to_owned())
    }

    /// The folder that most likely has a service's sources: a package with the service's name, else such a folder.
    pub(super) fn folder(&self, service: &str) -> Option<String> {
        let mut folders: Vec<String> = self
            .paths
            .iter()
            .filter_map(|path| {
                let parts: Vec<&str> = path.split('/').collect();
                let at = parts.iter().take(parts.len() - 1).position(|part| *part == service)?;
                Some(parts[..=at].join("/"))
            })
            .collect();
        folders.sort_by_key(|folder| {
            let is_package = self.package(&format!("{folder}/x")) == *folder;
            (!is_package, folder.len(), folder.clone())
        });
        folders.into_iter().next()
    }
}

/// The most packages that one package is followed to.
const MOST_DEPENDED: usize = 40;

impl Repo<'_> {
    /// The folders of packages that a folder's package depends on, directly or not, within this repository.
    pub(super) fn depends(&self, folder: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut ahead = vec![folder.to_owned()];
        while let Some(folder) = ahead.pop() {
            for near in self.manifests(&folder) {
                if found.len() < MOST_DEPENDED && found.insert(near.clone()) {
                    ahead.push(near);
                }
            }
        }
        found.remove(folder);
        found
    }

    /// The folders that the manifest of one folder names.
    fn manifests(&self, folder: &str) -> Vec<String> {
        let text = |path: &str| self.now(path).map(|program| program.text.clone()).unwrap_or_default();
        let join = |file: &str| if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") };
        let known = |path: &String| self.paths.iter().any(|file| within(path, file));
        let cargo = depends::cargo(&text(&join("Cargo.toml")), &text("Cargo.toml"));
        let (go, node) = (depends::paths(&text(&join("go.mod"))), depends::paths(&text(&join("package.json"))));
        let relative = cargo.own.iter().chain(&go).chain(&node).filter_map(|path| depends::joined(folder, path));
        let shared = cargo.shared.iter().filter_map(|path| depends::joined("", path));
        relative.chain(shared).filter(known).collect()
    }
}

/// Whether a part of a path is a folder of a package registry, as `tokio-1.43.0`.
fn is_versioned(part: &str) -> bool {
    part.rsplit_once('-')
        .is_some_and(|(_, version)| version.contains('.') && version.starts_with(|c: char| c.is_ascii_digit()))
        || part.contains("@v")
}

/// The number of parts of a function's path that occur in a file's path, in the same order.
fn matched(path: &str, parts: &[String]) -> usize {
    let stems: Vec<&str> = path.split('/').map(|part| part.split('.').next().unwrap_or(part)).collect();
    let (mut at, mut count) = (0, 0);
    for part in &parts[..parts.len() - 1] {
        let alike = |stem: &&str| **stem == *part || stem.replace('-', "_") == *part;
        if let Some(place) = stems[at.min(stems.len())..].iter().position(alike) {
            at += place + 1;
            count += 1;
        }
    }
    count
}

/// Whether a path lies in a folder.
pub(super) fn within(folder: &str, path: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
