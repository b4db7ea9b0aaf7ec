//! Captures that people can read: one span a line, indented below its parent, and an empty line between traces.
//!
//! `SERVICE KIND [/route | peer] [key=value…]`. Keys: `id`, `parent`, `flags`, `trace`, `at` and `took` (ms), `name` (with `_`
//! for a blank), `status`, `severity`, `dropped`, `link` (a trace), `link_flags`; any other key is an attribute, or with `@`
//! in front one of the resource. `LOG`, `EXEMPLAR` and `PROFILE` are records that name a trace. Ids and traces count from 1,
//! in the order of lines. A span's flags are 257 by default, those of logs and links 0.

use serde_json::{Value, json};

/// Attributes that are integers by the semantic conventions.
const INTEGERS: [&str; 4] =
    ["http.response.status_code", "http.status_code", "rpc.grpc.status_code", "messaging.batch.message_count"];

/// OTLP JSON lines of a sketch.
pub(crate) fn lines(sketch: &str) -> String {
    let mut written = String::new();
    let (mut trace, mut id) = (1_u32, 0_u32);
    let mut above: Vec<(usize, u32)> = Vec::new();
    for line in sketch.lines() {
        let depth = line.len() - line.trim_start().len();
        let mut words = line.split_whitespace();
        let (Some(service), Some(kind)) = (words.next(), words.next()) else {
            trace += 1;
            above.clear();
            continue;
        };
        id += 1;
        above.retain(|(shallower, _)| *shallower < depth);
        let parent = above.last().map(|(_, id)| *id);
        let mut span = Sketched { trace, id, parent, status: 0, severity: 9, took: 10, ..Sketched::default() };
        let mut attributes = Vec::new();
        for word in words {
            match word.split_once('=') {
                Some(("id", value)) => span.id = value.parse().unwrap(),
                Some(("parent", value)) => span.parent = Some(value.parse().unwrap()),
                Some(("flags", value)) => span.flags = Some(value.parse().unwrap()),
                Some(("link_flags", value)) => span.link_flags = value.parse().unwrap(),
                Some(("trace", value)) => span.trace = value.parse().unwrap(),
                Some(("at", value)) => span.at = value.parse().unwrap(),
                Some(("took", value)) => span.took = value.parse().unwrap(),
                Some(("name", value)) => span.name = value.replace('_', " "),
                Some(("status", value)) => span.status = value.parse().unwrap(),
                Some(("severity", value)) => span.severity = value.parse().unwrap(),
                Some(("dropped", value)) => span.dropped = value.parse().unwrap(),
                Some(("link", value)) => span.link = Some(value.parse().unwrap()),
                Some((key, value)) if key.starts_with('@') => span.resource.push(text(&key[1..], value)),
                Some((key, value)) if INTEGERS.contains(&key) => {
                    attributes.push(json!({"key": key, "value": {"intValue": value}}));
                }
                Some((key, value)) => attributes.push(text(key, value)),
                None if word.starts_with('/') => attributes.push(text("http.route", word)),
                None => attributes.push(text("peer.service", word)),
            }
        }
        above.push((depth, span.id));
        let line = span.request(service, kind, attributes);
        written.push_str(&format!("{line}\n"));
    }
    written
}

#[derive(Default)]
struct Sketched {
    trace: u32,
    id: u32,
    parent: Option<u32>,
    flags: Option<u32>,
    link_flags: u32,
    at: u64,
    took: u64,
    name: String,
    resource: Vec<Value>,
    status: u32,
    severity: u32,
    dropped: u32,
    link: Option<u32>,
}

impl Sketched {
    fn request(&self, service: &str, kind: &str, attributes: Vec<Value>) -> Value {
        let named = [text("service.name", service)].into_iter().chain(self.resource.iter().cloned());
        let resource = json!({"attributes": named.collect::<Vec<_>>()});
        let trace = format!("{:032x}", self.trace);
        let kind = match kind {
            "LOG" => {
                let (severity, flags) = (self.severity, self.flags.unwrap_or_default());
                let record = json!({"traceId": trace, "flags": flags, "severityNumber": severity, "body": {"stringValue": "taken"}, "attributes": attributes});
                return json!({"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [record]}]}]});
            }
            "EXEMPLAR" => {
                let point = json!({"attributes": attributes, "exemplars": [{"traceId": trace}]});
                let metric = json!({"name": "orders", "sum": {"dataPoints": [point]}});
                return json!({"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [metric]}]}]});
            }
            "PROFILE" => {
                let scope = json!({"profiles": [{"samples": [{"linkIndex": 1}]}]});
                return json!({
                    "resourceProfiles": [{"resource": resource, "scopeProfiles": [scope]}],
                    "dictionary": {"linkTable": [{}, {"traceId": trace}]},
                });
            }
            "INTERNAL" => 1,
            "SERVER" => 2,
            "CLIENT" => 3,
            "PRODUCER" => 4,
            "CONSUMER" => 5,
            other => panic!("{other} is no kind of span"),
        };
        let start = 1_700_000_000_000_000_000 + self.at * 1_000_000;
        let span = json!({
            "traceId": trace,
            "spanId": format!("{:016x}", self.id),
            "parentSpanId": self.parent.map_or(String::new(), |id| format!("{id:016x}")),
            "flags": self.flags.unwrap_or(0x101),
            "kind": kind,
            "name": if self.name.is_empty() { "work" } else { &self.name },
            "startTimeUnixNano": start.to_string(),
            "endTimeUnixNano": (start + self.took * 1_000_000).to_string(),
            "attributes": attributes,
            "status": {"code": self.status},
            "droppedEventsCount": self.dropped,
            "links": self.link.map_or(vec![], |trace| vec![json!({"traceId": format!("{trace:032x}"), "spanId": "00000000000000aa", "flags": self.link_flags})]),
        });
        json!({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]})
    }
}

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}
