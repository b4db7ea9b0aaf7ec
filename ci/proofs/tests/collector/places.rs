//! Wherever a record can hold a text, the gate accuses it, and the agent masks it: an address in each place of each signal
//! goes through the real collector, and `verify` judges what went in and what came out.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use emberline_proofs::collector::{Place, SIGNALS, Sink, generated};
use emberline_proofs::otlp::{self, SERVER, any, attributes};
use emberline_proofs::tools::judged;
use serde_json::{Value, json};

/// Places that no component of the collector's release reaches: the generated file names them.
const OUT_OF_REACH: [&str; 6] = [
    "traces: an attribute in bytes",
    "traces: a link's attribute",
    "logs: bytes within a body",
    "logs: an attribute in bytes",
    "profiles: a function's name",
    "profiles: a sample's attribute",
];
/// A card's number in a place for numbers.
const CARD: i64 = 4_111_111_111_111_111;
const TRACE: &str = "5b8efff798038103d269b633813fc60c";
/// A key that redaction lets pass.
const KEY: &str = "error.type";

/// Builds a request around a text.
type Build = fn(&str) -> Value;

/// Every place of a text, by its signal.
fn places() -> Vec<(&'static str, &'static str, Build)> {
    let mut all: Vec<(&'static str, &'static str, Build)> = vec![
        ("traces", "the span's name", |text| spans("name", json!(format!("GET {text}")))),
        ("traces", "an attribute", |text| spans("attributes", attributes(&[(KEY, json!(text))]))),
        ("traces", "an attribute in bytes", |text| spans("attributes", json!([{"key": KEY, "value": bytes(text)}]))),
        ("traces", "an integer", |_| spans("attributes", attributes(&[(KEY, json!(CARD))]))),
        ("traces", "a list of integers", |_| spans("attributes", attributes(&[(KEY, json!([1, CARD]))]))),
        ("traces", "a double", |_| spans("attributes", attributes(&[(KEY, json!(CARD as f64))]))),
        ("traces", "a list", |text| spans("attributes", attributes(&[(KEY, json!(["a", text]))]))),
        ("traces", "a map in a list", |text| spans("attributes", attributes(&[(KEY, json!([{KEY: text}]))]))),
        ("traces", "an attribute's name", |text| spans("attributes", attributes(&[(text, json!("x"))]))),
        ("traces", "the status", |text| spans("status", json!({"code": 2, "message": text}))),
        ("traces", "an event's name", |text| spans("events", json!([event(text, json!([]))]))),
        ("traces", "an event's attribute", |text| {
            spans("events", json!([event("e", attributes(&[(KEY, json!(text))]))]))
        }),
        ("traces", "a link's attribute", |text| {
            let attributes = attributes(&[(KEY, json!(text))]);
            spans("links", json!([{"traceId": TRACE, "spanId": "1234567812345678", "attributes": attributes}]))
        }),
        ("logs", "a body", |text| record("body", any(&json!(text)))),
        ("logs", "a body in bytes", |text| record("body", bytes(text))),
        ("logs", "an integer as a body", |_| record("body", any(&json!(CARD)))),
        ("logs", "an integer within a body", |_| record("body", any(&json!({KEY: [{KEY: CARD}]})))),
        ("logs", "bytes within a body", |text| {
            record("body", json!({"kvlistValue": {"values": [{"key": KEY, "value": bytes(text)}]}}))
        }),
        ("logs", "a body's map", |text| record("body", any(&json!({KEY: {KEY: text}})))),
        ("logs", "a body's list", |text| record("body", any(&json!([["a"], [text]])))),
        ("logs", "a key of a body", |text| record("body", any(&json!({text: "x"})))),
        ("logs", "an attribute", |text| record("attributes", attributes(&[(KEY, json!(text))]))),
        ("logs", "an attribute in bytes", |text| record("attributes", json!([{"key": KEY, "value": bytes(text)}]))),
        ("logs", "the severity", |text| record("severityText", json!(text))),
        ("logs", "the event's name", |text| record("eventName", json!(text))),
        ("metrics", "an attribute of a point", |text| sum("attributes", attributes(&[(KEY, json!(text))]))),
        ("metrics", "an exemplar's attribute", |text| {
            let time = otlp::now().to_string();
            let filtered = attributes(&[(KEY, json!(["a", text]))]);
            sum("exemplars", json!([{"timeUnixNano": time, "asInt": "1", "filteredAttributes": filtered}]))
        }),
        ("metrics", "an integer of an exemplar", |_| {
            let time = otlp::now().to_string();
            let filtered = attributes(&[(KEY, json!(CARD))]);
            sum("exemplars", json!([{"timeUnixNano": time, "asInt": "1", "filteredAttributes": filtered}]))
        }),
        ("metrics", "the metric's metadata", |text| {
            otlp::metrics("frontend", &[metric("metadata", attributes(&[(KEY, json!(text))]))])
        }),
        ("profiles", "a function's name", |text| profile(&["", "count", "key", text], "x")),
        ("profiles", "a sample's attribute", |text| profile(&["", "count", KEY], text)),
    ];
    for signal in SIGNALS {
        let build: Build = match signal {
            "traces" => |text| resource(spans("name", json!("GET")), text),
            "metrics" => |text| resource(sum("asInt", json!("1")), text),
            "logs" => |text| resource(record("severityNumber", json!(9)), text),
            _ => |text| resource(profile(&["", "count", "key"], "x"), text),
        };
        all.push((signal, "the resource", build));
        let build: Build = match signal {
            "traces" => |text| scope(spans("name", json!("GET")), text),
            "metrics" => |text| scope(sum("asInt", json!("1")), text),
            "logs" => |text| scope(record("severityNumber", json!(9)), text),
            _ => |text| scope(profile(&["", "count", "key"], "x"), text),
        };
        all.push((signal, "the scope", build));
    }
    all
}

fn bytes(text: &str) -> Value {
    json!({"bytesValue": BASE64_STANDARD.encode(text)})
}

fn event(name: &str, attributes: Value) -> Value {
    json!({"timeUnixNano": otlp::now().to_string(), "name": name, "attributes": attributes})
}

fn spans(field: &str, value: Value) -> Value {
    let mut span = otlp::span(TRACE, "0000000000000001", "", "GET", SERVER, 12);
    span[field] = value;
    otlp::traces(&[("frontend", vec![span])])
}

fn record(field: &str, value: Value) -> Value {
    let mut record = json!({"timeUnixNano": otlp::now().to_string(), "body": any(&json!("said"))});
    record[field] = value;
    otlp::logs("frontend", &[record])
}

fn sum(field: &str, value: Value) -> Value {
    let mut metric = metric("unit", json!("1"));
    metric["sum"]["dataPoints"][0][field] = value;
    otlp::metrics("frontend", &[metric])
}

fn metric(field: &str, value: Value) -> Value {
    let point = json!({"timeUnixNano": otlp::now().to_string(), "asInt": "1"});
    let mut metric =
        json!({"name": "spare", "sum": {"dataPoints": [point], "aggregationTemporality": 2, "isMonotonic": true}});
    metric[field] = value;
    metric
}

/// A profile with a function called by the last string; its sample has the attribute called by the third.
fn profile(strings: &[&str], value: &str) -> Value {
    let name = strings.len() - 1;
    json!({
        "resourceProfiles": [{"resource": otlp::resource("frontend"), "scopeProfiles": [{"scope": {"name": "proof"}, "profiles": [{
            "profileId": "000102030405060708090a0b0c0d0e0f", "timeUnixNano": otlp::now().to_string(), "durationNano": "10",
            "sampleType": {"typeStrindex": 1, "unitStrindex": 1}, "samples": [{"values": ["1"], "attributeIndices": [1]}],
        }]}]}],
        "dictionary": {
            "mappingTable": [{}], "locationTable": [{}], "functionTable": [{}, {"nameStrindex": name}], "stackTable": [{}],
            "attributeTable": [{}, {"keyStrindex": 2, "value": any(&json!(value))}], "stringTable": strings, "linkTable": [{}],
        },
    })
}

/// The first resource of a request, of whatever signal.
fn first(request: &mut Value) -> Option<&mut Value> {
    request.as_object_mut()?.iter_mut().find(|(key, _)| key.starts_with("resource"))?.1.get_mut(0)
}

fn resource(mut request: Value, text: &str) -> Value {
    let pairs = first(&mut request).and_then(|first| first["resource"]["attributes"].as_array_mut());
    pairs.into_iter().for_each(|pairs| pairs.push(json!({"key": "host.name", "value": any(&json!(text))})));
    request
}

fn scope(mut request: Value, text: &str) -> Value {
    let group = first(&mut request).and_then(Value::as_object_mut).into_iter().flatten();
    for (_, scopes) in group.filter(|(key, _)| key.starts_with("scope")) {
        scopes[0]["scope"]["attributes"] = attributes(&[(KEY, json!(text))]);
    }
    request
}

#[test]
fn the_agent_masks_each_place_that_the_gate_accuses() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut sink = Sink::new("beyond", folder.path())?;
    sink.start()?;
    let agent = Place::new("agent", &generated("agent"), folder.path())?.with("GATEWAY_ENDPOINT", sink.place().grpc());
    let _running = agent.start()?;
    let specs = folder.path().join("slos");
    std::fs::create_dir(&specs)?;
    std::fs::write(specs.join("frontend.yaml"), SPEC)?;
    let (mut unseen, mut survived) = (Vec::new(), Vec::new());
    let places = places();
    for (number, (signal, place, build)) in places.iter().enumerate() {
        let called = format!("{signal}: {place}");
        let request = build(&format!("ada.lovelace{number}@example.org"));
        if !accuses(&specs, folder.path().join("sent.json"), &request)? {
            unseen.push(called.clone());
        }
        let before = sink.messages(signal)?.len();
        agent.send(signal, &request).with_context(|| called.clone())?;
        let arrived = sink.wait_for(signal, &called, Duration::from_secs(20), |all| all.len() > before)?;
        for message in arrived.iter().skip(before) {
            if accuses(&specs, folder.path().join("came.json"), message)? {
                survived.push(called.clone());
            }
        }
    }
    ensure!(unseen.is_empty(), "the gate does not see {}", unseen.join(", "));
    ensure!(survived == OUT_OF_REACH, "left the agent: {}", survived.join(", "));
    println!(
        "collector: places: an address in each of {} places: the gate accuses all, and the agent masks all but {}",
        places.len(),
        OUT_OF_REACH.join(", ")
    );
    Ok(())
}

const SPEC: &str = "\
version: emberline/v1
service: frontend
slos:
  - {name: a, objective: 99%, sli: {events: {total: t, bad: 't{code=\"500\"}'}}}
";

/// Whether `verify` finds personal data in a request.
fn accuses(specs: &Path, file: PathBuf, request: &Value) -> Result<bool> {
    std::fs::write(&file, format!("{request}\n"))?;
    let document = judged(specs, &[file])?;
    let findings = document["findings"].as_array().context("no findings")?;
    Ok(findings.iter().any(|finding| finding["code"] == "pii-in-telemetry"))
}
