//! Loki: the log lines of a trace.
//!
//! Documented at grafana.com/docs/loki/latest/reference/loki-http-api. The page send-data/otel documents how Loki
//! stores OpenTelemetry's log records. The service is a label; all other attributes are structured metadata, with
//! underscores for dots.
//!
//! By default, Loki puts structured metadata among the labels of a stream. If a client asks for categorized labels,
//! Loki puts structured metadata behind the line. The documentation shows that form only for lines that a client sends.
//! The client asks for the default form and reads both forms.

use emberline_core::plan::queries::quoted;
use emberline_observe::http::{Access, Client};
use serde_json::Value;

use super::reading::{items, labels, nanos, span_id, text, trace_id, whole};
use super::{Answer, Labels, LogLine, Logs};

/// Seconds that are searched before and after a trace, because clocks differ and exports lag.
const AROUND: f64 = 60.0;
/// Loki returns at most this many lines unless its configuration allows more.
const MOST_LINES: &str = "5000";
/// Attributes whose names get their dots back. Loki loses the dots; only the names that a walk reads are restored.
const DOTTED: [&str; 13] = [
    "code.file.path",
    "code.function.name",
    "code.line.number",
    "deployment.environment.name",
    "error.type",
    "exception.message",
    "exception.stacktrace",
    "exception.type",
    "http.response.status_code",
    "http.route",
    "service.instance.id",
    "service.version",
    "vcs.ref.head.revision",
];

/// A Loki server.
#[derive(Debug)]
pub struct Loki {
    http: Client,
}

impl Loki {
    /// `address` is the URL before `/loki/api`.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self::through(address, &Access::default())
    }

    /// The same, with what opens the server's door.
    #[must_use]
    pub fn through(address: &str, access: &Access) -> Self {
        Self { http: Client::new("Loki", address, access) }
    }
}

impl Logs for Loki {
    fn name(&self) -> String {
        self.http.name()
    }

    fn of_trace(&self, id: &str, between: (f64, f64)) -> Answer<Vec<LogLine>> {
        let Some(id) = trace_id(id) else {
            return Err(self.http.trouble(&format!("cannot be asked for `{id}`, which is no trace id")));
        };
        let query = format!("{{service_name=~\".+\"}} | trace_id = {}", quoted(&id));
        let (start, end) = (nanos(between.0 - AROUND).to_string(), nanos(between.1 + AROUND).to_string());
        let query = [
            ("query", query.as_str()),
            ("start", &start),
            ("end", &end),
            ("limit", MOST_LINES),
            ("direction", "forward"),
        ];
        let answer: Value = self.http.get("/loki/api/v1/query_range", &query)?;
        lines(&answer["data"])
            .ok_or_else(|| self.http.trouble("sent an answer that its documentation does not describe: no streams"))
    }
}

/// The lines of all streams, ordered by time; `None` if the answer has no streams.
pub(super) fn lines(data: &Value) -> Option<Vec<LogLine>> {
    if data["resultType"] != "streams" {
        return None;
    }
    let mut lines = Vec::new();
    for stream in items(&data["result"]) {
        let common = labels(&stream["stream"]);
        lines.extend(items(&stream["values"]).iter().filter_map(|entry| line(&common, entry)));
    }
    lines.sort_by_key(|line| line.time);
    Some(lines)
}

/// A log line from a time in nanoseconds, a text and optional categorized labels. `None` if the time is missing.
fn line(common: &Labels, entry: &Value) -> Option<LogLine> {
    let mut attributes = common.clone();
    let apart = &entry[2];
    for group in [&apart["structuredMetadata"], &apart["parsed"]] {
        attributes.extend(labels(group));
    }
    let mut take = |names: &[&str]| names.iter().find_map(|name| attributes.remove(*name)).unwrap_or_default();
    let service = take(&["service_name"]);
    // Loki guesses a level for records without a severity. The record's own severity comes first.
    let severity = take(&["severity_text", "detected_level", "level"]).to_ascii_uppercase();
    let (trace, span) = (take(&["trace_id"]), take(&["span_id"]));
    Some(LogLine {
        time: whole(&entry[0])?,
        service,
        severity,
        body: text(&entry[1]).to_owned(),
        attributes: attributes.into_iter().map(|(name, value)| (dotted(name), value)).collect(),
        trace_id: trace_id(&trace).unwrap_or_default(),
        span_id: span_id(&span).unwrap_or_default(),
    })
}

fn dotted(name: String) -> String {
    DOTTED.iter().find(|dotted| dotted.replace('.', "_") == name).map_or(name, |dotted| (*dotted).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_has_no_time_is_no_line() {
        let data = |values: Value| json!({"resultType": "streams", "result": [{"stream": {"level": "warn"}, "values": values}]});
        let lines = |values: Value| super::lines(&data(values)).unwrap();
        let found = lines(json!([["2", "b"], ["1"], ["x", "c"], [], null, 7, {"0": 1}]));
        assert_eq!(found.iter().map(|line| (line.time, line.body.as_str())).collect::<Vec<_>>(), [(1, ""), (2, "b")]);
        assert_eq!(found[0].severity, "WARN");
        assert_eq!(lines(json!(null)), []);
        for wrong in [json!(null), json!({"resultType": "matrix", "result": []}), json!([])] {
            assert_eq!(super::lines(&wrong), None);
        }
    }
}
