//! The same rules over the first hours in promtool: it has the rule manager of Prometheus, which the replay does without.
//!
//! promtool prints no firing, but what an expression gave instead of what was expected. So it is asked for every tick at
//! which an alert began to fire or stopped, as values of a label, and told to expect the impossible.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use emberline_proofs::engines::units::{in_order, samples};
use emberline_proofs::outages::notation;
use emberline_proofs::rules::RuleFile;
use emberline_proofs::tools::tool;

use crate::firing::{Alerts, Name, joined};
use crate::month::{EVALUATION, HOUR, SCRAPE, START};
use crate::series::Values;

/// Labels that tell alerts apart.
const LABELS: &str = "service, slo, severity, long_window, long, handler, sloth_service, sloth_slo, sloth_severity";

/// When the named alerts of a file fired, over series that are scraped at every multiple of the interval.
///
/// # Errors
/// When promtool cannot be had, or does not answer within some minutes.
pub fn alerts(file: &RuleFile, values: &Values, hours: i64, name: Name, folder: &Path) -> Result<Alerts> {
    let seconds = EVALUATION.as_secs();
    let scrapes = usize::try_from(hours * 3_600)? / usize::try_from(SCRAPE.as_secs())? + 1;
    let first = |values: &Vec<Option<f64>>| values.iter().take(scrapes).copied().collect();
    let series: Vec<_> = values.iter().map(|(labels, values)| (labels.clone(), first(values))).collect();
    let firing = "ALERTS{alertstate=\"firing\"}";
    let before = format!("({firing} offset {seconds}s)");
    let asked = [format!("{firing} unless {before}"), format!("{before} unless {firing}")].map(|change| {
        format!(
            "  - {{expr: 'last_over_time(count_values by ({LABELS}) (\"at\", timestamp({change}))[{hours}h:{seconds}s])', \
             eval_time: {hours}h, exp_samples: [{{labels: 'impossible{{}}', value: 1}}]}}\n"
        )
    });
    let test = format!(
        "rule_files: [{}]\n{}evaluation_interval: {seconds}s\ntests:\n- interval: {}s\n  input_series:\n{}  promql_expr_test:\n{}",
        file.path.display(),
        in_order(&file.path)?,
        SCRAPE.as_secs(),
        notation(&series),
        asked.concat()
    );
    let path = folder.join("promtool.yaml");
    fs::write(&path, test)?;
    let mut command = Command::new("timeout");
    command.arg("300").arg(tool("promtool")?).args(["test", "rules"]).arg(&path).stdin(Stdio::null());
    let output = command.output().context("starting promtool")?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    let answers: Vec<&str> = said.lines().filter_map(|line| line.trim().strip_prefix("got:")).collect();
    let [begins, ends] = answers.as_slice() else {
        anyhow::bail!("promtool gave {} answers of 2:\n{said}", answers.len());
    };
    let moments = |answer: &str| -> Result<BTreeMap<_, Vec<i64>>> {
        let mut moments = BTreeMap::<_, Vec<i64>>::new();
        for (mut labels, _) in samples(answer)? {
            let at: i64 = labels.remove("at").context("a change without its time")?.parse()?;
            moments.entry(labels).or_default().push(START + at * 1_000);
        }
        moments.values_mut().for_each(|moments| moments.sort_unstable());
        Ok(moments)
    };
    let (begins, mut ends) = (moments(begins)?, moments(ends)?);
    let last = START + hours * HOUR + i64::try_from(EVALUATION.as_millis())?;
    let mut found = Alerts::new();
    for (labels, begins) in begins {
        let Some(name) = name(&labels) else { continue };
        let mut ends = ends.remove(&labels).unwrap_or_default();
        ends.resize(begins.len(), last);
        ensure!(begins.iter().zip(&ends).all(|(begin, end)| begin < end), "{name}: {begins:?} to {ends:?}");
        found.entry(name).or_default().extend(begins.into_iter().zip(ends));
    }
    for firings in found.values_mut() {
        *firings = joined(std::mem::take(firings));
    }
    Ok(found)
}
