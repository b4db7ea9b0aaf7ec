//! `traces.json`: a list of spans.

use super::case::Span;
use super::json::{instant, objects, string};
use super::lines;
use crate::fault::Fault;

const FILE: &str = "traces.json";

/// Reads spans in the order of time.
pub(super) fn spans(text: &str) -> Result<Vec<Span>, Fault> {
    let mut found = Vec::new();
    for (index, fields) in objects(FILE, text)?.iter().enumerate() {
        let at = instant(fields, &["start", "start_time", "timestamp"])
            .map_err(|why| Fault::new(FILE, None, format!("span {}: {why}", index + 1)))?;
        // An exporter may write `same` for the trace of the span before; then a parent's id and the time must do.
        let trace = Some(string(fields, &["trace_id"])).filter(|written| written != "same").unwrap_or_default();
        let parent = string(fields, &["parent_id", "parent_span_id"]);
        let status = string(fields, &["status"]).to_ascii_uppercase();
        let used = ["trace_id", "span_id", "parent_id", "service", "name", "start", "status", "duration_ms"];
        let millis: f64 = string(fields, &["duration_ms"]).parse().unwrap_or(0.0);
        found.push(Span {
            trace,
            id: string(fields, &["span_id"]),
            parent: (!parent.is_empty()).then_some(parent),
            service: string(fields, &["service"]),
            name: string(fields, &["name"]),
            at,
            millis: if millis.is_finite() { millis } else { 0.0 },
            failed: status.contains("ERROR") || status.contains("FAIL"),
            fields: lines::flat(fields, &used),
            index: index + 1,
        });
    }
    found.sort_by(|a, b| (a.at, &a.trace, &a.id, &a.name).cmp(&(b.at, &b.trace, &b.id, &b.name)));
    Ok(found)
}
