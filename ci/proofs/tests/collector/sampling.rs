//! Tail sampling keeps what matters, whole, and the metrics of spans count what it drops.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use emberline_proofs::collector::{Place, Sink, generated};
use emberline_proofs::otlp::{self, CLIENT, SERVER, attributes};
use serde_json::{Value, json};

/// The policy's `sampling.baseline`.
const BASELINE: f64 = 0.05;
/// Spans of one trace.
const SPANS: usize = 4;
/// Traces that one request to the agent carries spans of.
const BATCH: u64 = 100;

/// What happened in a request; each is what the sampler must see in a span of one service alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    Ordinary,
    /// The span of payments has status `ERROR`; nobody else's has.
    FailedInPayments,
    /// Checkout answered 503 without a status on its span.
    AnsweredWith503,
    /// Over the 500 ms of the frontend, all of it its own.
    SlowInFrontend,
    /// Over the 300 ms of checkout, below the frontend's.
    SlowInCheckout,
    /// Over the 250 ms of payments, below those of checkout and the frontend.
    SlowInPayments,
}

impl Story {
    /// 2% of the requests fail and 2% are slow.
    fn of(n: u64) -> Self {
        match (n % 50, n / 50 % 2, n / 50 % 3) {
            (7, 0, _) => Self::FailedInPayments,
            (7, _, _) => Self::AnsweredWith503,
            (23, _, 0) => Self::SlowInFrontend,
            (23, _, 1) => Self::SlowInCheckout,
            (23, _, _) => Self::SlowInPayments,
            _ => Self::Ordinary,
        }
    }

    /// Milliseconds in frontend, checkout and payments; each includes the next.
    fn lengths(self) -> [u64; 3] {
        match self {
            Self::SlowInFrontend => [700, 40, 20],
            Self::SlowInCheckout => [350, 330, 20],
            Self::SlowInPayments => [290, 280, 270],
            _ => [60, 40, 20],
        }
    }
}

/// The trace id of a request: spread as random ones are, and the same in every run.
fn trace_id(n: u64) -> String {
    let mix = |mut x: u64| {
        // The finalizer of splitmix64.
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    let high = mix(n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    format!("{high:016x}{:016x}", mix(high ^ n))
}

/// The spans of one request by service.
fn request(n: u64) -> [(&'static str, Vec<Value>); 3] {
    let story = Story::of(n);
    let trace = trace_id(n);
    let id = |kind: u8| format!("{kind:02x}{:014x}", n + 1);
    let [frontend, checkout, payments] = story.lengths();
    let mut page = otlp::span(&trace, &id(1), "", "GET /buy", SERVER, frontend);
    page["attributes"] = attributes(&[("http.route", json!("/buy")), ("http.response.status_code", json!(200))]);
    let mut order = otlp::span(&trace, &id(2), &id(1), "POST /checkout", SERVER, checkout);
    let status = if story == Story::AnsweredWith503 { 503 } else { 200 };
    order["attributes"] =
        attributes(&[("http.route", json!("/checkout")), ("http.response.status_code", json!(status))]);
    let mut call = otlp::span(&trace, &id(3), &id(2), "Charge", CLIENT, payments);
    call["attributes"] = attributes(&[("rpc.method", json!("Charge"))]);
    let mut charge = otlp::span(&trace, &id(4), &id(3), "Charge", SERVER, payments);
    charge["attributes"] = attributes(&[("rpc.method", json!("Charge"))]);
    if story == Story::FailedInPayments {
        charge["status"] = json!({"code": 2});
    }
    [("frontend", vec![page]), ("checkout", vec![order, call]), ("payments", vec![charge])]
}

/// A row of collectors: an agent, its gateways, and behind each gateway a sink.
struct Row {
    agent: Place,
    gateways: Vec<Place>,
    sinks: Vec<Sink>,
    _running: Vec<emberline_proofs::process::Running>,
    _folder: tempfile::TempDir,
}

fn row(agent: &str, gateways: usize) -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let (mut places, mut sinks, mut running) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..gateways {
        let mut sink = Sink::new(&format!("store-{n}"), folder.path())?;
        sink.start()?;
        let gateway = Place::new(&format!("gateway-{n}"), &generated("gateway"), folder.path())?
            .with("STORE_ENDPOINT", sink.place().http());
        running.push(gateway.start()?);
        places.push(gateway);
        sinks.push(sink);
    }
    let addresses: Vec<_> = places.iter().map(Place::grpc).collect();
    let agent = Place::new("agent", &generated(agent), folder.path())?
        .with("GATEWAY_ENDPOINT", addresses[0].as_str())
        .with("GATEWAYS", format!("[{}]", addresses.join(", ")));
    running.push(agent.start()?);
    Ok(Row { agent, gateways: places, sinks, _running: running, _folder: folder })
}

/// Sends `count` requests as three services do: each its own spans, some of a trace later than others.
fn send(agent: &Place, count: u64) -> Result<()> {
    for from in (0..count).step_by(usize::try_from(BATCH)?) {
        let mut by_service: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for n in from..(from + BATCH).min(count) {
            for (service, spans) in request(n) {
                by_service.entry(service).or_default().extend(spans);
            }
        }
        for (service, spans) in by_service {
            agent.send("traces", &otlp::traces(&[(service, spans)]))?;
        }
    }
    Ok(())
}

/// Spans that each store got, by trace.
type Kept = Vec<BTreeMap<String, BTreeSet<String>>>;

fn kept(sinks: &[Sink]) -> Result<Kept> {
    sinks
        .iter()
        .map(|sink| {
            let messages = sink.messages("traces")?;
            let mut traces: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (_, span) in otlp::spans(&messages) {
                let text = |key: &str| span[key].as_str().unwrap_or_default().to_owned();
                traces.entry(text("traceId")).or_default().insert(text("spanId"));
            }
            Ok(traces)
        })
        .collect()
}

/// Waits until the stores have got nothing more for longer than a decision may take. Gives what they have, and the traces
/// of all exemplars that the gateways served meanwhile: the connector forgets its exemplars at each flush, so whoever
/// asks later sees none.
fn settled(row: &Row) -> Result<(Kept, BTreeSet<String>)> {
    let started = Instant::now();
    let (mut seen, mut since) = (kept(&row.sinks)?, Instant::now());
    let mut exemplars = BTreeSet::new();
    while since.elapsed() < Duration::from_secs(14) {
        ensure!(started.elapsed() < Duration::from_secs(120), "traces still come after two minutes");
        std::thread::sleep(Duration::from_millis(500));
        for gateway in &row.gateways {
            collect_exemplars(&gateway.scrape_open_metrics()?, &mut exemplars);
        }
        let now = kept(&row.sinks)?;
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
    }
    Ok((seen, exemplars))
}

fn judge(name: &str, row: &Row, count: u64) -> Result<()> {
    send(&row.agent, count)?;
    let (stores, exemplars) = settled(row)?;
    let mut by_story: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for n in 0..count {
        let story = Story::of(n);
        let trace = trace_id(n);
        let spans: Vec<_> = stores.iter().filter_map(|store| store.get(&trace)).map(BTreeSet::len).collect();
        let entry = by_story.entry(format!("{story:?}")).or_default();
        entry.0 += 1;
        entry.1 += u64::from(!spans.is_empty());
        match spans.as_slice() {
            [] if story == Story::Ordinary => {}
            [SPANS] => {}
            other => wrong.push(format!("{story:?} {trace}: spans by store {other:?}")),
        }
    }
    ensure!(wrong.is_empty(), "{} traces lost or not whole in one store, such as {}", wrong.len(), wrong[0]);
    let (ordinary, sampled) = by_story["Ordinary"];
    let share = sampled as f64 / ordinary as f64;
    ensure!((share / BASELINE - 1.0).abs() <= 0.2, "{sampled} of {ordinary} ordinary traces were kept, not {BASELINE}");
    if stores.len() > 1 {
        ensure!(stores.iter().all(|store| !store.is_empty()), "one gateway got every trace");
    }
    let counted = red(&row.gateways)?;
    for (service, spans) in [("frontend", count), ("checkout", 2 * count), ("payments", count)] {
        assert_eq!(counted.get(service).copied(), Some(spans), "spans of {service} that span metrics counted");
    }
    ensure!(!exemplars.is_empty(), "no exemplar was served");
    for trace in &exemplars {
        ensure!(stores.iter().any(|store| store.contains_key(trace)), "an exemplar names {trace}, which was dropped");
    }
    let by_store: Vec<_> = stores.iter().map(BTreeMap::len).collect();
    println!(
        "collector: {name}: {count} requests, {by_story:?} (sent, kept), baseline {:.2}%, kept by store {by_store:?}, all whole; span metrics counted {} of {} spans; exemplars of {} traces, all kept",
        share * 100.0,
        counted.values().sum::<u64>(),
        SPANS as u64 * count,
        exemplars.len(),
    );
    Ok(())
}

/// Calls by service that the span metrics of all gateways counted.
fn red(gateways: &[Place]) -> Result<BTreeMap<String, u64>> {
    let mut calls = BTreeMap::new();
    for gateway in gateways {
        for line in gateway.scrape()?.lines().filter(|line| line.starts_with("traces_span_metrics_calls_total{")) {
            let service = label(line, "service_name").unwrap_or_default();
            let value = line[line.find('}').map_or(0, |at| at + 1)..].split_whitespace().next().unwrap_or_default();
            *calls.entry(service.to_owned()).or_default() += value.parse::<f64>()? as u64;
        }
    }
    Ok(calls)
}

/// The traces that the exemplars in a scrape name.
fn collect_exemplars(scrape: &str, into: &mut BTreeSet<String>) {
    let exemplars = scrape.lines().filter_map(|line| line.split_once(" # {"));
    into.extend(exemplars.filter_map(|(_, exemplar)| label(exemplar, "trace_id").map(str::to_owned)));
}

fn label<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!("{name}=\""))?;
    Some(rest.split_once('"')?.0)
}

#[test]
fn every_failed_and_slow_trace_is_kept_whole() -> Result<()> {
    judge("sampling", &row("agent", 1)?, 6_000)
}

#[test]
fn two_gateways_behind_the_balancer_get_whole_traces() -> Result<()> {
    judge("balanced", &row("agent-balanced", 2)?, 5_000)
}
