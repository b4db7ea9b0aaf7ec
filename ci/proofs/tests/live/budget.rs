//! What the rules recorded of a month, held at every hour of its last day against the exact number of events.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, ensure};
use emberline_proofs::prometheus::Prometheus;
use emberline_proofs::replay::{Ticks, replay};
use emberline_proofs::rules::RuleFile;

use crate::traffic::{DAY, END, START};

const EVENTS: &str = "slo:events:count_window";
const BAD: &str = "slo:bad_events:count_window";
const BUDGET: &str = "slo:error_budget_remaining:ratio";

/// Relative error that a count may have.
const TOLERANCE: f64 = 0.005;

pub const HOUR: i64 = 3_600_000;

/// When the groups of the base are evaluated, in seconds past a minute. Prometheus gives each group a phase by a hash
/// of its name; this one stands for that hash. A minute of a time slice ends with an evaluation.
pub const PHASE_OF_BASE: i64 = 7;

/// Unlike that of the base, as the hashes of unlike names are.
const PHASE_OF_BUDGET: i64 = 41;

/// Events and how many of them were bad.
pub type Counts = (f64, f64);

/// The events of a month: each moment at which some became known, with the sums of all up to it.
pub struct Timeline(Vec<(i64, Counts)>);

impl Timeline {
    /// From what became known at each moment.
    pub fn new(moments: &BTreeMap<i64, Counts>) -> Self {
        let mut sums = (0.0, 0.0);
        let summed = moments.iter().map(|(at, (events, bad))| {
            sums = (sums.0 + events, sums.1 + bad);
            (*at, sums)
        });
        Self(summed.collect())
    }

    /// What became known after `from`, up to `to`.
    pub fn within(&self, from: i64, to: i64) -> Counts {
        let until = |end: i64| match self.0.partition_point(|(at, _)| *at <= end) {
            0 => (0.0, 0.0),
            known => self.0[known - 1].1,
        };
        let (before, after) = (until(from), until(to));
        (after.0 - before.0, after.1 - before.1)
    }

    /// The least and the most of a 30-day window that ended within the lag before `at`.
    fn window(&self, at: i64, lag: i64) -> (Counts, Counts) {
        let (mut least, mut most) = ((f64::MAX, f64::MAX), (0.0_f64, 0.0_f64));
        for lag in (0..=lag).step_by(15_000) {
            let (events, bad) = self.within(at - lag - 30 * DAY, at - lag);
            least = (least.0.min(events), least.1.min(bad));
            most = (most.0.max(events), most.1.max(bad));
        }
        ((least.0, most.0), (least.1, most.1))
    }
}

/// A month in Prometheus, and what its objective promises.
pub struct Case<'c> {
    /// The kind of indicator, how it is scraped, and the month.
    pub name: &'c str,
    /// What the month held, beside its events.
    pub held: &'c str,
    /// The rules of its one objective.
    pub rules: &'c RuleFile,
    /// Exact counts.
    pub exact: &'c Timeline,
    /// What the objective allows to be bad, as a share of all events.
    pub error_budget: f64,
    /// What is recorded at `t` covers some window that ended up to this long before it, in milliseconds.
    pub lag: i64,
    /// The largest single increments of a series' start, the tolerance where 0.5% would be less than one.
    pub single: Counts,
    /// While these hold, in milliseconds since the start, nothing is evaluated.
    pub down: &'c [(i64, i64)],
}

impl Case<'_> {
    /// Evaluates the rules over the month and gives the figures that are off; says the worst ones.
    ///
    /// # Errors
    /// When Prometheus refuses something, or the budget has no number at some moment of the last day.
    pub fn judge(&self, prometheus: &Prometheus) -> Result<Vec<String>> {
        self.evaluate(prometheus)?;
        always_a_number(prometheus)?;
        let mut wrong = Vec::new();
        let mut worst = [0.0_f64; 3];
        let instants: Vec<i64> = (1..=24).map(|hour| END - DAY + hour * HOUR - 1_000).collect();
        for &at in &instants {
            let recorded = [EVENTS, BAD, BUDGET].map(|name| one_value(prometheus, name, at));
            let [events, bad, budget] = recorded;
            let (events, bad, budget) = (events?, bad?, budget?);
            let (all, failed) = self.exact.window(at, self.lag);
            let off = [
                distance(events, all, self.single.0),
                distance(bad, failed, self.single.1),
                // The share of the budget that is spent, from the same bounds.
                distance((1.0 - budget) * self.error_budget * events, failed, self.single.1),
            ];
            for (kind, (distance, worst)) in
                ["events", "bad events", "spent budget"].iter().zip(off.iter().zip(&mut worst))
            {
                *worst = worst.max(distance.relative);
                if !distance.tolerable {
                    let hour = (at - START) / HOUR;
                    wrong.push(format!(
                        "{}, hour {hour}: {kind} off by {:.3}% (recorded {events:.1} events, {bad:.1} bad, budget \
                         {budget:.5}; exact {all:?} events, {failed:?} bad)",
                        self.name,
                        100.0 * distance.relative
                    ));
                }
            }
        }
        let (all, failed) = self.exact.within(END - 30 * DAY, END);
        println!(
            "accuracy: {}: {all:.0} events, {failed:.0} bad, {}; worst of {} hours: events {:.4}%, bad {:.4}%, budget \
             spent {:.4}%",
            self.name,
            self.held,
            instants.len(),
            100.0 * worst[0],
            100.0 * worst[1],
            100.0 * worst[2]
        );
        Ok(wrong)
    }

    /// Evaluates what the budget needs: the fast group over the whole month, the budget's group over the last day.
    fn evaluate(&self, prometheus: &Prometheus) -> Result<()> {
        let needed = self.rules.needed_for(&[EVENTS, BAD, BUDGET]);
        for group in &self.rules.groups {
            let windowed = group.rules.iter().any(|rule| rule.record.as_deref() == Some(BUDGET));
            let from = if windowed { END - DAY - HOUR } else { START };
            let phase = if windowed { PHASE_OF_BUDGET } else { PHASE_OF_BASE };
            let phase = Duration::from_secs(phase.unsigned_abs());
            let mut begin = from;
            for &(down, up) in self.down {
                let pause = (START + down, START + up);
                if pause.0 > begin {
                    replay(prometheus, group, &needed, Ticks::within(begin, pause.0, group.interval, phase))?;
                }
                begin = begin.max(pause.1);
            }
            replay(prometheus, group, &needed, Ticks::within(begin, END, group.interval, phase))?;
        }
        Ok(())
    }
}

/// Fails with the first of the figures that are off: a wrong rule is wrong at every hour.
pub fn all_right(wrong: &[String]) {
    let shown = &wrong[..wrong.len().min(12)];
    assert!(wrong.is_empty(), "{} recorded figures are off, among them:\n{}", wrong.len(), shown.join("\n"));
}

/// The budget has a value at every moment of the last day. One NaN on a dashboard, and nobody trusts the rest.
fn always_a_number(prometheus: &Prometheus) -> Result<()> {
    let step = Duration::from_secs(120);
    let budget = prometheus.query_range(BUDGET, END - DAY, END, step)?.series;
    let samples: Vec<_> = budget.iter().flat_map(|series| &series.samples).collect();
    ensure!(
        samples.len() == 721,
        "{BUDGET} has {} samples in 24 h at 2m, not 721: it is absent at times",
        samples.len()
    );
    let broken = samples.iter().filter(|sample| !sample.1.is_finite()).count();
    ensure!(broken == 0, "{BUDGET} is no number in {broken} of {} samples", samples.len());
    Ok(())
}

/// The one sample of a record at an instant. An absent budget is as wrong as a NaN.
fn one_value(prometheus: &Prometheus, name: &str, at: i64) -> Result<f64> {
    let series = prometheus.query(name, at)?.series;
    ensure!(series.len() == 1, "{name} has {} series at {at}, not one", series.len());
    let value = series[0].samples[0].1;
    ensure!(value.is_finite(), "{name} is {value} at {at}");
    Ok(value)
}

struct Distance {
    relative: f64,
    tolerable: bool,
}

/// How far a count lies outside what it may be.
fn distance(recorded: f64, (least, most): Counts, single: f64) -> Distance {
    let off = (least - recorded).max(recorded - most).max(0.0);
    Distance { relative: off / most.max(1.0), tolerable: off <= (TOLERANCE * most).max(single) }
}
