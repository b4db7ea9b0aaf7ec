//! The guarantees of the writing side, with hand-made artefacts.

use std::path::PathBuf;
use std::time::SystemTime;

use emberline_core::target::Target;
use tempfile::TempDir;

use super::super::emission::synthetic::emission;
use super::*;

const A: &str = "prometheus/rules/a.yaml";
const B: &str = "prometheus/rules/b.yaml";
const A_TEST: &str = "prometheus/tests/a.yaml";

struct Out {
    /// The folder is removed when the test ends.
    _home: TempDir,
    root: PathBuf,
}

impl Out {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("generated");
        Self { _home: home, root }
    }

    fn compile(&self, artefacts: &[(&str, &str)]) -> Result<Tally> {
        emission(artefacts, None, |emission| write(&self.root, emission, false, &|| {}))
    }

    fn only(&self, target: Target, artefacts: &[(&str, &str)]) -> Result<Tally> {
        emission(artefacts, Some(&[target]), |emission| write(&self.root, emission, false, &|| {}))
    }

    fn force(&self, artefacts: &[(&str, &str)]) -> Result<Tally> {
        emission(artefacts, None, |emission| write(&self.root, emission, true, &|| {}))
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.root.join(path)).ok()
    }

    fn manifest(&self) -> Vec<String> {
        let text = self.text(manifest::NAME).unwrap();
        text.lines().skip(1).map(|line| line.split_once("  ").map_or(line, |(_, path)| path).to_owned()).collect()
    }

    fn modified(&self, path: &str) -> SystemTime {
        fs::metadata(self.root.join(path)).unwrap().modified().unwrap()
    }

    /// Every file and folder in the output folder.
    fn all(&self) -> Vec<String> {
        let mut found: Vec<String> = ignore::WalkBuilder::new(&self.root)
            .standard_filters(false)
            .build()
            .skip(1)
            .map(|entry| entry.unwrap().path().strip_prefix(&self.root).unwrap().display().to_string())
            .collect();
        found.sort();
        found
    }
}

fn counts(tally: &Tally) -> (usize, usize, usize) {
    (tally.written, tally.unchanged, tally.removed.len())
}

#[test]
fn artefacts_and_a_manifest_are_written_and_nothing_else() {
    let out = Out::new();
    let tally = out.compile(&[(B, "bb"), (A, "a"), (A_TEST, "t")]).unwrap();
    assert_eq!((counts(&tally), tally.bytes), ((3, 0, 0), 4));
    assert_eq!(out.text(B).unwrap(), "bb");
    assert_eq!(out.manifest(), [A, B, A_TEST]);
    assert_eq!(out.all(), [".emberline-manifest", "prometheus", "prometheus/rules", A, B, "prometheus/tests", A_TEST]);
}

#[test]
fn what_is_right_already_is_not_touched() {
    let out = Out::new();
    out.compile(&[(A, "a"), (B, "b")]).unwrap();
    let before = [A, B, manifest::NAME].map(|path| out.modified(path));
    std::thread::sleep(std::time::Duration::from_millis(20));
    assert_eq!(counts(&out.compile(&[(A, "a"), (B, "b")]).unwrap()), (0, 2, 0));
    assert_eq!([A, B, manifest::NAME].map(|path| out.modified(path)), before);
    assert_eq!(counts(&out.compile(&[(A, "a"), (B, "c")]).unwrap()), (1, 1, 0));
    assert_eq!(out.modified(A), before[0]);
    assert_eq!(out.text(B).unwrap(), "c");
}

#[test]
fn files_whose_spec_is_gone_go_with_their_folders() {
    let out = Out::new();
    out.compile(&[(A, "a"), (B, "b"), (A_TEST, "t"), ("prometheus/rules/deep/c.yaml", "c")]).unwrap();
    assert_eq!(counts(&out.compile(&[(A, "a")]).unwrap()), (0, 1, 3));
    assert_eq!(out.all(), [".emberline-manifest", "prometheus", "prometheus/rules", A]);
    assert_eq!(out.manifest(), [A]);
}

#[test]
fn a_partial_run_leaves_other_targets_alone() {
    let out = Out::new();
    out.compile(&[(A, "a"), (B, "b"), (A_TEST, "t")]).unwrap();
    assert_eq!(counts(&out.only(Target::Rules, &[(A, "new"), (A_TEST, "new")]).unwrap()), (1, 0, 1));
    assert_eq!((out.text(A).unwrap(), out.text(B), out.text(A_TEST).unwrap()), ("new".into(), None, "t".into()));
    assert_eq!(out.manifest(), [A, A_TEST]);
}

#[test]
fn foreign_files_are_neither_overwritten_nor_removed() {
    let out = Out::new();
    out.put(B, "mine");
    out.put("prometheus/rules/notes.md", "mine");
    out.put("README.md", "mine");
    let failure = out.compile(&[(A, "a"), (B, "b")]).unwrap_err();
    assert!(failure.what.contains("rules/b.yaml") && failure.help.unwrap().contains("--force"));
    assert_eq!((out.text(A), out.text(manifest::NAME)), (None, None), "nothing is written beside it");
    assert_eq!(out.text(B).unwrap(), "mine");

    assert_eq!(counts(&out.force(&[(A, "a"), (B, "b")]).unwrap()), (2, 0, 0));
    assert_eq!(out.text(B).unwrap(), "b");
    assert_eq!(counts(&out.compile(&[]).unwrap()), (0, 0, 2));
    assert_eq!(
        out.all(),
        [".emberline-manifest", "README.md", "prometheus", "prometheus/rules", "prometheus/rules/notes.md"]
    );
}

#[test]
fn a_foreign_file_of_the_same_bytes_is_adopted() {
    let out = Out::new();
    out.compile(&[(A, "a")]).unwrap();
    fs::remove_file(out.root.join(manifest::NAME)).unwrap();
    assert_eq!(counts(&out.compile(&[(A, "a")]).unwrap()), (0, 1, 0));
    assert_eq!(out.manifest(), [A]);
}

#[test]
fn a_folder_in_the_way_is_refused() {
    let out = Out::new();
    out.put(&format!("{A}/inner"), "mine");
    assert!(out.compile(&[(A, "a")]).is_err());
    assert_eq!(out.text(&format!("{A}/inner")).unwrap(), "mine");
    assert!(out.force(&[(A, "a")]).is_err(), "a folder is not replaced even so");
}

#[test]
fn paths_from_core_are_checked() {
    let out = Out::new();
    for path in ["../up.yaml", "../prometheus/rules/up.yaml"] {
        let failure = out.compile(&[(path, "x")]).unwrap_err();
        assert!(failure.what.contains("internal error"), "{failure:?}");
    }
    let failure = emission(&[("/a", "x")], None, |emission| {
        let emit = |_: usize, _: &[Target]| Ok(vec![super::super::emission::synthetic::artefact("elsewhere/a", "x")]);
        write(&out.root, &Emission { emit: &emit, ..*emission }, false, &|| {})
    });
    assert!(failure.is_err());
    assert!(out.all().is_empty());
}

#[test]
fn two_artefacts_of_one_path_are_a_bug() {
    assert!(Out::new().compile(&[(A, "a"), (A, "b")]).unwrap_err().what.contains("internal error"));
}

#[test]
fn an_interrupted_run_orphans_nothing() {
    let out = Out::new();
    // Simulates a crash after two claims, half a line and half a file.
    let claims = [B, A_TEST].map(|path| manifest::line(Hash::of(b"b"), path)).concat();
    out.put(manifest::NAME, &format!("{}{claims}prometheus/ru", manifest::print([])));
    out.put(B, "b");
    out.put(&format!("prometheus/rules/{TEMPORARY}x7"), "hal");
    out.put(&format!("{TEMPORARY}manifest"), "hal");
    assert_eq!(counts(&out.compile(&[(A, "a")]).unwrap()), (1, 0, 1));
    assert_eq!(out.all(), [".emberline-manifest", "prometheus", "prometheus/rules", A]);
    assert_eq!(out.manifest(), [A]);
}

#[test]
fn what_an_interrupted_run_changed_is_not_taken_for_edited() {
    let out = Out::new();
    out.compile(&[(A, "a"), (B, "old")]).unwrap();
    // Simulates a crash after the new text was written, before the finished manifest.
    let claimed = out.text(manifest::NAME).unwrap() + &manifest::line(Hash::of(b"new"), B);
    for text in ["old", "new"] {
        out.put(manifest::NAME, &claimed);
        out.put(B, text);
        assert_eq!(out.compile(&[(A, "a")]).unwrap().removed, [B], "{text}");
    }
    // A run that fails midway leaves this state.
    out.put(&format!("{A_TEST}/folder-in-the-way"), "mine");
    out.force(&[(A, "newer"), (A_TEST, "t")]).unwrap_err();
    fs::remove_dir_all(out.root.join(A_TEST)).unwrap();
    assert_eq!(out.compile(&[]).unwrap().removed, [A]);
}

#[test]
fn a_run_that_fails_midway_has_claimed_what_it_wrote() {
    let out = Out::new();
    out.put(&format!("{B}/folder-in-the-way"), "mine");
    assert!(out.force(&[(A, "a"), (B, "b")]).is_err());
    if out.text(A).is_some() {
        assert!(out.manifest().contains(&A.into()));
    }
    fs::remove_dir_all(out.root.join(B)).unwrap();
    out.compile(&[(A, "a"), (B, "b")]).unwrap();
    assert_eq!(out.manifest(), [A, B]);
}

#[test]
fn an_edited_file_is_generated_again() {
    let out = Out::new();
    out.compile(&[(A, "a")]).unwrap();
    out.put(A, "edited");
    assert_eq!(counts(&out.compile(&[(A, "a")]).unwrap()), (1, 0, 0));
    assert_eq!(out.text(A).unwrap(), "a");
}

#[test]
fn many_units_are_written_side_by_side() {
    let out = Out::new();
    let paths: Vec<String> = (0..500).map(|unit| format!("prometheus/rules/{unit:03}.yaml")).collect();
    let artefacts: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "text")).collect();
    assert_eq!(counts(&out.compile(&artefacts).unwrap()), (500, 0, 0));
    assert_eq!(out.manifest(), paths);
    assert_eq!(counts(&out.compile(&artefacts[..1]).unwrap()), (0, 1, 499));
}

#[test]
fn two_runs_at_a_time_wait_for_each_other() {
    let out = Out::new();
    let texts = ["one", "two", "three", "four"];
    std::thread::scope(|scope| {
        for text in texts {
            let out = &out;
            scope.spawn(move || {
                for _ in 0..10 {
                    out.compile(&[(A, text), (B, text)]).unwrap();
                }
            });
        }
    });
    assert_eq!(out.text(A), out.text(B));
    assert_eq!(out.manifest(), [A, B]);
}

#[cfg(unix)]
mod links {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_linked_file_is_replaced_and_its_target_left_alone() {
        let out = Out::new();
        let outside = out.root.parent().unwrap().join("precious");
        fs::write(&outside, "mine").unwrap();
        out.compile(&[(A, "a")]).unwrap();
        fs::remove_file(out.root.join(A)).unwrap();
        symlink(&outside, out.root.join(A)).unwrap();
        out.compile(&[(A, "a")]).unwrap();
        assert_eq!(fs::read_to_string(&outside).unwrap(), "mine");
        assert!(!out.root.join(A).is_symlink());
        // A link that the compiler does not own gets the same protection.
        symlink(&outside, out.root.join(B)).unwrap();
        assert!(out.compile(&[(A, "a"), (B, "mine")]).is_err());
        assert_eq!(fs::read_to_string(&outside).unwrap(), "mine");
    }

    #[test]
    fn a_linked_folder_is_not_followed_out() {
        let out = Out::new();
        let outside = tempfile::tempdir().unwrap();
        fs::create_dir_all(&out.root).unwrap();
        symlink(outside.path(), out.root.join("prometheus")).unwrap();
        let failure = out.compile(&[(A, "a")]).unwrap_err();
        assert!(failure.what.contains("prometheus is a link"), "{failure:?}");
        assert_eq!(outside.path().read_dir().unwrap().count(), 0);
        // The removal of stale files does not follow the link either.
        out.put("prometheus/rules/x.yaml", "mine");
        let line = manifest::line(Hash::of(b"mine"), "prometheus/rules/x.yaml");
        fs::write(out.root.join(manifest::NAME), line).unwrap();
        let tally = out.compile(&[]).unwrap();
        assert_eq!((tally.removed, tally.kept), (vec![], vec![("prometheus/rules/x.yaml".into(), Reason::Linked)]));
        // The removal of leftovers does not follow the link either, since another run may be writing there.
        let leftover = outside.path().join(format!("rules/{TEMPORARY}x"));
        fs::write(&leftover, "half").unwrap();
        out.compile(&[]).unwrap();
        assert!(outside.path().join("rules/x.yaml").exists() && leftover.exists());
    }

    #[test]
    fn a_linked_manifest_is_refused_and_a_linked_root_is_not() {
        let out = Out::new();
        let outside = out.root.parent().unwrap().join("precious");
        fs::write(&outside, "mine").unwrap();
        fs::create_dir_all(&out.root).unwrap();
        symlink(&outside, out.root.join(manifest::NAME)).unwrap();
        assert!(out.compile(&[(A, "a")]).unwrap_err().what.contains("is a link"));
        assert_eq!(fs::read_to_string(&outside).unwrap(), "mine");

        let real = tempfile::tempdir().unwrap();
        let root = out.root.parent().unwrap().join("linked");
        symlink(real.path(), &root).unwrap();
        let linked = Out { root, ..Out::new() };
        linked.compile(&[(A, "a")]).unwrap();
        assert!(real.path().join(A).exists());
    }

    #[test]
    fn new_files_can_be_read_by_others() {
        let out = Out::new();
        out.compile(&[(A, "a")]).unwrap();
        let beside = out.root.join("beside");
        fs::write(&beside, "").unwrap();
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(out.root.join(A)), mode(beside));
    }
}
