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
    Shell::repository("slos/checkout.yaml", SPEC)
}

fn write(shell: &Shell, path: &str, text: &str) {
    shell.write(path, text);
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
fn the_hook_judges_what_is_committed() {
    let shell = repository();
    let hook = root().join("ci/hooks/pre-commit");
    assert_eq!(shell.run(&format!("mkdir -p .git/hooks && cp '{}' .git/hooks/pre-commit", hook.display())).status, 0);
    let refused = |line: &str, reason: &str| {
        let ran = shell.run(line);
        assert!(ran.status == 1 && ran.err.contains(reason), "{line}: {ran:?}");
    };
    let accepted = |line: &str| {
        let ran = shell.run(line);
        assert_eq!(ran.status, 0, "{line}: {ran:?}");
    };
    // A fault that is staged, and mended in the work tree alone; with and without hunks of its own.
    write(&shell, "slos/b.yaml", FAULTY);
    accepted("git add slos/b.yaml");
    write(&shell, "slos/b.yaml", &SPEC.replace("checkout", "b"));
    refused("git commit -qm b", "unbounded-label");
    accepted("rm slos/b.yaml");
    refused("git commit -qm b", "unbounded-label");
    // A fault of the work tree that the commit does not hold: in a tracked file, and in one that nobody has added.
    write(&shell, "slos/b.yaml", &SPEC.replace("checkout", "b"));
    accepted("git add slos/b.yaml");
    write(&shell, "slos/b.yaml", FAULTY);
    write(&shell, "slos/c.yaml", FAULTY);
    accepted("git commit -qm b");
    accepted("git checkout -q slos/b.yaml && rm slos/c.yaml");
    // A name that a deletion or a rename leaves twice or nowhere.
    accepted("cp slos/b.yaml slos/d.yaml && git add slos/d.yaml && rm slos/d.yaml");
    refused("git commit -qm d", "duplicate-");
    accepted("git rm -qf --cached slos/b.yaml && git commit -qm renamed && rm slos/b.yaml && git checkout -q .");
    // The policy of the index waives; that of the work tree does not.
    let waiver = "version: emberline/v1\nwaivers:\n- {code: unbounded-label, place: slos/w.yaml, owner: a, reason: b, expires: 2099-03-31}\n";
    write(&shell, "slos/w.yaml", &FAULTY.replace("service: b", "service: w"));
    write(&shell, "slos/policy.yaml", waiver);
    refused("git add slos/w.yaml && git commit -qm w", "unbounded-label");
    accepted("git add slos/policy.yaml && rm slos/policy.yaml && git commit -qm w && git checkout -q .");
    // `git commit -a` and a commit of paths have an index of their own.
    write(&shell, "slos/w.yaml", &FAULTY.replace("service: b", "service: w").replace("user_id", "session.id"));
    refused("git commit -qam all", "");
    refused("git commit -qm path slos/w.yaml", "");
    accepted("git checkout -q .");
    // From a folder below, and without any spec in the end.
    write(&shell, "slos/w.yaml", &FAULTY.replace("service: b", "service: v"));
    accepted("git add slos/w.yaml && git rm -qf slos/policy.yaml");
    refused("cd slos && git commit -qm below", "unbounded-label");
    accepted("git rm -rqf slos && git commit -qm gone");
    refused("EMBERLINE_SPECS=slo git commit --allow-empty -qm typo", "EMBERLINE_SPECS names `slo`");
}

#[test]
fn what_is_staged_is_held_against_the_baseline_that_is_staged() {
    let shell = repository();
    write(&shell, "slos/b.yaml", FAULTY);
    assert_eq!(shell.run("git add -A && emberline check --baseline known.json --update-baseline").status, 0);
    for (line, status) in [
        // The baseline itself is not staged.
        ("emberline check --staged --baseline known.json", 2),
        ("git add known.json && emberline check --staged --baseline known.json", 0),
        ("echo '{\"findings\": {}}' > known.json; emberline check --staged --baseline known.json", 0),
        ("emberline check --baseline known.json", 1),
        ("rm known.json; emberline check --staged --baseline known.json", 0),
        ("cd slos && emberline check --staged --specs . --baseline ../known.json", 1),
        ("git rm -q --cached known.json && emberline check --staged --baseline known.json", 2),
        ("emberline check --staged --changed-since HEAD", 1),
        // Specs that are named by a link to their folder.
        (
            "ln -s slos lnk && emberline check --staged --specs lnk --format json > said; s=$?; grep -q lnk/b.yaml said && exit $s",
            1,
        ),
        ("rm slos/b.yaml; emberline check --staged --changed-since HEAD", 1),
        ("emberline check --staged --specs nowhere", 2),
        ("GIT_CEILING_DIRECTORIES=/ GIT_DIR=nowhere emberline check --staged", 2),
    ] {
        let ran = shell.run(line);
        assert_eq!(ran.status, status, "{line}: {ran:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_staged_link_stands_for_the_staged_file() {
    let shell = repository();
    write(&shell, "b.txt", FAULTY);
    assert_eq!(shell.run("ln -s ../b.txt slos/b.yaml && ln -s . slos/loop.yaml && git add -A && rm b.txt").status, 0);
    assert_eq!(shell.run("emberline check --staged").status, 1);
    let ran = shell.run("git rm -q --cached b.txt && emberline check --staged");
    assert!(ran.status == 2 && ran.err.contains("slos/b.yaml is a link"), "{ran:?}");
}

#[test]
fn the_action_refuses_what_it_does_not_understand() {
    let shell = repository();
    let gate = root().join("ci/action/gate");
    let run = |environment: &str| shell.run(&format!("{environment} '{}'", gate.display()));
    for (variable, input, accepted) in [
        ("EMBERLINE_SCAN=TRUE", "`scan` is `TRUE`", "true or false"),
        ("EMBERLINE_SCAN=yes", "`scan` is `yes`", "true or false"),
        ("EMBERLINE_SCAN=0", "`scan` is `0`", "true or false"),
        ("EMBERLINE_SCAN='true '", "`scan` is `true `", "true or false"),
        ("EMBERLINE_SCAN=", "`scan` is ``", "true or false"),
        ("EMBERLINE_FAIL_ON=", "`fail-on` is ``", "error, warning, note or never"),
        ("EMBERLINE_FAIL_ON=Error", "`fail-on` is `Error`", "error, warning, note or never"),
        ("EMBERLINE_SPECS=", "`specs` is ``", "a folder of specs that exists"),
        ("EMBERLINE_SPECS=nowhere", "`specs` is `nowhere`", "a folder of specs that exists"),
        ("EMBERLINE_OUT=nowhere", "`out` is `nowhere`", "a folder of artefacts that exists"),
        ("EMBERLINE_OUT=slos/checkout.yaml", "`out` is `slos/checkout.yaml`", "a folder of artefacts that exists"),
        ("EMBERLINE_BASELINE=nowhere", "`baseline` is `nowhere`", "a file that exists"),
        ("EMBERLINE_SCAN_BASELINE=nowhere", "`scan-baseline` is `nowhere`", "a file that exists"),
        ("EMBERLINE_SARIF=nowhere/x", "`sarif` is `nowhere/x`", "a file in a folder that exists"),
        ("EMBERLINE_CAPTURES=nowhere", "`captures` is `nowhere`", "files that exist"),
    ] {
        let ran = run(variable);
        assert!(ran.status == 2 && ran.out.starts_with("::error title="), "{variable}: {ran:?}");
        assert!(ran.out.contains(input) && ran.out.contains(accepted), "{variable}: {ran:?}");
    }
    // All of them are told of at once, and none can add a command of its own.
    let ran = run("EMBERLINE_SCAN='x\n::stop-commands::y' EMBERLINE_FAIL_ON=$(printf 'a\n::error::b')");
    assert!(ran.status == 2 && ran.out.lines().count() == 2, "{ran:?}");
    // What is understood: every default, and every way to leave something out.
    assert_eq!(
        run("EMBERLINE_SCAN=false EMBERLINE_OUT= EMBERLINE_BASELINE= EMBERLINE_CAPTURES= EMBERLINE_SARIF=").status,
        0
    );
    assert_eq!(run("").status, 0);
    let action = fs::read_to_string(root().join("ci/action/action.yml")).unwrap();
    let read = |script: &str| fs::read_to_string(root().join("ci/action").join(script)).unwrap();
    let script = read("gate") + &read("comment");
    for variable in action.lines().filter_map(|line| line.trim().strip_prefix("EMBERLINE_")?.split_once(':')) {
        assert!(script.contains(&format!("${{EMBERLINE_{}", variable.0)), "{} is not read", variable.0);
    }
}

#[test]
fn the_gitlab_job_leaves_both_reports() {
    let shell = repository();
    write(&shell, "slos/b.yaml", FAULTY);
    let job = fs::read_to_string(root().join("ci/gitlab/emberline.gitlab-ci.yml")).unwrap();
    let script = job.split_once("    - |\n").unwrap().1.split_once("  artifacts:").unwrap().0;
    let script: String = script.lines().map(|line| format!("{}\n", line.trim_start())).collect();
    write(&shell, "job.sh", &script);
    for (variable, value) in
        [("SPECS", ""), ("SPECS", "nowhere"), ("BASELINE", "nowhere"), ("SCAN_BASELINE", "nowhere")]
    {
        let ran = shell.run(&format!("export EMBERLINE_SPECS=slos; EMBERLINE_{variable}={value} sh job.sh"));
        let reason = format!("the variable `EMBERLINE_{variable}` is `{value}`; expected a ");
        assert!(ran.status == 2 && ran.err.contains(&reason), "{ran:?}");
    }
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
