//! What a service's rules cost: the samples that Prometheus has to look at in one evaluation cycle.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::prometheus::{Config, Prometheus};
use crate::remote_write::{Series, labels};
use crate::replay::{Ticks, milliseconds, replay};
use crate::rules::{EVALUATION, Rule, RuleFile};

/// The cost of one group.
pub struct GroupCost {
    /// The group's name.
    pub name: String,
    /// Samples that one evaluation of it touches.
    pub samples: u64,
    /// Its share of a 30 s cycle: a group evaluated every 2 m counts a quarter.
    pub share: f64,
}

/// Where history ends: a fixed instant, since the past is as good as the present to a database.
const END: i64 = 1_767_225_600_000;
const DAY: i64 = 86_400_000;

/// Counts the samples of every rule of `file` with `raw` request series, one in ten of them errors, and thirty days of
/// recorded history. The selectors must be those of the proofs' checkout spec.
///
/// # Errors
/// When a rule yields nothing (its windows would then be empty, and its cost too low to mean anything).
pub fn measure(file: &RuleFile, raw: usize) -> Result<Vec<GroupCost>> {
    let prometheus = Prometheus::start(&Config::default())?;
    prometheus.write(&raw_series(raw)).context("writing raw series")?;
    for group in &file.groups {
        let all: BTreeSet<String> = group.rules.iter().filter_map(|rule| rule.record.clone()).collect();
        // What windows read: the base and the five-minute counts, thirty days back.
        let deep: Vec<_> = group.rules.iter().filter_map(deep_history).collect();
        prometheus.write(&deep).context("writing recorded history")?;
        // Everything that alerts read: the newest tick of each record, by evaluating it.
        let ticks = Ticks { first: END, last: END, step: group.interval };
        let fresh = all.into_iter().filter(|record| !deep.iter().any(|series| series.labels["__name__"] == *record));
        replay(&prometheus, group, &fresh.collect(), ticks)?;
    }
    let mut costs = Vec::new();
    for group in &file.groups {
        let mut samples = 0;
        for rule in &group.rules {
            samples += prometheus.query(&rule.expr, END)?.samples_touched;
        }
        let share = EVALUATION.as_secs_f64() / group.interval.as_secs_f64();
        costs.push(GroupCost { name: group.name.clone(), samples, share });
    }
    ensure!(costs.iter().any(|group| group.samples > 0), "no rule touched a sample");
    Ok(costs)
}

/// The sum over groups, each by its share of a cycle.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "sample counts stay far below 2^53")]
pub fn a_cycle(costs: &[GroupCost]) -> f64 {
    costs.iter().map(|group| group.samples as f64 * group.share).sum()
}

/// Five minutes of counters, which is more than a base window reads.
fn raw_series(count: usize) -> Vec<Series> {
    (0..count)
        .map(|n| {
            let code = if n % 10 == 0 && count > 1 { "500" } else { "200" };
            let pod = format!("checkout-{n}");
            Series {
                labels: labels([
                    ("__name__", "http_requests_total"),
                    ("service", "checkout"),
                    ("code", code),
                    ("instance", pod.as_str()),
                ]),
                samples: (0..=20_u32)
                    .map(|k| (END - i64::from(20 - k) * 15_000, 1_000.0 + 30.0 * f64::from(k)))
                    .collect(),
            }
        })
        .collect()
}

/// Thirty days of a record that a window reads, at every tick of a group; the value does not matter to the count.
fn deep_history(rule: &Rule) -> Option<Series> {
    let record = rule.record.as_ref()?;
    if !(record.ends_with(":rate_base") || record.ends_with(":count5m")) {
        return None;
    }
    let mut series = Series { labels: rule.labels.clone(), samples: Vec::new() };
    series.labels.insert("__name__".to_owned(), record.clone());
    let step = milliseconds(Duration::from_secs(30));
    let value = if record.contains("bad") { 0.001 } else { 10.0 };
    series.samples = (0..=30 * DAY / step).rev().map(|n| (END - n * step, value)).collect();
    Some(series)
}
