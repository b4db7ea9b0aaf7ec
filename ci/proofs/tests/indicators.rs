//! Indicators over series that no spec declares, in promtool: an outage is told, and a healthy service is left alone.

use anyhow::Result;
use emberline_proofs::given::{self, Asked};
use emberline_proofs::tools::compile;

/// Which alerts fire, by objective and topic, once these series have been recorded for six hours.
fn fires(slos: &str, series: &[(&str, &str)], expected: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let spec = format!("version: emberline/v1\nservice: shop\nslos:\n{slos}");
    compile(&[("shop.yaml", &spec)], "shop", folder.path())?;
    let series: String = series.iter().map(|(name, samples)| given::series(name, samples)).collect();
    let firing = "count by (slo, topic) (ALERTS{alertstate=\"firing\"})";
    let expected = given::expected(firing, "6h", expected);
    Asked { interval: "15s", evaluation_interval: "30s", is_fuzzy: false, series: &series, expected: &expected }
        .holds(folder.path())
}

const GROUPED: &str = "  - {name: a, objective: 99.9%, sli: {events: {total: in_total, bad: failed_total, group_by: [topic]}}}\n  - {name: b, objective: 99.9%, sli: {timeslice: {total: in_total, bad: failed_total, max_error_ratio: 5%, group_by: [topic]}}}\n";

#[test]
fn bad_events_without_the_label_of_a_group_are_told() -> Result<()> {
    let all = [("in_total{topic=\"a\"}", "0+10x1440"), ("failed_total{queue=\"a\"}", "0+10x1440")];
    fires(GROUPED, &all, "{labels: '{slo=\"a\"}', value: 4}, {labels: '{slo=\"b\"}', value: 4}")
}

#[test]
fn a_group_that_only_ever_failed_is_told() -> Result<()> {
    let all = [("in_total{topic=\"a\"}", "0+10x1440"), ("failed_total{topic=\"b\"}", "0+1x1440")];
    fires(
        GROUPED,
        &all,
        "{labels: '{slo=\"a\", topic=\"b\"}', value: 4}, {labels: '{slo=\"b\", topic=\"b\"}', value: 4}",
    )
}

#[test]
fn groups_without_a_bad_event_are_left_alone() -> Result<()> {
    let all = [("in_total{topic=\"a\"}", "0+10x1440"), ("failed_total{topic=\"b\"}", "0x1440")];
    fires(GROUPED, &all, "")
}

#[test]
fn a_total_that_is_gone_is_missed_though_nothing_is_bad() -> Result<()> {
    let absent = "{labels: '{slo=\"a\"}', value: 1}, {labels: '{slo=\"b\"}', value: 1}";
    fires(GROUPED, &[("failed_total{topic=\"a\"}", "0x1440")], absent)
}

#[test]
fn a_healthy_latency_on_plain_prometheus_metrics_is_left_alone() -> Result<()> {
    let slo = "  - {name: l, objective: 99%, sli: {latency: {metric: http_request_duration_seconds, threshold: 500ms, selector: '{job=\"shop\"}'}}}\n";
    let all = [
        ("http_request_duration_seconds_count{job=\"shop\"}", "0+10x1440"),
        ("http_request_duration_seconds_bucket{job=\"shop\",le=\"0.5\"}", "0+10x1440"),
    ];
    fires(slo, &all, "")
}
