//! Captures as people can read them: a span a line below the span that it hangs on, an empty line between traces.
//!
//! `SERVICE KIND [/route | peer] [key=value…]`. Keys: `id`, `parent`, `flags`, `trace`, `at` (ms), `status`; any other is
//! an attribute. `LOG`, `EXEMPLAR` and `PROFILE` stand for what names a trace. Ids count from 1 in the order of lines,
//! traces too.

use emberline_core::model::Model;
use emberline_core::source::Sources;
use emberline_evidence::capture::{Capture, json};
use emberline_evidence::judge::{Stage, Verdict, judge};
use serde_json::{Value, json};

/// What the sketches are of: `web` calls `shop` and takes no request but `/buy` to it.
const SPECS: &str = "\
version: emberline/v1
service: web
calls:
  - {service: shop, kind: sync, routes: [/buy]}
metrics:
  orders: {type: counter, labels: {kind: {values: [new, old]}, size: {max_values: 2}}}
slos:
  - {name: a, objective: 99%, sli: {events: {total: orders_total, bad: 'orders_total{kind=\"old\"}'}}}
---
version: emberline/v1
service: shop
slos:
  - {name: a, objective: 99%, sli: {events: {total: orders_total, bad: 'orders_total{kind=\"old\"}'}}}
";

/// The specs that sketches are judged by.
pub(crate) fn model() -> (Sources, Model) {
    let mut sources = Sources::default();
    for (index, text) in SPECS.split("---\n").enumerate() {
        sources.add(format!("slos/{index}.yaml"), text);
    }
    let (model, findings) = emberline_core::resolve(&sources);
    assert!(findings.iter().all(|finding| finding.severity < emberline_core::finding::Severity::Error), "{findings:?}");
    (sources, model)
}

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
        let mut span = Sketched { trace, id, parent, flags: 0x101, at: 0, status: 0 };
        let mut attributes = Vec::new();
        for word in words {
            match word.split_once('=') {
                Some(("id", value)) => span.id = value.parse().unwrap(),
                Some(("parent", value)) => span.parent = Some(value.parse().unwrap()),
                Some(("flags", value)) => span.flags = value.parse().unwrap(),
                Some(("trace", value)) => span.trace = value.parse().unwrap(),
                Some(("at", value)) => span.at = value.parse().unwrap(),
                Some(("status", value)) => span.status = value.parse().unwrap(),
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

struct Sketched {
    trace: u32,
    id: u32,
    parent: Option<u32>,
    flags: u32,
    at: u64,
    status: u32,
}

impl Sketched {
    fn request(&self, service: &str, kind: &str, attributes: Vec<Value>) -> Value {
        let resource = json!({"attributes": [text("service.name", service)]});
        let trace = format!("{:032x}", self.trace);
        let kind = match kind {
            "LOG" => {
                let record = json!({"traceId": trace, "body": {"stringValue": "taken"}, "attributes": attributes});
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
            "flags": self.flags,
            "kind": kind,
            "name": "work",
            "startTimeUnixNano": start.to_string(),
            "endTimeUnixNano": (start + 10_000_000).to_string(),
            "attributes": attributes,
            "status": {"code": self.status},
        });
        json!({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]})
    }
}

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// Judges JSON lines.
pub(crate) fn judged(lines: &str, stage: Stage) -> Verdict {
    let (_, model) = model();
    let mut capture = Capture::new(stage != Stage::Raw);
    json::read(&mut capture, lines.as_bytes()).unwrap();
    judge(&capture, &model, stage)
}

/// The codes that a sketch yields.
pub(crate) fn codes(sketch: &str, stage: Stage) -> Vec<&'static str> {
    let verdict = judged(&lines(sketch), stage);
    let mut codes: Vec<_> = verdict.findings.iter().map(|finding| finding.code.id).collect();
    codes.dedup();
    codes
}
