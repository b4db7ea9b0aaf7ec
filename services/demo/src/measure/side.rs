//! The load through one of the two systems, and what came of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;

use super::tap::{Logs, Passed, Tap, Volume};
use super::truth::{self, Truth};
use super::{Load, plain};
use crate::ask;
use crate::process::Program;
use crate::programs::Programs;
use crate::system::{Addresses, Options, System};

/// How long the last spans may take into Prometheus: a plain collector flushes span metrics once a minute and gives each
/// series as zero the first time, and Prometheus comes every 15 s.
const COUNTED: Duration = Duration::from_secs(150);

/// What one side amounts to.
#[derive(Debug, Serialize)]
pub struct Side {
    /// Spans in the store.
    pub spans: Volume,
    /// Log records in the store, by tier.
    pub logs: Logs,
    /// Profile samples in the store.
    pub profiles: Volume,
    /// Bytes of the same as sent, gzipped, by signal.
    pub wire_bytes: BTreeMap<String, u64>,
    /// Series in Prometheus at the end.
    pub series: Series,
    /// What the metrics made of spans count at the shop's door.
    pub red: Red,
    /// What became of the requests' traces.
    pub traces: Traces,
}

/// Series that had a sample within the last five minutes.
#[derive(Debug, Serialize)]
pub struct Series {
    /// What services export.
    pub services: u64,
    /// What is made of spans.
    pub spans: u64,
    /// What rules record, and alerts.
    pub rules: u64,
    /// The collectors' own, and those of scrapes; without what only the measuring adds.
    pub collectors: u64,
}

/// Requests as metrics count them.
#[derive(Debug, Serialize)]
pub struct Red {
    /// All.
    pub requests: u64,
    /// Those whose span is an error.
    pub errors: u64,
}

/// What became of the requests' traces.
#[derive(Debug, Serialize)]
pub struct Traces {
    /// Requests that failed.
    pub failed: Kept,
    /// Requests slower than an objective allows that did not fail.
    pub slow: Kept,
    /// The others.
    pub others: Kept,
}

/// So many were sent, so many are in the store.
#[derive(Debug, Default, Serialize)]
pub struct Kept {
    /// Requests that were sent.
    pub sent: u64,
    /// Traces that are in the store with every span.
    pub whole: u64,
    /// Traces that are there in part.
    pub in_part: u64,
}

/// Through the plain configuration.
pub(super) fn before(
    checkout: &Path,
    programs: &Programs,
    folder: &Path,
    load: &Load,
    say: &mut impl FnMut(&str),
) -> Result<Side> {
    let (mut system, tap, overlay, truth) = lay_out(checkout, programs, folder)?;
    plain::install(&mut system, programs, checkout, &tap.address, &overlay)?;
    let System { store, gateway, prometheus, payments, checkout: orders, frontend, .. } = &mut system;
    for program in [store, gateway, prometheus, payments, orders, frontend] {
        program.start()?;
    }
    run(&mut system, &tap, &truth, checkout, load, say)
}

/// Through the generated configurations.
pub(super) fn after(
    checkout: &Path,
    programs: &Programs,
    folder: &Path,
    load: &Load,
    say: &mut impl FnMut(&str),
) -> Result<Side> {
    let (mut system, tap, overlay, truth) = lay_out(checkout, programs, folder)?;
    let nothing = Program::new("nothing", PathBuf::new(), PathBuf::new());
    let gateway = std::mem::replace(&mut system.gateway, nothing);
    // Behind the generated file, which it adds to; the gateway gets what the agent has redacted.
    system.gateway = gateway
        .args([format!("--config={}", overlay.display())])
        .env("STORE_ENDPOINT", format!("http://{}", tap.address));
    system.start(|_| {})?;
    run(&mut system, &tap, &truth, checkout, load, say)
}

fn lay_out(checkout: &Path, programs: &Programs, folder: &Path) -> Result<(System, Tap, PathBuf, PathBuf)> {
    let options = Options {
        checkout: checkout.to_owned(),
        folder: folder.to_owned(),
        capture: None,
        scenarios: true,
        drill: None,
    };
    let system = System::new(programs, &options)?;
    let tap = Tap::start(&system.at.store)?;
    let (overlay, truth) = truth::overlay(&folder.join("truth"))?;
    Ok((system, tap, overlay, truth))
}

fn run(
    system: &mut System,
    tap: &Tap,
    truth: &Path,
    checkout: &Path,
    load: &Load,
    say: &mut impl FnMut(&str),
) -> Result<Side> {
    let log = system.folder().join("requests.jsonl");
    let mut shop = system.load(
        "loadgen",
        &[
            format!("--requests={}", load.requests),
            format!("--rate={}", load.rate),
            format!("--errors={}", load.errors_percent),
            format!("--slow={}", load.slow_percent),
            format!("--seed={}", load.seed),
            format!("--log={}", log.display()),
        ],
    )?;
    say("sending requests");
    shop.start()?;
    shop.finish(Duration::from_secs_f64(load.requests as f64 / load.rate.max(0.001) * 3.0 + 60.0))?;
    say("waiting until everything is sampled, stored and counted");
    system.settle(Duration::from_secs(90))?;
    let began = Instant::now();
    let mut red = red(&system.at)?;
    while red.requests < load.requests && began.elapsed() < COUNTED {
        sleep(Duration::from_secs(1));
        red = self::red(&system.at)?;
    }
    let series = series(&system.at)?;
    let passed = tap.passed()?;
    // The file has everything once its collector has ended.
    system.stop();
    ensure!(passed.unread == 0, "{} messages were accepted by the store and could not be read", passed.unread);
    let truth = truth::read(truth, &truth::limits(&checkout.join("slos"))?)?;
    let traces = traces(&log, &truth, &passed)?;
    let Passed { spans, logs, profiles, wire, .. } = passed;
    let wire_bytes = wire.into_iter().map(|(signal, bytes)| (signal.to_owned(), bytes)).collect();
    Ok(Side { spans, logs, profiles, wire_bytes, series, red, traces })
}

/// A number that Prometheus answers; nothing at all is 0.
fn number(at: &Addresses, query: &str) -> Result<u64> {
    let answer = ask::json(&format!("http://{}/api/v1/query", at.prometheus), &[("query", query)])?;
    ensure!(answer["status"] == "success", "Prometheus refused {query}: {answer}");
    let Some(text) = answer["data"]["result"][0]["value"][1].as_str() else { return Ok(0) };
    Ok(text.parse::<f64>().with_context(|| format!("no number: {text}"))? as u64)
}

fn red(at: &Addresses) -> Result<Red> {
    let door = "service_name=\"frontend\",span_kind=\"SPAN_KIND_SERVER\",span_name=\"POST /buy\"";
    let count = |more: &str| number(at, &format!("sum(traces_span_metrics_calls_total{{{door}{more}}})"));
    Ok(Red { requests: count("")?, errors: count(",status_code=\"STATUS_CODE_ERROR\"")? })
}

fn series(at: &Addresses) -> Result<Series> {
    let count = |matchers: &str| number(at, &format!("count({{{matchers}}})"));
    let spans = count("__name__=~\"traces_span_metrics_.*|exemplars_.*\"")?;
    let rules = count("__name__=~\"slo:.*|ALERTS.*\"")?;
    let of_scrapes = "__name__=~\"up|scrape_.*|target_info|otel_scope_info\"";
    let ours = count(&format!("exporter=\"{}\"", truth::EXPORTER))?;
    let collectors = count("__name__=~\"otelcol_.*|promhttp_.*\"")? + count(of_scrapes)? - ours;
    let services = count("__name__=~\".+\"")? - ours - spans - rules - collectors;
    Ok(Series { services, spans, rules, collectors })
}

fn traces(log: &Path, truth: &Truth, passed: &Passed) -> Result<Traces> {
    let mut traces = Traces { failed: Kept::default(), slow: Kept::default(), others: Kept::default() };
    let text = fs::read_to_string(log).with_context(|| format!("reading {}", log.display()))?;
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).context("a logged request is no JSON")?;
        let id = truth::bytes(&line["trace_id"]).context("a logged request has no trace id")?;
        let failed = line["status"].as_u64().is_none_or(|status| status >= 500);
        let kept = if failed {
            &mut traces.failed
        } else if truth.slow.contains(&id) {
            &mut traces.slow
        } else {
            &mut traces.others
        };
        kept.sent += 1;
        match (passed.by_trace.get(&id), truth.spans.get(&id)) {
            (Some(stored), Some(sent)) if stored == sent => kept.whole += 1,
            (Some(_), _) => kept.in_part += 1,
            (None, _) => {}
        }
    }
    Ok(traces)
}
