//! Evaluates a rule group over history, as the rule manager of a Prometheus that had run all that time would have.
//!
//! A live server evaluates rules only at the present, and promtool evaluates every group at every tick (a 30-day window
//! each 30 s over a month is quarter of an hour a shape). Here each rule is evaluated at all its ticks by one range query
//! to the real engine, its results go into the real database, and the next rule reads them there. Two things make that the
//! same as evaluating tick by tick: a rule never reads what its group records later ([`crate::rules`] refuses such
//! files), and where a series disappears the rule manager's staleness marker is written, so that instant lookups see
//! the gap.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::prometheus::Prometheus;
use crate::remote_write::{Series, stale_marker};
use crate::rules::{Group, Rule};

/// The instants at which a group is evaluated: `first`, `first + step`, … up to `last`, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Ticks {
    /// The first tick.
    pub first: i64,
    /// No tick is later.
    pub last: i64,
    /// Time between ticks.
    pub step: Duration,
}

/// Below the 11,000 points a series that Prometheus allows to one query.
const TICKS_A_QUERY: i64 = 10_000;

impl Ticks {
    /// A group's ticks from `from` to `to`. Prometheus spreads groups over their interval by a hash of their names; the
    /// phase stands for that hash.
    #[must_use]
    pub fn within(from: i64, to: i64, step: Duration, phase: Duration) -> Self {
        let (length, phase) = (milliseconds(step), milliseconds(phase));
        let first = from + (phase - from).rem_euclid(length);
        Self { first, last: to, step }
    }

    fn parts(self) -> impl Iterator<Item = (i64, i64)> {
        let (step, last) = (milliseconds(self.step), self.last);
        let part = step * TICKS_A_QUERY;
        (0..).map(move |n| self.first + n * part).take_while(move |start| *start <= last).map(move |start| {
            let ticks = (last.min(start + part - step) - start) / step;
            (start, start + ticks * step)
        })
    }
}

/// Milliseconds of a duration, signed as timestamps are.
#[must_use]
pub fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Evaluates the recording rules of `group` that `wanted` names at each of `ticks`, and records what they yield.
///
/// # Errors
/// When Prometheus refuses an expression or a sample.
pub fn replay(prometheus: &Prometheus, group: &Group, wanted: &BTreeSet<String>, ticks: Ticks) -> Result<()> {
    for rule in &group.rules {
        let Some(record) = rule.record.as_ref().filter(|record| wanted.contains(*record)) else { continue };
        let recorded = evaluate(prometheus, rule, record, ticks)
            .with_context(|| format!("evaluating {record} over the history"))?;
        prometheus.write(&recorded).with_context(|| format!("recording {record}"))?;
    }
    Ok(())
}

fn evaluate(prometheus: &Prometheus, rule: &Rule, record: &str, ticks: Ticks) -> Result<Vec<Series>> {
    let mut whole: Vec<Series> = Vec::new();
    for (start, end) in ticks.parts() {
        for mut part in prometheus.query_range(&rule.expr, start, end, ticks.step)?.series {
            // What a recording rule does to labels: its own name, and its labels over those of the result.
            part.labels.insert("__name__".to_owned(), record.to_owned());
            part.labels.extend(rule.labels.clone());
            match whole.iter_mut().find(|series| series.labels == part.labels) {
                Some(series) => series.samples.append(&mut part.samples),
                None => whole.push(part),
            }
        }
    }
    for series in &mut whole {
        series.samples = with_stale_markers(&in_order(std::mem::take(&mut series.samples))?, ticks);
    }
    Ok(whole)
}

/// Samples in the order of time. The sides of an `or` give different labels, which the rule's may make one series: each
/// side then has samples where the other has none. Prometheus drops what is out of order within a request, and says nothing.
fn in_order(mut samples: Vec<(i64, f64)>) -> Result<Vec<(i64, f64)>> {
    samples.sort_by_key(|(at, _)| *at);
    let twice = samples.windows(2).find(|pair| pair[0].0 == pair[1].0);
    ensure!(twice.is_none(), "two results have the same labels at the same tick: {twice:?}");
    Ok(samples)
}

/// Marks each tick at which the series is first missing.
fn with_stale_markers(samples: &[(i64, f64)], ticks: Ticks) -> Vec<(i64, f64)> {
    let step = milliseconds(ticks.step);
    let mut marked = Vec::with_capacity(samples.len());
    for (place, &(at, value)) in samples.iter().enumerate() {
        marked.push((at, value));
        let missing = at + step;
        let next = samples.get(place + 1).map_or(ticks.last + 1, |sample| sample.0);
        if missing < next {
            marked.push((missing, stale_marker()));
        }
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(first: i64, last: i64) -> Ticks {
        Ticks { first, last, step: Duration::from_secs(30) }
    }

    #[test]
    fn ticks_keep_their_phase() {
        let ticks = Ticks::within(100_000, 200_000, Duration::from_secs(30), Duration::from_secs(7));
        assert_eq!(ticks.first, 127_000, "7 s past a multiple of 30 s, not before the start");
    }

    #[test]
    fn parts_cover_every_tick_once() {
        let parts: Vec<_> = ticks(0, 30_000 * 25_000).parts().collect();
        assert_eq!(parts, [(0, 299_970_000), (300_000_000, 599_970_000), (600_000_000, 750_000_000)]);
    }

    #[test]
    fn sides_of_one_series_are_put_in_order() {
        assert_eq!(in_order(vec![(30, 1.0), (0, 0.0)]).ok(), Some(vec![(0, 0.0), (30, 1.0)]));
        assert!(in_order(vec![(30, 1.0), (30, 0.0)]).is_err(), "Prometheus would refuse the rule");
    }

    #[test]
    fn a_gap_is_marked_once_and_the_end_is_not() {
        let marked = with_stale_markers(&[(0, 1.0), (30_000, 1.0), (120_000, 2.0)], ticks(0, 120_000));
        let times: Vec<_> = marked.iter().map(|sample| sample.0).collect();
        assert_eq!(times, [0, 30_000, 60_000, 120_000]);
        assert_eq!(marked[2].1.to_bits(), stale_marker().to_bits());
    }
}
