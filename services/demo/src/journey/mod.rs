//! One request through its four signals: an exemplar in Prometheus, and by its trace id the trace, the log lines and the
//! profile in the store.

mod exemplar;
mod page;
mod profile;
mod trace;

use anyhow::{Context, Result};
use serde_json::Value;

pub use exemplar::{Exemplar, exemplars};
pub use profile::{Stack, stacks};
pub use trace::{Span, spans};

use crate::ask;
use crate::system::Addresses;

/// A log line of a trace.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// Unix nanoseconds.
    pub time: u64,
    /// Who wrote it.
    pub service: String,
    /// `INFO`, `ERROR`, …
    pub severity: String,
    /// The text.
    pub body: String,
    /// The trace that it says it belongs to.
    pub trace_id: String,
}

/// Everything that is known of one request.
#[derive(Debug, Clone)]
pub struct Journey {
    /// The id that joins it all.
    pub trace_id: String,
    /// Where a graph of latencies points to the trace.
    pub exemplar: Exemplar,
    /// Every span, in the order of their start.
    pub spans: Vec<Span>,
    /// Every log line, in the order of time.
    pub logs: Vec<LogLine>,
    /// Every stack that was sampled, the most frequent first.
    pub stacks: Vec<Stack>,
}

impl Journey {
    /// Follows the slowest exemplars of `service` since `start` (unix seconds) until one is found that all four signals
    /// know, with a span of every one of `through`.
    ///
    /// # Errors
    /// When Prometheus or the store does not answer, or answers something else than documented.
    pub fn find(at: &Addresses, service: &str, start: f64, through: &[&str]) -> Result<Option<Self>> {
        let selector = format!("exemplars_duration_seconds_bucket{{service_name=\"{service}\"}}");
        let mut exemplars = exemplars(at, &selector, start)?;
        exemplars.sort_by(|a, b| b.value.total_cmp(&a.value));
        exemplars.dedup_by(|a, b| a.trace_id == b.trace_id);
        for exemplar in exemplars.into_iter().take(20) {
            let journey = Self::follow(at, exemplar)?;
            let complete = !journey.logs.is_empty() && !journey.stacks.is_empty();
            if complete && through.iter().all(|service| journey.spans.iter().any(|span| span.service == *service)) {
                return Ok(Some(journey));
            }
        }
        Ok(None)
    }

    /// Everything that the store has of an exemplar's trace.
    ///
    /// # Errors
    /// When the store does not answer.
    pub fn follow(at: &Addresses, exemplar: Exemplar) -> Result<Self> {
        let trace_id = exemplar.trace_id.clone();
        Ok(Self {
            spans: trace::spans(at, &trace_id)?,
            logs: logs(at, &trace_id)?,
            stacks: profile::stacks(at, &trace_id)?,
            exemplar,
            trace_id,
        })
    }
}

/// The log lines of a trace.
fn logs(at: &Addresses, trace_id: &str) -> Result<Vec<LogLine>> {
    let answer = ask::json(&format!("http://{}/api/logs/{trace_id}", at.store), &[])?;
    let mut lines = Vec::new();
    for resource in list(&answer, "resourceLogs") {
        let service = attribute(&resource["resource"], "service.name");
        for record in list(resource, "scopeLogs").iter().flat_map(|scope| list(scope, "logRecords")) {
            lines.push(LogLine {
                time: nanos(&record["timeUnixNano"]).or_else(|| nanos(&record["observedTimeUnixNano"])).unwrap_or(0),
                service: service.clone(),
                severity: record["severityText"].as_str().unwrap_or_default().to_owned(),
                body: record["body"]["stringValue"].as_str().unwrap_or_default().to_owned(),
                trace_id: record["traceId"].as_str().context("a log record without a trace id")?.to_owned(),
            });
        }
    }
    lines.sort_by_key(|line| line.time);
    Ok(lines)
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// 64-bit integers are texts in OTLP's JSON.
fn nanos(value: &Value) -> Option<u64> {
    value.as_str().and_then(|text| text.parse().ok()).or_else(|| value.as_u64()).filter(|nanos| *nanos > 0)
}

/// An attribute's text; empty where it is missing.
fn attribute(of: &Value, key: &str) -> String {
    let found = list(of, "attributes").iter().find(|attribute| attribute["key"] == key);
    let value = found.map(|attribute| &attribute["value"]);
    let text = value.and_then(|value| value["stringValue"].as_str().or_else(|| value["intValue"].as_str()));
    text.unwrap_or_default().to_owned()
}
