//! Which lines of a manifest count.

use super::*;

const A: &str = "prometheus/rules/a.yaml";
const B: &str = "grafana/dashboards/b.json";

fn hash(text: &[u8]) -> Hash {
    Hash::of(text)
}

fn entries(of: &[(&str, &[&str])]) -> Entries {
    let hashes = |texts: &[&str]| {
        let mut hashes: Vec<_> = texts.iter().map(|text| hash(text.as_bytes())).collect();
        hashes.sort();
        hashes
    };
    of.iter().map(|(path, texts)| ((*path).to_owned(), hashes(texts))).collect()
}

fn printed(entries: &Entries) -> String {
    print(entries.iter().map(|(path, hashes)| (path.as_str(), hashes.as_slice())))
}

#[test]
fn what_is_printed_is_parsed() {
    let entries = entries(&[(A, &["one", "two"]), (B, &[])]);
    assert_eq!(parse(&printed(&entries)), Listed { entries, unknown: Vec::new() });
}

#[test]
fn lines_are_those_of_sha256sum() {
    // printf abc | sha256sum
    let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(line(hash(b"abc"), A), format!("{known}  {A}\n"));
}

#[test]
fn a_merge_conflict_is_the_union() {
    let [ours, base, theirs] = ["ours", "base", "theirs"].map(|text| line(hash(text.as_bytes()), A));
    let other = line(hash(b"b"), B);
    let text =
        format!("{TITLE}<<<<<<< ours\n{ours}||||||| base\n{base}=======\n{theirs}>>>>>>> theirs\n{other}{other}");
    assert_eq!(parse(&text).entries, entries(&[(A, &["ours", "base", "theirs"]), (B, &["b"])]));
    assert_eq!(parse(&text).unknown, [""; 0]);
}

#[test]
fn lists_of_old_releases_have_no_hashes() {
    let old = "# Files that `emberline compile` wrote here, and may replace or remove. Generated; do not edit.\n";
    assert_eq!(parse(&format!("{old}{A}\r\n{B}\n")).entries, entries(&[(A, &[]), (B, &[])]));
    // After a merge of an old and a new list, the hash counts.
    assert_eq!(parse(&format!("{A}\n{}", line(hash(b"a"), A))).entries, entries(&[(A, &["a"])]));
}

#[test]
fn only_paths_in_folders_of_targets_count() {
    let hostile = [
        ".git/HEAD",
        "slos/checkout.yaml",
        "incidents/q/incident.md",
        "../up",
        "../generated/prometheus/rules/a.yaml",
        "prometheus/rules/../../incidents/q.md",
        "prometheus/rules//a.yaml",
        "prometheus/rules/./a.yaml",
        "./prometheus/rules/a.yaml",
        "/etc/passwd",
        "/prometheus/rules/a.yaml",
        "C:\\x",
        "C:prometheus/rules/a.yaml",
        "prometheus\\rules\\a.yaml",
        "prometheus/rules/a\u{0}.yaml",
        "prometheus/rules/a\u{1b}[2J.yaml",
        "prometheus/rules/a.yaml\rx",
        "prometheus/rules",
        "prometheus/rules/",
        "prometheus/rulesets/a.yaml",
        "prometheus/other.yaml",
        "Prometheus/rules/a.yaml",
        " prometheus/rules/a.yaml",
        "runbooks",
        NAME,
    ];
    let plain: String = hostile.iter().map(|path| format!("{path}\n")).collect();
    assert_eq!(parse(&plain), Listed { entries: Entries::new(), unknown: hostile.map(String::from).into() });
    // A hash does not make a hostile path acceptable.
    let hashed: String = hostile.iter().map(|path| line(hash(b"x"), path)).collect();
    assert_eq!(parse(&hashed).entries, Entries::new());
}

#[test]
fn every_target_may_own_files() {
    for target in Target::ALL {
        let path = format!("{}/deep/er file", target.folder());
        assert_eq!(parse(&line(hash(b"x"), &path)).entries, entries(&[(&path, &["x"])]));
    }
    for folder in RETIRED_FOLDERS {
        assert!(is_safe(folder) && !folder.starts_with(".git") && !folder.starts_with("incidents"), "{folder}");
    }
}

#[test]
fn torn_and_empty_lines_are_passed_over() {
    assert_eq!(parse(&format!("\n\r\n{A}\nprometheus/rules/torn")).entries, entries(&[(A, &[])]));
    assert_eq!(parse(""), Listed::default());
    // Half a hash counts as no hash, and the rest of the line names no file.
    assert_eq!(parse(&format!("0123abcd{BETWEEN}{A}\n")).unknown, [format!("0123abcd  {A}")]);
    assert_eq!(parse(&format!("{}{BETWEEN}{A}\n", "F".repeat(DIGITS))).entries, Entries::new());
}

#[test]
fn line_ends_of_windows_are_no_edit() {
    let hashes = [hash(b"a\nb\n")];
    assert!(is_text_of(b"a\nb\n", &hashes) && is_text_of(b"a\r\nb\r\n", &hashes));
    assert!(!is_text_of(b"a\nb", &hashes) && !is_text_of(b"a\r\nb\r\n\xff", &hashes) && !is_text_of(b"", &hashes));
}
