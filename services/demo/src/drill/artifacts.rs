//! What was built, by the tree it was built of. A rollback runs what ran before, as where images are kept, and builds nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::{SERVICES, Setting};
use crate::programs;

/// The services of a checkout by name: those that were kept of the same tree, or built and kept now.
///
/// # Errors
/// When they do not build, or cannot be copied.
pub(super) fn of(checkout: &Path, setting: &Setting) -> Result<BTreeMap<String, PathBuf>> {
    let Some(folder) = folder(checkout, setting) else { return programs::services(checkout) };
    if !folder.is_dir() {
        keep(&programs::services(checkout)?, &folder)?;
    }
    Ok(SERVICES.iter().map(|service| ((*service).to_owned(), folder.join(service))).collect())
}

/// Keeps the services that a checkout was just built to, if its tree is known.
///
/// # Errors
/// When they cannot be copied.
pub(super) fn keep_of(checkout: &Path, setting: &Setting, built: &BTreeMap<String, PathBuf>) -> Result<()> {
    folder(checkout, setting).map_or(Ok(()), |folder| keep(built, &folder))
}

/// Puts programs into a folder that is there only once it is whole.
fn keep(built: &BTreeMap<String, PathBuf>, folder: &Path) -> Result<()> {
    let unfinished = folder.with_extension("unfinished");
    for service in SERVICES {
        let from = built.get(service).with_context(|| format!("{service} was not built"))?;
        programs::keep(from, &unfinished, service)?;
    }
    fs::rename(&unfinished, folder).with_context(|| format!("keeping what was built in {}", folder.display()))
}

/// Where the programs of a checkout's tree are kept. `None` for a checkout that git does not know, or with changes of its own.
fn folder(checkout: &Path, setting: &Setting) -> Option<PathBuf> {
    let git = |words: &[&str]| {
        let output = Command::new("git").args(words).current_dir(checkout).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let changes = git(&["status", "--porcelain", "--untracked-files=no"])?;
    let tree = git(&["rev-parse", "HEAD^{tree}"])?;
    changes.is_empty().then(|| setting.data.join("built").join(tree))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn a_tree_that_comes_back_is_not_built_again() {
        let folder = tempfile::tempdir().unwrap();
        let checkout = folder.path().join("checkout");
        let git = |words: &[&str]| {
            let own = ["-c", "user.name=x", "-c", "user.email=x@example.com"];
            let done = Command::new("git").args(own).args(words).current_dir(&checkout).output().unwrap();
            assert!(done.status.success(), "{done:?}");
        };
        fs::create_dir(&checkout).unwrap();
        let commit = |text: &str| {
            fs::write(checkout.join("a"), text).unwrap();
            git(&["add", "-A"]);
            git(&["commit", "-q", "-m", text]);
        };
        git(&["init", "-q"]);
        commit("good");
        let setting = Setting { data: folder.path().join("data"), revision: "1".to_owned() };
        let program = folder.path().join("program");
        fs::write(&program, "good").unwrap();
        let built = SERVICES.iter().map(|service| ((*service).to_owned(), program.clone())).collect();
        keep_of(&checkout, &setting, &built).unwrap();
        // A build would fail: this is no workspace.
        assert!(of(&checkout, &setting).unwrap().values().all(|path| fs::read(path).unwrap() == b"good"));
        commit("bad");
        assert!(of(&checkout, &setting).is_err());
        commit("good");
        assert!(of(&checkout, &setting).is_ok());
        fs::write(checkout.join("a"), "of no commit").unwrap();
        assert!(of(&checkout, &setting).is_err());
    }
}
