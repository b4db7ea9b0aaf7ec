//! What people copy into their repositories: the git hook, the script of the GitHub Action, and the GitLab job, run as
//! they stand.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod shell;

use std::fs;
use std::path::{Path, PathBuf};

use emberline_core::source::Sources;
use shell::Shell;

const SPEC: &str = include_str!("checkout.yaml");
const FAULTY: &str = "version: emberline/v1\nservice: b\nmetrics:\n  m:\n    type: counter\n    labels: {user_id: {}}\nslos:\n- name: a\n  objective: 99%\n  sli: {events: {total: m_total, bad: 'm_total{user_id=\"1\"}'}}\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A repository with one commit of sound specs.
fn repository() -> Shell {
    let shell = Shell::new();
    fs::create_dir(shell.folder.path().join("slos")).unwrap();
    write(&shell, "slos/checkout.yaml", SPEC);
    let ran = shell.run(
        "git init -q -b main . && git config user.email t@example.com && git config user.name t && git add -A && git commit -qm first",
    );
    assert_eq!(ran.status, 0, "{ran:?}");
    shell
}

fn write(shell: &Shell, path: &str, text: &str) {
    fs::write(shell.folder.path().join(path), text).unwrap();
}

#[test]
fn the_hook_stops_a_commit_with_a_secret_or_a_fault() {
    let shell = repository();
    let hook = root().join("ci/hooks/pre-commit");
    assert_eq!(shell.run(&format!("mkdir -p .git/hooks && cp '{}' .git/hooks/pre-commit", hook.display())).status, 0);
    write(&shell, "notes.txt", "nothing\n");
    assert_eq!(shell.run("git add -A && git commit -qm clean").status, 0);
    // Git sends what a hook prints to standard error.
    let ran = shell.run("printf 'key: AKIA%s\\n' Q3EGRIBZT6V5WXYM > key.txt && git add -A && git commit -qm secret");
    assert!(ran.status == 1 && ran.err.contains("secret-in-file"), "{ran:?}");
    assert_eq!(shell.run("git rm -qf --cached key.txt && rm key.txt").status, 0);
    write(&shell, "slos/b.yaml", FAULTY);
    let ran = shell.run("git add -A && git commit -qm faulty");
    assert!(ran.status == 1 && ran.err.contains("unbounded-label"), "{ran:?}");
    let ran = shell.run(
        "git rm -qf --cached slos/b.yaml && git add notes.txt && EMBERLINE=nowhere git commit -qm x --allow-empty",
    );
    assert!(ran.status == 1 && ran.err.contains("no program `nowhere`"), "{ran:?}");
}

#[test]
fn the_action_annotates_and_fails_by_its_findings() {
    let shell = repository();
    let gate = root().join("ci/action/gate");
    let run = |environment: &str| shell.run(&format!("{environment} '{}'", gate.display()));
    let clean = run("GITHUB_STEP_SUMMARY=step.md EMBERLINE_CHANGED_SINCE=HEAD");
    assert_eq!(clean.status, 0, "{clean:?}");
    write(&shell, "slos/b.yaml", FAULTY);
    let ran = run("GITHUB_STEP_SUMMARY=step.md EMBERLINE_CHANGED_SINCE=HEAD EMBERLINE_SARIF=out.sarif");
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(ran.out.contains("::error file=slos/b.yaml,line=6,"), "{ran:?}");
    let read = |name: &str| fs::read_to_string(shell.folder.path().join(name)).unwrap();
    assert!(read("step.md").contains("| b | 0 | "), "{}", read("step.md"));
    assert!(read("out.sarif").contains("\"unbounded-label\""));
    let known = shell.run("emberline check --baseline known.json --update-baseline");
    assert_eq!(known.status, 0, "{known:?}");
    assert_eq!(run("EMBERLINE_BASELINE=known.json").status, 0);
    write(&shell, "key.txt", concat!("key: AKIA", "Q3EGRIBZT6V5WXYM\n"));
    assert_eq!(run("EMBERLINE_BASELINE=known.json").status, 1);
    assert_eq!(shell.run("emberline scan --baseline scan.json --update-baseline").status, 0);
    assert_eq!(run("EMBERLINE_BASELINE=known.json EMBERLINE_SCAN_BASELINE=scan.json").status, 0);
    // A capture that says nothing is no clean one.
    assert_eq!(shell.run("rm slos/b.yaml key.txt && touch empty.jsonl").status, 0);
    let ran = run("EMBERLINE_CAPTURES=empty.jsonl");
    assert!(ran.status == 3 && ran.out.contains("inconclusive-capture"), "{ran:?}");
    let ran = run("EMBERLINE_CHANGED_SINCE=nowhere");
    assert_eq!(ran.status, 2, "a gate that could not look is no clean gate: {ran:?}");
}

#[test]
fn the_gitlab_job_leaves_both_reports() {
    let shell = repository();
    write(&shell, "slos/b.yaml", FAULTY);
    let job = fs::read_to_string(root().join("ci/gitlab/emberline.gitlab-ci.yml")).unwrap();
    let script = job.split_once("    - |\n").unwrap().1.split_once("  artifacts:").unwrap().0;
    let script: String = script.lines().map(|line| format!("{}\n", line.trim_start())).collect();
    write(&shell, "job.sh", &script);
    let ran = shell.run("EMBERLINE_SPECS=slos sh job.sh");
    assert_eq!(ran.status, 1, "{ran:?}");
    let quality = fs::read_to_string(shell.folder.path().join("gl-code-quality-report.json")).unwrap();
    let quality: serde_json::Value = serde_json::from_str(&quality).unwrap();
    assert!(quality.as_array().is_some_and(|issues| !issues.is_empty()));
    assert!(fs::read_to_string(shell.folder.path().join("emberline-junit.xml")).unwrap().contains("<failure"));
    assert_eq!(shell.run("emberline check --baseline known.json --update-baseline").status, 0);
    assert_eq!(shell.run("EMBERLINE_SPECS=slos EMBERLINE_BASELINE=known.json sh job.sh").status, 0);
}

#[test]
fn what_other_tools_read_is_yaml_and_names_commands_that_exist() {
    for path in [".pre-commit-hooks.yaml", "ci/action/action.yml", "ci/gitlab/emberline.gitlab-ci.yml"] {
        let text = fs::read_to_string(root().join(path)).unwrap();
        let mut sources = Sources::default();
        let id = sources.add(path, text.clone());
        let parsed = emberline_core::yaml::parse(id, &text);
        assert!(parsed.findings.is_empty() && parsed.documents.len() == 1, "{path}: {:?}", parsed.findings);
    }
    let hooks = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).unwrap();
    let shell = repository();
    let entries: Vec<&str> = hooks.lines().filter_map(|line| line.trim().strip_prefix("entry: ")).collect();
    assert_eq!(entries.len(), 2);
    for entry in entries {
        assert_eq!(shell.run(entry).status, 0, "{entry}");
    }
}
