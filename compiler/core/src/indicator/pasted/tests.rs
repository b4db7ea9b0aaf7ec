//! Queries as people paste them, what is written instead, and that it compiles.

use super::hint;
use crate::finding::Severity;
use crate::source::Sources;

/// A query and the first code in its hint, with what else the hint names.
const QUERIES: &[(&str, &str)] = &[
    // Counters.
    ("sum(rate(http_requests_total{job=\"x\"}[{{.window}}]))", "http_requests_total{job=\"x\"}"),
    (
        "sum(rate(http_requests_total{job=\"x\",code=~\"5..\"}[{{.window}}])) OR on() vector(0)",
        "http_requests_total{job=\"x\",code=~\"5..\"}",
    ),
    ("sum(increase(a_total[$__rate_interval]))", "a_total"),
    ("rate(a_total[5m]) * 60", "a_total"),
    ("ceil(sum(increase(a_total[5m])))", "a_total"),
    ("sum by (route, code) (rate(a_total[5m]))", "a_total|group_by: [route, code]"),
    ("sum(rate(a_total[5m])) by (le, \"http.route\")", "a_total|group_by: [http.route]"),
    ("sum without (instance) (rate(a_total[5m]))", "a_total"),
    ("a_total[5m]", "a_total"),
    ("{\"http.requests\", \"http.route\"=~\"/a|/b\"}[5m]", "{\"http.requests\",\"http.route\"=~\"/a|/b\"}"),
    // Share of bad and good events.
    (
        "sum(rate(e_total{code=\"500\"}[5m])) / sum(rate(e_total[5m]))",
        "sli: {events: {total: e_total, bad: 'e_total{code=\"500\"}'}}",
    ),
    (
        "1 - sum(rate(e_total{code=\"500\"}[5m])) / sum(rate(e_total[5m]))",
        "sli: {events: {total: e_total, bad: 'e_total{code=\"500\"}'}}",
    ),
    ("1 - (sum(rate(ok_total[5m])) / sum(rate(all_total[5m])))", "sli: {events: {total: all_total, good: ok_total}}"),
    (
        "(sum(rate(all_total[5m])) - sum(rate(ok_total[5m]))) / sum(rate(all_total[5m]))",
        "sli: {events: {total: all_total, good: ok_total}}",
    ),
    (
        "100 * sum by (zone) (rate(failed_total[5m])) / sum by (zone) (rate(all_total[5m]))",
        "sli: {events: {total: all_total, bad: failed_total, group_by: [zone]}}",
    ),
    (
        "sum(rate(failed_total[5m])) / clamp_min(sum(rate(all_total[5m])), 1)",
        "sli: {events: {total: all_total, bad: failed_total}}",
    ),
    ("sum(rate(all_total[5m])) - sum(rate(ok_total[5m]))", "sli: {events: {total: all_total, good: ok_total}}"),
    (
        "sum(rate(failed_total[5m])) / sum(rate(all_total[5m])) > 0.05",
        "sli: {timeslice: {total: all_total, bad: failed_total, max_error_ratio: 5%}}",
    ),
    (
        "sum(rate(ok_total[5m])) / sum(rate(all_total[5m])) < bool 0.95",
        "sli: {timeslice: {total: all_total, good: ok_total, max_error_ratio: 5%}}",
    ),
    ("a_errors_total / a_requests_total", "sli: {events: {total: a_requests_total, bad: a_errors_total}}"),
    // Durations.
    (
        "histogram_quantile(0.99, sum by (le) (rate(x_seconds_bucket{job=\"a\"}[5m]))) > 0.5",
        "sli: {latency: {metric: x_seconds, threshold: 500ms, selector: '{job=\"a\"}'}}|objective: 99%",
    ),
    (
        "histogram_quantile(0.95, sum by (le, route) (rate(x_milliseconds_bucket[5m]))) < 2.5",
        "sli: {latency: {metric: x_milliseconds, threshold: 2.5ms, group_by: [route]}}|objective: 95%",
    ),
    (
        "histogram_quantile(0.9, rate(size_bytes_bucket[5m])) > 1000",
        "sli: {latency: {metric: size_bytes, threshold: 1000}}|objective: 90%",
    ),
    (
        "histogram_quantile(0.9, rate(items_bucket[5m])) > 2.5",
        "sli: {latency: {metric: items, threshold: 2.5}}|objective: 90%",
    ),
    (
        "sum(rate(x_seconds_count{job=\"x\"}[5m])) - sum(rate(x_seconds_bucket{job=\"x\",le=\"0.3\"}[5m]))",
        "sli: {latency: {metric: x_seconds, threshold: 300ms, selector: '{job=\"x\"}'}}",
    ),
    (
        "sum(rate(x_seconds_bucket{le=\"1.0\"}[5m])) / sum(rate(x_seconds_bucket{le=\"+Inf\"}[5m]))",
        "sli: {latency: {metric: x_seconds, threshold: 1s}}",
    ),
    ("histogram_fraction(0, 0.5, sum(rate(x_seconds[5m])))", "sli: {latency: {metric: x_seconds, threshold: 500ms}}"),
    // Gauges.
    ("probe_success{job=\"bb\"} == 1", "sli: {timeslice: {up: 'probe_success{job=\"bb\"}'}}"),
    ("min_over_time(up[5m]) < 1", "sli: {timeslice: {up: up}}"),
    ("up == 0", "sli: {timeslice: {up: up}}"),
];

/// What the hint of a query says in code: the first of it, then each of the others.
fn codes(hint: &str) -> Vec<&str> {
    hint.split('`').skip(1).step_by(2).collect()
}

#[test]
fn each_query_has_its_whole_rewriting() {
    for (query, wanted) in QUERIES.iter().chain(GAUGES).chain(SUMS) {
        let hint = hint(query).unwrap_or_default();
        let codes = codes(&hint);
        let mut wanted = wanted.split('|');
        // A pattern has bars of its own.
        let first = wanted.next().unwrap_or_default();
        assert!(codes.first().is_some_and(|code| code.starts_with(first)), "{query}\n{hint}");
        for other in wanted.filter(|other| other.contains(": ")) {
            assert!(codes.contains(&other), "{query}\n{hint}");
        }
    }
}

/// The same for indicators over gauges.
const GAUGES: &[(&str, &str)] = &[
    ("kafka_consumergroup_lag < 1000", "sli: {timeslice: {gauge: kafka_consumergroup_lag, max: 1000}}"),
    (
        "sum by (topic) (kafka_consumergroup_lag) > 1000",
        "sli: {timeslice: {gauge: kafka_consumergroup_lag, max: 1000, group_by: [topic]}}",
    ),
    ("replicas_unavailable == 0", "sli: {timeslice: {gauge: replicas_unavailable, max: 0}}"),
    ("workers_ready >= 3", "sli: {timeslice: {gauge: workers_ready, min: 3}}"),
    (
        "sum(replicas_unavailable) / sum(replicas_desired) > 0.05",
        "sli: {timeslice: {gauge: [replicas_unavailable, replicas_desired], max: 5%}}",
    ),
    (
        "time() - job_last_success_timestamp_seconds < 26 * 3600",
        "sli: {timeslice: {timestamp: job_last_success_timestamp_seconds, max_age: 1d2h}}",
    ),
    ("count(up{job=\"x\"} == 1) / count(up{job=\"x\"})", "sli: {availability: {up: 'up{job=\"x\"}'}}"),
    ("sum(up) / count(up)", "sli: {availability: {up: up}}"),
    ("avg by (job) (up)", "sli: {availability: {up: up, group_by: [job]}}"),
    ("avg_over_time(probe_success{job=\"x\"}[5m])", "sli: {availability: {up: 'probe_success{job=\"x\"}'}}"),
    (
        "count(memory_usage_bytes > 1e9) / count(memory_usage_bytes)",
        "sli: {availability: {gauge: memory_usage_bytes, max: 1000000000}}",
    ),
];

/// The same for sums, and for data that arrives late.
const SUMS: &[(&str, &str)] = &[
    ("sum(rate(a_total[5m])) + sum(rate(b_total{x=\"1\"}[5m]))", "[a_total, 'b_total{x=\"1\"}']"),
    ("sent_total + failed_total", "[sent_total, failed_total]"),
    ("rate(a_total[5m]) or rate(b_total[5m])", "[a_total, b_total]"),
    (
        "sum(rate(ok_total[5m])) / (sum(rate(ok_total[5m])) + sum(rate(failed_total[5m])))",
        "sli: {events: {good: ok_total, bad: failed_total}}",
    ),
    ("sum(rate(a_total[5m] offset 5m))", "a_total|delay: 5m"),
];

#[test]
fn what_is_written_instead_compiles() {
    for (query, _) in QUERIES.iter().chain(SUMS) {
        let hint = hint(query).unwrap_or_default();
        let codes = codes(&hint);
        let (first, beside) = codes.split_first().map_or(("", &[][..]), |(first, rest)| (*first, rest));
        let field = |name: &str| beside.iter().find(|code| code.starts_with(name)).copied();
        let sli = match first.strip_prefix("sli: ") {
            Some(sli) => sli.to_owned(),
            None => {
                let value = if first.starts_with('[') { first.to_owned() } else { format!("'{first}'") };
                let groups = field("group_by: ").map(|groups| format!(", {groups}")).unwrap_or_default();
                format!("{{events: {{total: {value}, bad: failures_total{groups}}}}}")
            }
        };
        let objective = field("objective: ").unwrap_or("objective: 99%");
        let delay = field("delay: ").map(|delay| format!(", {delay}")).unwrap_or_default();
        let spec = format!(
            "version: emberline/v1\nservice: s\nslos:\n  - {{name: o, {objective}{delay}, alerting: {{drop: [1h/5m]}}, sli: {sli}}}\n"
        );
        let mut sources = Sources::default();
        sources.add("s.yaml", spec.clone());
        let analysis = crate::analyse(&sources, None);
        let errors: Vec<&str> = analysis
            .findings
            .iter()
            .filter(|it| it.severity == Severity::Error)
            .map(|it| it.message.as_str())
            .collect();
        assert!(errors.is_empty(), "{query}\n{hint}\n{spec}\n{errors:?}");
    }
}

#[test]
fn what_no_indicator_counts_is_said() {
    for query in [
        "topk(3, a)",
        "rate(a[5m]) unless rate(b[5m])",
        "a * on (node) group_left (zone) b",
        "label_replace(a, \"x\", \"$1\", \"y\", \"z\")",
    ] {
        assert!(hint(query).is_some_and(|hint| hint.contains("expr")), "{query}");
    }
    assert!(hint("absent(up)").is_some_and(|hint| hint.contains("data: {absent: page}")));
    for text in ["5", "\"a\"", "a b", "sum(", "http.requests", "é"] {
        assert_eq!(hint(text), None, "{text}");
    }
}
