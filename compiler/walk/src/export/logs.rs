//! `logs.ndjson`: the log lines of the written traces, a JSON object a line.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::incident::Incident;
use super::table::nanos;
use super::traces::{Traces, cut, flatten};
use crate::source::{LogLine, Trace};
use emberline_prose::number::many;

/// The most lines of each side.
const KEPT: usize = 4_000;

/// The log lines of an incident, masked in place.
pub(super) struct Lines {
    /// Lines of bad traces, by time.
    pub(super) bad: Vec<Value>,
    /// Lines of healthy traces, by time.
    pub(super) healthy: Vec<Value>,
    /// How many bad and how many healthy traces were asked for their lines.
    pub(super) traces: (usize, usize),
}

/// Fetches the log lines of traces. `None` without a source, without traces, or without a line.
pub(super) fn collect(incident: &Incident<'_>, traces: Option<&Traces>, notes: &mut Vec<String>) -> Option<Lines> {
    let traces = traces?;
    if incident.case.sources.logs.is_none() {
        notes.push("No source of logs was given: logs.ndjson and patterns.json are absent.".to_owned());
        return None;
    }
    incident.begin();
    let (bad, asked_bad) = fetch(incident, &traces.bad, notes);
    let (healthy, asked_healthy) = fetch(incident, &traces.healthy, notes);
    let is_over = incident.tell_if_over("Log lines", notes);
    if bad.is_empty() && healthy.is_empty() {
        let why = if is_over { "No log line came in time" } else { "The traces have no log lines" };
        notes.push(format!("{why}: logs.ndjson and patterns.json are absent."));
        return None;
    }
    Some(Lines { bad, healthy, traces: (asked_bad, asked_healthy) })
}

/// The lines of traces, by time, and the number of traces that were asked for.
fn fetch(incident: &Incident<'_>, traces: &[Trace], notes: &mut Vec<String>) -> (Vec<Value>, usize) {
    let Some(source) = incident.case.sources.logs else { return (Vec::new(), 0) };
    let (mut lines, mut asked): (Vec<LogLine>, usize) = (Vec::new(), 0);
    for trace in traces {
        if lines.len() >= KEPT || incident.is_over() {
            break;
        }
        #[expect(clippy::cast_precision_loss, reason = "unix seconds")]
        let seconds = |time: Option<u64>| time.map(|time| time as f64 / 1e9);
        let start = seconds(trace.spans.iter().map(|span| span.start).min()).unwrap_or(incident.start);
        let end = seconds(trace.spans.iter().map(|span| span.end).max()).unwrap_or(incident.case.now);
        match source.of_trace(&trace.id, (start, end)) {
            Ok(found) => {
                asked += 1;
                lines.extend(found);
            }
            Err(trouble) => {
                notes.push(format!("Log lines are incomplete: {trouble}."));
                break;
            }
        }
    }
    if lines.len() > KEPT {
        let left_out = many(lines.len() - KEPT, "log line was", "log lines were");
        notes.push(format!("{left_out} left out of logs.ndjson."));
        lines.truncate(KEPT);
    }
    lines.sort_by(|a, b| a.time.cmp(&b.time).then_with(|| a.body.cmp(&b.body)));
    (lines.iter().map(document).collect(), asked)
}

fn document(line: &LogLine) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: String| drop(fields.insert(name.to_owned(), value.into()));
    put("timestamp", nanos(line.time));
    put("service", line.service.clone());
    put("severity_text", if line.severity.is_empty() { "INFO".to_owned() } else { line.severity.to_uppercase() });
    put("msg", cut(&line.body));
    put("trace_id", line.trace_id.clone());
    if !line.span_id.is_empty() {
        put("span_id", line.span_id.clone());
    }
    flatten(&mut fields, &line.attributes);
    Value::Object(fields)
}

impl Lines {
    pub(super) fn documents(&self) -> impl Iterator<Item = &Value> {
        self.healthy.iter().chain(&self.bad)
    }

    pub(super) fn documents_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.healthy.iter_mut().chain(&mut self.bad)
    }

    /// The file: healthy traces are from before the onset, so their lines come first.
    pub(super) fn written(&self) -> String {
        // A line that two traces name stands once.
        let mut seen = BTreeSet::new();
        let lines = self.documents().map(Value::to_string).filter(|line| seen.insert(line.clone()));
        lines.map(|line| line + "\n").collect()
    }
}
