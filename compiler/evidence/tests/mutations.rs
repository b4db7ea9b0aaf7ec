//! Mutations of good input. Each has one fault, which must be refused with its code at its place. A similar but right
//! change beside it must pass. One table changes specs, the other one captures.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]
#![allow(clippy::print_stdout, reason = "how many there are is asked for")]

#[path = "mutations/captures.rs"]
mod captures;
mod sketch;
#[path = "mutations/specs.rs"]
mod specs;

use std::collections::BTreeSet;

use emberline_core::code;
use emberline_core::source::{Sources, Span};
use emberline_evidence::judge::Stage;

/// What plants faults in specs of real exporters, for codes that only a source of metrics shows.
const OBSERVED: &str = "ci/proofs/tests/observe: honest_specs_have_no_finding_and_faults_are_found_at_their_place";

/// Codes that neither specs nor captures raise, and the tests that show them.
const ELSEWHERE: [(&str, &str); 18] = [
    ("stale-artefact", "cli/tests/cli.rs: a_stale_tree_fails_the_check_and_is_left_alone"),
    ("secret-in-file", "cli/tests/scan.rs: what_is_found_is_never_shown_whole"),
    ("pii-in-file", "cli/tests/scan.rs: what_is_found_is_never_shown_whole"),
    ("locked-field", "cli/tests/cases/locked-field"),
    ("not-in-dialect", "core/tests/rulers.rs"),
    ("ruler-limit", "core/tests/rulers.rs"),
    ("rules-too-slow", "core/tests/rulers.rs"),
    ("bad-exceeds-total", OBSERVED),
    ("bucket-not-found", OBSERVED),
    ("duplicate-series", OBSERVED),
    ("label-not-found", OBSERVED),
    ("metric-not-found", OBSERVED),
    ("never-bad", OBSERVED),
    ("scrape-interval-mismatch", OBSERVED),
    ("selector-matches-nothing", OBSERVED),
    ("stale-snapshot", "cli/tests/cases/stale-snapshot"),
    ("type-mismatch", OBSERVED),
    ("value-not-found", OBSERVED),
];

/// A place as `path:line text`.
fn place(sources: &Sources, span: Span) -> String {
    let source = sources.get(span.source);
    let text = source.text[span.range()].lines().next().unwrap_or_default();
    format!("{}:{} {text}", source.path, sources.positions(span).0.line)
}

#[test]
fn each_changed_capture_is_refused_where_it_is_wrong_and_each_near_miss_passes() {
    let judged = |sketch| sketch::found(sketch, Stage::Redacted);
    let cases = captures::MUTATIONS.iter();
    held(cases.map(|change| (change.what, change.code, change.place, judged(change.wrong), judged(change.right))));
}

#[test]
fn each_changed_spec_is_refused_where_it_is_wrong_and_each_near_miss_passes() {
    assert!(specs::unchanged().is_empty(), "{:?}", specs::unchanged());
    let cases = specs::MUTATIONS.iter();
    held(cases.map(|change| (change.what, change.code, change.place, change.wrong(), change.right())));
}

#[test]
fn each_code_has_a_mutation_and_all_are_counted() {
    let specs = specs::MUTATIONS.iter().map(|change| change.code);
    let captures = captures::MUTATIONS.iter().map(|change| change.code);
    let shown: BTreeSet<&str> = specs.chain(captures).chain(ELSEWHERE.map(|(code, _)| code)).collect();
    let all: BTreeSet<&str> = code::all().iter().map(|code| code.id).collect();
    assert_eq!(shown, all);
    let (specs, captures) = (specs::MUTATIONS.len(), captures::MUTATIONS.len());
    println!(
        "mutations: {} kinds, {specs} of specs and {captures} of captures, over {} codes",
        specs + captures,
        all.len()
    );
    assert!(specs + captures >= 40);
}

type Found = Vec<(&'static str, String)>;

/// Fails with every change that is not refused with its code at its place, or whose near miss is refused.
fn held<'t>(cases: impl Iterator<Item = (&'t str, &'t str, &'t str, Found, Found)>) {
    let mut faults = Vec::new();
    for (what, code, place, wrong, right) in cases {
        if !wrong.iter().any(|(id, at)| *id == code && at == place) {
            faults.push(format!("{what}: expected {code} at {place}, found {wrong:?}"));
        }
        if right.iter().any(|(id, _)| *id == code) {
            faults.push(format!("{what}: the near miss yields {right:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
