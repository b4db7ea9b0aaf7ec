//! What indicators over counters and over authors' own expressions record in promtool, and that their generated proofs
//! pass.

use anyhow::Result;
use emberline_proofs::given::{Given, examples};

const SENT: &str = "slos:\n  - {name: a, objective: 99%, sli: {events: {total: [sent_total, failed_total], bad: failed_total, group_by: [topic]}}}\n";

#[test]
fn a_sum_keeps_groups_that_only_one_of_its_counters_has() -> Result<()> {
    let series = [
        ("sent_total{topic=\"a\"}", "1000+30x40"),
        ("sent_total{topic=\"both\"}", "1000+30x40"),
        ("failed_total{topic=\"b\"}", "1000+15x40"),
        ("failed_total{topic=\"both\"}", "1000+15x40"),
    ];
    let expected = [
        ("sum(slo:events:rate_base{topic=\"a\"})", "9m", "2"),
        ("sum(slo:events:rate_base{topic=\"b\"})", "9m", "1"),
        ("sum(slo:events:rate_base{topic=\"both\"})", "9m", "3"),
        ("sum(slo:bad_events:rate_base{topic=\"a\"})", "9m", "0"),
        ("sum(slo:bad_events:rate_base{topic=\"b\"})", "9m", "1"),
        ("sum(slo:bad_events:rate_base{topic=\"both\"})", "9m", "1"),
    ];
    Given { policy: "", spec: SENT, interval: "15s", series: &series, expected: &expected }.holds()
}

#[test]
fn a_sum_lives_on_while_one_of_its_counters_is_nowhere() -> Result<()> {
    let counted = |metric: &str, bad: &str| {
        let series = format!("{metric}{{topic=\"a\"}}");
        let expected = [("sum(slo:events:rate_base)", "9m", "2"), ("sum(slo:bad_events:rate_base)", "9m", bad)];
        Given { policy: "", spec: SENT, interval: "15s", series: &[(&series, "1000+30x40")], expected: &expected }
            .holds()
    };
    counted("sent_total", "0")?;
    counted("failed_total", "2")
}

#[test]
fn series_of_two_counters_with_the_same_labels_are_both_counted() -> Result<()> {
    // `or` keeps one of two series with the same labels; without groups, all sums have the same labels.
    let spec = "slos:\n  - {name: a, objective: 99%, sli: {events: {total: [a_total, b_total, c_total], bad: [b_total, c_total]}}}\n";
    let series = [("a_total{x=\"1\"}", "0+15x40"), ("b_total{x=\"1\"}", "0+30x40"), ("c_total{x=\"1\"}", "0+60x40")];
    let expected = [("sum(slo:events:rate_base)", "9m", "7"), ("sum(slo:bad_events:rate_base)", "9m", "6")];
    Given { policy: "", spec, interval: "15s", series: &series, expected: &expected }.holds()
}

#[test]
fn good_and_bad_events_make_the_total() -> Result<()> {
    let spec =
        "slos:\n  - {name: a, objective: 99%, sli: {events: {good: ok_total, bad: failed_total, group_by: [queue]}}}\n";
    let series = [
        ("ok_total{queue=\"mail\"}", "0+30x40"),
        ("ok_total{queue=\"both\"}", "0+30x40"),
        ("failed_total{queue=\"both\"}", "0+15x40"),
        ("failed_total{queue=\"bill\"}", "0+15x40"),
    ];
    let expected = [
        ("sum(slo:events:rate_base{queue=\"mail\"})", "9m", "2"),
        ("sum(slo:events:rate_base{queue=\"both\"})", "9m", "3"),
        ("sum(slo:events:rate_base{queue=\"bill\"})", "9m", "1"),
        ("sum(slo:bad_events:rate_base{queue=\"mail\"})", "9m", "0"),
        ("sum(slo:bad_events:rate_base{queue=\"bill\"})", "9m", "1"),
        ("count(slo:events:rate_base{queue=\"none\"})", "9m", ""),
    ];
    Given { policy: "", spec, interval: "15s", series: &series, expected: &expected }.holds()?;
    // Neither is there: that is told, rather than a healthy nothing.
    let told = [("count(ALERTS{alertname=\"SliAbsent\",alertstate=\"firing\"})", "9m", "1")];
    Given { policy: "", spec, interval: "15s", series: &[], expected: &told }.holds()
}

#[test]
fn observations_of_a_native_histogram_are_events() -> Result<()> {
    let spec = "metrics:\n  http.duration: {type: exponential_histogram, unit: s, labels: {code: {values: [\"200\", \"500\"]}}}\n  jobs.failed: {type: counter}\nslos:\n  - {name: a, objective: 99%, sli: {events: {total: http_duration_seconds, bad: 'http_duration_seconds{code=\"500\"}'}}}\n  - {name: b, objective: 99%, sli: {events: {total: [http_duration_seconds, jobs_failed_total], bad: jobs_failed_total}}}\n";
    let histogram = "{{schema:0 count:100 sum:100 buckets:[100]}}+{{schema:0 count:15 sum:15 buckets:[5 10]}}x40";
    let series = [
        ("http_duration_seconds{code=\"200\"}", histogram),
        ("http_duration_seconds{code=\"500\"}", histogram),
        ("jobs_failed_total", "0+15x40"),
    ];
    let expected = [
        ("sum(slo:events:rate_base{slo=\"a\"})", "9m", "2"),
        ("sum(slo:bad_events:rate_base{slo=\"a\"})", "9m", "1"),
        ("sum(slo:events:rate_base{slo=\"b\"})", "9m", "3"),
        ("sum(slo:bad_events:rate_base{slo=\"b\"})", "9m", "1"),
    ];
    Given { policy: "", spec, interval: "15s", series: &series, expected: &expected }.holds()
}

#[test]
fn a_part_that_is_never_absent_counts_only_beside_events() -> Result<()> {
    // A fallback and `absent` have a value where the total has none: while nothing is scraped, and in generated proofs.
    let spec = "slos:\n  - {name: a, objective: 99%, sli: {expr: {total: 'count(x)', bad: 'count(x < 1) or on() vector(0)'}}}\n  - {name: b, objective: 99%, sli: {expr: {total: 'count(x)', good: 'count(x >= 1) or on() vector(0)'}}}\n  - {name: c, objective: 99%, sli: {expr: {total: 'count(x)', bad: 'absent(y)'}}}\n";
    let series = [("x{a=\"1\"}", "1x20 _x20"), ("x{a=\"2\"}", "0x20 _x20")];
    let mut expected = Vec::new();
    let queries = ["a", "b", "c"].map(|slo| format!("sum(slo:bad_events:rate_base{{slo=\"{slo}\"}})"));
    for query in &queries {
        expected.push((query.as_str(), "4m", "1"));
        expected.push((query.as_str(), "12m", ""));
    }
    let good = "sum(slo:good_events:rate_base)";
    expected.extend([(good, "4m", "1"), (good, "12m", "")]);
    Given { policy: "", spec, interval: "15s", series: &series, expected: &expected }.holds()
}

#[test]
fn the_guides_expressions_count_what_they_say() -> Result<()> {
    let series = [
        // One node of two is a worker.
        ("kubelet_ops_total{cluster=\"c\",node=\"n1\"}", "0+30x40"),
        ("kubelet_ops_total{cluster=\"c\",node=\"n2\"}", "0+30x40"),
        ("kubelet_ops_failed_total{cluster=\"c\",node=\"n1\"}", "0+15x40"),
        ("kubelet_ops_failed_total{cluster=\"c\",node=\"n2\"}", "0+15x40"),
        ("kube_node_role{cluster=\"c\",node=\"n1\",role=\"worker\"}", "1x40"),
        ("kube_node_role{cluster=\"c\",node=\"n2\",role=\"master\"}", "1x40"),
        // Two pods of one application.
        ("app_requests_total{pod=\"web-1\",code=\"200\"}", "0+30x40"),
        ("app_requests_total{pod=\"web-2\",code=\"500\"}", "0+15x40"),
        // One cluster without errors is down, another has them.
        ("up{job=\"api\",cluster=\"c\"}", "1x40"),
        ("up{job=\"api\",cluster=\"d\"}", "0x40"),
        ("up{job=\"api\",cluster=\"e\"}", "1x40"),
        ("api_errors_total{cluster=\"e\"}", "0+15x40"),
        // One pod of two is slow.
        ("web_seconds_bucket{pod=\"a\",le=\"0.25\"}", "0+15x40"),
        ("web_seconds_bucket{pod=\"a\",le=\"1\"}", "0+15x40"),
        ("web_seconds_bucket{pod=\"a\",le=\"+Inf\"}", "0+15x40"),
        ("web_seconds_bucket{pod=\"b\",le=\"0.25\"}", "0+0x40"),
        ("web_seconds_bucket{pod=\"b\",le=\"1\"}", "0+15x40"),
        ("web_seconds_bucket{pod=\"b\",le=\"+Inf\"}", "0+15x40"),
        // One pod of two is busy.
        ("web_requests_total{pod=\"a\",code=\"200\"}", "0+30x40"),
        ("web_requests_total{pod=\"a\",code=\"500\"}", "0+15x40"),
        ("web_requests_total{pod=\"b\",code=\"500\"}", "0+3x40"),
    ];
    let expected = [
        ("sum(slo:events:rate_base{slo=\"example-1\",cluster=\"c\"})", "9m", "2"),
        ("sum(slo:bad_events:rate_base{slo=\"example-1\",cluster=\"c\"})", "9m", "1"),
        ("sum(slo:events:rate_base{slo=\"example-2\",app=\"web\"})", "9m", "3"),
        ("sum(slo:bad_events:rate_base{slo=\"example-2\",app=\"web\"})", "9m", "1"),
        ("sum(slo:events:rate_base{slo=\"example-3\"})", "9m", "3"),
        ("sum(slo:bad_events:rate_base{slo=\"example-3\",cluster=\"c\"})", "9m", "0"),
        ("sum(slo:bad_events:rate_base{slo=\"example-3\",cluster=\"d\"})", "9m", "1"),
        ("sum(slo:bad_events:rate_base{slo=\"example-3\",cluster=\"e\"})", "9m", "1"),
        ("sum(slo:events:rate_base{slo=\"example-4\"})", "9m", "2"),
        ("sum(slo:bad_events:rate_base{slo=\"example-4\"})", "9m", "1"),
        ("sum(slo:events:rate_base{slo=\"example-5\"})", "9m", "3"),
        ("sum(slo:bad_events:rate_base{slo=\"example-5\"})", "9m", "1"),
        ("count(slo:events:rate_base{slo=\"example-6\"})", "9m", ""),
    ];
    let spec = examples(&["expr:"])?;
    Given { policy: "", spec: &spec, interval: "15s", series: &series, expected: &expected }.holds()
}

#[test]
fn a_value_that_is_no_number_is_left_out() -> Result<()> {
    // 0 ÷ 0 until six minutes: one such sample would spread to every window above it.
    let spec = "slos:\n  - {name: a, objective: 99%, sli: {expr: {total: 'sum(rate(a_total[{{.window}}]))', bad: 'sum(rate(b_total[{{.window}}])) / sum(rate(b_total[{{.window}}]))'}}}\n";
    let series = [("a_total", "0+15x80"), ("b_total", "0x24 0+15x56")];
    let expected = [
        ("sum(slo:bad_events:rate_base)", "5m", "0"),
        ("sum(slo:bad_events:rate_base)", "15m", "1"),
        ("sum(slo:bad_events:rate5m)", "15m", "1"),
    ];
    Given { policy: "", spec, interval: "15s", series: &series, expected: &expected }.holds()
}

#[test]
fn late_data_is_read_once_it_is_there() -> Result<()> {
    let spec = "slos:\n  - {name: a, objective: 99%, delay: 10m, sli: {events: {total: a_total, bad: 'a_total{code=\"500\"}'}}}\n  - {name: b, objective: 99%, delay: 10m, sli: {expr: {total: 'sum(rate(a_total[{{.window}}]))', bad: 'sum(rate(a_total{code=\"500\"}[{{.window}}]))'}}}\n  - {name: c, objective: 99%, delay: 10m, sli: {timeslice: {up: up}}}\n";
    // What the last ten minutes hold has not all arrived: a fault of 5 minutes that nobody may see before its time.
    let series =
        [("a_total{code=\"200\"}", "0+15x120"), ("a_total{code=\"500\"}", "0x40 0+15x79"), ("up", "1x40 0x79")];
    let expected = [
        ("sum(slo:bad_events:rate_base{slo=\"a\"})", "19m", "0"),
        ("sum(slo:bad_events:rate_base{slo=\"a\"})", "24m", "1"),
        ("sum(slo:bad_events:rate_base{slo=\"b\"})", "19m", "0"),
        ("sum(slo:bad_events:rate_base{slo=\"b\"})", "24m", "1"),
        ("sum(slo:bad_events:rate_base{slo=\"c\"})", "19m", "0"),
        ("sum(slo:bad_events:rate_base{slo=\"c\"})", "24m", "1"),
        ("count(ALERTS{alertstate=\"firing\",slo=\"a\"})", "19m", ""),
        ("count(ALERTS{alertstate=\"firing\",slo=\"a\"}) > bool 0", "29m", "1"),
    ];
    Given { policy: "", spec, interval: "15s", series: &series, expected: &expected }.holds()
}

#[test]
fn two_replicas_count_an_event_once() -> Result<()> {
    let spec = "traffic: 10/h\nslos:\n  - {name: a, objective: 99%, sli: {events: {total: a_total, bad: 'a_total{code=\"500\"}'}}}\n  - {name: b, objective: 99%, sli: {latency: {metric: web_seconds, threshold: 500ms}}}\n";
    // The second replica misses three minutes, and scrapes 5 s later than the first.
    let first: String = (0..60).map(|k| format!("{} _x2 ", 1_000 + 15 * k)).collect();
    let second: String = (0..60)
        .map(|k| if (20..32).contains(&k) { "_x3 ".to_owned() } else { format!("_ {} _ ", 1_000 + 15 * k) })
        .collect();
    let one: String = (0..60).map(|k| format!("{} _x2 ", if k < 40 { 7 } else { 8 })).collect();
    let other: String = (0..60).map(|k| format!("_ {} _ ", if k < 40 { 7 } else { 8 })).collect();
    let mut series: Vec<(String, &str)> = Vec::new();
    for (replica, counter, failed) in [("a", &first, &one), ("b", &second, &other)] {
        series.push((format!("a_total{{code=\"200\",replica=\"{replica}\"}}"), counter));
        series.push((format!("a_total{{code=\"500\",replica=\"{replica}\"}}"), failed));
        series.push((format!("web_seconds_count{{replica=\"{replica}\"}}"), counter));
        series.push((format!("web_seconds_bucket{{le=\"0.5\",replica=\"{replica}\"}}"), counter));
    }
    let series: Vec<(&str, &str)> = series.iter().map(|(name, values)| (name.as_str(), *values)).collect();
    let expected = [
        ("sum(slo:events:rate_base{slo=\"b\"})", "4m", "1"),
        // Within the gap, and after it.
        ("sum(slo:events:rate_base{slo=\"b\"})", "7m30s", "1"),
        ("sum(slo:events:rate_base{slo=\"b\"})", "12m", "1"),
        // One failure, seen by two servers at different moments.
        ("sum(sum_over_time(slo:bad_events:rate_base{slo=\"a\"}[8m]) * 30)", "15m", "1"),
        ("sum(slo:bad_events:rate_base{slo=\"b\"})", "12m", "0"),
    ];
    let policy = "replica_label: replica\n";
    Given { policy, spec, interval: "5s", series: &series, expected: &expected }.holds()
}
