//! Metrics reach Prometheus with the labels that the specs declare, and with no other.

use std::collections::BTreeSet;
use std::sync::LazyLock;
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

/// A point of one collection, in which an SDK gives every point the same time.
fn point(pairs: &[(&str, Value)], more: Value) -> Value {
    static COLLECTED: LazyLock<u64> = LazyLock::new(now);
    let collected = *COLLECTED;
    let mut point = json!({
        "startTimeUnixNano": (collected - 1_000_000_000).to_string(), "timeUnixNano": collected.to_string(),
        "attributes": attributes(pairs),
    });
    if let (Some(point), Value::Object(more)) = (point.as_object_mut(), more) {
        point.extend(more);
    }
    point
}

/// A label that no spec declares tells two series apart, of which one must become.
fn frontend() -> Value {
    let labels = |worker: &'static str| {
        [("http.route", json!("/buy")), ("http.response.status_code", json!("200")), ("thread.id", json!(worker))]
    };
    otlp::metrics(
        "frontend",
        &[
            json!({"name": "http.server.requests", "sum": {
                "aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [
                    point(&labels("1"), json!({"asInt": "1000"})),
                    point(&labels("2"), json!({"asInt": "234"})),
                ],
            }}),
            json!({"name": "http.server.request.duration", "unit": "s", "histogram": {
                "aggregationTemporality": 2,
                "dataPoints": [
                    point(&labels("1"), json!({
                        "count": "4", "sum": 1.0, "explicitBounds": [0.1, 0.5], "bucketCounts": ["2", "1", "1"],
                    })),
                    point(&labels("2"), json!({
                        "count": "2", "sum": 0.5, "explicitBounds": [0.1, 0.5], "bucketCounts": ["1", "1", "0"],
                    })),
                ],
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
                "dataPoints": [point(&[("rpc.method", json!("Charge")), ("thread.id", json!("1"))], json!({
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
        "collector: metrics: a counter, a gauge, a classic and a native histogram in Prometheus, with the declared labels and {COMMON:?} only; what differed in another was added up"
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
