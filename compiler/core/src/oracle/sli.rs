//! From raw series to the two base series: events and bad events a second.

use super::series::{Range, RawSeries, each_tick, histogram_rates, summed_rates};
use super::timing::Timing;

/// What an SLO measures, as the raw series that one of its groups selects.
///
/// A side is a list because a selector may match several series (all status codes, all instances): their rates are
/// taken one by one and added, as `sum(rate(…))` does.
#[derive(Debug, Clone, PartialEq)]
pub enum Sli {
    /// Events with those that were bad. A bad side without any series counts as zero: errors may never have happened.
    Bad {
        /// All events.
        total: Vec<RawSeries>,
        /// The bad ones.
        bad: Vec<RawSeries>,
    },
    /// Events with those that were good. The good side is filled with zero and then subtracted: filling bad would turn
    /// a total outage into none.
    Good {
        /// All events.
        total: Vec<RawSeries>,
        /// The good ones.
        good: Vec<RawSeries>,
    },
    /// A classic histogram: its count and the bucket at the threshold. Never filled, since events without the bucket are
    /// a broken SLI and must not read as a healthy one.
    Latency {
        /// `_count`.
        count: Vec<RawSeries>,
        /// `_bucket` with `le` at the threshold.
        bucket: Vec<RawSeries>,
    },
    /// Native histograms: for each, its count and how many observations lie at or below the threshold.
    Native {
        /// Count and observations within the threshold, sampled together.
        histograms: Vec<(RawSeries, RawSeries)>,
    },
    /// Time slices by a gauge: a slice with a sample counts, and is bad when the gauge was below 1 in it.
    SliceGauge {
        /// Length of a slice in milliseconds.
        slice: u64,
        /// The gauge; with several series a slice is bad as soon as one of them was below 1.
        gauge: Vec<RawSeries>,
    },
    /// Time slices by a ratio: a slice is bad when more than `share` of its events were. A missing bad side is no bad
    /// event, as in [`Sli::Bad`].
    SliceRatio {
        /// Whether a slice without events is a good one, rather than none.
        idle_counts: bool,
        /// The share of bad events that a good slice may have, as the decimal in the spec.
        share: f64,
        /// All events.
        total: Vec<RawSeries>,
        /// The bad ones.
        bad: Vec<RawSeries>,
    },
}

/// The base series at every tick (NaN is absent), and the ticks at which the order of float operations could have
/// decided a slice.
#[derive(Debug)]
pub(super) struct Base {
    pub(super) events: Vec<f64>,
    pub(super) bad: Vec<f64>,
    pub(super) doubtful: Vec<usize>,
}

impl Sli {
    /// Time of the last sample of any series.
    #[must_use]
    pub fn end(&self) -> u64 {
        let last = |series: &[RawSeries]| series.iter().map(RawSeries::end).max().unwrap_or(0);
        match self {
            Self::Bad { total, bad } | Self::SliceRatio { total, bad, .. } => last(total).max(last(bad)),
            Self::Good { total, good } => last(total).max(last(good)),
            Self::Latency { count, bucket } => last(count).max(last(bucket)),
            Self::Native { histograms } => histograms.iter().map(|(count, _)| count.end()).max().unwrap_or(0),
            Self::SliceGauge { gauge, .. } => last(gauge),
        }
    }

    /// Evaluates the two base rules at each tick.
    pub(super) fn base(&self, timing: &Timing, ticks: usize) -> Base {
        let rates = |series: &[RawSeries]| summed_rates(series, timing, ticks);
        let mut doubtful = Vec::new();
        let (events, bad) = match self {
            Self::Bad { total, bad } => {
                let events = rates(total);
                let bad = filled(rates(bad), &events);
                (events, bad)
            }
            Self::Good { total, good } => {
                let events = rates(total);
                let good = filled(rates(good), &events);
                let bad = subtracted(&events, good);
                (events, bad)
            }
            Self::Latency { count, bucket } => {
                let events = rates(count);
                let bad = subtracted(&events, rates(bucket));
                (events, bad)
            }
            Self::Native { histograms } => {
                let (events, shares) = histogram_rates(histograms, timing, ticks);
                let bad =
                    events.iter().zip(shares).map(|(all, share)| Some(all - all * share).filter(|bad| *bad >= 0.0));
                let bad = filled(bad.map(|bad| bad.unwrap_or(f64::NAN)).collect(), &events);
                (events, bad)
            }
            Self::SliceGauge { slice, gauge } => slices_of_gauge(gauge, *slice, timing, ticks),
            Self::SliceRatio { idle_counts, share, total, bad } => {
                let events = rates(total);
                let bad = filled(rates(bad), &events);
                let slices = events.iter().zip(bad).enumerate().map(|(tick, (all, bad))| {
                    let limit = share * all;
                    if super::close::too_close(bad, limit) {
                        doubtful.push(tick);
                    }
                    if all.is_nan() || bad.is_nan() { f64::NAN } else { f64::from(u8::from(bad > limit)) }
                });
                let bad = slices.collect();
                let exists = |all: &f64| f64::from(u8::from(*idle_counts || *all > 0.0));
                (events.iter().map(|all| if all.is_nan() { f64::NAN } else { exists(all) }).collect(), bad)
            }
        };
        Base { events, bad, doubtful }
    }
}

/// `side or events * 0`.
fn filled(mut side: Vec<f64>, events: &[f64]) -> Vec<f64> {
    for (value, all) in side.iter_mut().zip(events) {
        if value.is_nan() {
            *value = all * 0.0;
        }
    }
    side
}

/// `events - side`, absent where either is.
fn subtracted(events: &[f64], mut side: Vec<f64>) -> Vec<f64> {
    for (value, all) in side.iter_mut().zip(events) {
        *value = all - *value;
    }
    side
}

/// Total and bad slices of a gauge: 1 where there is a sample, and 1 where the lowest one is below 1.
fn slices_of_gauge(gauge: &[RawSeries], slice: u64, timing: &Timing, ticks: usize) -> (Vec<f64>, Vec<f64>) {
    let mut ranges: Vec<_> = gauge.iter().map(|series| Range::new(series, slice)).collect();
    let bad = each_tick(timing, ticks, |time| {
        let mut worst: Option<bool> = None;
        for range in &mut ranges {
            range.advance(time);
            if !range.values().is_empty() {
                worst = Some(worst.unwrap_or(false) || range.values().iter().any(|value| *value < 1.0));
            }
        }
        worst.map(|bad| f64::from(u8::from(bad)))
    });
    (bad.iter().map(|bad| if bad.is_nan() { f64::NAN } else { 1.0 }).collect(), bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timing() -> Timing {
        Timing::uncompressed(15_000, 30_000)
    }

    fn line(first: f64, step: f64, samples: usize) -> RawSeries {
        RawSeries::sampled(0, 15_000, (0..samples).map(|k| Some(first + step * k as f64)))
    }

    #[test]
    fn a_missing_bad_side_is_zero_and_a_missing_good_side_is_an_outage() {
        let total = vec![line(100.0, 15.0, 41)];
        let base = Sli::Bad { total: total.clone(), bad: vec![] }.base(&timing(), 21);
        assert_eq!((base.events[20], base.bad[20]), (1.0, 0.0));
        let base = Sli::Good { total, good: vec![] }.base(&timing(), 21);
        assert_eq!((base.events[20], base.bad[20]), (1.0, 1.0));
    }

    #[test]
    fn a_missing_bucket_is_not_filled() {
        let base = Sli::Latency { count: vec![line(100.0, 15.0, 41)], bucket: vec![] }.base(&timing(), 21);
        assert!(base.events[20] == 1.0 && base.bad[20].is_nan());
    }

    #[test]
    fn an_idle_native_histogram_has_no_bad_events() {
        let idle = Sli::Native { histograms: vec![(line(5.0, 0.0, 41), line(5.0, 0.0, 41))] };
        let base = idle.base(&timing(), 21);
        assert_eq!((base.events[20], base.bad[20]), (0.0, 0.0));
        let slow = Sli::Native { histograms: vec![(line(200.0, 20.0, 41), line(100.0, 15.0, 41))] };
        assert!((slow.base(&timing(), 21).bad[20] - 5.0 / 15.0).abs() < 1e-12);
    }

    #[test]
    fn slices_are_one_or_nothing() {
        // 1 1 0 1 | 1 1 1 1 | nothing: slices of a minute end with their last sample and are left-open.
        let gauge =
            RawSeries::sampled(0, 15_000, [1, 1, 1, 0, 1, 1, 1, 1, 1].into_iter().map(|value| Some(f64::from(value))));
        let timing = Timing { evaluation: 60_000, ..timing() };
        let base = Sli::SliceGauge { slice: 60_000, gauge: vec![gauge] }.base(&timing, 4);
        assert_eq!(base.bad[..3], [0.0, 1.0, 0.0]);
        assert_eq!(base.events[..3], [1.0, 1.0, 1.0]);
        assert!(base.bad[3].is_nan() && base.events[3].is_nan());
    }

    #[test]
    fn a_slice_at_its_share_is_doubtful() {
        let sli = Sli::SliceRatio {
            idle_counts: true,
            share: 0.05,
            total: vec![line(100.0, 300.0, 41)],
            bad: vec![line(100.0, 15.0, 41)],
        };
        let base = sli.base(&timing(), 21);
        assert!(base.doubtful.contains(&20));
        let sli = Sli::SliceRatio {
            idle_counts: true,
            share: 0.05,
            total: vec![line(100.0, 300.0, 41)],
            bad: vec![line(100.0, 16.0, 41)],
        };
        let base = sli.base(&timing(), 21);
        assert_eq!((base.events[20], base.bad[20]), (1.0, 1.0));
        assert!(!base.doubtful.contains(&20));
    }

    #[test]
    fn an_idle_slice_is_good_or_none() {
        let idle = |idle_counts| Sli::SliceRatio {
            idle_counts,
            share: 0.05,
            total: vec![line(100.0, 0.0, 41)],
            bad: vec![line(100.0, 0.0, 41)],
        };
        for (idle_counts, events) in [(true, 1.0), (false, 0.0)] {
            let base = idle(idle_counts).base(&timing(), 21);
            assert_eq!((base.events[20], base.bad[20]), (events, 0.0));
        }
    }
}
