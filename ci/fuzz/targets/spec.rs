//! Any text as a spec, as a policy, and as both at once: no panic, every finding inside the text, every sound one emits.
#![no_main]

use emberline_core::emit::Emitter;
use emberline_core::finding::{Finding, Severity};
use emberline_core::source::Sources;
use emberline_core::target::Target;
use libfuzzer_sys::fuzz_target;

/// A spec that is all right, for a policy to act on.
const SOUND: &str = r#"
version: emberline/v1
service: checkout
traffic: 40/h
metrics:
  requests: {type: counter, labels: {code: {values: ["200", "500"]}}}
  duration: {type: histogram, unit: s, buckets: [0.1, 0.3]}
  up: {type: gauge}
slos:
  - {name: a, objective: 99.9%, sli: {events: {total: requests_total, bad: 'requests_total{code="500"}', group_by: [code]}}}
  - {name: b, objective: 99%, window: 1d, sli: {latency: {metric: duration, threshold: 300ms}}}
  - {name: c, objective: 99.99%, window: 90d, sli: {timeslice: {up: up}}}
"#;

fuzz_target!(|text: &str| {
    judge(&[("slos/spec.yaml", text)]);
    judge(&[("slos/policy.yaml", text), ("slos/spec.yaml", SOUND)]);
});

fn judge(files: &[(&str, &str)]) {
    let mut sources = Sources::default();
    for (path, text) in files {
        sources.add(*path, *text);
    }
    let analysis = emberline_core::analyse(&sources, None);
    for finding in &analysis.findings {
        check(finding, &sources);
    }
    let sound = analysis.findings.iter().all(|finding| finding.severity < Severity::Error);
    assert_eq!(sound, analysis.plan.is_some(), "a plan is there exactly where nothing is an error");
    if let Some(plan) = &analysis.plan {
        for artefact in Emitter::new(plan).all(Target::ALL) {
            assert!(!artefact.path.contains(".."), "{} leaves the folder", artefact.path);
        }
    }
}

fn check(finding: &Finding, sources: &Sources) {
    let id = finding.code.id;
    assert!(!finding.message.is_empty() && !finding.message.ends_with('.'), "{id}: {}", finding.message);
    for label in finding.related.iter().chain([&finding.label]) {
        let text = &sources.get(label.span.source).text;
        assert!(text.get(label.span.range()).is_some(), "{id}: {:?} is no part of the text", label.span);
        let (start, end) = sources.positions(label.span);
        assert!(start <= end, "{id}: {start:?} to {end:?}");
    }
}
