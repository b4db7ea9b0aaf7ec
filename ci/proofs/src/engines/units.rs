//! A story in promtool and in vmalert-tool: both evaluate every rule at every tick with the ruler's own state machine,
//! hours within seconds.
//!
//! Neither prints when an alert fired. Both print what an expression gave if it was not what they were told to expect, so
//! the test expects something impossible and reads the answer.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::times::{Times, name};
use crate::outages::{EVALUATION, Outage, SCRAPE, objectives};
use crate::remote_write::Labels;
use crate::tools::tool;

/// Whose unit-test runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// Prometheus's.
    Promtool,
    /// vmalert's, over an embedded VictoriaMetrics.
    VmalertTool,
}

/// When vmalert-tool's tests begin, in seconds: the year 2000. Those of promtool begin at 0.
const VMALERT_BEGINS: f64 = 946_684_800.0;

/// When each alert of `rules` fired in the story. `folder` takes the test file.
///
/// # Errors
/// When the runner cannot be had, or does not answer.
pub fn run(runner: Runner, outage: &Outage, rules: &Path, folder: &Path) -> Result<Times> {
    let minutes = outage.over() + outage.after();
    let scrapes = minutes * 60 / u32::try_from(SCRAPE.as_secs())?;
    let told = Told { name: outage.name, minutes, series: outage.input_series(scrapes), evaluation: EVALUATION };
    run_told(runner, &told, rules, folder)
}

/// What a runner is told of a story.
pub struct Told<'t> {
    /// Its name, for files.
    pub name: &'t str,
    /// How long it is watched.
    pub minutes: u32,
    /// Its series, a sample each [`SCRAPE`], as the runner reads them.
    pub series: String,
    /// Between two evaluations of all groups, whatever interval they have.
    pub evaluation: Duration,
}

/// When each alert of `rules` fired in a story.
///
/// # Errors
/// As [`run`].
pub fn run_told(runner: Runner, told: &Told<'_>, rules: &Path, folder: &Path) -> Result<Times> {
    let minutes = told.minutes;
    let (test, begins) = match runner {
        Runner::Promtool => ("promql_expr_test", 0.0),
        Runner::VmalertTool => ("metricsql_expr_test", VMALERT_BEGINS),
    };
    let seconds = told.evaluation.as_secs();
    let window = format!("[{minutes}m:{seconds}s]");
    // One objective at a time: promtool's limit on the samples of a query is low.
    let asked = objectives().flat_map(|objective| {
        let alerts = format!("ALERTS{{alertstate=\"firing\",slo=\"{objective}\"}}");
        let firing = format!("timestamp({alerts})");
        let begins = format!("({firing} unless ({alerts} offset {seconds}s))");
        ["min_over_time", "max_over_time", "count_over_time", "count_over_time"]
            .into_iter()
            .zip([firing.clone(), firing.clone(), firing, begins])
            .map(|(function, asked)| {
                format!(
                    "  - {{expr: '{function}({asked}{window})', eval_time: {minutes}m, \
                     exp_samples: [{{labels: 'impossible{{}}', value: 1}}]}}\n"
                )
            })
            .collect::<Vec<_>>()
    });
    let asked: Vec<String> = asked.collect();
    let order = match runner {
        Runner::Promtool => in_order(rules)?,
        Runner::VmalertTool => String::new(),
    };
    let text = format!(
        "rule_files: [{}]\n{order}evaluation_interval: {seconds}s\ntests:\n- interval: {}s\n  input_series:\n{}  {test}:\n{}",
        rules.display(),
        SCRAPE.as_secs(),
        told.series,
        asked.concat()
    );
    let path = folder.join(format!("{}-{seconds}-{runner:?}.yaml", told.name));
    std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    let mut command = match runner {
        Runner::Promtool => Command::new(tool("promtool")?),
        Runner::VmalertTool => Command::new(tool("vmalert-tool")?),
    };
    match runner {
        Runner::Promtool => command.args(["test", "rules"]).arg(&path),
        Runner::VmalertTool => command.arg("unittest").arg(format!("--files={}", path.display())),
    };
    // Its database, which it makes below the current folder.
    let output = command.current_dir(folder).stdin(Stdio::null()).output().context("starting the test runner")?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let answers: Vec<&str> = said.lines().filter_map(|line| line.trim().strip_prefix("got:")).collect();
    ensure!(answers.len() == asked.len(), "{runner:?} gave {} answers of {}:\n{said}", answers.len(), asked.len());
    let mut times = Times::new();
    for (number, answer) in answers.into_iter().enumerate() {
        for (labels, value) in samples(answer)? {
            let fired = times.entry(name(&labels)).or_default();
            match number % 4 {
                0 => fired.first = value - begins,
                1 => fired.last = value - begins,
                2 => fired.total = value * told.evaluation.as_secs_f64(),
                _ => fired.episodes = value,
            }
        }
    }
    Ok(times)
}

/// The groups of a rule file in their order, as a line of a unit test. Without it promtool evaluates them in any order, so
/// that a group may see what another one recorded a tick ago.
///
/// # Errors
/// When the file cannot be read or has no groups.
pub fn in_order(rules: &Path) -> Result<String> {
    let text = std::fs::read_to_string(rules).with_context(|| format!("reading {}", rules.display()))?;
    let file: serde_yaml::Value = serde_yaml::from_str(&text)?;
    let groups = file["groups"].as_sequence().context("a rule file has groups")?;
    let names: Vec<_> = groups.iter().filter_map(|group| group["name"].as_str()).collect();
    Ok(format!("group_eval_order: {}\n", serde_json::to_string(&names)?))
}

/// Samples as both print them: `{a="b", c="d"} 1E+00, {…} 2E+00`.
///
/// # Errors
/// When a label or a number cannot be read.
pub fn samples(text: &str) -> Result<Vec<(Labels, f64)>> {
    let mut found = Vec::new();
    for part in text.split('{').skip(1) {
        let (pairs, rest) = part.split_once('}').with_context(|| format!("no end of labels in {part}"))?;
        let mut labels = Labels::new();
        for pair in pairs.split(", ").filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').with_context(|| format!("no label in {pair}"))?;
            labels.insert(key.to_owned(), value.trim_matches('"').to_owned());
        }
        let number: String = rest.trim().chars().take_while(|c| !matches!(c, ',' | ' ' | ']')).collect();
        found.push((labels, number.parse().with_context(|| format!("`{number}` is no number"))?));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_samples_are_read() -> Result<()> {
        let read = samples(r#" {a="b", c="d"} 2.169E+04, {a="e"} 9.4670655E+08]"#)?;
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].0.get("c").map(String::as_str), Some("d"));
        assert!((read[0].1 - 21_690.0).abs() < 1e-9 && (read[1].1 - 946_706_550.0).abs() < 1e-9);
        assert!(samples(" nil")?.is_empty(), "no alert");
        Ok(())
    }
}
