//! Holds metrics to their declared labels: what differs in any other is added up.
//!
//! Dropping a label is not enough: two series that differ in it alone would become two values of one series, of which the
//! exporter shows whichever came last, and an objective would count a part of its events.

use serde_json::{Value, json};

use super::{escaped, quoted};
use crate::metric::MetricType;
use crate::plan::{Stream, TelemetryPlan};

/// The processor.
pub(super) const ID: &str = "transform/guard";

pub(super) fn body(plan: &TelemetryPlan) -> Value {
    let guards: Vec<String> = plan
        .streams
        .iter()
        .flat_map(|(service, streams)| streams.iter().filter_map(|stream| statement(service, stream)))
        .collect();
    // A group of no statements is refused.
    let groups = if guards.is_empty() { json!([]) } else { json!([{"context": "metric", "statements": guards}]) };
    json!({"error_mode": "propagate", "metric_statements": groups})
}

/// Gauges are left as they are: neither their sum nor their mean is right for all.
fn statement(service: &str, stream: &Stream) -> Option<String> {
    if stream.kind == MetricType::Gauge {
        return None;
    }
    let attributes: Vec<String> = stream.attributes.iter().map(|attribute| quoted(attribute)).collect();
    Some(escaped(&format!(
        "aggregate_on_attributes(\"sum\", [{}]) where metric.name == {} and resource.attributes[\"service.name\"] == {}",
        attributes.join(", "),
        quoted(&stream.metric),
        quoted(service)
    )))
}
