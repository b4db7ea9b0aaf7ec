//! The walk itself: what every recording rule holds at every tick.

use std::sync::OnceLock;

use super::base::{Base, Reader, Sampled};
use super::sums::{Cursor, Sums};
use super::timing::{Timing, Window, seconds};

/// One of the two series that every rule comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// `slo:events:…`.
    Events,
    /// `slo:bad_events:…`.
    Bad,
}

impl Side {
    /// Both, in the order in which they are recorded.
    pub(crate) const BOTH: [Self; 2] = [Self::Events, Self::Bad];
}

/// The recorded series of one SLO and group at each tick, from time zero on.
///
/// Rules are evaluated in order and see what earlier ones recorded at the same tick; a rule without a result writes a
/// stale marker. An instant lookup at a tick is therefore the value recorded at that tick or nothing, and the lookback
/// matters only to subqueries whose steps fall between ticks.
#[derive(Debug)]
pub struct Walk {
    timing: Timing,
    ticks: usize,
    events: Recorded,
    bad: Recorded,
    /// `good_events:rate_base` at each tick; empty where good events are not recorded.
    good: Vec<f64>,
    doubtful: Vec<usize>,
}

/// One base series with the prefix sums that its windows need; those of the long windows are built when first asked for.
#[derive(Debug)]
struct Recorded {
    base: Vec<f64>,
    sums: OnceLock<Sums>,
    stepped: OnceLock<Sums>,
    counted: OnceLock<Sums>,
}

/// What the budget's group records at one of its evaluations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BudgetPoint {
    /// Time of the evaluation in milliseconds.
    pub time: u64,
    /// Events in the SLO window.
    pub events: Option<f64>,
    /// Bad events in the SLO window.
    pub bad: Option<f64>,
    /// Share of the error budget that remains; absent while there are no events.
    pub remaining: Option<f64>,
}

impl Walk {
    /// Evaluates the base rules at every tick up to and including `until`.
    #[must_use]
    pub fn new(timing: &Timing, sampled: &dyn Sampled, until: u64) -> Self {
        let timing = timing.positive();
        let ticks =
            usize::try_from(until.saturating_sub(timing.offset) / timing.evaluation).unwrap_or(usize::MAX - 1) + 1;
        let Base { events, bad, good, doubtful } = sampled.base(&Reader::new(&timing, ticks));
        Self { timing, ticks, events: Recorded::new(events), bad: Recorded::new(bad), good, doubtful }
    }

    /// Evaluates up to the last sample.
    #[must_use]
    pub fn whole(timing: &Timing, sampled: &dyn Sampled) -> Self {
        Self::new(timing, sampled, sampled.end())
    }

    /// The timing walked with.
    #[must_use]
    pub fn timing(&self) -> &Timing {
        &self.timing
    }

    /// How many ticks there are; tick k is at the offset plus k × the evaluation interval.
    #[must_use]
    pub fn ticks(&self) -> usize {
        self.ticks
    }

    /// Time of a tick in milliseconds.
    #[must_use]
    pub fn time(&self, tick: usize) -> u64 {
        self.timing.offset + tick as u64 * self.timing.evaluation
    }

    /// `rate_base` at a tick.
    #[must_use]
    pub fn base(&self, side: Side, tick: usize) -> Option<f64> {
        self.recorded(side).base.get(tick).copied().filter(|value| !value.is_nan())
    }

    /// `good_events:rate_base` at a tick, of indicators that record it.
    #[must_use]
    pub fn good(&self, tick: usize) -> Option<f64> {
        self.good.get(tick).copied().filter(|value| !value.is_nan())
    }

    /// A recorded window at a tick.
    #[must_use]
    pub fn window(&self, side: Side, window: Window, tick: usize) -> Option<f64> {
        let (grid, step, first) = self.grid(side, window);
        read(grid, window, Cursor::at(window.len(), step, first, self.time(tick)))
    }

    /// The short count (`count5m`) at a tick.
    #[must_use]
    pub fn count(&self, side: Side, tick: usize) -> Option<f64> {
        self.count_at(self.recorded(side), self.time(tick))
    }

    /// The bad events of the last `len`, as the low-traffic guard counts them: `sum_over_time(bad_base[len:1m]) * 60`.
    #[must_use]
    pub fn guarded(&self, len: u64, tick: usize) -> Option<f64> {
        let (from, to) = Cursor::at(len, self.timing.sub_step, 0, self.time(tick));
        let (sum, _) = self.stepped(&self.bad).between(from, to)?;
        Some(sum * seconds(self.timing.sub_step))
    }

    /// The recorded burn rate over a window: bad ÷ (all > 0) ÷ budget, with the budget as a share of events.
    #[must_use]
    pub fn burn_rate(&self, window: Window, budget: f64, tick: usize) -> Option<f64> {
        let all = self.window(Side::Events, window, tick).filter(|all| *all > 0.0)?;
        Some(self.window(Side::Bad, window, tick)? / all / budget)
    }

    /// What the budget's group records, at each of its own evaluations, for an SLO window of `len` and a budget given as
    /// a share of events.
    #[must_use]
    pub fn budget(&self, len: u64, budget: f64) -> Vec<BudgetPoint> {
        let last = self.time(self.ticks - 1);
        let mut cursor = Cursor::new(len, self.timing.count_step, 0);
        (0..=last / self.timing.budget_interval)
            .map(|evaluation| {
                let time = evaluation * self.timing.budget_interval;
                let (from, to) = cursor.advance(time);
                let sum = |recorded| self.counted(recorded).between(from, to).map(|(sum, _)| sum);
                let (events, bad) = (sum(&self.events), sum(&self.bad));
                let share = events.filter(|all| *all > 0.0).and_then(|all| Some(bad? / all));
                BudgetPoint { time, events, bad, remaining: share.map(|share| 1.0 - share / budget) }
            })
            .collect()
    }

    /// Ticks at which a comparison inside the base rules was too close to call (few indicators have one).
    pub(crate) fn doubtful(&self) -> &[usize] {
        &self.doubtful
    }

    /// The values of `window` for ticks in order.
    pub(super) fn reader(&self, side: Side, window: Window) -> impl FnMut(u64) -> Option<f64> {
        let (grid, step, first) = self.grid(side, window);
        let mut cursor = Cursor::new(window.len(), step, first);
        move |time| read(grid, window, cursor.advance(time))
    }

    /// Like [`Walk::guarded`] for ticks in order.
    pub(super) fn guard_reader(&self, len: u64) -> impl FnMut(u64) -> Option<f64> {
        let grid = self.stepped(&self.bad);
        let step = self.timing.sub_step;
        let mut cursor = Cursor::new(len, step, 0);
        move |time| {
            let (from, to) = cursor.advance(time);
            grid.between(from, to).map(|(sum, _)| sum * seconds(step))
        }
    }

    fn recorded(&self, side: Side) -> &Recorded {
        match side {
            Side::Events => &self.events,
            Side::Bad => &self.bad,
        }
    }

    /// The prefix sums that a window reads, with their step and the time of their first point.
    fn grid(&self, side: Side, window: Window) -> (&Sums, u64, u64) {
        let recorded = self.recorded(side);
        match window {
            Window::Mean(_) => (recorded.sums(), self.timing.evaluation, self.timing.offset),
            Window::Stepped(_) => (self.stepped(recorded), self.timing.sub_step, 0),
            Window::Counted(_) => (self.counted(recorded), self.timing.count_step, 0),
        }
    }

    /// Sums over the base as a subquery with `sub_step` reads it.
    fn stepped<'a>(&self, recorded: &'a Recorded) -> &'a Sums {
        recorded.stepped.get_or_init(|| {
            let step = self.timing.sub_step;
            Sums::over(self.steps(step).map(|k| {
                self.seen_at(k as u64 * step).and_then(|tick| recorded.base.get(tick).copied()).unwrap_or(f64::NAN)
            }))
        })
    }

    /// Sums over the short count as a subquery with `count_step` reads it.
    fn counted<'a>(&self, recorded: &'a Recorded) -> &'a Sums {
        recorded.counted.get_or_init(|| {
            let step = self.timing.count_step;
            Sums::over(self.steps(step).map(|k| {
                let count = self.seen_at(k as u64 * step).and_then(|tick| self.count_at(recorded, self.time(tick)));
                count.unwrap_or(f64::NAN)
            }))
        })
    }

    /// The short count that a tick at `time` records.
    fn count_at(&self, recorded: &Recorded, time: u64) -> Option<f64> {
        let (from, to) = Cursor::at(self.timing.count_step, self.timing.sub_step, 0, time);
        let (sum, _) = self.stepped(recorded).between(from, to)?;
        Some(sum * seconds(self.timing.sub_step))
    }

    /// The grid points of a subquery that the walk reaches.
    fn steps(&self, step: u64) -> std::ops::Range<usize> {
        let last = self.time(self.ticks - 1) / step;
        0..usize::try_from(last).unwrap_or(usize::MAX - 1) + 1
    }

    /// The tick whose sample an instant lookup at `time` finds. If that tick recorded nothing, its stale marker (or the
    /// absence of any earlier sample) hides all before it.
    fn seen_at(&self, time: u64) -> Option<usize> {
        let since_first = time.checked_sub(self.timing.offset)?;
        let age = since_first % self.timing.evaluation;
        usize::try_from(since_first / self.timing.evaluation).ok().filter(|_| age < self.timing.lookback)
    }
}

impl Recorded {
    fn new(base: Vec<f64>) -> Self {
        Self { base, sums: OnceLock::new(), stepped: OnceLock::new(), counted: OnceLock::new() }
    }

    /// Sums over the base as a range selector reads it.
    fn sums(&self) -> &Sums {
        self.sums.get_or_init(|| Sums::over(self.base.iter().copied()))
    }
}

/// A window's value from the points `from..to` of its grid: a sum for counts, else a mean.
fn read(grid: &Sums, window: Window, (from, to): (usize, usize)) -> Option<f64> {
    let (sum, present) = grid.between(from, to)?;
    Some(if matches!(window, Window::Counted(_)) { sum } else { sum / present })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;
    use crate::indicator::Sides;
    use crate::oracle::RawSeries;

    fn steady(samples: usize) -> Sides {
        let line =
            |step: f64| vec![RawSeries::sampled(0, 15_000, (0..samples).map(move |k| Some(1000.0 + step * k as f64)))];
        Sides::bad(line(15.0), line(1.5))
    }

    #[test]
    fn steady_traffic_reads_the_same_through_every_window() {
        // Two hours at one event a second, a tenth of them bad.
        let walk = Walk::whole(&Timing::uncompressed(15_000, 30_000), &steady(481));
        let last = walk.ticks() - 1;
        for window in [Window::Mean(300_000), Window::Mean(3_600_000), Window::Stepped(3_600_000)] {
            assert!((walk.window(Side::Events, window, last).unwrap() - 1.0).abs() < 1e-12);
            assert!((walk.burn_rate(window, 0.001, last).unwrap() - 100.0).abs() < 1e-9);
        }
        assert!((walk.count(Side::Events, last).unwrap() - 300.0).abs() < 1e-9);
        assert!((walk.window(Side::Events, Window::Counted(3_600_000), last).unwrap() - 3600.0).abs() < 1e-9);
        assert!((walk.guarded(3_600_000, last).unwrap() - 360.0).abs() < 1e-9);
    }

    #[test]
    fn the_budget_has_its_own_clock_and_reads_whole_steps() {
        let timing = Timing { budget_interval: 120_000, ..Timing::uncompressed(15_000, 30_000) };
        let walk = Walk::whole(&timing, &steady(481));
        let budget = walk.budget(3_600_000, 0.2);
        assert_eq!(budget.len(), 61);
        assert_eq!(budget[0], BudgetPoint { time: 0, events: None, bad: None, remaining: None });
        let last = budget[60];
        assert_eq!(last.time, 7_200_000);
        assert!((last.events.unwrap() - 3600.0).abs() < 1e-9);
        assert!((last.remaining.unwrap() - 0.5).abs() < 1e-9);
    }

    #[test]
    fn no_series_record_nothing() {
        let walk = Walk::new(&Timing::uncompressed(15_000, 30_000), &Sides::bad(vec![], vec![]), 600_000);
        assert_eq!(walk.ticks(), 21);
        assert_eq!(walk.base(Side::Bad, 20), None);
        assert_eq!(walk.window(Side::Events, Window::Mean(300_000), 20), None);
        assert_eq!(walk.budget(600_000, 0.001)[20].remaining, None);
    }
}
