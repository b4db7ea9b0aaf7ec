//! A trace as a tree of spans.

use anyhow::Result;

use super::{attribute, list, nanos};
use crate::ask;
use crate::system::Addresses;

/// A span.
#[derive(Debug, Clone)]
pub struct Span {
    /// Its id, 16 hexadecimal digits.
    pub id: String,
    /// Its parent's id; empty for the root.
    pub parent: String,
    /// The trace that it says it belongs to.
    pub trace_id: String,
    /// The service that recorded it.
    pub service: String,
    /// Its name.
    pub name: String,
    /// 2 for SERVER, 3 for CLIENT, as OTLP counts kinds.
    pub kind: u64,
    /// Unix nanoseconds.
    pub start: u64,
    /// Unix nanoseconds.
    pub end: u64,
    /// Whether its status is an error.
    pub failed: bool,
    /// `code.function.name`, if it says so.
    pub function: String,
}

impl Span {
    /// How long it took, in milliseconds.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "durations of requests: far below 2^53 ns")]
    pub fn millis(&self) -> f64 {
        self.end.saturating_sub(self.start) as f64 / 1e6
    }
}

/// The spans of a trace, in the order of their start; empty where the store has nothing of it.
///
/// # Errors
/// When the store does not answer.
pub fn spans(at: &Addresses, trace_id: &str) -> Result<Vec<Span>> {
    let url = format!("http://{}/api/traces/{trace_id}", at.store);
    let Some(answer) = ask::json_if_found(&url)? else { return Ok(Vec::new()) };
    let mut spans = Vec::new();
    for resource in list(&answer, "resourceSpans") {
        let service = attribute(&resource["resource"], "service.name");
        for span in list(resource, "scopeSpans").iter().flat_map(|scope| list(scope, "spans")) {
            let text = |key: &str| span[key].as_str().unwrap_or_default().to_owned();
            spans.push(Span {
                id: text("spanId"),
                parent: text("parentSpanId"),
                trace_id: text("traceId"),
                service: service.clone(),
                name: text("name"),
                kind: span["kind"].as_u64().unwrap_or(0),
                start: nanos(&span["startTimeUnixNano"]).unwrap_or(0),
                end: nanos(&span["endTimeUnixNano"]).unwrap_or(0),
                failed: span["status"]["code"] == 2,
                function: attribute(span, "code.function.name"),
            });
        }
    }
    spans.sort_by_key(|span| span.start);
    Ok(spans)
}
