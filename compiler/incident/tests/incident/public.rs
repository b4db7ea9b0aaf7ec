//! The public incidents, if the folder with them is there.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use emberline_incident::{Verdict, walk};
use serde_json::Value;

use crate::shown::{self, Known, Tally};

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
    let (mut tally, mut blast, mut remedy) = (Tally::default(), 0, 0);
    for case in &cases {
        let found: Verdict = walk(&case.folder).unwrap();
        let known = Known { name: &case.name, commit: &case.commit, first: &case.first };
        assert!(!case.decoys.contains(&found.root_cause_commit), "{}: a decoy is named", case.name);
        shown::print(&known, &found);
        tally.add(&known, &found);
        let mut radius = case.blast.clone();
        radius.sort();
        blast += usize::from(found.blast_radius == radius);
        remedy += usize::from(found.remediation == case.remedy);
        if found.blast_radius != radius || found.remediation != case.remedy {
            println!(
                "    blast {:?} of {radius:?}, remedy {} of {}",
                found.blast_radius, found.remediation, case.remedy
            );
        }
    }
    tally.print(&format!("public, {blast} blast radii, {remedy} remedies"));
    assert!(tally.right * 12 >= cases.len() * 10 && tally.first * 12 >= cases.len() * 9, "{tally:?}");
    assert_eq!(tally.sure_and_wrong, 0);
}
