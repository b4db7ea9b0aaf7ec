//! The demo as a whole, live: eight thousand requests through the generated collectors, and what every signal says of them.
//!
//! One run serves all its judgements, since it takes a minute. Each prints a line of figures, and all of them are made
//! before the test fails, so that one run tells all that is wrong.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise, and prints figures")]

mod capture;
mod contract;
mod judge;
mod redaction;
mod sampling;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use demo::journey::{Journey, exemplars, spans, stacks};
use demo::programs::{self, Programs};
use demo::system::{Options, System};

use capture::Capture;
use judge::Judge;

/// So many that a share of 5% is off by a fifth once in ten thousand runs, at a rate that two cores can do.
const REQUESTS: u64 = 8_000;
const RATE: u64 = 100;

#[test]
fn four_signals_tell_of_the_same_requests() {
    let mut judge = Judge::default();
    let folder = tempfile::tempdir().unwrap();
    let outcome = run(folder.path(), &mut judge);
    if outcome.is_err() {
        println!("{}", judge::logs(folder.path()));
    }
    outcome.unwrap();
    judge.verdict();
}

fn run(folder: &std::path::Path, judge: &mut Judge) -> Result<()> {
    let checkout = programs::checkout();
    let programs = Programs::find(&checkout, |_| {})?;
    let (data, captured) = (folder.join("data"), folder.join("capture"));
    let options = Options {
        checkout: checkout.clone(),
        folder: data.clone(),
        capture: Some(captured.clone()),
        scenarios: true,
        drill: None,
    };
    let mut system = System::new(&programs, &options)?;
    system.start(|_| {})?;
    let began = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64();
    let log = folder.join("requests.jsonl");
    let mut load = system.load(
        "loadgen",
        &[
            format!("--requests={REQUESTS}"),
            format!("--rate={RATE}"),
            "--errors=2".to_owned(),
            "--slow=2".to_owned(),
            format!("--log={}", log.display()),
        ],
    )?;
    load.start()?;
    load.finish(Duration::from_secs(REQUESTS / RATE * 3 + 60))?;
    // While the load's last traces wait for their decision, the join is looked for: profiles come every 5 s.
    let journey = wait(Duration::from_secs(60), || {
        Journey::find(&system.at, "checkout", began, &["loadgen", "frontend", "checkout", "payments"])
    })
    .context("no request was found in all four signals")?;
    join(&journey, judge);
    if let Some(path) = std::env::var_os("DEMO_JOURNEY") {
        std::fs::write(path, journey.page())?;
    }
    system.settle(Duration::from_secs(90))?;
    // One more scrape, so that what Prometheus has is what was counted.
    std::thread::sleep(Duration::from_secs(20));

    let all = exemplars(&system.at, "{__name__=~\"exemplars_duration_seconds.*\"}", began)?;
    let mut dead = Vec::new();
    for exemplar in &all {
        if spans(&system.at, &exemplar.trace_id)?.is_empty() {
            dead.push(exemplar.trace_id.clone());
        }
    }
    println!("exemplars: {} served, {} of them point to a trace that the store has", all.len(), all.len() - dead.len());
    judge.holds(!all.is_empty() && dead.is_empty(), || format!("dead exemplars: {dead:?}"));

    let requests = sampling::requests(&log)?;
    ensure!(requests.len() as u64 == REQUESTS, "{} of {REQUESTS} requests were logged", requests.len());
    profiles(&system, &requests, judge)?;
    contract::check(&system.at, &checkout.join("slos"), judge)?;
    let red = sampling::red(&system.at)?;
    redaction::metrics(&system.at, judge)?;
    redaction::store(&system.at, &data.join("data"), judge)?;
    system.stop();

    let raw = Capture::read(&captured.join("raw"))?;
    let redacted = Capture::read(&captured.join("redacted"))?;
    let kept = Capture::read(&captured.join("kept"))?;
    sampling::check(&requests, &raw, &kept, red, judge);
    redaction::captures(&raw, &redacted, &kept, judge);
    Ok(())
}

/// Every signal of the journey bears the one trace id.
fn join(journey: &Journey, judge: &mut Judge) {
    let id = &journey.trace_id;
    judge.holds(journey.exemplar.trace_id == *id, || "the exemplar points elsewhere".to_owned());
    judge.holds(journey.spans.iter().all(|span| span.trace_id == *id), || "a span of another trace".to_owned());
    judge.holds(journey.logs.iter().all(|line| line.trace_id == *id), || "a log line of another trace".to_owned());
    let roots = journey.spans.iter().filter(|span| !journey.spans.iter().any(|other| other.id == span.parent)).count();
    judge.holds(roots == 1, || format!("{roots} roots in one trace"));
    let samples: u64 = journey.stacks.iter().map(|stack| stack.count).sum();
    println!(
        "join: trace {id}: 1 exemplar ({:.0} ms), {} spans, {} log lines, {samples} profile samples",
        journey.exemplar.value * 1e3,
        journey.spans.len(),
        journey.logs.len()
    );
}

/// Checkout's samples of the orders that were slow in it lie in the function that made them so, at its file and line.
fn profiles(system: &System, requests: &[sampling::Request], judge: &mut Judge) -> Result<()> {
    let source = std::fs::read_to_string(programs::checkout().join(HOT_FILE))?;
    let first =
        source.lines().position(|line| line.starts_with(HOT_LINE)).context("the hot function has gone")? as u64 + 1;
    let last = first + source.lines().skip(first as usize).position(|line| line == "}").context("no end")? as u64 + 1;
    let (mut all, mut inside, mut orders) = (0, 0, 0);
    for request in requests.iter().filter(|request| request.scenario == "slow-checkout") {
        orders += 1;
        for stack in stacks(&system.at, &request.trace_id)?.iter().filter(|stack| stack.service == "checkout") {
            let hot = stack.frames.iter().any(|(function, file, line)| {
                function.ends_with("pricing::cheapest_bundle") && file == HOT_FILE && (first..=last).contains(line)
            });
            all += stack.count;
            inside += if hot { stack.count } else { 0 };
        }
    }
    println!(
        "profile: {inside} of {all} samples of {orders} slow orders lie in pricing::cheapest_bundle, lines {first} to {last}"
    );
    judge.holds(all >= 10 * orders && inside * 10 >= all * 8, || {
        format!("{inside} of {all} samples in the hot function")
    });
    Ok(())
}

/// What makes an order slow (services/checkout).
const HOT_FILE: &str = "services/checkout/src/pricing.rs";
const HOT_LINE: &str = "fn cheapest_bundle(";

fn wait<T>(limit: Duration, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let began = std::time::Instant::now();
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        ensure!(began.elapsed() < limit, "not within {limit:?}");
        std::thread::sleep(Duration::from_secs(1));
    }
}
