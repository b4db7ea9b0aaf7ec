//! Loki: the log lines of a trace.
//!
//! Documented at grafana.com/docs/loki/latest/reference/loki-http-api; how OpenTelemetry's log records are kept,
//! under send-data/otel: the service is a label, all else is structured metadata, with underscores for dots. By
//! default Loki answers with structured metadata among the labels of a stream. Asked to categorize labels, it puts
//! them behind the line instead; the documentation shows that form for lines that are sent only, so both are read
//! and the default is asked for.

use emberline_core::plan::queries::quoted;
use serde_json::Value;

use super::http::Http;
use super::reading::{items, labels, nanos, span_id, text, trace_id, whole};
use super::{Answer, Labels, LogLine, Logs};

/// Lines are looked for this many seconds before and after a trace: clocks differ, and exports lag.
const AROUND: f64 = 60.0;
/// Loki answers with no more lines than this unless it is configured to.
const MOST_LINES: &str = "5000";
/// Attributes whose names are given back their dots. In general they are lost; these are what a walk looks at.
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

/// A Loki.
#[derive(Debug)]
pub struct Loki {
    http: Http,
}

impl Loki {
    /// `address` is what `/loki/api` is appended to.
    #[must_use]
    pub fn new(address: &str) -> Self {
        Self { http: Http::new("Loki", address) }
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

/// The lines of all streams, in the order of time; `None` if the answer has no streams.
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

/// A line: time in nanoseconds, text, and what was told apart from the labels. `None` if it has no time.
fn line(common: &Labels, entry: &Value) -> Option<LogLine> {
    let mut attributes = common.clone();
    let apart = &entry[2];
    for group in [&apart["structuredMetadata"], &apart["parsed"]] {
        attributes.extend(labels(group));
    }
    let mut take = |names: &[&str]| names.iter().find_map(|name| attributes.remove(*name)).unwrap_or_default();
    let service = take(&["service_name"]);
    // What Loki guesses where a record has none comes second.
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
