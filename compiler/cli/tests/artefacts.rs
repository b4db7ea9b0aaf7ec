//! Committed artefacts under the Action and the GitLab job: judged by the same baseline and revision as the specs, also
//! while old errors stop the compilation.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod shell;

use std::fs;
use std::path::Path;

use shell::Shell;

const SPEC: &str = include_str!("checkout.yaml");
const FAULTY: &str = r#"version: emberline/v1
service: b
metrics:
  m:
    type: counter
    labels: {user_id: {}}
slos:
- name: a
  objective: 99%
  sli: {events: {total: m_total, bad: 'm_total{user_id="1"}'}}
"#;

/// A recorded rule of the committed artefacts.
const RULES: &str = "generated/prometheus/rules/checkout.yaml";

fn root() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap().display().to_string()
}

fn run(shell: &Shell, line: &str) -> shell::Ran {
    shell.run(&format!("git() {{ command git -c user.name=t -c user.email=t@example.com \"$@\"; }}; {line}"))
}

#[track_caller]
fn well(shell: &Shell, line: &str) {
    let ran = run(shell, line);
    assert_eq!(ran.status, 0, "{line}: {ran:?}");
}

fn write(shell: &Shell, path: &str, text: &str) {
    fs::write(shell.folder.path().join(path), text).unwrap();
}

/// A repository with artefacts, an old error, and a baseline that lists the error.
fn repository() -> Shell {
    let shell = Shell::new();
    well(&shell, "git init -q -b main . && mkdir slos");
    write(&shell, "slos/checkout.yaml", SPEC);
    well(&shell, "emberline compile -q");
    assert!(shell.folder.path().join(RULES).is_file());
    write(&shell, "slos/b.yaml", FAULTY);
    well(&shell, "emberline check --baseline known.json --update-baseline && git add -A && git commit -qm base");
    let job = fs::read_to_string(format!("{}/ci/gitlab/emberline.gitlab-ci.yml", root())).unwrap();
    let script = job.split_once("    - |\n").unwrap().1.split_once("  artifacts:").unwrap().0;
    let script: String = script.lines().map(|line| format!("{}\n", line.trim_start())).collect();
    write(&shell, ".git/job.sh", &script);
    shell
}

/// The exit status of the Action and of the GitLab job, which must be the same, and what both printed.
#[track_caller]
fn both(shell: &Shell, baseline: &str, revision: &str) -> (i32, String) {
    let variables = format!("export EMBERLINE_SPECS=slos EMBERLINE_OUT=generated EMBERLINE_BASELINE={baseline}");
    let action = run(shell, &format!("{variables} EMBERLINE_CHANGED_SINCE={revision}; {}/ci/action/gate", root()));
    let job = run(
        shell,
        &format!(
            "{variables} CI_MERGE_REQUEST_DIFF_BASE_SHA={revision}; sh .git/job.sh; s=$?; \
             cat emberline-summary.md >&2; rm -f emberline-summary.md gl-code-quality-report.json \
             emberline-junit.xml; exit $s"
        ),
    );
    assert_eq!(action.status, job.status, "{action:?}\n{job:?}");
    assert!(job.err.contains("## Emberline"), "the job writes no summary: {job:?}");
    (action.status, action.out + &action.err + &job.out + &job.err)
}

#[test]
fn artefacts_cannot_be_edited_behind_an_old_error() {
    let shell = repository();
    let (status, said) = both(&shell, "", "");
    assert!(status == 1 && said.contains("unbounded-label"), "nothing is passed over: {said}");
    for (baseline, revision) in [("known.json", ""), ("known.json", "HEAD")] {
        let (status, said) = both(&shell, baseline, revision);
        assert!(status == 0 && said.contains("old errors stop the compilation"), "{baseline} {revision}: {said}");
        for line in [
            format!("echo '# edited' >>{RULES}"),
            format!("rm {RULES}"),
            "cp -r generated/prometheus/rules/checkout.yaml generated/prometheus/rules/mine.yaml".to_owned(),
            format!("rm {RULES} && ln -s /dev/null {RULES}"),
        ] {
            well(&shell, &line);
            let (status, said) = both(&shell, baseline, revision);
            assert!(status == 1 && said.contains("stale-artefact"), "{baseline} {revision} {line}: {said}");
            well(&shell, "git checkout -q . && git clean -qfd");
        }
    }
    // The manifest cannot vouch for an edit, where there is a revision to ask.
    let edit = format!(
        "echo '# edited' >>{RULES} && hash=$(sha256sum {RULES} | cut -d' ' -f1) && \
         sed -i \"s|^.*\\(  prometheus/rules/checkout.yaml\\)|$hash\\1|\" generated/.emberline-manifest"
    );
    well(&shell, &edit);
    assert_eq!(both(&shell, "known.json", "HEAD").0, 1);
    well(&shell, "git checkout -q .");
    // What is no artefact may change beside them.
    well(&shell, "mkdir -p generated/incidents && echo note >generated/incidents/note.md");
    assert_eq!(both(&shell, "known.json", "HEAD").0, 0);
}

#[test]
fn an_old_error_hides_no_new_one_and_its_end_is_compiled() {
    let shell = repository();
    write(&shell, "slos/c.yaml", &FAULTY.replace("service: b", "service: c"));
    let (status, said) = both(&shell, "known.json", "HEAD");
    assert!(status == 1 && said.contains("slos/c.yaml"), "{said}");
    well(&shell, "rm slos/c.yaml");
    // Once the error is corrected, the artefacts are compared with what the specs compile to.
    write(&shell, "slos/b.yaml", &SPEC.replace("checkout", "b"));
    let (status, said) = both(&shell, "known.json", "HEAD");
    assert!(status == 1 && said.contains("is missing"), "{said}");
    well(&shell, "emberline compile -q");
    assert_eq!(both(&shell, "known.json", "HEAD").0, 0);
    write(&shell, "slos/checkout.yaml", &SPEC.replacen("9%", "8%", 1));
    assert_ne!(fs::read_to_string(shell.folder.path().join("slos/checkout.yaml")).unwrap(), SPEC);
    let (status, said) = both(&shell, "known.json", "HEAD");
    assert!(status == 1 && said.contains("is not what the specs compile to"), "{said}");
    assert!(said.contains("an objective is lower"), "{said}");
}

#[test]
fn findings_of_the_specs_are_passed_over_for_a_comparison_alone() {
    let shell = repository();
    for line in ["emberline compile --baseline known.json", "emberline compile --changed-since HEAD"] {
        assert_eq!(run(&shell, line).status, 2, "{line}");
    }
    assert_eq!(run(&shell, "emberline compile --check --changed-since nowhere").status, 2);
    assert_eq!(run(&shell, "emberline compile --check --baseline nowhere.json").status, 2);
}
