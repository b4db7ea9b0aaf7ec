//! What a collector has acknowledged outlives it: killed with its receiver down, it delivers once both are back.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Result, ensure};
use emberline_proofs::collector::{Place, Sink, generated};
use emberline_proofs::otlp::{self, SERVER, any};
use serde_json::{Value, json};

/// Messages of each signal.
const MESSAGES: u32 = 300;
/// Spans or records in each.
const ITEMS: u32 = 10;
const LIMIT: Duration = Duration::from_secs(90);

fn batch(message: u32) -> Vec<Value> {
    (0..ITEMS)
        .map(|item| {
            let body = format!("record {message} {item}");
            json!({"timeUnixNano": otlp::now().to_string(), "severityNumber": 9, "body": any(&json!(body))})
        })
        .collect()
}

fn spans(message: u32) -> Vec<Value> {
    (0..ITEMS)
        .map(|item| otlp::span(&format!("{:032x}", message + 1), &format!("{:016x}", item + 1), "", "work", SERVER, 5))
        .collect()
}

/// How many different records, and how many different spans, a sink has.
fn distinct(messages: &[Value]) -> (usize, usize) {
    let bodies: BTreeSet<_> = otlp::records(messages).map(|(_, record)| record["body"].to_string()).collect();
    let ids: BTreeSet<_> =
        otlp::spans(messages).map(|(_, span)| format!("{}{}", span["traceId"], span["spanId"])).collect();
    (bodies.len(), ids.len())
}

#[test]
fn a_killed_agent_loses_nothing_that_it_acknowledged() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut sink = Sink::new("gateway", folder.path())?;
    let agent = Place::new("agent", &generated("agent"), folder.path())?.with("GATEWAY_ENDPOINT", sink.place().grpc());
    let running = agent.start()?;
    for message in 0..MESSAGES {
        agent.send("logs", &otlp::logs("checkout", &batch(message)))?;
        agent.send("traces", &otlp::traces(&[("checkout", spans(message))]))?;
    }
    // Dropping it is SIGKILL, right after the last acknowledgement and with nothing delivered.
    drop(running);
    ensure!(sink.messages("logs")?.is_empty(), "the receiver was to be down");
    sink.start()?;
    let _running = agent.start()?;
    let want = (MESSAGES * ITEMS) as usize;
    sink.wait_for("logs", "every acknowledged record", LIMIT, |messages| distinct(messages).0 == want)?;
    sink.wait_for("traces", "every acknowledged span", LIMIT, |messages| distinct(messages).1 == want)?;
    println!(
        "collector: faults: agent killed with its gateway down: {want} of {want} records and {want} of {want} spans delivered"
    );
    Ok(())
}

#[test]
fn a_killed_gateway_loses_no_log_that_it_acknowledged() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut sink = Sink::new("store", folder.path())?;
    let gateway =
        Place::new("gateway", &generated("gateway"), folder.path())?.with("STORE_ENDPOINT", sink.place().http());
    let running = gateway.start()?;
    for message in 0..MESSAGES {
        gateway.send("logs", &otlp::logs("checkout", &batch(message)))?;
    }
    drop(running);
    ensure!(sink.messages("logs")?.is_empty(), "the store was to be down");
    sink.start()?;
    let _running = gateway.start()?;
    let want = (MESSAGES * ITEMS) as usize;
    sink.wait_for("logs", "every acknowledged record", LIMIT, |messages| distinct(messages).0 == want)?;
    println!("collector: faults: gateway killed with the store down: {want} of {want} records delivered");
    Ok(())
}
