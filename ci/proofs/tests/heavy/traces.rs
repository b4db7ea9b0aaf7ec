//! Jaeger and Zipkin take a trace and give it back: what the adapters of `walk` and `preview` are built on.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use emberline_proofs::engines::traces::Traces;
use emberline_proofs::otlp::{SERVER, now, span, traces};
use serde_json::{Value, json};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// Asks until the store has indexed what it was sent.
fn until(store: &Traces, path: &str, found: impl Fn(&Value) -> bool) -> Result<Value> {
    let limit = Instant::now() + Duration::from_secs(30);
    loop {
        let answer = store.ask(path);
        match answer {
            Ok(answer) if found(&answer) => return Ok(answer),
            other if Instant::now() > limit => return other.with_context(|| format!("{path} did not come to hold it")),
            _ => std::thread::sleep(Duration::from_millis(300)),
        }
    }
}

#[test]
fn jaeger_gives_a_trace_back() -> Result<()> {
    let jaeger = Traces::jaeger("")?;
    let sent = span(TRACE, "b7ad6b7169203331", "", "POST /checkout", SERVER, 1_000);
    jaeger.send(&traces(&[("checkout", vec![sent])]))?;
    let found = until(&jaeger, &format!("/api/traces/{TRACE}"), |answer| answer["data"].is_array())?;
    assert_eq!(found["data"][0]["spans"][0]["operationName"], "POST /checkout");
    let found = until(&jaeger, &format!("/api/v3/traces/{TRACE}"), |answer| answer["result"].is_object())?;
    assert_eq!(found["result"]["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"], "POST /checkout");
    println!("| Jaeger gives a trace back, by /api/traces and /api/v3/traces");
    Ok(())
}

#[test]
fn zipkin_gives_a_trace_back() -> Result<()> {
    let zipkin = Traces::zipkin()?;
    let span = json!({
        "traceId": TRACE, "id": "b7ad6b7169203331", "name": "post /checkout", "kind": "SERVER",
        "timestamp": now() / 1_000, "duration": 1_000, "localEndpoint": {"serviceName": "checkout"},
        "tags": {"error": "true"},
    });
    zipkin.send(&json!([span]))?;
    let found = until(&zipkin, &format!("/api/v2/trace/{TRACE}"), |answer| answer[0].is_object())?;
    assert_eq!(found[0]["name"], "post /checkout");
    println!("| Zipkin gives a trace back, by /api/v2/trace");
    Ok(())
}
