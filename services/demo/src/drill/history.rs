//! A good past: what Prometheus would have recorded, had the system run well for six hours, so that long windows are full and
//! budgets are those of a service with a history.
//!
//! The past also says which revisions ran: those that the system starts with, as where a release is older than a day.
//!
//! Rates and labels are those that the rules record of the running load. They are written as blocks by promtool, which a
//! Prometheus takes in when it starts; the past has no gaps, so nothing needs a marker of staleness.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::ask;

/// How much of the past the windows of alerts need, and how often rules are evaluated, before time is compressed.
const PAST: Duration = Duration::from_secs(6 * 3_600);
const EVALUATION: Duration = Duration::from_secs(30);
/// Counts of five minutes are what budgets are summed from: they reach back for as long as the longest objective of most
/// services.
const COUNTED: Duration = Duration::from_secs(30 * 86_400);
const COUNT: Duration = Duration::from_secs(300);
/// How long the first revisions ran: longer than the window of any page.
const RAN: Duration = Duration::from_secs(24 * 3_600);

/// Series that go back in time, with those that tell what they were.
const BASES: [&str; 2] = ["slo:events:rate_base", "slo:bad_events:rate_base"];
const COUNTS: [&str; 2] = ["slo:events:count5m", "slo:bad_events:count5m"];

/// What says which revision of a service runs.
const REVISIONS: &str = "target_info";

/// A recorded series: its labels as text, and how many events a second it has.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recorded {
    labels: String,
    per_second: f64,
}

/// The past that is written, from what the system does now.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Past {
    /// The events of every objective.
    events: Vec<Recorded>,
    /// The labels of every time series that names a running revision.
    revisions: Vec<String>,
}

impl Past {
    /// The past of a system at the Prometheus of an address, whose events are known.
    pub(super) fn of(events: Vec<Recorded>, prometheus: &str) -> Result<Self> {
        let url = format!("http://{prometheus}/api/v1/query");
        let answer = ask::json(&url, &[("query", REVISIONS)])?;
        let series = answer["data"]["result"].as_array().map_or(&[] as &[Value], Vec::as_slice);
        let revisions = series.iter().filter_map(|one| one["metric"].as_object()).map(labels).collect();
        Ok(Self { events, revisions })
    }

    /// How many time series it has.
    pub(super) fn len(&self) -> usize {
        self.events.len() + self.revisions.len()
    }
}

/// Labels as text, without the name of their metric.
fn labels(labels: &serde_json::Map<String, Value>) -> String {
    let text: Vec<String> = labels
        .iter()
        .filter(|(name, _)| *name != "__name__")
        .map(|(name, value)| format!("{name}={}", Value::String(value.as_str().unwrap_or_default().to_owned())))
        .collect();
    text.join(",")
}

/// The events of every objective at the Prometheus of an address, averaged over `seconds`; `None` while any is missing or
/// stands still.
pub(super) fn recorded(prometheus: &str, seconds: u64, expected: usize) -> Result<Option<Vec<Recorded>>> {
    let url = format!("http://{prometheus}/api/v1/query");
    let query = format!("avg_over_time({}[{seconds}s])", BASES[0]);
    let answer = ask::json(&url, &[("query", &query)])?;
    let series = answer["data"]["result"].as_array().map_or(&[] as &[Value], Vec::as_slice);
    let mut found = Vec::new();
    let mut objectives = BTreeSet::new();
    for one in series {
        let metric = one["metric"].as_object().context("a series without labels")?;
        let value = one["value"][1].as_str().and_then(|value| value.parse::<f64>().ok()).unwrap_or(0.0);
        objectives.insert(["service", "slo"].map(|name| metric.get(name).map(Value::to_string)));
        found.push(Recorded { labels: labels(metric), per_second: value });
    }
    Ok((objectives.len() >= expected).then_some(found))
}

/// How many objectives the rules in `generated` have that count events of their own.
pub(super) fn objectives(generated: &Path) -> Result<usize> {
    let folder = generated.join("prometheus/rules");
    let mut count = 0;
    for entry in fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let file: Value = serde_yaml::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        let groups = file["groups"].as_array().map_or(&[] as &[Value], Vec::as_slice);
        let records = |group: &&Value| {
            let rules = group["rules"].as_array().map_or(&[] as &[Value], Vec::as_slice);
            rules.iter().any(|rule| rule["record"] == BASES[0])
        };
        count += groups.iter().filter(records).count();
    }
    ensure!(count > 0, "{} has no recording rules", folder.display());
    Ok(count)
}

/// Writes a past up to `until` (unix seconds), as blocks into the data folder of a Prometheus that is not running.
pub(super) fn write(
    past: &Past,
    until: f64,
    time_scale: u32,
    scratch: &Path,
    data: &Path,
    promtool: &Path,
) -> Result<()> {
    let path = scratch.join("history.om");
    fs::write(&path, text(past, until, time_scale)?).with_context(|| format!("writing {}", path.display()))?;
    let output = Command::new(promtool)
        .args(["tsdb", "create-blocks-from", "--max-block-duration=1024h", "openmetrics"])
        .args([&path, data])
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("starting {}", promtool.display()))?;
    if !output.status.success() {
        bail!("promtool refused the history: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// The past in OpenMetrics' text, each series' samples in the order of time.
fn text(past: &Past, until: f64, time_scale: u32) -> Result<String> {
    let scale = f64::from(time_scale.max(1));
    let mut text = String::new();
    let groups = [(BASES, PAST, EVALUATION), (COUNTS, COUNTED, COUNT)];
    for (names, reach, step) in groups {
        let (reach, step) = (reach.as_secs_f64() / scale, step.as_secs_f64() / scale);
        for (name, is_bad) in [(names[0], false), (names[1], true)] {
            writeln!(text, "# TYPE {name} gauge")?;
            for Recorded { labels, per_second } in &past.events {
                // Counts are in nominal time: sixty events for one a second over each minute of five.
                let value = if names == COUNTS { per_second * COUNT.as_secs_f64() } else { *per_second };
                let value = if is_bad { 0.0 } else { value };
                samples(&mut text, &format!("{name}{{{labels}}} {value}"), until, (reach, step))?;
            }
        }
    }
    writeln!(text, "# TYPE {REVISIONS} gauge")?;
    for labels in &past.revisions {
        let reach_and_step = (RAN.as_secs_f64() / scale, EVALUATION.as_secs_f64() / scale);
        samples(&mut text, &format!("{REVISIONS}{{{labels}}} 1"), until, reach_and_step)?;
    }
    text.push_str("# EOF\n");
    Ok(text)
}

/// A line for each step of a reach, up to a moment.
fn samples(text: &mut String, line: &str, until: f64, (reach, step): (f64, f64)) -> Result<()> {
    let mut back = (reach / step).floor();
    while back >= 1.0 {
        writeln!(text, "{line} {:.3}", until - back * step)?;
        back -= 1.0;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_ends_before_it_begins_to_run_and_is_good() {
        let series = [Recorded { labels: "slo=\"a\"".to_owned(), per_second: 5.0 }];
        let past = Past { events: series.to_vec(), revisions: vec!["service_name=\"a\"".to_owned()] };
        let text = text(&past, 1_000_000.0, 15).unwrap_or_default();
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with(BASES[0])).collect();
        assert_eq!(lines.len(), 720, "six hours, every 30 s");
        assert_eq!(lines.last().copied(), Some("slo:events:rate_base{slo=\"a\"} 5 999998.000"));
        assert!(
            text.lines().filter(|line| line.contains("bad")).all(|line| line.starts_with('#') || line.contains("} 0 "))
        );
        assert!(text.contains("slo:events:count5m{slo=\"a\"} 1500 "), "five minutes of five a second");
        assert_eq!(text.matches("target_info{service_name=\"a\"} 1 ").count(), 2_880, "a day, every 30 s");
        assert!(text.ends_with("# EOF\n"));
    }
}
