//! What people write is what is queried, in promtool: spellings of boundaries, units, names with dots, scrape intervals.

use anyhow::Result;
use emberline_proofs::given::{self, Asked};
use emberline_proofs::tools::compile;

/// How many alerts fired at some time within three hours of these series, which have a sample every `interval`.
fn fired(slos: &str, interval: &str, series: &[(&str, &str)], expected: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let spec = format!("version: emberline/v1\nservice: shop\nslos:\n{slos}");
    compile(&[("shop.yaml", &spec)], "shop", folder.path())?;
    let series: String = series.iter().map(|(name, samples)| given::series(name, samples)).collect();
    let most = "max_over_time((count(ALERTS{alertstate=\"firing\"}) or vector(0))[3h:1m])";
    let expected = given::expected(most, "3h", &format!("{{labels: '{{}}', value: {expected}}}"));
    Asked { interval, evaluation_interval: "30s", is_fuzzy: false, series: &series, expected: &expected }
        .holds(folder.path())
}

const KINDS: &str = "  - {name: bad, objective: 99.9%, sli: {events: {total: http_total, bad: 'http_total{code=\"500\"}'}}}\n  - {name: latency, objective: 99%, sli: {latency: {metric: d_seconds, threshold: 500ms}}}\n  - {name: up, objective: 99%, sli: {timeslice: {up: up}}}\n  - {name: share, objective: 99%, sli: {timeslice: {total: http_total, bad: 'http_total{code=\"500\"}', max_error_ratio: 5%}}}\n";

/// No policy says how often Prometheus scrapes; its own default is a minute.
#[test]
fn a_healthy_service_is_left_alone_however_often_it_is_scraped() -> Result<()> {
    for (interval, samples) in [("15s", 720), ("30s", 360), ("60s", 180)] {
        let rising = format!("0+100x{samples}");
        let level = format!("1x{samples}");
        let all = [
            ("http_total{code=\"200\"}", rising.as_str()),
            ("d_seconds_count", rising.as_str()),
            ("d_seconds_bucket{le=\"0.5\"}", rising.as_str()),
            ("up", level.as_str()),
        ];
        fired(KINDS, interval, &all, "0")?;
    }
    Ok(())
}

#[test]
fn a_bucket_is_found_in_every_spelling() -> Result<()> {
    let slo = "  - {name: a, objective: 99%, sli: {events: {total: d_seconds_count, good: 'd_seconds_bucket{le=\"1\"}'}}}\n  - {name: b, objective: 99%, sli: {events: {total: d_seconds_count, good: 'd_seconds_bucket{le=\"1.0\"}'}}}\n";
    for spelling in ["1", "1.0"] {
        let bucket = format!("d_seconds_bucket{{le=\"{spelling}\"}}");
        fired(slo, "15s", &[("d_seconds_count", "0+10x720"), (&bucket, "0+10x720")], "0")?;
        // Half of the events are slow: all four alerts of both objectives fire.
        fired(slo, "15s", &[("d_seconds_count", "0+10x720"), (&bucket, "0+5x720")], "8")?;
    }
    Ok(())
}

/// Istio's histogram in milliseconds, Micrometer's boundaries, and sizes.
#[test]
fn a_threshold_is_in_the_unit_of_its_metric() -> Result<()> {
    for (metric, threshold, le) in [
        ("istio_request_duration_milliseconds", "500ms", "500.0"),
        ("http_server_requests_seconds", "268.435456ms", "0.268435456"),
        ("response_size_bytes", "1MiB", "1.048576e+06"),
        ("response_size_bytes", "1000", "1000"),
    ] {
        let slo = format!(
            "  - {{name: a, objective: 99%, sli: {{latency: {{metric: {metric}, threshold: {threshold}}}}}}}\n"
        );
        let (count, bucket) = (format!("{metric}_count"), format!("{metric}_bucket{{le=\"{le}\"}}"));
        fired(&slo, "15s", &[(&count, "0+10x720"), (&bucket, "0+10x720")], "0")?;
        fired(&slo, "15s", &[(&count, "0+10x720"), (&bucket, "0x720")], "4")?;
    }
    Ok(())
}

/// Prometheus 3 keeps OpenTelemetry's names if it is told to.
#[test]
fn names_may_have_dots() -> Result<()> {
    let slo = "  - {name: a, objective: 99.9%, sli: {events: {total: '{\"http.server.requests\"}', bad: '{\"http.server.requests\", \"http.status\"=\"500\"}', group_by: [http.route]}}}\n  - {name: b, objective: 99%, sli: {latency: {metric: '{\"http.server.duration\"}', threshold: 1s, group_by: [http.route]}}}\n";
    let total = r#"{"http.server.requests", "http.route"="/a", "http.status"="200"}"#;
    let bad = r#"{"http.server.requests", "http.route"="/a", "http.status"="500"}"#;
    let count = r#"{"http.server.duration_count", "http.route"="/a"}"#;
    let bucket = r#"{"http.server.duration_bucket", "http.route"="/a", "le"="1"}"#;
    let all =
        |bad_values, good_values| [(total, "0+10x720"), (bad, bad_values), (count, "0+10x720"), (bucket, good_values)];
    fired(slo, "15s", &all("0x720", "0+10x720"), "0")?;
    fired(slo, "15s", &all("0+10x720", "0x720"), "8")
}
