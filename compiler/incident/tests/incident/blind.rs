//! Cases by authors who had not read the walk; see ../blind/README.md.

use std::fs::File;
use std::path::{Path, PathBuf};

use emberline_incident::walk;
use tempfile::TempDir;

use crate::public::{Truth, truth};

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

/// Walks a set. Returns how many cases are right, and how many are certain and wrong.
fn walked(set: &str) -> (usize, usize) {
    let (_folder, cases) = cases(set);
    let (mut right, mut first, mut sure_and_wrong) = (0, 0, 0);
    for case in &cases {
        let found = walk(&case.folder).unwrap();
        let is_right = found.root_cause_commit == case.commit;
        right += usize::from(is_right);
        first += usize::from(found.first_failing_service == case.first);
        sure_and_wrong += usize::from(found.certain && !is_right);
        println!(
            "{:24} {} {:.2} {} first service {}: {}",
            case.name,
            if is_right { "right" } else { "WRONG" },
            found.confidence,
            if found.certain { "certain" } else { "unsure " },
            if found.first_failing_service == case.first { "right" } else { "wrong" },
            found.mechanism
        );
        if std::env::var("SHOW").is_ok_and(|show| show == case.name) {
            for suspect in found.suspects.iter().take(6) {
                let true_one = if suspect.sha == case.commit { "THE CAUSE" } else { "" };
                println!("    {} {:.3} {:?} {true_one}", &suspect.sha[..8], suspect.confidence, suspect.mechanism);
                for reason in suspect
                    .reasons_for
                    .iter()
                    .map(|it| ("+", it))
                    .chain(suspect.reasons_against.iter().map(|it| ("-", it)))
                {
                    println!("        {} {} ({})", reason.0, reason.1.what, reason.1.place);
                }
            }
            for reason in &found.reasons_for {
                println!("    verdict: {} ({})", reason.what, reason.place);
            }
            for fact in &found.facts {
                println!("    * {} {} [{}]", fact.symptom, fact.what, fact.place);
            }
        }
    }
    println!("set {set}: {right} of {} right, {first} first services, {sure_and_wrong} certain and wrong", cases.len());
    (right, sure_and_wrong)
}

#[test]
fn no_blind_case_is_certain_and_wrong() {
    for (set, least) in [("a", 2), ("b", 12)] {
        let (right, sure_and_wrong) = walked(set);
        assert!(right >= least, "set {set}: {right} right");
        assert_eq!(sure_and_wrong, 0, "set {set}");
    }
}
