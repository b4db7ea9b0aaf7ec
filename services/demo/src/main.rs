//! Starts the whole system and shows where to look.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use clap::Parser;
use demo::journey::Journey;
use demo::programs::{self, Programs};
use demo::system::{Options, System};

/// How long the demo looks for a request that all four signals know.
const PATIENCE: Duration = Duration::from_secs(120);

/// A shop of three services whose telemetry goes through the generated collectors into real back ends.
#[derive(Debug, Parser)]
struct Args {
    /// End after so many requests; without it the shop runs until it is interrupted.
    #[arg(long)]
    requests: Option<u64>,
    /// Write what passes before redaction (raw), after it (redacted) and after sampling (kept) into this folder.
    #[arg(long, requires = "requests")]
    capture: Option<PathBuf>,
    /// Requests a second.
    #[arg(long, default_value_t = 20.0)]
    rate: f64,
    /// The share of requests that fail, in percent.
    #[arg(long, default_value_t = 1.0)]
    errors: f64,
    /// The share of requests that are slow, in percent.
    #[arg(long, default_value_t = 3.0)]
    slow: f64,
    /// Keep databases, queues and logs in this folder; without it they go when the demo ends.
    #[arg(long)]
    data: Option<PathBuf>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let (interrupt, interrupted) = mpsc::channel();
    ctrlc::set_handler(move || {
        // Nobody listens any more once the demo is ending.
        let _ = interrupt.send(());
    })
    .context("listening for interrupts")?;
    let checkout = programs::checkout();
    let programs = Programs::find(&checkout, say)?;
    let temporary = tempfile::tempdir().context("making a folder")?;
    let folder = args.data.clone().unwrap_or_else(|| temporary.path().to_owned());
    let capture = args.capture.clone();
    let mut system = System::new(&programs, &Options { checkout, folder, capture, scenarios: true, drill: None })?;
    system.start(say)?;
    let began = SystemTime::now().duration_since(UNIX_EPOCH).context("reading the clock")?.as_secs_f64();
    let mut load = vec![format!("--rate={}", args.rate), format!("--errors={}", args.errors)];
    load.push(format!("--slow={}", args.slow));
    load.extend(args.requests.map(|requests| format!("--requests={requests}")));
    let mut load = system.load("loadgen", &load)?;
    load.start()?;
    show(&where_to_look(&system));
    match args.requests {
        Some(requests) => {
            let limit = Duration::from_secs_f64(requests as f64 / args.rate.max(0.001) * 2.0 + 60.0);
            let deadline = Instant::now() + limit;
            while load.ended()?.is_none() && Instant::now() < deadline && interrupted.try_recv().is_err() {
                std::thread::sleep(Duration::from_millis(200));
            }
            load.finish(Duration::from_secs(1))?;
            journey(&system, began, &interrupted)?;
            say("waiting until everything is sampled and stored");
            system.settle(Duration::from_secs(60))?;
        }
        None => {
            journey(&system, began, &interrupted)?;
            show("Interrupt (Ctrl-C) to end.\n");
            // An error means that nobody can interrupt any more, which is an end as well.
            let _ = interrupted.recv();
        }
    }
    say("ending");
    load.stop();
    system.stop();
    if let Some(capture) = &args.capture {
        show(&format!("captures: {}/{{raw,redacted,kept}}/*.jsonl\n", capture.display()));
    }
    show(&format!(
        "load: {}",
        load.printed().lines().rev().find(|line| line.starts_with('{')).unwrap_or("(no summary)")
    ));
    show("\n");
    Ok(())
}

/// Shows one request through its four signals, as soon as there is one that took long enough to be worth it.
fn journey(system: &System, began: f64, interrupted: &mpsc::Receiver<()>) -> Result<()> {
    say("looking for a slow request that all four signals know");
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if let Some(journey) = Journey::find(&system.at, "checkout", began, &["frontend", "checkout", "payments"])? {
            show(&format!("\n{}\n", journey.page()));
            show(&format!("Follow it: http://{}/trace/{}\n", system.at.store, journey.trace_id));
            return Ok(());
        }
        if interrupted.recv_timeout(Duration::from_secs(1)).is_ok() {
            return Ok(());
        }
    }
    show("No request with all four signals within two minutes: see the logs of the programs.\n");
    Ok(())
}

fn where_to_look(system: &System) -> String {
    let at = &system.at;
    format!(
        "\n  shop          http://{}/\n  traces        http://{}/\n  Prometheus    http://{}/api/v1/alerts (API only: built without its pages)\n  \
         Alertmanager  http://{}/\n  logs          {}\n\n",
        at.frontend,
        at.store,
        at.prometheus,
        at.alertmanager,
        system.logs().display()
    )
}

/// Progress, on standard error.
fn say(what: &str) {
    // A closed terminal must not end the system.
    let _ = writeln!(std::io::stderr(), "demo: {what}");
}

fn show(what: &str) {
    let _ = write!(std::io::stdout(), "{what}");
    let _ = std::io::stdout().flush();
}
