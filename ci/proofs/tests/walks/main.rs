//! The demo's incident, walked to its commit through Jaeger or Zipkin, VictoriaMetrics, vmalert and VictoriaLogs, each
//! behind a door of its own.
//!
//! `cargo test --profile services -p emberline-proofs --test walks -- --nocapture` shows what was measured. Jaeger
//! takes eleven minutes to build, and Zipkin most of a minute to start: `ci/engines` runs them.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise, and prints figures")]

mod drilled;

use std::time::Instant;

use emberline_proofs::engines::traces::Traces;
use emberline_proofs::stores::System;
use serde_json::Value;

/// Walks to the commit, and gives the walk.
fn to_the_commit(system: &System, product: &str) -> Value {
    let began = Instant::now();
    let walk = system.walked().unwrap();
    let seconds = began.elapsed().as_secs_f64();
    println!("stores: {} in {seconds:.1} s through {product}", walk["headline"].as_str().unwrap());
    assert_eq!(walk["verdict"], "commit", "{walk:#}");
    assert_eq!(walk["suspects"][0]["commit"]["id"], system.incident.culprit.as_str(), "{:#}", walk["suspects"]);
    assert_eq!(walk["function"]["function"], "whole", "{}", walk["function"]);
    assert!(walk["trace"]["bad"].as_array().is_some_and(|bad| bad.len() >= 5), "{:#}", walk["trace"]);
    assert!(walk["trace"]["healthy"].as_array().is_some_and(|healthy| healthy.len() >= 5), "{:#}", walk["trace"]);
    assert_eq!(walk["trace"]["is_from_before"], true);
    // The type of the error stands in log lines alone.
    let failures = walk["errors"]["failures"].as_array().map(Vec::as_slice).unwrap_or_default();
    assert!(failures.iter().any(|it| it["kind"] == "AmountNotWhole"), "{:#}", walk["errors"]);
    // What these stores do not have is told.
    assert!(walk["trace"]["asked"].to_string().contains("this product keeps none"), "{}", walk["trace"]["asked"]);
    walk
}

fn missing(walk: &Value) -> String {
    walk["missing"].as_array().unwrap().iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
}

#[test]
fn jaeger_and_victoria() {
    let mut system = System::start().unwrap();
    let jaeger = Traces::jaeger("/jaeger").unwrap();
    jaeger.send(&system.incident.traces()).unwrap();
    system.doors.traces("jaeger", "/observe", &jaeger.url).unwrap();
    // Jaeger has a base path of its own below the door's path.
    system.doors.rename("jaeger", "/observe", "/observe/jaeger");
    to_the_commit(&system, "Jaeger");

    // Wrong keys to one store: the walk goes on with the others, and says so.
    let right = system.doors.swap("traces.key", "wr0ng-key-of-mine").unwrap();
    let walk = system.walked().unwrap();
    assert_ne!(walk["verdict"], "commit");
    let told = missing(&walk);
    assert!(told.contains("Jaeger at https://127.0.0.1") && told.contains("403") && !told.contains("wr0ng"), "{told}");
    assert!(told.contains("Traces of payments could not be read"), "{told}");
    system.doors.swap("traces.key", &right).unwrap();
    let right = system.doors.swap("logs.auth", "oncall:wr0ng").unwrap();
    let told = missing(&system.walked().unwrap());
    assert!(told.contains("VictoriaLogs at https://127.0.0.1") && told.contains("401"), "{told}");
    assert!(!told.contains("wr0ng"), "{told}");
    system.doors.swap("logs.auth", &right).unwrap();
    // Another tenant's log lines are no answer.
    let line = system.doors.without("victoria_logs").unwrap();
    system.doors.put("victoria_logs", line.replace("tenant: 7:1", "tenant: 8:1"));
    let told = missing(&system.walked().unwrap());
    assert!(told.contains("403") && told.contains("this tenant, may not read here"), "{told}");
    system.doors.put("victoria_logs", line);
    // A certificate of nobody's.
    let right = system.doors.swap("client.pem", &system.doors.authority.pem).unwrap();
    let said = system.walk("human").unwrap();
    assert!(!said.out.contains("PRIVATE") && said.status != 0, "{}{}", said.out, said.err);
    system.doors.swap("client.pem", &right).unwrap();
    to_the_commit(&system, "Jaeger again");
}

#[test]
fn zipkin_and_victoria() {
    let mut system = System::start().unwrap();
    let zipkin = Traces::zipkin().unwrap();
    zipkin.send(&system.incident.zipkin()).unwrap();
    system.doors.traces("zipkin", "/ops/zipkin", &zipkin.url).unwrap();
    to_the_commit(&system, "Zipkin");
}
