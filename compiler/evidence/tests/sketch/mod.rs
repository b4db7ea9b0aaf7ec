//! Captures that people can read: one span a line, indented below its parent, and an empty line between traces.
//!
//! `SERVICE KIND [/route | peer] [key=value…]`. Keys: `id`, `parent`, `flags`, `trace`, `at` and `took` (ms), `name` (with `_`
//! for a blank), `status`, `severity`, `dropped`, `link` (a trace); any other key is an attribute, or with `@` in front one
//! of the resource. `LOG`, `EXEMPLAR` and `PROFILE` are records that name a
//! trace. Ids and traces count from 1, in the order of lines.

use emberline_core::Meaning;
use emberline_core::finding::Severity;
use emberline_core::source::Sources;
use emberline_evidence::capture::{self, Capture, Room};
use emberline_evidence::judge::{Stage, Verdict, judge};
use emberline_evidence::replay::Replay;
use serde_json::{Value, json};

/// The services of the sketches. `web` calls `shop`, but only for the route `/buy`. `shop` sends messages to `mail`, which
/// continues its traces, and to `audit`, which links to them.
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
calls:
  - {service: mail, kind: async-parent}
  - {service: audit, kind: async-link}
slos:
  - {name: a, objective: 99%, sli: {events: {total: orders_total, bad: 'orders_total{kind=\"old\"}'}}}
---
version: emberline/v1
service: mail
slos:
  - {name: a, objective: 99%, sli: {events: {total: orders_total, bad: 'orders_total{kind=\"old\"}'}}}
---
version: emberline/v1
service: audit
slos:
  - {name: a, objective: 99%, sli: {events: {total: orders_total, bad: 'orders_total{kind=\"old\"}'}}}
";

/// The specs for judging sketches.
pub(crate) fn meaning() -> (Sources, Meaning) {
    let mut sources = Sources::default();
    for (index, text) in SPECS.split("---\n").enumerate() {
        sources.add(format!("slos/{index}.yaml"), text);
    }
    let meaning = emberline_core::resolve(&sources);
    let is_error = |finding: &emberline_core::finding::Finding| finding.severity == Severity::Error;
    let said: Vec<_> = meaning.findings.iter().filter(|finding| is_error(finding)).map(|f| &f.message).collect();
    assert!(said.is_empty(), "{said:?}");
    (sources, meaning)
}

/// An empty capture.
pub(crate) fn empty(stage: Stage) -> Capture {
    let (_, Meaning { telemetry, .. }) = meaning();
    let aside = || tempfile::tempfile().map(|file| Box::new(file) as Box<dyn Room>);
    Capture::new(stage != Stage::Raw, Replay::of(&telemetry), Box::new(aside))
}

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
        let mut span =
            Sketched { trace, id, parent, flags: 0x101, status: 0, severity: 9, took: 10, ..Sketched::default() };
        let mut attributes = Vec::new();
        for word in words {
            match word.split_once('=') {
                Some(("id", value)) => span.id = value.parse().unwrap(),
                Some(("parent", value)) => span.parent = Some(value.parse().unwrap()),
                Some(("flags", value)) => span.flags = value.parse().unwrap(),
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
    flags: u32,
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
                let severity = self.severity;
                let record = json!({"traceId": trace, "severityNumber": severity, "body": {"stringValue": "taken"}, "attributes": attributes});
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
            "name": if self.name.is_empty() { "work" } else { &self.name },
            "startTimeUnixNano": start.to_string(),
            "endTimeUnixNano": (start + self.took * 1_000_000).to_string(),
            "attributes": attributes,
            "status": {"code": self.status},
            "droppedEventsCount": self.dropped,
            "links": self.link.map_or(vec![], |trace| vec![json!({"traceId": format!("{trace:032x}"), "spanId": "00000000000000aa"})]),
        });
        json!({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]})
    }
}

fn text(key: &str, value: &str) -> Value {
    json!({"key": key, "value": {"stringValue": value}})
}

/// Judges a capture in any form.
pub(crate) fn judged(capture: &[u8], stage: Stage) -> Verdict {
    let (_, meaning) = meaning();
    let mut read = empty(stage);
    capture::read(&mut read, capture).unwrap();
    judge(&mut read, &meaning.model, stage).unwrap()
}

/// The same lines as protobuf messages behind their lengths, by OpenTelemetry's own types.
pub(crate) fn protobuf(lines: &str) -> Vec<u8> {
    use opentelemetry_proto::tonic::collector::{
        logs::v1::ExportLogsServiceRequest, metrics::v1::ExportMetricsServiceRequest,
        trace::v1::ExportTraceServiceRequest,
    };
    use opentelemetry_proto::tonic::profiles::v1development::{
        Link, Profile, ProfilesData, ProfilesDictionary, ResourceProfiles, Sample, ScopeProfiles,
    };
    use prost::Message;
    let mut written = Vec::new();
    for line in lines.lines() {
        let mut document: Value = serde_json::from_str(line).unwrap();
        let message = if line.contains("resourceSpans") {
            serde_json::from_value::<ExportTraceServiceRequest>(document).unwrap().encode_to_vec()
        } else if line.contains("resourceLogs") {
            for record in document["resourceLogs"][0]["scopeLogs"][0]["logRecords"].as_array_mut().unwrap() {
                record["timeUnixNano"] = "1".into();
            }
            serde_json::from_value::<ExportLogsServiceRequest>(document).unwrap().encode_to_vec()
        } else if line.contains("resourceMetrics") {
            serde_json::from_value::<ExportMetricsServiceRequest>(document).unwrap().encode_to_vec()
        } else {
            // The types of profiles cannot be read from JSON.
            let trace = document["dictionary"]["linkTable"][1]["traceId"].as_str().unwrap();
            let trace_id = u128::from_str_radix(trace, 16).unwrap().to_be_bytes().to_vec();
            let resource = serde_json::from_value(document["resourceProfiles"][0]["resource"].take()).unwrap();
            let sample = Sample { link_index: 1, ..Sample::default() };
            let profile = Profile { time_unix_nano: 1, samples: vec![sample], ..Profile::default() };
            let scope = ScopeProfiles { profiles: vec![profile], ..ScopeProfiles::default() };
            let link_table = vec![Link::default(), Link { trace_id, span_id: vec![0; 8] }];
            ProfilesData {
                resource_profiles: vec![ResourceProfiles {
                    resource: Some(resource),
                    scope_profiles: vec![scope],
                    ..ResourceProfiles::default()
                }],
                dictionary: Some(ProfilesDictionary { link_table, ..ProfilesDictionary::default() }),
            }
            .encode_to_vec()
        };
        written.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
        written.extend(message);
    }
    written
}

/// The codes of a sketch's findings, each with its place as `path:line text`.
pub(crate) fn found(sketch: &str, stage: Stage) -> Vec<(&'static str, String)> {
    let (sources, _) = meaning();
    let lines = lines(sketch);
    let verdict = judged(lines.as_bytes(), stage);
    // The protobuf form gives the same findings.
    let told = |verdict: &Verdict| format!("{:?} {:?}", verdict.findings, verdict.sampled);
    assert_eq!(told(&verdict), told(&judged(&protobuf(&lines), stage)), "{sketch}");
    let place = |span: emberline_core::source::Span| {
        let (start, _) = sources.positions(span);
        let source = sources.get(span.source);
        format!("{}:{} {}", source.path, start.line, &source.text[span.range()])
    };
    verdict.findings.iter().map(|finding| (finding.code.id, place(finding.label.span))).collect()
}
