//! How many objectives one real Prometheus evaluates in time: `ci/scale` runs it and says how.
//!
//! Specs are compiled, counters of every objective are scraped, the history that windows read is written, and then the rules
//! run for some minutes. What counts is Prometheus's own `prometheus_rule_group_last_duration_seconds`: a group is in time if
//! it takes at most half of its interval. With several shards each is measured by itself, as a ruler of its own would be.

mod history;
mod measured;
mod server;
mod specs;

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use emberline_proofs::process::run;
use emberline_proofs::tools::emberline;

use server::Server;

/// What is measured.
#[derive(Clone, Copy, Debug)]
struct Plan {
    /// Objectives, ten a service.
    objectives: usize,
    /// Raw series of each objective.
    raw: usize,
    /// Rulers that share the objectives.
    shards: usize,
    /// Days of history at every evaluation; what is older has a sample every five minutes, as windows read it.
    dense_days: u64,
    /// Days of history in all.
    days: u64,
    /// How long the rules run before and while they are measured.
    minutes: u64,
}

fn main() -> Result<()> {
    let plan = arguments(std::env::args().skip(1))?;
    let folder = tempfile::tempdir()?;
    let (specs, out) = (folder.path().join("slos"), folder.path().join("generated"));
    specs::write(&specs, &plan)?;
    let mut command = std::process::Command::new(emberline()?);
    command.arg("compile").arg("--specs").arg(&specs).arg("--out").arg(&out);
    run(&mut command).context("compiling the objectives")?;
    println!(
        "{} objectives, {} raw series each, history of {} days ({} of them at every evaluation)",
        plan.objectives, plan.raw, plan.days, plan.dense_days
    );
    let mut in_time = true;
    for shard in 0..plan.shards {
        let rules = match plan.shards {
            1 => out.join("prometheus/rules"),
            _ => out.join(format!("prometheus/rules/shard-{shard}")),
        };
        let server = Server::start(&plan)?;
        let objectives = history::objectives(&rules)?;
        let wrote = history::write(server.url(), &objectives, &plan)?;
        println!("ruler {} of {}: {} objectives, {wrote} samples of history", shard + 1, plan.shards, objectives.len());
        server.evaluate(&rules)?;
        let measured = measured::watch(&server, Duration::from_secs(plan.minutes * 60))?;
        print!("{measured}");
        in_time &= measured.is_in_time();
    }
    ensure!(in_time, "a group takes longer than half of its interval: raise `rules: {{shards: …}}`");
    Ok(())
}

fn arguments(arguments: impl Iterator<Item = String>) -> Result<Plan> {
    let mut plan = Plan { objectives: 10_000, raw: 8, shards: 1, dense_days: 3, days: 30, minutes: 8 };
    let mut arguments = arguments;
    while let Some(name) = arguments.next() {
        let value: u64 = arguments.next().and_then(|value| value.parse().ok()).with_context(|| {
            format!(
                "{name} wants a number; there are --objectives, --raw, --shards, --dense-days, --days and --minutes"
            )
        })?;
        let count = usize::try_from(value)?;
        ensure!(count > 0, "{name} wants at least 1");
        match name.as_str() {
            "--objectives" => plan.objectives = count,
            "--raw" => plan.raw = count.next_multiple_of(2),
            "--shards" => plan.shards = count,
            "--dense-days" => plan.dense_days = value,
            "--days" => plan.days = value,
            "--minutes" => plan.minutes = value,
            _ => bail!("there is no option {name}"),
        }
    }
    Ok(plan)
}
