//! VictoriaLogs: the log lines of a trace, by a query in LogsQL. The answer is a JSON document a line, all values
//! texts.
//!
//! Documented at docs.victoriametrics.com/victorialogs/querying (`/select/logsql/query`), logsql, and
//! data-ingestion/opentelemetry for the names of fields. An attribute keeps its name, dots included. Attributes of the
//! record, of its resource and of its scope stand side by side. Whoever sends JSON lines chooses the names of fields,
//! so the client also asks for the usual spellings.

use emberline_core::plan::queries::quoted;
use emberline_observe::http::{Access, Client};
use serde_json::Value;

use super::reading::{labels, nanos, rfc3339_nanos, span_id, text, trace_id};
use super::{Answer, LogLine, Logs};

/// Seconds that are searched before and after a trace, because clocks differ and exports lag.
const AROUND: f64 = 60.0;
/// The most lines of a trace that are read.
const MOST_LINES: &str = "5000";
/// How a trace's id is spelt: OTLP's receiver, then loggers of several languages.
const TRACE: [&str; 5] = ["trace_id", "traceId", "traceID", "TraceId", "trace.id"];
/// How a span's id is spelt.
const SPAN: [&str; 5] = ["span_id", "spanId", "spanID", "SpanId", "span.id"];

/// A VictoriaLogs server.
#[derive(Debug)]
pub struct VictoriaLogs {
    http: Client,
}

impl VictoriaLogs {
    /// `address` is the URL before `/select`. In a cluster, it is that of vlselect.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self::through(address, &Access::default())
    }

    /// The same, with what opens the server's door. A tenant is told by the headers `AccountID` and `ProjectID`.
    #[must_use]
    pub fn through(address: &str, access: &Access) -> Self {
        Self { http: Client::new("VictoriaLogs", address, access) }
    }
}

impl Logs for VictoriaLogs {
    fn name(&self) -> String {
        self.http.name()
    }

    fn of_trace(&self, id: &str, between: (f64, f64)) -> Answer<Vec<LogLine>> {
        let Some(id) = trace_id(id) else {
            return Err(self.http.trouble(&format!("cannot be asked for `{id}`, which is no trace id")));
        };
        let any: Vec<String> = TRACE.iter().map(|name| format!("{}:={}", quoted(name), quoted(&id))).collect();
        let query = any.join(" or ");
        let (start, end) = (nanos(between.0 - AROUND).to_string(), nanos(between.1 + AROUND).to_string());
        let query = [("query", query.as_str()), ("start", &start), ("end", &end), ("limit", MOST_LINES)];
        let answer = self.http.lines("/select/logsql/query", &query)?;
        Ok(lines(&answer))
    }
}

/// The log lines of an answer, ordered by time. A document without a time is no log line.
pub(super) fn lines(answer: &[Value]) -> Vec<LogLine> {
    let mut lines: Vec<LogLine> = answer.iter().filter_map(line).collect();
    lines.sort_by_key(|line| line.time);
    lines
}

fn line(document: &Value) -> Option<LogLine> {
    let time = rfc3339_nanos(text(&document["_time"]))?;
    let mut attributes = labels(document);
    for own in ["_time", "_stream", "_stream_id", "severity_number"] {
        attributes.remove(own);
    }
    let mut take = |names: &[&str]| {
        // Every spelling is taken out, so that no id remains among the attributes.
        let found: Vec<String> = names.iter().filter_map(|name| attributes.remove(*name)).collect();
        found.into_iter().find(|value| !value.is_empty()).unwrap_or_default()
    };
    let (trace, span) = (take(&TRACE), take(&SPAN));
    Some(LogLine {
        time,
        severity: take(&["severity_text", "severity", "level", "log.level"]).to_ascii_uppercase(),
        body: take(&["_msg"]),
        service: take(&["service.name", "service_name", "service"]),
        trace_id: trace_id(&trace).unwrap_or_default(),
        span_id: span_id(&span).unwrap_or_default(),
        attributes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_has_no_time_is_no_line() {
        let found = lines(&[
            json!({"_time": "2025-11-25T13:34:55.5Z", "_msg": "b", "level": "warn", "service": "a", "spanID": "00a"}),
            json!({"_time": "2025-11-25T13:34:55Z"}),
            json!({"_msg": "x"}),
            json!({"_time": 7}),
            json!(null),
            json!([1]),
        ]);
        let shown: Vec<_> =
            found.iter().map(|line| (line.body.as_str(), line.severity.as_str(), line.span_id.as_str())).collect();
        assert_eq!(shown, [("", "", ""), ("b", "WARN", "000000000000000a")]);
    }
}
