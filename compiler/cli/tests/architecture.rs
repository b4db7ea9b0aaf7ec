//! ARCHITECTURE.md names every dependency with its reason, and no other.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every crate of the checkout, members of the workspace or not, as git would see them: nothing that is ignored.
fn manifests() -> Vec<PathBuf> {
    ignore::WalkBuilder::new(checkout())
        .build()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.file_name().is_some_and(|name| name == "Cargo.toml"))
        .collect()
}

/// The crates that a manifest's packages ask for, by the names that they use; our own apart.
fn dependencies(manifest: &Path) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let asked = packages.flat_map(|package| package["dependencies"].as_array().unwrap());
    asked
        .filter(|dependency| dependency["path"].is_null())
        .map(|dependency| dependency["rename"].as_str().or(dependency["name"].as_str()).unwrap().to_owned())
        .collect()
}

/// Crates and reasons of the table under "Dependencies".
fn table() -> Vec<(String, String)> {
    let text = fs::read_to_string(checkout().join("ARCHITECTURE.md")).unwrap();
    let (_, after) = text.split_once("\n## Dependencies\n").unwrap();
    let section = after.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "));
    rows.map(|(name, reason)| (name.to_owned(), reason.to_owned())).collect()
}

#[test]
fn every_dependency_has_its_reason_and_no_other_is_named() {
    let used: BTreeSet<String> = manifests().iter().flat_map(|manifest| dependencies(manifest)).collect();
    let table = table();
    let named: BTreeSet<String> = table.iter().map(|(name, _)| name.clone()).collect();
    assert!(!used.is_empty());
    assert_eq!(
        used.difference(&named).collect::<Vec<_>>(),
        [] as [&String; 0],
        "ARCHITECTURE.md gives no reason for these"
    );
    assert_eq!(named.difference(&used).collect::<Vec<_>>(), [] as [&String; 0], "nothing depends on these any more");
    let names: Vec<&String> = table.iter().map(|(name, _)| name).collect();
    assert!(names.is_sorted(), "rows are sorted by name");
    assert!(table.iter().all(|(_, reason)| reason.len() > 10));
}
