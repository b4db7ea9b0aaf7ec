//! The fate of a file, depending on its manifest entry and on what is at its path.

use std::path::PathBuf;

use super::super::emission::synthetic::emission;
use super::super::manifest::{NAME, line};
use super::super::write::{self, Tally};
use super::*;

const A: &str = "prometheus/rules/a.yaml";
const GONE: &str = "prometheus/rules/gone.yaml";

/// An output folder in a repository, with a manifest that has the given lines.
struct Repository {
    /// The folder is removed when the test ends.
    _home: tempfile::TempDir,
    out: PathBuf,
}

impl Repository {
    fn with(manifest: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let repository = Self { out: home.path().join("generated"), _home: home };
        repository.put(NAME, manifest);
        repository
    }

    /// Writes a file; `path` is relative to the output folder.
    fn put(&self, path: &str, text: &str) {
        let place = self.out.join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }

    fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.out.join(path)).ok()
    }

    /// Compiles with `A` as the only artefact.
    fn compile(&self) -> Tally {
        self.of(None)
    }

    fn of(&self, only: Option<&[Target]>) -> Tally {
        emission(&[(A, "a")], only, |emission| write::write(&self.out, emission, false, &|| {})).unwrap()
    }

    fn lists(&self, path: &str) -> bool {
        self.text(NAME).unwrap().lines().any(|line| line.ends_with(path))
    }
}

/// The line of `path` with the hash of "text".
fn listed(path: &str) -> String {
    line(Hash::of(b"text"), path)
}

#[test]
fn what_the_compiler_wrote_goes_and_is_named() {
    let repository = Repository::with(&listed(GONE));
    repository.put(GONE, "text");
    let tally = repository.compile();
    assert_eq!((tally.removed, tally.kept), (vec![GONE.to_owned()], vec![]));
    assert!(repository.text(GONE).is_none() && !repository.lists(GONE));
}

#[test]
fn nothing_outside_the_folders_of_targets_is_touched() {
    let places = [
        ".git/HEAD",
        "slos/checkout.yaml",
        "incidents/q/incident.md",
        "../precious",
        "prometheus/other.yaml",
        "README.md",
    ];
    for path in places {
        for manifest in [listed(path), format!("{path}\n")] {
            let repository = Repository::with(&manifest);
            repository.put(path, "text");
            let tally = repository.compile();
            assert_eq!((tally.removed.len(), tally.unknown), (0, vec![path.to_owned()]), "{manifest}");
            assert_eq!(repository.text(path).unwrap(), "text", "{manifest}");
            assert!(!repository.lists(path) && repository.compile().unknown.is_empty(), "it is said once: {manifest}");
        }
    }
    let outside = tempfile::NamedTempFile::new().unwrap();
    let path = outside.path().to_str().unwrap();
    assert_eq!(Repository::with(&listed(path)).compile().unknown, [path]);
    assert!(outside.path().exists());
}

#[test]
fn an_edited_file_stays_and_is_told_of_until_it_is_gone() {
    let repository = Repository::with(&listed(GONE));
    repository.put(GONE, "edited");
    for _ in 0..2 {
        let tally = repository.compile();
        assert_eq!((tally.removed.len(), tally.kept), (0, vec![(GONE.to_owned(), Reason::Edited)]));
        assert_eq!(repository.text(GONE).unwrap(), "edited");
    }
    // A run over other targets does not report the file, and keeps its manifest entry.
    assert!(repository.of(Some(&[Target::Schema])).kept.is_empty());
    assert!(repository.lists(GONE));
    fs::remove_file(repository.out.join(GONE)).unwrap();
    assert!(repository.compile().kept.is_empty() && !repository.lists(GONE));
}

#[test]
fn a_file_that_was_put_back_goes() {
    let repository = Repository::with(&listed(GONE));
    repository.put(GONE, "edited");
    repository.compile();
    repository.put(GONE, "text");
    assert_eq!(repository.compile().removed, [GONE]);
}

#[test]
fn either_hash_of_a_merge_will_do() {
    let conflict = format!(
        "<<<<<<< ours\n{}=======\n{}>>>>>>> theirs\n",
        line(Hash::of(b"ours"), GONE),
        line(Hash::of(b"theirs"), GONE)
    );
    for text in ["ours", "theirs"] {
        let repository = Repository::with(&conflict);
        repository.put(GONE, text);
        assert_eq!(repository.compile().removed, [GONE]);
    }
    let repository = Repository::with(&conflict);
    repository.put(GONE, "<<<<<<< ours\nours\n=======\ntheirs\n>>>>>>> theirs\n");
    assert_eq!(repository.compile().kept, [(GONE.to_owned(), Reason::Edited)]);
    assert_eq!(repository.text(NAME).unwrap().matches(GONE).count(), 2, "both are still good");
}

#[test]
fn an_entry_of_an_old_release_cannot_prove_anything() {
    let repository = Repository::with(&format!("{GONE}\n{A}\n"));
    repository.put(GONE, "text");
    repository.put(A, "old");
    let tally = repository.compile();
    assert_eq!((tally.written, tally.removed.len()), (1, 0), "what is generated again gets its hash");
    assert_eq!(tally.kept, [(GONE.to_owned(), Reason::NoHash)]);
    assert!(repository.lists(GONE) && repository.text(NAME).unwrap().contains(&line(Hash::of(b"a"), A)));
    // If no file exists at the path, no hash is needed to drop the entry.
    fs::remove_file(repository.out.join(GONE)).unwrap();
    assert!(repository.compile().kept.is_empty() && !repository.lists(GONE));
}

#[test]
fn a_folder_in_the_place_of_a_file_is_somebody_else_s() {
    let repository = Repository::with(&listed(GONE));
    repository.put(&format!("{GONE}/inner"), "text");
    let tally = repository.compile();
    assert_eq!((tally.removed.len(), tally.kept.len()), (0, 0));
    assert!(repository.text(&format!("{GONE}/inner")).is_some() && !repository.lists(GONE));
    // The compiler does not look for files below a file either.
    let repository = Repository::with(&listed(&format!("{A}/deeper")));
    assert_eq!(repository.compile().kept, []);
}

#[test]
fn another_spelling_is_another_file() {
    let other = "prometheus/rules/A.yaml";
    let repository = Repository::with(&listed(other));
    repository.put(other, "text");
    repository.compile();
    // On a case-insensitive file system, both names are one file, which was just written.
    assert_eq!(repository.text(A).unwrap(), "a");
    let repository = Repository::with(&line(Hash::of(b"a"), other));
    repository.compile();
    assert_eq!((repository.text(A).unwrap().as_str(), repository.lists(other)), ("a", false));
}

#[test]
fn a_list_of_any_length_is_read() {
    let many: String = (0..50_000).map(|number| listed(&format!("prometheus/rules/{number}.yaml"))).collect();
    let repository = Repository::with(&format!("{many}{}{}", listed(GONE), listed(GONE)));
    repository.put(GONE, "text");
    assert_eq!(repository.compile().removed, [GONE], "once, although it is listed twice");
    assert_eq!(repository.text(NAME).unwrap().lines().count(), 2);
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_in_the_place_of_a_file_stays() {
        let repository = Repository::with(&listed(GONE));
        repository.put("../precious", "text");
        repository.put(A, "a");
        symlink("../../../precious", repository.out.join(GONE)).unwrap();
        assert_eq!(repository.compile().kept, [(GONE.to_owned(), Reason::Edited)]);
        assert!(repository.out.join(GONE).is_symlink() && repository.text("../precious").is_some());
        // A link that leads nowhere is treated alike.
        fs::remove_file(repository.out.join("../precious")).unwrap();
        assert_eq!(repository.compile().kept, [(GONE.to_owned(), Reason::Edited)]);
    }

    #[test]
    fn no_file_goes_by_way_of_a_linked_folder() {
        // One link leads out of the output folder, the other one to evidence inside it.
        for target in ["../../elsewhere", "../incidents"] {
            let repository = Repository::with(&listed("prometheus/tests/q.md"));
            repository.put("../elsewhere/q.md", "text");
            repository.put("incidents/q.md", "text");
            fs::create_dir_all(repository.out.join("prometheus")).unwrap();
            symlink(target, repository.out.join("prometheus/tests")).unwrap();
            let tally = repository.compile();
            assert_eq!(tally.kept, [("prometheus/tests/q.md".to_owned(), Reason::Linked)], "{target}");
            assert!(repository.text("../elsewhere/q.md").is_some() && repository.text("incidents/q.md").is_some());
        }
    }

    #[test]
    fn a_pipe_is_not_waited_for() {
        let repository = Repository::with(&listed(GONE));
        repository.put(A, "a");
        let made = std::process::Command::new("mkfifo").arg(repository.out.join(GONE)).status().unwrap();
        assert!(made.success());
        assert_eq!(repository.compile().kept, [(GONE.to_owned(), Reason::Edited)]);
        fs::remove_file(repository.out.join(GONE)).unwrap();
        fs::rename(repository.out.join(NAME), repository.out.join("old")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(repository.out.join(NAME)).status().unwrap().success());
        let failure = emission(&[(A, "a")], None, |emission| write::write(&repository.out, emission, false, &|| {}));
        assert!(failure.unwrap_err().what.contains("is no list of files"));
    }
}
