//! What Prometheus says of its rule groups while they run.

use std::collections::BTreeMap;
use std::fmt;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::server::Server;

/// Every group has run twice by then, and caches are warm.
const WARM: Duration = Duration::from_secs(150);
/// Between two looks.
const LOOK: Duration = Duration::from_secs(15);

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// The longest evaluation seen of each group and its interval, in seconds.
    groups: BTreeMap<String, (f64, f64)>,
    /// Evaluations that were skipped.
    missed: f64,
    /// Evaluations that failed.
    failed: f64,
    /// Processor seconds a second.
    cores: f64,
    /// The most memory seen, in bytes.
    memory: f64,
    /// Series in the head.
    series: f64,
    /// Samples that came in a second.
    appended: f64,
    /// Samples that queries looked at a second.
    looked_at: f64,
}

/// Looks on for so long, after the groups are warm.
pub(super) fn watch(server: &Server, during: Duration) -> Result<Measured> {
    sleep(WARM);
    let (started, first) = (Instant::now(), server.metrics()?);
    let (mut measured, mut last) = (Measured::default(), String::new());
    while started.elapsed() < during || last.is_empty() {
        sleep(LOOK);
        last = server.metrics()?;
        for (group, seconds) in of_groups(&last, "prometheus_rule_group_last_duration_seconds") {
            let longest = measured.groups.entry(group).or_default();
            longest.0 = longest.0.max(seconds);
        }
        measured.memory = measured.memory.max(sum(&last, "process_resident_memory_bytes"));
    }
    for (group, seconds) in of_groups(&last, "prometheus_rule_group_interval_seconds") {
        measured.groups.entry(group).or_default().1 = seconds;
    }
    ensure!(!measured.groups.is_empty(), "Prometheus evaluated no rule group");
    let seconds = started.elapsed().as_secs_f64();
    let rose = |name: &str| sum(&last, name) - sum(&first, name);
    measured.missed = rose("prometheus_rule_group_iterations_missed_total");
    measured.failed = rose("prometheus_rule_evaluation_failures_total");
    measured.cores = rose("process_cpu_seconds_total") / seconds;
    measured.appended = rose("prometheus_tsdb_head_samples_appended_total") / seconds;
    measured.looked_at = rose("prometheus_engine_query_samples_total") / seconds;
    measured.series = sum(&last, "prometheus_tsdb_head_series");
    Ok(measured)
}

impl Measured {
    /// Whether each group took at most half of its interval, and none was skipped or failed.
    pub(super) fn is_in_time(&self) -> bool {
        self.missed == 0.0 && self.failed == 0.0 && self.shares().iter().all(|(share, _)| *share <= 0.5)
    }

    /// The share of its interval that each group takes at worst, the greatest first.
    fn shares(&self) -> Vec<(f64, &str)> {
        let mut shares: Vec<(f64, &str)> =
            self.groups.iter().map(|(name, (seconds, interval))| (seconds / interval, name.as_str())).collect();
        shares.sort_by(|a, b| b.0.total_cmp(&a.0));
        shares
    }

    /// The mean duration of groups whose names end so, in milliseconds.
    fn mean(&self, is_kind: impl Fn(&str) -> bool) -> f64 {
        let all: Vec<f64> =
            self.groups.iter().filter(|(name, _)| is_kind(name)).map(|(_, (seconds, _))| *seconds).collect();
        all.iter().sum::<f64>() * 1_000.0 / f64::from(u32::try_from(all.len().max(1)).unwrap_or(u32::MAX))
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shares = self.shares();
        let at = |percent: usize| shares[(shares.len() - 1) * (100 - percent) / 100].0 * 100.0;
        let busy: f64 = self.groups.values().map(|(seconds, interval)| seconds / interval).sum();
        writeln!(f, "  groups           {}", self.groups.len())?;
        writeln!(f, "  slowest group    {:.2}% of its interval ({})", at(100), shares[0].1)?;
        writeln!(f, "  median, p99      {:.3}%, {:.3}% of the interval", at(50), at(99))?;
        let first = self.mean(|name| !name.ends_with("/budget") && name.matches('/').count() == name_slashes(name));
        let more = self.mean(|name| name.ends_with("/2"));
        let budget = self.mean(|name| name.ends_with("/budget"));
        writeln!(f, "  longest, mean    {first:.2} ms first groups, {more:.2} ms second, {budget:.2} ms budgets")?;
        writeln!(f, "  rules in flight  {busy:.2} (seconds of evaluation a second, waits included)")?;
        writeln!(f, "  missed, failed   {} evaluations, {}", self.missed, self.failed)?;
        writeln!(f, "  processor        {:.2} cores", self.cores)?;
        writeln!(f, "  memory           {:.0} MiB at most", self.memory / 1_048_576.0)?;
        writeln!(f, "  series in head   {:.0}", self.series)?;
        writeln!(f, "  samples          {:.0}/s in, {:.0}/s looked at by queries", self.appended, self.looked_at)?;
        let verdict = if self.is_in_time() { "every group within half of its interval" } else { "NOT in time" };
        writeln!(f, "  verdict          {verdict}")
    }
}

/// Slashes of a group's label if it is an objective's first: the file's path has the others.
fn name_slashes(name: &str) -> usize {
    name.split(';').next().map_or(0, |path| path.matches('/').count()) + 1
}

/// Values of a metric by the label `rule_group`.
fn of_groups<'t>(metrics: &'t str, name: &'t str) -> impl Iterator<Item = (String, f64)> + 't {
    lines(metrics, name).filter_map(|(labels, value)| {
        let (_, after) = labels.split_once("rule_group=\"")?;
        Some((after.split('"').next()?.to_owned(), value))
    })
}

/// The sum of a metric over all its labels.
fn sum(metrics: &str, name: &str) -> f64 {
    lines(metrics, name).map(|(_, value)| value).sum()
}

/// The labels and values of a metric's lines.
fn lines<'t>(metrics: &'t str, name: &'t str) -> impl Iterator<Item = (&'t str, f64)> + 't {
    metrics.lines().filter_map(move |line| {
        let rest = line.strip_prefix(name).filter(|rest| rest.starts_with(['{', ' ']))?;
        let (labels, value) = rest.rsplit_once(' ')?;
        Some((labels, value.parse().ok()?))
    })
}
