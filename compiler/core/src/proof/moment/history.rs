//! What the base series held until one evaluation.

use crate::oracle::{Base, RawSeries, Reader, Sampled, Side, Timing, Walk};
use crate::plan::SloPlan;

/// The newest samples that are left out: at the evaluation the base rules find no raw series and record nothing, and the
/// sample before it is a stale marker, so that nothing older is found in its place.
const UNSEEN: usize = 2;

/// Samples of the two base series, oldest first, the last one at the evaluation.
#[derive(Debug)]
pub(super) struct History {
    /// Between two samples in milliseconds.
    pub(super) every: u64,
    events: Vec<f64>,
    bad: Vec<f64>,
}

impl History {
    /// How long the history of a window is, in milliseconds: a tenth longer, so that a longer window would hold more.
    pub(super) fn length(window: u64) -> u64 {
        window + window / 10
    }

    /// A history that fills `window` (milliseconds). `sample` gives events and bad events a second of an age in samples.
    /// It ends at a multiple of the count's step, like every moment.
    pub(super) fn of(slo: &SloPlan, window: u64, every: u64, sample: impl Fn(u64) -> (i64, i64)) -> Self {
        let whole = every.max(slo.timing.count_step.millis()).max(1);
        let ticks = usize::try_from(Self::length(window).next_multiple_of(whole) / every).unwrap_or(usize::MAX - 1);
        let (mut events, mut bad) = (vec![f64::NAN; ticks + 1], vec![f64::NAN; ticks + 1]);
        for tick in 1..=ticks.saturating_sub(UNSEEN) {
            let (all, part) = sample((ticks - tick) as u64);
            events[tick] = all as f64;
            bad[tick] = part as f64;
        }
        Self { every, events, bad }
    }

    /// The time of the evaluation, from that of the first sample.
    pub(super) fn millis(&self) -> u64 {
        (self.events.len() - 1) as u64 * self.every
    }

    /// The walk over it, on its own ticks.
    pub(super) fn walk(&self, slo: &SloPlan) -> Walk {
        let timing = Timing { evaluation: self.every, budget_interval: self.every, ..slo.timing.to_oracle() };
        Walk::new(&timing, self, self.millis())
    }

    /// A base series from the first tick on; samples more than `reach` milliseconds before the evaluation are left out.
    pub(super) fn base(&self, side: Side, reach: u64) -> Vec<Option<f64>> {
        let samples = if side == Side::Events { &self.events } else { &self.bad };
        let first = self.millis().saturating_sub(reach) / self.every;
        let seen = |(tick, value): (usize, &f64)| Some(*value).filter(|value| tick as u64 >= first && !value.is_nan());
        samples.iter().enumerate().map(seen).collect()
    }

    /// The short counts that were recorded of a base series, up to the evaluation, which records its own.
    pub(super) fn counts(&self, side: Side, walk: &Walk) -> Vec<Option<f64>> {
        (0..walk.ticks().saturating_sub(1)).map(|tick| walk.count(side, tick)).chain([None]).collect()
    }
}

impl Sampled for History {
    fn series(&self) -> Vec<&RawSeries> {
        Vec::new()
    }

    fn base(&self, _: &Reader<'_>) -> Base {
        Base::sure(self.events.clone(), self.bad.clone())
    }
}
