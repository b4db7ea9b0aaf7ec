//! Metrics reach Prometheus with the labels that the specs declare, and with no other.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use emberline_proofs::collector::{Place, generated};
use emberline_proofs::otlp::{self, attributes, now};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::remote_write::Series;
use serde_json::{Value, json};

/// What every series has beside its declared labels. `job` and `instance` are the service's and its instance's, by
/// Prometheus's own conventions for OTLP.
const COMMON: [&str; 4] = ["__name__", "service_name", "job", "instance"];

fn point(pairs: &[(&str, Value)], more: Value) -> Value {
    let mut point = json!({
        "startTimeUnixNano": (now() - 1_000_000_000).to_string(), "timeUnixNano": now().to_string(),
        "attributes": attributes(pairs),
    });
    if let (Some(point), Value::Object(more)) = (point.as_object_mut(), more) {
        point.extend(more);
    }
    point
}

fn frontend() -> Value {
    let labels = [("http.route", json!("/buy")), ("http.response.status_code", json!("200"))];
    otlp::metrics(
        "frontend",
        &[
            json!({"name": "http.server.requests", "sum": {
                "aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [point(&labels, json!({"asInt": "1234"}))],
            }}),
            json!({"name": "http.server.request.duration", "unit": "s", "histogram": {
                "aggregationTemporality": 2,
                "dataPoints": [point(&labels, json!({
                    "count": "6", "sum": 1.5, "explicitBounds": [0.1, 0.5], "bucketCounts": ["3", "2", "1"],
                }))],
            }}),
        ],
    )
}

fn payments() -> Value {
    otlp::metrics(
        "payments",
        &[
            json!({"name": "rpc.server.duration", "unit": "s", "exponentialHistogram": {
                "aggregationTemporality": 2,
                "dataPoints": [point(&[("rpc.method", json!("Charge"))], json!({
                    // Scale 0: bucket i holds (2^i, 2^(i+1)]; ten values up to 125 ms, five up to 250 ms, one up to 500 ms.
                    "count": "16", "sum": 2.0, "scale": 0, "zeroCount": "0",
                    "positive": {"offset": -4, "bucketCounts": ["10", "5", "1"]},
                }))],
            }}),
            json!({"name": "ledger.consistent", "gauge": {"dataPoints": [point(&[], json!({"asInt": "1"}))]}}),
        ],
    )
}

#[test]
fn series_have_the_declared_labels_and_no_other() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let gateway =
        Place::new("gateway", &generated("gateway"), folder.path())?.with("STORE_ENDPOINT", "http://127.0.0.1:1");
    let _gateway = gateway.start()?;
    let agent = Place::new("agent", &generated("agent"), folder.path())?.with("GATEWAY_ENDPOINT", gateway.grpc());
    let _agent = agent.start()?;
    agent.send("metrics", &frontend())?;
    agent.send("metrics", &payments())?;
    let prometheus = Prometheus::start(&Config::default().scrape_collector(&gateway.metrics_address()))?;

    let http = ["http_route", "http_response_status_code"];
    expect(&prometheus, "http_server_requests_total", &http, 1234.0)?;
    expect(&prometheus, "http_server_request_duration_seconds_count", &http, 6.0)?;
    let buckets = [http[0], http[1], "le"];
    expect(&prometheus, "http_server_request_duration_seconds_bucket{le=\"0.5\"}", &buckets, 5.0)?;
    expect(&prometheus, "ledger_consistent", &[], 1.0)?;
    // A native histogram: its count, and the share up to a boundary, which a histogram of bounds could not tell.
    native(&prometheus, "histogram_count(rpc_server_duration_seconds)", 16.0)?;
    native(
        &prometheus,
        "histogram_count(rpc_server_duration_seconds) * histogram_fraction(0, 0.25, rpc_server_duration_seconds)",
        15.0,
    )?;
    println!(
        "collector: metrics: a counter, a gauge, a classic and a native histogram in Prometheus, with the declared labels and {COMMON:?} only"
    );
    Ok(())
}

/// Asks until there is an answer, for as long as two scrapes take.
fn ask(prometheus: &Prometheus, expr: &str) -> Result<Vec<Series>> {
    let started = Instant::now();
    loop {
        let at = i64::try_from(now() / 1_000_000).context("the time in milliseconds")?;
        let answer = prometheus.query(expr, at)?;
        if !answer.series.is_empty() {
            return Ok(answer.series);
        }
        if started.elapsed() > Duration::from_secs(40) {
            bail!("Prometheus has no {expr}\n{}", prometheus.log_tail());
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

fn expect(prometheus: &Prometheus, expr: &str, labels: &[&str], value: f64) -> Result<()> {
    let series = ask(prometheus, expr)?;
    ensure!(series.len() == 1, "{expr}: {} series where one was sent", series.len());
    let have: BTreeSet<_> = series[0].labels.keys().map(String::as_str).collect();
    let want: BTreeSet<_> = COMMON.iter().chain(labels).copied().collect();
    assert_eq!(have, want, "labels of {expr}");
    assert_eq!(series[0].samples.iter().map(|(_, value)| *value).collect::<Vec<_>>(), [value], "{expr}");
    Ok(())
}

fn native(prometheus: &Prometheus, expr: &str, value: f64) -> Result<()> {
    let series = ask(prometheus, expr)?;
    let have = series[0].samples.first().map_or(f64::NAN, |(_, value)| *value);
    ensure!((have - value).abs() < 1e-6, "{expr} is {have}, not {value}");
    let labels: BTreeSet<_> = series[0].labels.keys().map(String::as_str).collect();
    assert_eq!(labels, ["instance", "job", "rpc_method", "service_name"].into(), "labels of {expr}");
    Ok(())
}
