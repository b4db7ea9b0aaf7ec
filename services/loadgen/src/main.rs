//! Open-loop load: requests begin at a fixed rate, however slow the answers are, and latency counts from the moment a
//! request was due. A stall of the shop is seen as one, and not as a pause of its customers.

mod order;
mod report;
mod schedule;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use rand::SeedableRng;
use rand::rngs::StdRng;
use reqwest::Method;
use serde_json::json;
use telemetry::Service;
use telemetry::http::Client;
use tokio::sync::mpsc;
use tokio::time::Instant;

use report::{Outcome, Report};
use schedule::{Arrivals, Schedule};

/// Sends requests to the shop at a fixed rate.
#[derive(Debug, Parser)]
struct Args {
    /// Where the frontend listens.
    #[arg(long, default_value = "http://127.0.0.1:8081")]
    target: String,
    /// Requests a second.
    #[arg(long, default_value_t = 20.0)]
    rate: f64,
    /// How many requests; without end if left out.
    #[arg(long)]
    requests: Option<u64>,
    /// The share of requests that fail, in percent.
    #[arg(long, default_value_t = 0.0)]
    errors: f64,
    /// The share of requests that are slow, in percent.
    #[arg(long, default_value_t = 0.0)]
    slow: f64,
    /// Whether requests come at random moments or at even ones.
    #[arg(long, value_enum, default_value_t = Arrivals::Random)]
    arrivals: Arrivals,
    /// Same seed, same requests.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A file for one line of JSON a request: trace id, scenario, status, latency.
    #[arg(long)]
    log: Option<PathBuf>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let service = Service { name: "loadgen", version: env!("CARGO_PKG_VERSION") };
    telemetry::run(service, || async move {
        let log = match &args.log {
            Some(path) => Some(File::create(path).with_context(|| format!("creating {}", path.display()))?),
            None => None,
        };
        let client = Arc::new(Client::new(&args.target, Duration::from_secs(20))?);
        let (send, receive) = mpsc::unbounded_channel();
        let reporting = tokio::spawn(collect(receive, log));
        tokio::select! {
            () = load(&args, client, send) => {}
            () = telemetry::ended() => {}
        }
        let report = reporting.await.context("collecting outcomes")??;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", serde_json::to_string(&report.summary())?).context("writing the summary")?;
        Ok(())
    })
}

/// Begins every request when it is due, and returns once all are answered.
async fn load(args: &Args, client: Arc<Client>, outcomes: mpsc::UnboundedSender<Outcome>) {
    let mut random = StdRng::seed_from_u64(args.seed);
    let mut schedule = Schedule::new(args.rate, args.arrivals, args.errors, args.slow);
    let began = Instant::now();
    let mut pending = tokio::task::JoinSet::new();
    for number in 0..args.requests.unwrap_or(u64::MAX) {
        let (at, scenario) = schedule.next(&mut random);
        let due = began + at;
        tokio::time::sleep_until(due).await;
        let order = order::random(number, &mut random);
        let (client, outcomes) = (Arc::clone(&client), outcomes.clone());
        pending.spawn(async move {
            let path = format!("/buy?email={}", order.email.replace('@', "%40"));
            let (trace_id, answer) = client.originate(scenario, Method::POST, &path, Some(&order)).await;
            let outcome = Outcome { trace_id, scenario, status: answer.ok().map(|a| a.status), took: due.elapsed() };
            // The receiver lives until every sender is gone.
            let _ = outcomes.send(outcome);
        });
        while pending.try_join_next().is_some() {}
    }
    while pending.join_next().await.is_some() {}
}

async fn collect(mut outcomes: mpsc::UnboundedReceiver<Outcome>, log: Option<File>) -> Result<Report> {
    let mut log = log.map(BufWriter::new);
    let mut report = Report::default();
    while let Some(outcome) = outcomes.recv().await {
        if let Some(log) = &mut log {
            let line = json!({
                "trace_id": outcome.trace_id,
                "scenario": outcome.scenario.map(telemetry::scenario::Scenario::word),
                "status": outcome.status,
                "latency_ms": outcome.took.as_secs_f64() * 1e3,
            });
            writeln!(log, "{line}").context("writing the log")?;
        }
        report.add(&outcome);
    }
    if let Some(mut log) = log {
        log.flush().context("writing the log")?;
    }
    Ok(report)
}
