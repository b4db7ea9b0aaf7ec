//! The gate over a change: baselines, revisions and summaries, by the real binary in a real repository.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod shell;

use std::fs;

use shell::Shell;

const SPEC: &str = r#"version: emberline/v1
service: checkout
metrics:
  http.requests:
    type: counter
    labels:
      code: {values: ["200", "500"]}
      user_id: {}
slos:
  - name: availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total{job="checkout"}
        bad: http_requests_total{job="checkout", code=~"5.."}
"#;

/// A repository whose one commit holds a spec with one finding.
fn repository() -> Shell {
    let shell = Shell::new();
    write(&shell, "slos/checkout.yaml", SPEC);
    for line in [
        "git init -q -b main .",
        "git config user.email t@example.com && git config user.name t",
        "git add -A && git commit -q -m first",
    ] {
        let ran = shell.run(line);
        assert_eq!(ran.status, 0, "{ran:?}");
    }
    shell
}

fn write(shell: &Shell, path: &str, text: &str) {
    let path = shell.folder.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn codes(shell: &Shell, line: &str) -> Vec<String> {
    let ran = shell.run(&format!("emberline check --format json {line}"));
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
    let findings = document["findings"].as_array().unwrap();
    findings.iter().map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn only_what_a_change_brought_is_reported() {
    let shell = repository();
    assert_eq!(codes(&shell, ""), ["unbounded-label"]);
    assert!(codes(&shell, "--changed-since HEAD").is_empty(), "nothing has changed");
    // Above the old finding, so that its line moves.
    write(&shell, "slos/checkout.yaml", &SPEC.replace("metrics:\n", "# moved\nmetrics:\n"));
    assert!(codes(&shell, "--changed-since HEAD").is_empty(), "a line that moved is no line that changed");
    write(&shell, "slos/checkout.yaml", &SPEC.replace("user_id: {}", "user_id: {} # touched"));
    assert_eq!(codes(&shell, "--changed-since HEAD"), ["unbounded-label"], "on a changed line");
    write(
        &shell,
        "slos/checkout.yaml",
        &SPEC.replace("code: {values: [\"200\", \"500\"]}", "code: {values: [\"200\"]}"),
    );
    assert_eq!(codes(&shell, "--changed-since HEAD"), ["undeclared-value"], "on a line that nobody touched");
    write(&shell, "slos/checkout.yaml", SPEC);
    write(&shell, "slos/new.yaml", &SPEC.replace("service: checkout", "service: new"));
    assert_eq!(codes(&shell, "--changed-since HEAD"), ["unbounded-label"], "in a file that git does not know");
    let ran = shell.run("emberline check --changed-since HEAD");
    assert_eq!(ran.status, 1, "{ran:?}");
}

#[test]
fn a_change_is_what_departed_from_the_common_commit() {
    let shell = repository();
    // The main branch goes on; what it mends meanwhile is not this branch's doing.
    for line in [
        "git checkout -q -b topic",
        "git checkout -q main",
        "sed -i /user_id/d slos/checkout.yaml",
        "git commit -qam mended",
        "git checkout -q topic",
    ] {
        assert_eq!(shell.run(line).status, 0);
    }
    assert!(codes(&shell, "--changed-since main").is_empty());
}

#[test]
fn without_git_or_its_revision_there_is_a_reason() {
    let shell = repository();
    for (line, reason) in [
        ("--changed-since nowhere", "git knows no commit `nowhere`"),
        ("--changed-since=--output=/tmp/x", "git knows no commit"),
    ] {
        let ran = shell.run(&format!("emberline check {line}"));
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{ran:?}");
        assert!(ran.err.contains(reason), "{ran:?}");
    }
    let ran = shell.run("program=$(command -v emberline); PATH=/nonexistent $program check --changed-since HEAD");
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("there is no such program"), "{ran:?}");
    let bare = Shell::new();
    write(&bare, "slos/checkout.yaml", SPEC);
    let ran = bare.run("GIT_CEILING_DIRECTORIES=/ emberline check --changed-since HEAD");
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("not in a git repository"), "{ran:?}");
}

#[test]
fn a_baseline_only_shrinks() {
    let shell = repository();
    let ran = shell.run("emberline check --baseline old.json");
    assert!(ran.status == 2 && ran.err.contains("there is no baseline"), "{ran:?}");
    let ran = shell.run("emberline check --baseline old.json --update-baseline");
    assert!(ran.status == 0 && ran.err.contains("1 finding recorded"), "{ran:?}");
    let first = fs::read_to_string(shell.folder.path().join("old.json")).unwrap();
    let ran = shell.run("emberline check --baseline old.json --format json");
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.status, document["summary"]["waived"].as_u64()), (0, Some(1)));
    // A new finding is not taken up, even when asked.
    write(&shell, "slos/checkout.yaml", &SPEC.replace("user_id: {}", "user_id: {}\n      session.id: {}"));
    let ran = shell.run("emberline check --baseline old.json --update-baseline");
    assert!(ran.status == 1 && ran.out.contains("session.id") && !ran.out.contains("user_id` of"), "{ran:?}");
    assert_eq!(fs::read_to_string(shell.folder.path().join("old.json")).unwrap(), first);
    // A mended one goes, and does not come back.
    write(&shell, "slos/checkout.yaml", &SPEC.replace("      user_id: {}\n", ""));
    assert!(shell.run("emberline check --baseline old.json --update-baseline").err.contains("1 corrected, 0 left"));
    write(&shell, "slos/checkout.yaml", SPEC);
    assert_eq!(shell.run("emberline check --baseline old.json").status, 1);
    write(&shell, "old.json", "{\"findings\": 3}");
    assert_eq!(shell.run("emberline check --baseline old.json").status, 2);
}

#[test]
fn a_waiver_holds_to_its_last_day() {
    let shell = repository();
    write(
        &shell,
        "slos/policy.yaml",
        "version: emberline/v1\nwaivers:\n- {code: unbounded-label, place: slos/checkout.yaml, owner: a, reason: b, expires: 2027-03-31}\n",
    );
    assert!(codes(&shell, "--today 2027-03-31").is_empty());
    assert_eq!(codes(&shell, "--today 2027-04-01"), ["unbounded-label", "expired-waiver"]);
    let ran = shell.run("emberline compile --today 2027-03-31");
    assert_eq!(ran.status, 0, "what is waived stops no compilation: {ran:?}");
    assert_eq!(shell.run("emberline compile --today 2027-04-01").status, 1);
}

#[test]
fn a_summary_says_what_the_change_costs_in_series() {
    let shell = repository();
    let sound = SPEC.replace("      user_id: {}\n", "");
    write(&shell, "slos/checkout.yaml", &sound);
    assert_eq!(shell.run("git commit -qam sound").status, 0);
    write(&shell, "slos/checkout.yaml", &sound.replace("[\"200\", \"500\"]", "[\"200\", \"404\", \"500\"]"));
    write(&shell, "step.md", "already there\n");
    let prices =
        "version: emberline/v1\ncurrency: EUR\nseries: {price: 10, source: an invoice, retrieved: 2026-11-22}\n";
    fs::write(shell.folder.path().join("slos/prices.yaml"), prices).unwrap();
    let ran = shell.run("emberline check --changed-since HEAD --summary step.md");
    assert_eq!(ran.status, 0, "{ran:?}");
    let text = fs::read_to_string(shell.folder.path().join("step.md")).unwrap();
    assert!(text.starts_with("already there\n## Emberline\n"), "{text}");
    assert!(text.contains("| checkout http.requests | 2 | 3 | +1 |"), "{text}");
    // One series more, at a cent each.
    assert!(text.contains("EUR** a month, +0.01 EUR with this change: series × 10 EUR for each 1,000"), "{text}");
    assert!(text.contains("an invoice, read on 2026-11-22, not verified"), "{text}");
    let ran = shell.run("emberline check --summary nowhere/step.md");
    assert_eq!(ran.status, 2, "{ran:?}");
}
