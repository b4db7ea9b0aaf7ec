//! Every code's page is complete, and its examples do what the page says.

use std::collections::BTreeSet;

use emberline_core::check::CHECKS;
use emberline_core::code::{self, COLUMNS, Code, Example};
use emberline_core::finding::{Finding, Severity};
use emberline_core::source::Sources;

fn findings(specs: &str) -> Vec<Finding> {
    let mut sources = Sources::default();
    for (name, text) in code::files(specs) {
        sources.add(format!("slos/{name}"), text);
    }
    emberline_core::analyse(&sources, None).findings
}

fn told(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("\n  {}: {}", finding.code.id, finding.message)).collect()
}

/// Runs a check over every pair of specs, and fails with all that is wrong at once.
fn each_pair_of_specs(fault: impl Fn(&Code, &str, &str) -> Option<String>) {
    let faults: Vec<String> = code::all()
        .into_iter()
        .filter_map(|code| match code.example {
            Example::Specs { .. } => fault(code, code.example.wrong(), code.example.right()),
            // `cli/tests/sessions.rs` types these, `evidence/tests/examples.rs` judges those.
            Example::Session { .. } | Example::Capture { .. } => None,
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn each_wrong_spec_yields_its_code_and_no_other_error() {
    each_pair_of_specs(|code, wrong, _| {
        let found = findings(wrong);
        let has_it = found.iter().any(|finding| finding.code == code && finding.severity == code.severity);
        let others = found.iter().any(|finding| finding.code != code && finding.severity == Severity::Error);
        (!has_it || others).then(|| format!("{}: the wrong example yields{}", code.id, told(&found)))
    });
}

#[test]
fn each_right_spec_yields_neither_its_code_nor_an_error() {
    each_pair_of_specs(|code, _, right| {
        let found = findings(right);
        let fails = found.iter().any(|finding| finding.code == code || finding.severity == Severity::Error);
        fails.then(|| format!("{}: the right example yields{}", code.id, told(&found)))
    });
}

#[test]
fn ids_are_unique_kebab_case_and_sorted() {
    let ids: Vec<&str> = code::all().iter().map(|code| code.id).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
    for id in ids {
        let words = id.split('-').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()));
        assert!(words, "{id}");
        assert_eq!(code::find(id).map(|code| code.id), Some(id));
    }
}

#[test]
fn pages_are_complete_and_fit_a_terminal() {
    for code in code::all() {
        let (wrong, right) = (code.example.wrong(), code.example.right());
        for text in [code.summary, code.cause, wrong, right, code.remedy] {
            assert!(!text.trim().is_empty(), "{}", code.id);
        }
        assert_ne!(wrong, right, "{}", code.id);
        let first = code.summary.chars().next();
        assert!(!code.summary.ends_with('.') && first.is_some_and(char::is_lowercase), "{}: {}", code.id, code.summary);
        for text in [code.cause, code.remedy] {
            assert!(text.ends_with('.'), "{}: prose is sentences", code.id);
        }
        let prose = code.cause.lines().chain(code.remedy.lines()).map(|line| (line, COLUMNS));
        let examples = wrong.lines().chain(right.lines()).map(|line| (line, COLUMNS - 4));
        for (line, width) in prose.chain(examples) {
            assert!(line.chars().count() <= width, "{}: longer than {width}: {line}", code.id);
            assert!(line.trim_end() == line, "{}: blanks at the end: {line}", code.id);
        }
    }
}

#[test]
fn what_checks_report_is_in_the_catalogue_once() {
    let mut seen = BTreeSet::new();
    for code in CHECKS.iter().flat_map(|check| check.codes) {
        assert_eq!(code::find(code.id), Some(*code));
        assert!(seen.insert(code.id), "two checks report `{}`", code.id);
    }
}

#[test]
fn files_of_an_example() {
    assert_eq!(code::files("a\nb"), [("spec.yaml", "a\nb")]);
    let two = "# --- shop.yaml\na\n# a comment\n# --- policy.yaml\nb\n";
    assert_eq!(code::files(two), [("shop.yaml", "a\n# a comment\n"), ("policy.yaml", "b\n")]);
    assert_eq!(code::files("a\n# --- policy.yaml\nb"), [("spec.yaml", "a\n"), ("policy.yaml", "b")]);
}
