//! Judges captures that people can read; `lines.rs` says how they are written.

mod lines;

use emberline_core::Meaning;
use emberline_core::finding::Severity;
use emberline_core::source::Sources;
use emberline_evidence::capture::{self, Capture, Room};
use emberline_evidence::judge::{Stage, Verdict, judge};
use emberline_evidence::replay::Replay;
use serde_json::Value;

pub(crate) use lines::lines;

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
