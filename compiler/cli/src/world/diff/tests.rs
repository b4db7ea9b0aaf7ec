//! The differences that `compile --check` finds and shows.

use std::path::PathBuf;

use super::super::emission::synthetic::emission;
use super::super::write;
use super::*;

const A: &str = "prometheus/rules/a.yaml";
const B: &str = "prometheus/rules/b.yaml";

/// Writes `before`, lets `meddle` change the folder, and compares it with `after`.
fn checked(
    before: &[(&str, &str)],
    after: &[(&str, &str)],
    meddle: impl FnOnce(PathBuf),
) -> (Vec<(String, Kind)>, String) {
    let home = tempfile::tempdir().unwrap();
    let root = home.path().join("generated");
    emission(before, None, |emission| write::write(&root, emission, false, &|| {})).unwrap();
    meddle(root.clone());
    emission(after, None, |emission| {
        let differences = compare(&root, emission, &|| {}).unwrap();
        let mut text = anstream::StripStream::new(Vec::new());
        print(&root, emission, &differences, &mut text).unwrap();
        let text = String::from_utf8(text.into_inner()).unwrap().replace(&shown(&root), "generated");
        (differences.into_iter().map(|difference| (difference.path, difference.kind)).collect(), text)
    })
}

#[test]
fn what_was_just_written_does_not_differ() {
    let (differences, text) = checked(&[(A, "a\n")], &[(A, "a\n")], |_| {});
    assert_eq!((differences, text), (Vec::new(), String::new()));
    assert_eq!(checked(&[], &[], |_| {}).0, [], "nothing generated needs no manifest");
}

#[test]
fn every_kind_of_difference_is_shown() {
    let (differences, text) = checked(
        &[(A, "one\ntwo\nthree\n"), (B, "gone\n")],
        &[(A, "one\n2\nthree\n"), ("schema/s.json", "{}\n"), ("operator/o.yaml", "no end")],
        |root| {
            std::fs::create_dir_all(root.join("operator")).unwrap();
            std::fs::write(root.join("operator/o.yaml"), "mine \u{1b}[31m\n").unwrap();
        },
    );
    let kinds = [
        (manifest::NAME.to_owned(), Kind::Changed),
        ("operator/o.yaml".into(), Kind::Foreign),
        (A.into(), Kind::Changed),
        (B.into(), Kind::Stale),
        ("schema/s.json".into(), Kind::Missing),
    ];
    assert_eq!(differences, kinds);
    insta::assert_snapshot!(text);
}

#[test]
fn what_is_kept_is_a_difference_that_compiling_does_not_mend() {
    let (differences, text) = checked(&[(A, "a\n"), (B, "b\n")], &[(A, "a\n")], |root| {
        std::fs::write(root.join(B), "edited\n").unwrap();
    });
    assert_eq!(differences, [(B.into(), Kind::Kept(Reason::Edited))]);
    assert_eq!(text, "", "nothing would be written");
}

#[test]
fn a_list_without_hashes_is_to_be_compiled_again() {
    let (differences, _) = checked(&[(A, "a\n")], &[(A, "a\n")], |root| {
        std::fs::write(root.join(manifest::NAME), format!("{A}\n")).unwrap();
    });
    assert_eq!(differences, [(manifest::NAME.into(), Kind::Changed)]);
}

#[test]
fn a_folder_that_is_not_there_is_all_missing() {
    let (differences, _) = checked(&[], &[(A, "a\n")], |root| std::fs::remove_dir_all(root).unwrap());
    assert_eq!(differences, [(manifest::NAME.into(), Kind::Missing), (A.into(), Kind::Missing)]);
}

#[test]
fn long_diffs_are_cut_and_say_so() {
    let long: String = (0..5_000).map(|line| format!("{line}\n")).collect();
    let paths: Vec<String> = (0..20).map(|file| format!("prometheus/rules/{file:02}.yaml")).collect();
    let after: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), long.as_str())).collect();
    let (differences, text) = checked(&[], &after, |_| {});
    assert_eq!(differences.len(), 21);
    assert!(text.contains("… 4803 more lines of this diff\n"), "{}", &text[text.len() - 300..]);
    assert!(text.ends_with("… and 15 more files differ\n"), "{}", &text[text.len() - 300..]);
    assert!(text.lines().count() < 1_010);
}

#[cfg(unix)]
#[test]
fn a_link_is_named_and_not_followed() {
    let (differences, text) = checked(&[(A, "a\n")], &[(A, "a\n")], |root| {
        std::fs::remove_file(root.join(A)).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", root.join(A)).unwrap();
    });
    assert_eq!(differences, [(A.into(), Kind::Changed)]);
    assert!(text.contains("-(a link to /etc/passwd)") && !text.contains("root:"), "{text}");
}
