//! The public incidents, if the folder with them is there.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use emberline_incident::{Verdict, walk};
use serde_json::Value;

/// What is known about a case.
#[derive(Debug, Clone)]
pub(crate) struct Truth {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) commit: String,
    pub(crate) first: String,
    pub(crate) blast: Vec<String>,
    pub(crate) remedy: String,
    pub(crate) decoys: Vec<String>,
}

/// The public cases with what is known about them; none if the folder is not there.
pub(crate) fn cases() -> Vec<Truth> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = env::var_os("EMBERLINE_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let Ok(entries) = fs::read_dir(shared.join("bench/rootcausebench")) else {
        println!("not run: the folder of shared inputs is not there (EMBERLINE_SHARED)");
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    folders.into_iter().filter_map(|folder| truth(&folder)).collect()
}

pub(crate) fn truth(folder: &Path) -> Option<Truth> {
    let text = fs::read_to_string(folder.join("ground_truth.json")).ok()?;
    let value: Value = serde_json::from_str(&text).unwrap();
    let string = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let list = |name: &str| {
        value[name].as_array().into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    Some(Truth {
        name: folder.file_name()?.to_string_lossy().into_owned(),
        folder: folder.to_owned(),
        commit: string("root_cause_commit"),
        first: string("first_failing_service"),
        blast: list("blast_radius"),
        remedy: string("remediation"),
        decoys: list("decoy_deploy_commits"),
    })
}

#[test]
fn public_incidents_are_explained() {
    let cases = cases();
    if cases.is_empty() {
        return;
    }
    let (mut right, mut first, mut decoys, mut blast, mut remedy) = (0, 0, 0, 0, 0);
    for case in &cases {
        let found: Verdict = walk(&case.folder).unwrap();
        let good = found.root_cause_commit == case.commit;
        right += usize::from(good);
        first += usize::from(found.first_failing_service == case.first);
        assert!(!case.decoys.contains(&found.root_cause_commit), "{}: a decoy is named", case.name);
        decoys += usize::from(found.certain && !good);
        let mut radius = case.blast.clone();
        radius.sort();
        blast += usize::from(found.blast_radius == radius);
        remedy += usize::from(found.remediation == case.remedy);
        println!(
            "{:34} {} {:.3} {} first {} ({}) blast {:?} of {:?} {} of {} — {}",
            case.name,
            if good { "right" } else { "WRONG" },
            found.confidence,
            if found.certain { "certain" } else { "unsure " },
            found.first_failing_service,
            found.first_failing_service == case.first,
            found.blast_radius,
            radius,
            found.remediation,
            case.remedy,
            found.mechanism
        );
        if env::var_os("SHOW").is_some() {
            for suspect in found.suspects.iter().take(4) {
                println!("    {} {:.3} {:?}", &suspect.sha[..8], suspect.confidence, suspect.mechanism);
                for reason in &suspect.reasons_for {
                    println!("        + {} ({})", reason.what, reason.place);
                }
                for reason in &suspect.reasons_against {
                    println!("        - {} ({})", reason.what, reason.place);
                }
            }
            println!("    none/verdict: {:?}", found.reasons_for.first());
            for fact in found.facts.iter().take(10) {
                println!("    * {} {} [{}]", fact.symptom, fact.what, fact.place);
            }
        }
    }
    println!(
        "{right} right, {first} first, {blast} blast, {remedy} remedy, {decoys} decoys with certainty of {}",
        cases.len()
    );
    assert!(right * 12 >= cases.len() * 10 && first * 12 >= cases.len() * 9, "{right} right, {first} first");
    assert_eq!(decoys, 0);
}
