//! The commits between two revisions, and how each commit changes the code.

use super::program::change::{Changed, How, Names};
use super::program::compare::compare;
use super::program::{Language, Program, moved};
use super::repo::Repo;
use super::{packages, reversed};
use crate::source::{Change, Commit};

/// A commit that may be the cause.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) commit: Commit,
    /// The commit's changes, from git.
    pub(super) changes: Vec<Change>,
    /// How these changes affect functions, constants and types, by file.
    pub(super) items: Vec<(String, Changed)>,
    /// Files other than source code that may matter.
    pub(super) settings: Vec<String>,
    /// Libraries whose versions the commit changes.
    pub(super) packages: Vec<String>,
}

/// The most commits that are read. From a larger deployment, only the latest commits are read.
pub(super) const MOST: usize = 60;

impl Candidate {
    /// Reads a commit.
    pub(super) fn read(repo: &Repo<'_>, commit: Commit) -> Self {
        let changes = repo.history.changes(&commit.id).unwrap_or_default();
        let before = format!("{}^", commit.id);
        let read = |change: &Change| {
            let source = |path: &Option<String>| path.clone().filter(|path| is_read(path));
            let new = source(&change.after).and_then(|path| repo.file(&commit.id, &path));
            // A merge's changes are against what git merges by itself, which no revision has. So the change is undone.
            let old = source(&change.before).and_then(|path| {
                let text = reversed::text(new.as_ref().map_or("", |new| &new.text), &change.hunks);
                let undone = text.map(|text| std::rc::Rc::new(Program::of(&path, text)));
                undone.or_else(|| repo.file(&before, &path))
            });
            (old, new)
        };
        let programs: Vec<_> = changes.iter().map(read).collect();
        let names = Names::of(
            programs.iter().filter_map(|(old, _)| Some(old.as_ref()?.tokens.as_slice())),
            programs.iter().filter_map(|(_, new)| Some(new.as_ref()?.tokens.as_slice())),
        );
        let mut items = Vec::new();
        let mut settings = Vec::new();
        for (change, (old, new)) in changes.iter().zip(&programs) {
            let Some(path) = change.after.as_ref().or(change.before.as_ref()) else { continue };
            if old.is_none() && new.is_none() {
                if is_setting(path) {
                    settings.push(path.clone());
                }
                continue;
            }
            let changed = compare(old.as_deref(), new.as_deref(), &names);
            if !Language::of(path).is_code() && !changed.is_empty() && is_setting(path) {
                settings.push(path.clone());
            }
            items.extend(changed.into_iter().map(|changed| (path.clone(), changed)));
        }
        moved::mark(&mut items);
        let packages = packages::changed(repo, &commit.id, &changes);
        Self { commit, changes, items, settings, packages }
    }

    /// Whether the commit may change behaviour.
    pub(super) fn may_matter(&self) -> bool {
        self.items.iter().any(|(_, changed)| changed.how.weight() >= 0.3) || !self.settings.is_empty()
    }

    /// The commit's most important change.
    pub(super) fn most(&self) -> Option<How> {
        self.items.iter().map(|(_, changed)| changed.how).max_by(|a, b| a.weight().total_cmp(&b.weight()))
    }
}

/// Whether a file stands beside what is deployed: documentation, pipelines, generated files.
pub(super) fn is_beside(path: &str) -> bool {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let first = folder.split('/').next().unwrap_or_default();
    matches!(first, "docs" | "doc" | "ci" | ".github" | "generated" | "slos")
        || (file.starts_with('.') && !file.starts_with(".env"))
        || file.ends_with(".md")
}

/// Whether a file other than source code may change behaviour: settings, schemas and dependencies, not prose.
fn is_setting(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    !is_beside(path)
        && (super::packages::is_manifest(path)
            || matches!(
                ending,
                "toml"
                    | "lock"
                    | "yaml"
                    | "yml"
                    | "json"
                    | "sql"
                    | "ini"
                    | "conf"
                    | "properties"
                    | "env"
                    | "proto"
                    | "mod"
                    | "sum"
            ))
}

/// Whether a file is read item by item. Settings that are no part of a service are not.
fn is_read(path: &str) -> bool {
    match Language::of(path) {
        Language::Other => false,
        language => language.is_code() || is_setting(path),
    }
}
