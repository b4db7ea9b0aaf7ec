//! What breaks, live: the store is down for a minute, the agent and the gateway are killed. The shop goes on serving, and
//! nothing is lost but what waited undecided in a killed gateway's memory.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise, and prints figures")]

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use demo::ask;
use demo::journey::spans;
use demo::process::Program;
use demo::programs::{self, Programs};
use demo::system::{Options, System};
use serde_json::Value;

const RATE: u64 = 30;
/// Every tenth request fails, so that its trace must be kept.
const ERRORS: u64 = 10;
const DOWN: Duration = Duration::from_secs(60);
/// The policy's `decision_wait`, and how long a span may be under way to the gateway (the SDK's own batches take 5 s).
const UNDECIDED: Duration = Duration::from_secs(10 + 5 + 2);

/// A request as the load knows it.
struct Request {
    trace_id: String,
    failed: bool,
    status: u64,
}

#[test]
fn the_shop_goes_on_and_nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let programs = Programs::find(&programs::checkout(), |_| {}).unwrap();
    let options = Options {
        checkout: programs::checkout(),
        folder: folder.path().join("data"),
        capture: None,
        scenarios: true,
        drill: None,
    };
    let mut system = System::new(&programs, &options).unwrap();
    system.start(|_| {}).unwrap();
    store_down(&mut system, folder.path()).unwrap();
    agent_killed(&mut system, folder.path()).unwrap();
    gateway_killed(&mut system, folder.path()).unwrap();
}

/// A load of so long, begun and under way.
fn load(system: &System, folder: &Path, name: &str, seconds: u64, errors: u64) -> Result<Program> {
    let mut load = system.load(
        name,
        &[
            format!("--requests={}", RATE * seconds),
            format!("--rate={RATE}"),
            "--arrivals=even".to_owned(),
            format!("--errors={errors}"),
            format!("--log={}", folder.join(name).display()),
        ],
    )?;
    load.start()?;
    Ok(load)
}

/// What became of a load; every request was answered as it asked to be.
fn served(folder: &Path, name: &str, seconds: u64) -> Result<Vec<Request>> {
    let path = folder.join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let requests: Vec<Request> = text
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line)?;
            Ok(Request {
                trace_id: line["trace_id"].as_str().unwrap_or_default().to_owned(),
                failed: !line["scenario"].is_null(),
                status: line["status"].as_u64().unwrap_or(0),
            })
        })
        .collect::<Result<_>>()?;
    ensure!(requests.len() as u64 == RATE * seconds, "{} of {} were sent", requests.len(), RATE * seconds);
    let amiss = requests.iter().filter(|request| request.status != if request.failed { 502 } else { 200 }).count();
    ensure!(amiss == 0, "{amiss} of {} requests were not served as usual during {name}", requests.len());
    Ok(requests)
}

fn has_log(system: &System, trace_id: &str) -> Result<bool> {
    let logs = ask::json(&format!("http://{}/api/logs/{trace_id}", system.at.store), &[])?;
    Ok(logs["resourceLogs"].as_array().is_some_and(|logs| !logs.is_empty()))
}

/// Requests whose log lines, or whose traces if they failed, the store has not; looks until there is none or time is up.
fn missing(system: &System, requests: &[Request], limit: Duration) -> Result<Vec<usize>> {
    let began = Instant::now();
    loop {
        let mut missing = Vec::new();
        for (number, request) in requests.iter().enumerate() {
            let is_there = has_log(system, &request.trace_id)?
                && (!request.failed || !spans(&system.at, &request.trace_id)?.is_empty());
            if !is_there {
                missing.push(number);
            }
        }
        if missing.is_empty() || began.elapsed() > limit {
            return Ok(missing);
        }
        sleep(Duration::from_secs(2));
    }
}

fn store_down(system: &mut System, folder: &Path) -> Result<()> {
    let seconds = DOWN.as_secs() + 10;
    let mut load = load(system, folder, "store-down", seconds, ERRORS)?;
    sleep(Duration::from_secs(5));
    system.store.kill();
    sleep(DOWN);
    system.store.start()?;
    load.finish(Duration::from_secs(60))?;
    let requests = served(folder, "store-down", seconds)?;
    let lost = missing(system, &requests, Duration::from_secs(120))?;
    println!("faults: store down for 60 s: {} requests served, {} of them lost", requests.len(), lost.len());
    ensure!(lost.is_empty(), "lost: {lost:?}");
    Ok(())
}

fn agent_killed(system: &mut System, folder: &Path) -> Result<()> {
    let mut load = load(system, folder, "agent-killed", 20, ERRORS)?;
    sleep(Duration::from_secs(8));
    system.agent.kill();
    sleep(Duration::from_secs(2));
    system.agent.start()?;
    load.finish(Duration::from_secs(60))?;
    let requests = served(folder, "agent-killed", 20)?;
    // What services sent while nobody listened was never acknowledged: it may be gone, and is counted.
    let lost = missing(system, &requests, Duration::from_secs(30))?;
    println!(
        "faults: agent killed: {} requests served, telemetry of {} that nobody had acknowledged is missing",
        requests.len(),
        lost.len()
    );
    // The services' batches leave every second (logs) to five seconds (spans).
    let away = 2 * RATE + UNACKNOWLEDGED * RATE;
    ensure!(lost.len() as u64 <= away, "{} of {} are missing", lost.len(), requests.len());
    Ok(())
}

/// Seconds for which a service may hold telemetry that it could not send.
const UNACKNOWLEDGED: u64 = 8;

fn gateway_killed(system: &mut System, folder: &Path) -> Result<()> {
    let mut load = load(system, folder, "gateway-killed", 50, ERRORS)?;
    sleep(Duration::from_secs(30));
    let killed = Duration::from_secs(30);
    system.gateway.kill();
    system.gateway.start()?;
    load.finish(Duration::from_secs(60))?;
    let requests = served(folder, "gateway-killed", 50)?;
    let lost = missing(system, &requests, Duration::from_secs(40))?;
    #[expect(clippy::cast_possible_truncation, reason = "a thousand requests")]
    let number = |at: Duration| (at.as_secs() * RATE) as usize;
    let window = number(killed.saturating_sub(UNDECIDED))..number(killed + Duration::from_secs(2));
    let outside: Vec<_> = lost.iter().filter(|lost| !window.contains(lost)).collect();
    println!(
        "faults: gateway killed: {} requests served, {} undecided traces of one decision_wait lost",
        requests.len(),
        lost.len()
    );
    ensure!(outside.is_empty(), "lost outside of {window:?}: {outside:?}");
    Ok(())
}
