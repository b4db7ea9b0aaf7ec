//! `emberline diff` as people run it: against a revision and between two folders, in each format.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod shell;

use serde_json::Value;
use shell::Shell;

const SPEC: &str = include_str!("checkout.yaml");

/// A repository with one commit of sound specs.
fn repository() -> Shell {
    Shell::repository("slos/checkout.yaml", SPEC)
}

fn write(shell: &Shell, path: &str, text: &str) {
    shell.write(path, text);
}

#[test]
fn a_change_is_told_against_a_revision_and_between_folders() {
    let shell = repository();
    let ran = shell.run("emberline diff HEAD");
    assert_eq!((ran.status, ran.out.as_str()), (0, "Nothing changes: the specs mean the same as before.\n"), "{ran:?}");
    assert_eq!(shell.run("cp -R slos old && mv slos/checkout.yaml slos/shop.yaml").status, 0);
    let ran = shell.run("emberline diff HEAD");
    assert!(ran.status == 0 && ran.out.starts_with("Nothing changes"), "{ran:?}");
    let other = SPEC.replacen("objective: 99.9%", "objective: 99.5%", 1);
    assert_ne!(other, SPEC);
    write(&shell, "slos/shop.yaml", &other);
    let told = "target: 99.9% → 99.5%";
    let since = shell.run("emberline diff HEAD");
    let between = shell.run("emberline diff old slos");
    for ran in [&since, &between, &shell.run("emberline diff old"), &shell.run("emberline diff HEAD --format markdown")]
    {
        assert_eq!(ran.status, 0, "{ran:?}");
    }
    assert!(since.out.contains(told) && between.out.contains(told), "{since:?}\n{between:?}");
    assert!(
        since.out.contains("an objective is lower") && since.out.contains("rules, grafana: files: 1 changed"),
        "{since:?}"
    );
    let ran = shell.run("emberline diff old slos --format json");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let is_target =
        |change: &Value| change["kind"] == "objective" && change["before"] == "99.9%" && change["after"] == "99.5%";
    assert!(document["changes"].as_array().unwrap().iter().any(is_target), "{document}");
    let ran = shell.run("emberline diff old --format markdown");
    assert!(ran.out.starts_with("## What this change means\n\n### What this change takes from the gate\n"), "{ran:?}");
}

#[test]
fn bad_input_is_told_as_elsewhere() {
    let shell = repository();
    let ran = shell.run("emberline diff nowhere");
    assert!(ran.status == 2 && ran.err.contains("git knows no commit `nowhere`"), "{ran:?}");
    let ran = shell.run("emberline diff missing slos");
    assert!(ran.status == 2 && ran.err.contains("no folder of specs at missing"), "{ran:?}");
    write(&shell, "slos/checkout.yaml", &SPEC.replacen("objective: 99.9%", "objective: 200%", 1));
    let ran = shell.run("emberline diff HEAD");
    assert!(ran.status == 1 && ran.out.contains("objective"), "{ran:?}");
    // A base with faults is compared field by field.
    let ran = shell.run(
        "git commit -qam broken && git show HEAD~1:slos/checkout.yaml > slos/checkout.yaml && emberline diff HEAD",
    );
    assert!(ran.status == 0 && ran.err.contains("only their fields are compared"), "{ran:?}");
    assert!(ran.out.contains("200% → 99.9%"), "{ran:?}");
}
