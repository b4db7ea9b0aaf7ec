//! Measures the demo's telemetry before and after, and writes the counts as JSON: `ci/cost/measure`.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use clap::Parser;
use demo::measure::{Load, measure};
use demo::programs::{self, Programs};

/// The same load through a plain collector and through the generated ones, counted in front of the store.
#[derive(Debug, Parser)]
struct Args {
    /// Where the counts are written.
    #[arg(long)]
    out: PathBuf,
    /// How many requests each side gets.
    #[arg(long, default_value_t = 4_000)]
    requests: u64,
    /// Requests a second: what slos/frontend.yaml expects.
    #[arg(long, default_value_t = 50.0)]
    rate: f64,
    /// The share of requests that fail, in percent: ten times the error budget, so that keeping them all has its price.
    #[arg(long, default_value_t = 1.0)]
    errors: f64,
    /// The share of requests that are slow, in percent: three times what the objective allows.
    #[arg(long, default_value_t = 3.0)]
    slow: f64,
    /// Same seed, same requests.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keep databases, queues and logs in this folder; without it they go.
    #[arg(long)]
    data: Option<PathBuf>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let checkout = programs::checkout();
    let programs = Programs::find(&checkout, say)?;
    let temporary = tempfile::tempdir().context("making a folder")?;
    let folder = args.data.clone().unwrap_or_else(|| temporary.path().to_owned());
    let load = Load {
        requests: args.requests,
        rate: args.rate,
        errors_percent: args.errors,
        slow_percent: args.slow,
        seed: args.seed,
    };
    let measured = measure(&checkout, &programs, &folder, &load, today()?, say)?;
    let mut text = serde_json::to_string_pretty(&measured).context("writing the counts")?;
    text.push('\n');
    std::fs::write(&args.out, text).with_context(|| format!("writing {}", args.out.display()))?;
    say(&format!("the counts are in {}", args.out.display()));
    Ok(())
}

/// The day, UTC, from the system that knows the calendar.
fn today() -> Result<String> {
    let printed = Command::new("date").args(["-u", "+%Y-%m-%d"]).output().context("asking for the day")?;
    Ok(String::from_utf8(printed.stdout).context("reading the day")?.trim().to_owned())
}

/// Progress, on standard error.
fn say(what: &str) {
    // A closed terminal must not end the measurement.
    let _ = writeln!(std::io::stderr(), "measure: {what}");
}
