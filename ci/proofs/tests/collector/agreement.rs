//! Nothing that the gate accuses survives the agent: records made from the catalogue go through the real collector, and what
//! is left is searched as `verify` searches it. Innocent fields go the same way and have to come out as they went in.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use emberline_evidence::sensitive::{Origin, scan};
use emberline_proofs::collector::{Place, Sink, generated};
use emberline_proofs::otlp::{self, attribute, attributes};
use serde_json::{Value, json};

use crate::catalogue;
use crate::generator::{Dice, innocent};

/// Records with something sensitive, innocent ones, and how many one request holds.
const PLANTED: usize = 100_000;
const INNOCENT: usize = 50_000;
const BATCH: usize = 2_000;
/// Innocent fields that may be destroyed: one of so many.
const ONE_OF: usize = 10_000;

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
    let mut sent = Vec::new();
    for number in 0..PLANTED + INNOCENT {
        let text = if number < PLANTED {
            let text = catalogue::record(&mut dice);
            accused += usize::from(!scan(&text, Origin::Telemetry).is_empty());
            text
        } else {
            let text = innocent(&mut dice).text;
            innocents.insert(number.to_string(), text.clone());
            text
        };
        // As a body, or as an attribute that passes.
        let (body, value) = if number % 2 == 0 { (text.as_str(), "") } else { ("", text.as_str()) };
        sent.push(json!({
            "timeUnixNano": otlp::now().to_string(), "body": otlp::any(&json!(body)),
            "attributes": attributes(&[("error.type", json!(value)), ("http.route", json!(number.to_string()))]),
        }));
        if sent.len() == BATCH {
            agent.send("logs", &otlp::logs("frontend", &std::mem::take(&mut sent)))?;
        }
    }
    let count = |messages: &[Value]| otlp::records(messages).count();
    let messages = sink
        .wait_for("logs", "every record", Duration::from_secs(300), |messages| count(messages) >= PLANTED + INNOCENT)?;
    let mut destroyed = Vec::new();
    for (_, record) in otlp::records(&messages) {
        let number = attribute(record, "http.route").context("a record without its number")?;
        let body = record["body"]["stringValue"].as_str().unwrap_or_default();
        for text in [body, attribute(record, "error.type").unwrap_or_default()] {
            let hits = scan(text, Origin::Telemetry);
            ensure!(hits.is_empty(), "record {number} left the agent as {text:?}: {hits:?}");
        }
        let out = [body, attribute(record, "error.type").unwrap_or_default()].concat();
        if innocents.get(number).is_some_and(|sent| *sent != out) {
            destroyed.push(out);
        }
    }
    ensure!(accused * 10 >= PLANTED * 8, "the gate accused only {accused} of {PLANTED} records");
    ensure!(destroyed.len() * ONE_OF <= INNOCENT, "{} of {INNOCENT} destroyed: {destroyed:?}", destroyed.len());
    println!(
        "collector: agreement: {PLANTED} records of the catalogue, {accused} of them accused: none survived; of {INNOCENT} innocent fields {} were destroyed",
        destroyed.len()
    );
    Ok(())
}
