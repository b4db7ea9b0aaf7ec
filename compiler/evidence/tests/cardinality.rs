//! Time series of a capture are counted, whatever their attributes are, and held against the specs.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]
#![allow(dead_code, reason = "the sketches of other tests need more")]

mod sketch;

use emberline_evidence::capture;
use emberline_evidence::judge::Stage::Redacted;
use emberline_evidence::judge::{Verdict, judge};
use serde_json::{Value, json};

/// A capture of one metric of `service`, with a point for each value of the label `key`, and one span.
fn capture_of(service: &str, metric: &str, key: &str, values: &[Value]) -> String {
    let resource = json!({"attributes": [{"key": "service.name", "value": {"stringValue": service}}]});
    let points: Vec<Value> =
        values.iter().map(|value| json!({"attributes": [{"key": key, "value": value}], "asInt": "1"})).collect();
    let metric = json!({"name": metric, "sum": {"dataPoints": points, "aggregationTemporality": 2}});
    let metrics = json!({"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [metric]}]}]});
    format!("{metrics}\n{}", sketch::lines("web SERVER /"))
}

fn codes(verdict: &Verdict) -> Vec<&'static str> {
    verdict.findings.iter().map(|finding| finding.code.id).collect()
}

/// Makes a value of its number.
type Make = fn(usize) -> Value;

const KINDS: [(&str, Make); 7] = [
    ("texts", |at| json!({"stringValue": format!("user-{at}")})),
    ("integers", |at| json!({"intValue": at.to_string()})),
    ("doubles", |at| json!({"doubleValue": at as f64 + 0.5})),
    ("bytes", |at| json!({"bytesValue": format!("{at:08}")})),
    ("lists", |at| json!({"arrayValue": {"values": [{"stringValue": "a"}, {"intValue": at.to_string()}]}})),
    ("maps", |at| json!({"kvlistValue": {"values": [{"key": "k", "value": {"doubleValue": at as f64}}]}})),
    (
        "lists in lists",
        |at| json!({"arrayValue": {"values": [{"arrayValue": {"values": [{"intValue": at.to_string()}]}}]}}),
    ),
];

#[test]
fn an_undeclared_metric_may_have_a_thousand_time_series_of_any_kind_and_no_more() {
    for (kind, make) in KINDS {
        for (service, many) in [("web", 1_001), ("nobody", 1_001), ("web", 1_000), ("nobody", 1_000)] {
            let values: Vec<Value> = (0..many).map(make).collect();
            let verdict = sketch::judged(capture_of(service, "visits", "user", &values).as_bytes(), Redacted);
            let found = codes(&verdict).contains(&"series-budget");
            assert_eq!(found, many > 1_000, "{many} {kind} of {service}: {:?}", verdict.findings);
            let shown = verdict.series.iter().find(|shown| shown.metric == "visits").unwrap();
            assert_eq!((shown.seen, shown.bound), (many as u64, None), "{kind}");
        }
    }
}

#[test]
fn a_value_of_any_kind_counts_against_the_bound_of_its_label() {
    for (kind, make) in KINDS {
        for many in [2, 3] {
            let values: Vec<Value> = (0..many).map(make).collect();
            for metric in ["orders", "orders_total"] {
                let verdict = sketch::judged(capture_of("web", metric, "size", &values).as_bytes(), Redacted);
                let found = codes(&verdict).contains(&"undeclared-value");
                assert_eq!(found, many > 2, "{many} {kind} of {metric}: {:?}", verdict.findings);
                // `kind` has two values and `size` two.
                let shown = &verdict.series[0];
                assert_eq!((shown.seen, shown.bound), (many as u64, Some(4)), "{kind} of {metric}");
            }
        }
    }
}

#[test]
fn the_order_of_attributes_makes_no_other_series_and_an_overflow_is_found() {
    let pair = |key: &str, value: &str| json!({"key": key, "value": {"stringValue": value}});
    let point = |pairs: Vec<Value>| json!({"attributes": pairs, "asInt": "1"});
    let (one, two) = (pair("kind", "new"), pair("size", "1"));
    let resource = json!({"attributes": [pair("service.name", "web")]});
    let written = |points: Vec<Value>| {
        let metric = json!({"name": "orders", "sum": {"dataPoints": points}});
        format!(
            "{}\n{}",
            json!({"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [metric]}]}]}),
            sketch::lines("web SERVER /")
        )
    };
    let same = written(vec![point(vec![one.clone(), two.clone()]), point(vec![two, one])]);
    let verdict = sketch::judged(same.as_bytes(), Redacted);
    assert_eq!((codes(&verdict), verdict.series[0].seen), (vec![], 1));
    let overflow = json!({"key": "otel.metric.overflow", "value": {"boolValue": true}});
    let verdict = sketch::judged(written(vec![point(vec![overflow])]).as_bytes(), Redacted);
    assert_eq!(codes(&verdict), ["sdk-cardinality-limit"]);
}

#[test]
fn the_budget_of_the_policy_replaces_the_default() {
    let mut sources = emberline_core::source::Sources::default();
    let (specs, _) = sketch::meaning();
    for (_, source) in specs.iter() {
        sources.add(source.path.clone(), &source.text);
    }
    sources.add("slos/policy.yaml", "version: emberline/v1\ncardinality: {metric: 20}\n");
    let meaning = emberline_core::resolve(&sources);
    for (many, wanted) in [(20, false), (21, true)] {
        let values: Vec<Value> = (0..many).map(KINDS[0].1).collect();
        let mut read = sketch::empty(Redacted);
        capture::read(&mut read, capture_of("web", "visits", "user", &values).as_bytes()).unwrap();
        let verdict = judge(&mut read, &meaning.model, Redacted).unwrap();
        assert_eq!(codes(&verdict).contains(&"series-budget"), wanted, "{many}");
    }
}
