//! A story in promtool and in vmalert-tool: both evaluate every rule at every tick with the ruler's own state machine,
//! hours within seconds.
//!
//! Neither prints when an alert fired. Both print what an expression gave if it was not what they were told to expect, so
//! the test expects something impossible and reads the answer.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::times::{Fired, Times, name};
use crate::outages::{EVALUATION, Outage, SCRAPE};
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

/// How long a story is watched after it is over: the first ticket (2h) clears within it, the second (6h) does not.
const AFTER_MINUTES: u32 = 150;

/// When vmalert-tool's tests begin, in seconds: the year 2000. Those of promtool begin at 0.
const VMALERT_BEGINS: f64 = 946_684_800.0;

/// When each alert of `rules` fired in the story. `folder` takes the test file.
///
/// # Errors
/// When the runner cannot be had, or does not answer.
pub fn run(runner: Runner, outage: &Outage, rules: &Path, folder: &Path) -> Result<Times> {
    let minutes = outage.over() + AFTER_MINUTES;
    let scrapes = minutes * 60 / u32::try_from(SCRAPE.as_secs())?;
    let (test, begins) = match runner {
        Runner::Promtool => ("promql_expr_test", 0.0),
        Runner::VmalertTool => ("metricsql_expr_test", VMALERT_BEGINS),
    };
    let seconds = EVALUATION.as_secs();
    let firing = "timestamp(ALERTS{alertstate=\"firing\"})";
    let window = format!("[{minutes}m:{seconds}s]");
    let asked = ["min_over_time", "max_over_time", "count_over_time"].map(|function| {
        format!(
            "  - {{expr: '{function}({firing}{window})', eval_time: {minutes}m, \
             exp_samples: [{{labels: 'impossible{{}}', value: 1}}]}}\n"
        )
    });
    let text = format!(
        "rule_files: [{}]\nevaluation_interval: {seconds}s\ntests:\n- interval: {}s\n  input_series:\n{}  {test}:\n{}",
        rules.display(),
        SCRAPE.as_secs(),
        outage.input_series(scrapes),
        asked.concat()
    );
    let path = folder.join(format!("{}-{runner:?}.yaml", outage.name));
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
    ensure!(answers.len() == 3, "{runner:?} gave {} answers of three:\n{said}", answers.len());
    let [firsts, lasts, counts] = [0, 1, 2].map(|place| samples(answers[place]));
    let mut times = Times::new();
    for (labels, first) in firsts? {
        times.insert(name(&labels), Fired { first: first - begins, ..Fired::default() });
    }
    for (labels, last) in lasts? {
        times.entry(name(&labels)).or_default().last = last - begins;
    }
    for (labels, count) in counts? {
        times.entry(name(&labels)).or_default().total = count * EVALUATION.as_secs_f64();
    }
    Ok(times)
}

/// Samples as both print them: `{a="b", c="d"} 1E+00, {…} 2E+00`.
fn samples(text: &str) -> Result<Vec<(Labels, f64)>> {
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
