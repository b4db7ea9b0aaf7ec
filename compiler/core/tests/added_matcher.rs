//! A matcher that nobody wrote is added to a declared metric of the service itself, and nowhere else; what is added is shown.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use emberline_core::analyse;
use emberline_core::emit::Emitter;
use emberline_core::plan::runbook;
use emberline_core::source::Sources;
use emberline_core::target::Target;

const DECLARED: &str = "metrics: {http.duration: {type: histogram, unit: s, buckets: [0.5]}}\n";

/// The first service's rules, and all that its pages say.
fn compiled(metrics: &str, latency: &str, more: &str) -> (String, String) {
    let mut sources = Sources::default();
    let slo = format!("slos:\n  - {{name: l, objective: 99%, sli: {{latency: {latency}}}}}\n");
    sources.add("slos/a.yaml", format!("version: emberline/v1\nservice: a\n{metrics}{slo}"));
    sources.add("slos/more.yaml", more);
    let analysis = analyse(&sources, None);
    let plan = analysis.plan.unwrap();
    let rules = Emitter::new(&plan).unit(0, &[Target::Rules]).remove(0).text;
    let pages = runbook::pages(&plan, &plan.services[0], &plan.services[0].slos[0]);
    let said = pages.into_iter().flat_map(|page| {
        let rows = page.arithmetic.into_iter().map(|(name, text)| format!("{name}: {text}"));
        rows.chain(page.failure_modes).collect::<Vec<_>>()
    });
    (rules, said.collect::<Vec<_>>().join("\n"))
}

const OTHER: &str = "version: emberline/v1\nservice: b\nslos:\n  - {name: o, objective: 99%, sli: {events: {total: t, bad: 't{code=\"5\"}'}}}\n";

#[test]
fn a_declared_metric_gets_it_and_the_pages_show_it() {
    let (rules, pages) = compiled(DECLARED, "{metric: http.duration, threshold: 500ms}", OTHER);
    assert!(rules.contains("http_duration_seconds_count{service_name=\"a\"}["), "{rules}");
    assert!(pages.contains("Added matcher: service_name=\"a\""), "{pages}");
    assert!(pages.contains("The series lack the label of service_name=\"a\""), "{pages}");
}

#[test]
fn nothing_is_added_to_what_the_service_does_not_declare() {
    let elsewhere = format!("{OTHER}{DECLARED}");
    for (metrics, metric, more) in
        [("", "http_duration_seconds", OTHER), ("", "http.duration", OTHER), ("", "http.duration", elsewhere.as_str())]
    {
        let latency = format!("{{metric: {metric}, threshold: 500ms, selector: '{{job=\"x\"}}'}}");
        let (rules, pages) = compiled(metrics, &latency, more);
        assert!(rules.contains("http_duration_seconds_count{job=\"x\"}["), "{rules}");
        assert!(!rules.contains("service_name") && !pages.contains("service_name"), "{rules}\n{pages}");
    }
}

#[test]
fn what_its_author_wrote_stands() {
    let latency = "{metric: http.duration, threshold: 500ms, selector: '{service_name=~\"a|b\"}'}";
    let (rules, pages) = compiled(DECLARED, latency, OTHER);
    assert!(rules.contains("_count{service_name=~\"a|b\"}["), "{rules}");
    assert!(!rules.contains("service_name=\"a\"") && !pages.contains("Added matcher"), "{rules}\n{pages}");
}
