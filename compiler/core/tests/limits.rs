//! Views of SDKs are what OpenTelemetry's own schema says, and hold a metric to its declaration.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use emberline_core::emit::{Artefact, Emitter};
use emberline_core::source::Sources;
use emberline_core::target::Target;
use serde_json::{Value, json};

/// See `otel/README.md`.
const SCHEMA: &str = include_str!("otel/opentelemetry_configuration.json");

/// A service whose names are as odd as they may be.
const SPEC: &str = r#"
version: emberline/v1
service: "shop \"x\" {{ y }} ${z} 日本"
instances: 2
metrics:
  http.requests:
    type: counter
    labels:
      http.route: {values: ["/", "/buy"]}
      kind: {max_values: 3}
  http.duration: {type: histogram, unit: s, buckets: [0.1, 0.5]}
  rpc.duration: {type: exponential_histogram, unit: s}
slos:
  - {name: a, objective: 99%, sli: {events: {total: http_requests_total, bad: 'http_requests_total{http_route="/"}'}}}
"#;

fn emitted(target: Target) -> Vec<Artefact> {
    let mut sources = Sources::default();
    sources.add("slos/shop.yaml", SPEC);
    let analysis = emberline_core::analyse(&sources, None);
    let said: Vec<&String> = analysis.findings.iter().map(|finding| &finding.message).collect();
    let plan = analysis.plan.unwrap_or_else(|| unreachable!("{said:?}"));
    Emitter::new(&plan).all(&[target])
}

fn read(artefact: &Artefact) -> Value {
    serde_yaml::from_str(&artefact.text).unwrap()
}

#[test]
fn views_are_declarative_configuration_and_keep_what_is_declared() {
    let artefacts = emitted(Target::Limits);
    let views = artefacts.iter().find(|artefact| artefact.path.starts_with("limits/views/")).unwrap();
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let document = read(views);
    let faults: Vec<String> = validator.iter_errors(&document).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");
    let view = |name: &str| {
        let views = document["meter_provider"]["views"].as_array().unwrap();
        views.iter().find(|view| view["selector"]["instrument_name"] == name).unwrap()["stream"].clone()
    };
    assert_eq!(view("http.requests")["attribute_keys"], json!({"included": ["http.route", "kind"]}));
    assert_eq!(view("rpc.duration")["attribute_keys"], json!({"excluded": ["*"]}));
    // Two routes, three kinds, and the one where an SDK counts the rest.
    assert_eq!(view("http.requests")["aggregation_cardinality_limit"], 7);
    let boundaries = json!({"explicit_bucket_histogram": {"boundaries": [0.1, 0.5]}});
    assert_eq!(view("http.duration")["aggregation"], boundaries);
    assert_eq!(view("rpc.duration")["aggregation"], json!({"base2_exponential_bucket_histogram": {}}));
    // The schema judges: a view without a stream is none.
    let mut broken = document.clone();
    broken["meter_provider"]["views"][0].as_object_mut().unwrap().remove("stream");
    assert!(!validator.is_valid(&broken));
}

#[test]
fn a_scrape_may_have_every_declared_series_and_what_span_metrics_can_have() {
    let artefacts = emitted(Target::Limits);
    let scrape = &read(artefacts.iter().find(|artefact| artefact.path == "limits/prometheus.yaml").unwrap());
    let scrape = &scrape["scrape_configs"][0];
    // Of two instances: six streams, five series of a classic histogram, one native one. Of spans: two connectors, ten
    // thousand streams, two boundaries and four more series each.
    assert_eq!(scrape["sample_limit"], 2 * (6 + 5 + 1) + 2 * 10_000 * (2 + 4));
    assert_eq!(scrape["label_limit"], 16 + 2);
}

#[test]
fn collectors_add_up_what_differs_in_other_labels() {
    for name in ["agent", "single"] {
        let artefacts = emitted(Target::Collector);
        let path = format!("collector/{name}.yaml");
        let config = read(artefacts.iter().find(|artefact| artefact.path == path).unwrap());
        let guards = config["processors"]["transform/guard"]["metric_statements"][0]["statements"].to_string();
        assert!(guards.contains(r#"[\"http.route\", \"kind\"]) where metric.name == \"http.requests\""#), "{guards}");
        // `$` is doubled: the collector expands it.
        assert!(guards.contains(r#"== \"shop \\\"x\\\" {{ y }} $${z} 日本\""#), "{guards}");
        let pipelines = config["service"]["pipelines"].as_object().unwrap();
        let first = pipelines.iter().find(|(name, _)| name.starts_with("metrics")).unwrap().1;
        assert_eq!(
            first["processors"],
            json!(["memory_limiter", "transform/guard", "redaction", "transform/redaction"]),
            "{name}"
        );
    }
}
