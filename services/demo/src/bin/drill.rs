//! The commands of a drill: `start`, `deploy` and `inject`, as `slos/policy.yaml` names them (by way of `ci/drill`).

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use demo::drill::{self, Change, Outage, Setting, variable};
use serde_json::json;

/// A drill of the shop, told by its environment; the working directory is a checkout of `EMBERLINE_REVISION`.
#[derive(Debug, Parser)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the system and run it in the foreground; one line of JSON says where it answers
    Start,
    /// Build the services and have the running system take them over
    Deploy,
    /// Begin or end an outage
    Inject,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // A backtrace would push the reason out of the lines that a drill shows.
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "drill: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let args = Args::parse();
    let setting = Setting::read();
    let checkout = Path::new(".").canonicalize().context("finding the working directory")?;
    match args.command {
        Command::Start => {
            let (interrupt, interrupted) = mpsc::channel();
            ctrlc::set_handler(move || {
                // Nobody listens any more once the system is ending.
                let _ = interrupt.send(());
            })
            .context("listening for interrupts")?;
            drill::run(&checkout, &setting?, &interrupted)
        }
        Command::Deploy => say(&drill::deploy(&checkout, &setting?)?),
        Command::Inject => {
            let name = variable("EMBERLINE_FAULT")?;
            let outage: Outage =
                serde_json::from_value(json!(name)).with_context(|| format!("no outage is called `{name}`"))?;
            let begins = variable("EMBERLINE_PHASE")? == "begin";
            let data = variable("EMBERLINE_DATA")?;
            say(&drill::ask(Path::new(&data), &Change::Inject { outage, begins })?)
        }
    }
}

/// Tells which services were touched.
fn say(services: &[String]) -> Result<()> {
    writeln!(std::io::stdout(), "{}", json!({"services": services})).context("saying what was done")
}
