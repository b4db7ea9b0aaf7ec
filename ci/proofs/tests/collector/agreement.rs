//! Nothing that the gate accuses survives the agent: records made from the catalogue go through the real collector, and what
//! is left is searched as `verify` searches it. Innocent fields go the same way and have to come out as they went in.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Result, ensure};
use emberline_evidence::sensitive::{Origin, scan};
use emberline_proofs::collector::{Place, Sink, generated};
use emberline_proofs::otlp::{self, SERVER, any, attributes};
use serde_json::{Value, json};

use crate::catalogue;
use crate::generator::{Dice, innocent};

/// Records with something sensitive, innocent ones, and how many one request holds.
const PLANTED: usize = 100_000;
const INNOCENT: usize = 50_000;
const BATCH: usize = 2_000;
/// Innocent fields that may be destroyed: one of so many.
const ONE_OF: usize = 10_000;

/// Puts a text somewhere into a record with a number.
type Around = fn(&str, Value) -> Value;

/// Where a text stands: the signal, and the record around it. Redaction lets both keys pass.
const PLACES: [(&str, Around); 9] = [
    ("logs", |text, number| log(json!(text), number)),
    ("logs", |text, number| log(json!({"error.type": [text]}), number)),
    ("logs", |text, number| with(log(json!("said"), number), "attributes", pair(json!(text)))),
    ("traces", |text, number| named(span(number), "name", json!(text))),
    ("traces", |text, number| named(span(number), "status", json!({"code": 2, "message": text}))),
    ("traces", |text, number| with(span(number), "attributes", pair(json!([text])))),
    ("traces", |text, number| with(span(number), "events", json!({"name": text, "attributes": [pair(json!(text))]}))),
    ("metrics", |text, number| with(point(number), "attributes", pair(json!(text)))),
    ("metrics", |text, number| {
        let time = otlp::now().to_string();
        let filtered = [pair(json!(text))];
        with(point(number), "exemplars", json!({"timeUnixNano": time, "asInt": "1", "filteredAttributes": filtered}))
    }),
];

fn pair(value: Value) -> Value {
    json!({"key": "error.type", "value": any(&value)})
}

fn numbered(number: Value) -> Value {
    attributes(&[("http.route", number)])
}

fn log(body: Value, number: Value) -> Value {
    json!({"timeUnixNano": otlp::now().to_string(), "body": any(&body), "attributes": numbered(number)})
}

fn span(number: Value) -> Value {
    let span = otlp::span("5b8efff798038103d269b633813fc60c", "0000000000000001", "", "GET", SERVER, 12);
    named(span, "attributes", numbered(number))
}

fn point(number: Value) -> Value {
    json!({"timeUnixNano": otlp::now().to_string(), "asInt": "1", "attributes": numbered(number)})
}

fn named(mut record: Value, field: &str, value: Value) -> Value {
    record[field] = value;
    record
}

/// A record with one more item in a list.
fn with(mut record: Value, field: &str, value: Value) -> Value {
    match record[field].as_array_mut() {
        Some(items) => items.push(value),
        None => record[field] = json!([value]),
    }
    record
}

fn request(signal: &str, records: &[Value]) -> Value {
    match signal {
        "logs" => otlp::logs("frontend", records),
        "traces" => otlp::traces(&[("frontend", records.to_vec())]),
        _ => otlp::metrics("frontend", &[json!({"name": "spare", "gauge": {"dataPoints": records}})]),
    }
}

#[test]
fn nothing_that_the_gate_accuses_survives_the_agent() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut sink = Sink::new("judge", folder.path())?;
    sink.start()?;
    let agent = Place::new("agent", &generated("agent"), folder.path())?.with("GATEWAY_ENDPOINT", sink.place().grpc());
    let _running = agent.start()?;
    let mut dice = Dice::new(0xa61ee);
    let mut accused = 0;
    let mut innocents = BTreeMap::new();
    let mut waiting: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for number in 0..PLANTED + INNOCENT {
        let text = if number < PLANTED { catalogue::record(&mut dice) } else { innocent(&mut dice).text };
        if number < PLANTED {
            accused += usize::from(!scan(&text, Origin::Telemetry).is_empty());
        } else {
            innocents.insert(number.to_string(), text.clone());
        }
        let (signal, around) = PLACES[number % PLACES.len()];
        let records = waiting.entry(signal).or_default();
        records.push(around(&text, json!(number.to_string())));
        if records.len() == BATCH {
            agent.send(signal, &request(signal, &std::mem::take(records)))?;
        }
    }
    for (signal, records) in &waiting {
        agent.send(signal, &request(signal, records))?;
    }
    let (mut arrived, mut destroyed) = (BTreeSet::new(), Vec::new());
    for signal in waiting.keys() {
        let sent = PLACES.iter().enumerate().filter(|(_, (own, _))| own == signal);
        let sent: usize = sent.map(|(at, _)| (PLANTED + INNOCENT - at).div_ceil(PLACES.len())).sum();
        let limit = Duration::from_secs(300);
        let messages = sink.wait_for(signal, "every record", limit, |all| records(all).len() >= sent)?;
        for record in records(&messages) {
            let number = otlp::attribute(record, "http.route").unwrap_or_default();
            arrived.insert(number.to_owned());
            let mut texts = BTreeSet::new();
            strings(record, &mut texts);
            for text in &texts {
                let hits = scan(text, Origin::Telemetry);
                ensure!(hits.is_empty(), "record {number} of {signal} left the agent as {text:?}: {hits:?}");
            }
            if innocents.get(number).is_some_and(|sent| !texts.iter().any(|text| text.contains(sent.as_str()))) {
                destroyed.push(format!("{} as {record}", innocents[number]));
            }
        }
    }
    ensure!(arrived.len() == PLANTED + INNOCENT, "{} records arrived", arrived.len());
    ensure!(accused * 10 >= PLANTED * 8, "the gate accused only {accused} of {PLANTED} records");
    ensure!(destroyed.len() * ONE_OF <= INNOCENT, "{} of {INNOCENT} destroyed: {destroyed:?}", destroyed.len());
    println!(
        "collector: agreement: {PLANTED} records of the catalogue in {} places of three signals, {accused} of them accused: none survived; of {INNOCENT} innocent fields {} were destroyed",
        PLACES.len(),
        destroyed.len()
    );
    Ok(())
}

/// Every span, log record and data point.
fn records(messages: &[Value]) -> Vec<&Value> {
    let mut found = Vec::new();
    for message in messages {
        collect(message, &mut found);
    }
    found
}

fn collect<'m>(value: &'m Value, found: &mut Vec<&'m Value>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| match value {
            Value::Array(items) if ["spans", "logRecords", "dataPoints"].contains(&key.as_str()) => found.extend(items),
            value => collect(value, found),
        }),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// Every text of a record but its ids and times.
fn strings(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            if !key.ends_with("Id") && !key.ends_with("UnixNano") {
                strings(value, found);
            }
        }),
        _ => {}
    }
}
