//! From raw series to the two base series: events and bad events a second. What they are made of is the indicator's.

use std::fmt::Debug;

use super::series::{Range, RawSeries, histogram_rates, summed_rates};
use super::timing::Timing;

/// A base series whose absence, while events are recorded, shows a broken indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Recorded {
    /// `slo:bad_events:rate_base`, of indicators that never fill it.
    Bad,
    /// `slo:good_events:rate_base`, of indicators that subtract good events from all of them. Without good events all are bad,
    /// so only bad events show that anything happens.
    Good,
}

/// Raw series of one group, and what the two base rules make of them.
pub trait Sampled: Debug {
    /// Every series that is read.
    fn series(&self) -> Vec<&RawSeries>;

    /// The two base series at every tick.
    fn base(&self, reader: &Reader<'_>) -> Base;

    /// Time of the last sample of any series in milliseconds.
    fn end(&self) -> u64 {
        self.series().into_iter().map(RawSeries::end).max().unwrap_or(0)
    }
}

/// The base series at every tick (NaN is absent), and the ticks at which the order of float operations could have
/// decided whether something was bad.
#[derive(Debug)]
pub struct Base {
    /// All events a second.
    pub events: Vec<f64>,
    /// Bad events a second.
    pub bad: Vec<f64>,
    /// Good events a second, where they are recorded too; else empty.
    pub good: Vec<f64>,
    /// Ticks to leave out of proofs.
    pub doubtful: Vec<usize>,
}

impl Base {
    /// Base series that no comparison decided.
    #[must_use]
    pub fn sure(events: Vec<f64>, bad: Vec<f64>) -> Self {
        Self { events, bad, good: Vec::new(), doubtful: Vec::new() }
    }

    /// The same with good events, which are recorded beside them.
    #[must_use]
    pub fn and_good(self, good: Vec<f64>) -> Self {
        Self { good, ..self }
    }
}

/// Reads raw series at every tick.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'t> {
    timing: &'t Timing,
    ticks: usize,
}

impl<'t> Reader<'t> {
    /// Reads at the first `ticks` ticks.
    #[must_use]
    pub fn new(timing: &'t Timing, ticks: usize) -> Self {
        Self { timing, ticks }
    }

    /// The intervals that are read at.
    #[must_use]
    pub fn timing(&self) -> &'t Timing {
        self.timing
    }

    /// `sum(rate(series[base]))`. Series are rated one by one and added, since a selector may match several (all status
    /// codes, all instances).
    #[must_use]
    pub fn rates(&self, series: &[RawSeries]) -> Vec<f64> {
        summed_rates(series, self.timing, self.ticks)
    }

    /// Events a second of native histograms, and the share of them within a threshold. Each is a count and how many
    /// observations lie within, sampled together.
    #[must_use]
    pub fn histogram_rates(&self, histograms: &[(RawSeries, RawSeries)]) -> (Vec<f64>, Vec<f64>) {
        histogram_rates(histograms, self.timing, self.ticks)
    }

    /// What `look` makes of the samples that each series has within the last `range` milliseconds; NaN for `None`.
    pub fn ranges(&self, series: &[RawSeries], range: u64, mut look: impl FnMut(&[&[f64]]) -> Option<f64>) -> Vec<f64> {
        let mut ranges: Vec<_> = series.iter().map(|series| Range::new(series, range)).collect();
        super::series::each_tick(self.timing, self.ticks, |time| {
            let values: Vec<&[f64]> = ranges
                .iter_mut()
                .map(|range| {
                    range.advance(time);
                    range.values()
                })
                .collect();
            look(&values)
        })
    }
}

/// `side or events * 0`.
#[must_use]
pub fn filled(mut side: Vec<f64>, events: &[f64]) -> Vec<f64> {
    for (value, all) in side.iter_mut().zip(events) {
        if value.is_nan() {
            *value = all * 0.0;
        }
    }
    side
}

/// `events - side`, absent where either is.
#[must_use]
pub fn subtracted(events: &[f64], mut side: Vec<f64>) -> Vec<f64> {
    for (value, all) in side.iter_mut().zip(events) {
        *value = all - *value;
    }
    side
}
