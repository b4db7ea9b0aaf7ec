//! `emberline preview` shows the numbers that Prometheus has.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use demo::ask;
use demo::system::System;
use serde_json::Value;

/// Ended by its process id when it goes out of scope: cargo has become the program by then.
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The program that the variable `EMBERLINE` names, or the release build of the checkout.
fn emberline() -> Command {
    match std::env::var_os("EMBERLINE") {
        Some(program) => Command::new(program),
        None => {
            let mut cargo = Command::new("cargo");
            cargo.args(["run", "--release", "--locked", "--quiet", "--bin", "emberline", "--"]);
            cargo
        }
    }
}

/// Of each objective that the overview lists, budget and burn rates are there, and its page asks for them.
pub(crate) fn preview(system: &System, checkout: &Path) -> Result<()> {
    let child = emberline()
        .args(["preview", "--listen", "127.0.0.1:0"])
        .args(["--prometheus", &format!("http://{}", system.at.prometheus)])
        .current_dir(checkout)
        .stderr(Stdio::piped())
        .spawn()
        .context("starting the preview")?;
    let mut guard = Guard(child);
    let said = guard.0.stderr.as_mut().context("no standard error")?;
    let line = BufReader::new(said).lines().map_while(Result::ok).find(|line| line.contains("http://"));
    let line = line.context("the preview did not say where it listens")?;
    let at = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).context("no address")?;
    let all = ask::json(&format!("http://{at}/.live"), &[])?;
    ensure!(all["firing"].is_array(), "no alerts: {all}");
    let budgets = all["budgets"].as_array().cloned().unwrap_or_default();
    ensure!(budgets.len() >= 9, "{} budgets: {all}", budgets.len());
    let mut numbers = 0;
    for budget in &budgets {
        ensure!(budget["value"].is_number(), "{budget}");
        let (service, slo) = (budget["labels"]["service"].as_str(), budget["labels"]["slo"].as_str());
        let path = format!("{}/{}", service.context("no service")?, slo.context("no objective")?);
        let one = ask::json(&format!("http://{at}/.live/{path}"), &[])?;
        let is_there =
            |series: &Value| series.as_array().is_some_and(|all| all.iter().all(|it| it["value"].is_number()));
        let burns = one["burns"].as_array().context("no burn rates")?;
        ensure!(is_there(&one["budgets"]) && burns.iter().all(|burn| is_there(&burn["series"])), "{path}: {one}");
        ensure!(one["history"].as_array().is_some_and(|lines| !lines.is_empty()), "{path}: no plot: {one}");
        numbers += 1 + burns.len();
    }
    println!("console: the preview shows {numbers} numbers and a plot for each of {} budgets", budgets.len());
    Ok(())
}
