//! What a drill's collectors are told: everything is as much shorter as the policy says, down to what still works.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use emberline_core::emit::Emitter;
use emberline_core::source::Sources;
use emberline_core::target::Target;
use serde_json::Value;

const SPEC: &str = "
version: emberline/v1
service: shop
slos:
  - {name: a, objective: 99%, sli: {events: {total: all_total, bad: 'all_total{code=\"500\"}'}}}
";

/// The gateway's `decision_wait`, the flushes of span metrics and of exemplars, and the expiry of series.
fn told(time_scale: u32) -> [String; 4] {
    let mut sources = Sources::default();
    sources.add("slos/shop.yaml", SPEC);
    sources.add("slos/policy.yaml", format!("version: emberline/v1\nscrape_interval: 15s\ntime_scale: {time_scale}\n"));
    let plan = emberline_core::analyse(&sources, None).plan.unwrap();
    let artefacts = Emitter::new(&plan).all(&[Target::Collector]);
    let gateway = artefacts.into_iter().find(|artefact| artefact.path.ends_with("gateway.yaml")).unwrap();
    let config: Value = serde_yaml::from_str(&gateway.text).unwrap();
    [
        &config["processors"]["tail_sampling"]["decision_wait"],
        &config["connectors"]["span_metrics/red"]["metrics_flush_interval"],
        &config["connectors"]["span_metrics/exemplars"]["metrics_flush_interval"],
        &config["exporters"]["prometheus"]["metric_expiration"],
    ]
    .map(|value| value.as_str().unwrap().to_owned())
}

#[test]
fn collectors_keep_pace_with_a_drill() {
    assert_eq!(told(1), ["10s", "5s", "15s", "1m"]);
    assert_eq!(told(3), ["3s333ms", "1s666ms", "5s", "20s"]);
    assert_eq!(told(15), ["2s", "333ms", "1s", "10s"]);
}
