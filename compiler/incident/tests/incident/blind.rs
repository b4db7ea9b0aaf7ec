//! Cases by authors who had not read the walk; see ../blind/README.md.

use std::fs::File;
use std::path::{Path, PathBuf};

use emberline_incident::walk;
use tempfile::TempDir;

use crate::public::{Truth, truth};
use crate::shown::{self, Known, Tally};

/// The cases of a set, unpacked.
fn cases(set: &str) -> (TempDir, Vec<Truth>) {
    let folder = tempfile::tempdir().unwrap();
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/blind/{set}.tar.gz"));
    let archive = flate2::read::GzDecoder::new(File::open(archive).unwrap());
    tar::Archive::new(archive).unpack(&folder).unwrap();
    let entries = std::fs::read_dir(folder.path().join(set)).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let cases = folders.iter().filter_map(|folder| truth(folder)).collect();
    (folder, cases)
}

/// The half of set `a` that the walk was developed on: the eight names with the smallest SHA-256. The other half was
/// only looked at as a score.
const DEVELOPED: [&str; 8] = [
    "edge-ruleset-flap",
    "claims-intake-frozen",
    "map-tiles-origin-hot",
    "podcast-origin-absent",
    "statement-export-late",
    "chat-presence-storm",
    "suggest-index-crawl",
    "greenhouse-wrong-names",
];

/// Walks a set. Returns the counts of all cases, and prints those of each half.
fn walked(set: &str) -> Tally {
    let (_folder, cases) = cases(set);
    let (mut all, mut developed, mut held) = (Tally::default(), Tally::default(), Tally::default());
    for case in &cases {
        let found = walk(&case.folder).unwrap();
        let known = Known { name: &case.name, commit: &case.commit, first: &case.first };
        shown::print(&known, &found);
        all.add(&known, &found);
        if DEVELOPED.contains(&&*case.name) { developed.add(&known, &found) } else { held.add(&known, &found) }
    }
    if set == "a" {
        developed.print("set a, developed half");
        held.print("set a, held half");
    }
    all.print(&format!("set {set}"));
    all
}

#[test]
fn no_blind_case_is_certain_and_wrong() {
    for (set, least) in [("a", 12), ("b", 13), ("c", 11)] {
        let tally = walked(set);
        assert!(tally.right >= least, "set {set}: {tally:?}");
        assert_eq!(tally.sure_and_wrong, 0, "set {set}");
    }
}
