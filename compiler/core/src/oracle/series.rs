//! Raw series and `rate()` over them.

use super::sums::neumaier;
use super::timing::{Timing, seconds};

/// The samples of one raw series, absent ones left out, in order of time.
///
/// A stale marker and a missed scrape are the same to every reader here: all raw series are read through ranges, and a
/// range skips stale markers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RawSeries {
    times: Vec<u64>,
    values: Vec<f64>,
}

impl RawSeries {
    /// Samples every `scrape` milliseconds, the first at `offset`; `None` is a missed scrape or a stale marker.
    #[must_use]
    pub fn sampled(offset: u64, scrape: u64, samples: impl IntoIterator<Item = Option<f64>>) -> Self {
        let mut series = Self::default();
        let mut time = offset;
        for sample in samples {
            if let Some(value) = sample {
                series.push(time, value);
            }
            time += scrape;
        }
        series
    }

    /// Adds a sample; one that is not later than the last is dropped, as Prometheus drops it.
    pub fn push(&mut self, time: u64, value: f64) {
        if self.times.last().is_none_or(|last| *last < time) {
            self.times.push(time);
            self.values.push(value);
        }
    }

    /// The same samples, each `by` milliseconds later.
    #[must_use]
    pub(crate) fn delayed(mut self, by: u64) -> Self {
        self.times.iter_mut().for_each(|time| *time += by);
        self
    }

    /// Makes room for `more` samples.
    pub(super) fn reserve(&mut self, more: usize) {
        self.times.reserve(more);
        self.values.reserve(more);
    }

    /// Time and value of each sample.
    pub fn points(&self) -> impl ExactSizeIterator<Item = (u64, f64)> {
        self.times.iter().copied().zip(self.values.iter().copied())
    }

    /// Time of the last sample in milliseconds; zero where there is none.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.times.last().copied().unwrap_or(0)
    }
}

/// A left-open range over a series whose end only moves forwards.
#[derive(Debug)]
pub(super) struct Range<'a> {
    series: &'a RawSeries,
    len: u64,
    from: usize,
    to: usize,
    edges: Edges,
}

/// How the samples of a range lie in it, and what follows from that for a rate. While every scrape succeeds this comes
/// back from tick to tick, and its four divisions would be most of the cost of a walk.
#[derive(Debug, Default)]
struct Edges {
    /// Milliseconds from the range's start to its first sample and from the last one to its end.
    lies: (u64, u64),
    samples: usize,
    /// Seconds that the samples span, and that the line is drawn on at both sides.
    sampled: f64,
    to_start: f64,
    to_end: f64,
    /// What the increase is multiplied with where zero does not cut the line short.
    factor: f64,
}

impl<'a> Range<'a> {
    pub(super) fn new(series: &'a RawSeries, len: u64) -> Self {
        Self { series, len, from: 0, to: 0, edges: Edges::default() }
    }

    /// Moves the end to `time`: the range is then `(time − len, time]`.
    pub(super) fn advance(&mut self, time: u64) {
        let times = &self.series.times;
        while self.to < times.len() && times[self.to] <= time {
            self.to += 1;
        }
        while self.from < self.to && times[self.from] + self.len <= time {
            self.from += 1;
        }
    }

    /// The values in the range.
    pub(super) fn values(&self) -> &'a [f64] {
        &self.series.values[self.from..self.to]
    }

    /// `rate()` at `time`, to which the range has been advanced.
    pub(super) fn rate(&mut self, time: u64) -> Option<f64> {
        let values = self.values();
        let (first, last) = (*values.first()?, *values.last()?);
        if values.len() < 2 {
            return None;
        }
        let mut increase = last - first;
        for pair in values.windows(2) {
            if pair[1] < pair[0] {
                increase += pair[0];
            }
        }
        Some(increase * self.factor(time, first, increase))
    }

    /// What `extrapolatedRate` multiplies an increase with, which for a histogram is found from its count alone.
    fn factor(&mut self, time: u64, first: f64, increase: f64) -> f64 {
        let (first_time, last_time) = (self.series.times[self.from], self.series.times[self.to - 1]);
        // The range may begin before zero; the difference to its start may not.
        let lies = (first_time + self.len - time, time - last_time);
        let samples = self.to - self.from;
        if self.edges.lies != lies || self.edges.samples != samples {
            self.edges = Edges::new(lies, samples, last_time - first_time, self.len);
        }
        self.edges.factor_above_zero(first, increase, self.len)
    }
}

impl Edges {
    fn new(lies: (u64, u64), samples: usize, sampled: u64, len: u64) -> Self {
        let sampled = sampled as f64 / 1000.0;
        let between = sampled / (samples - 1) as f64;
        // "Close enough" to the edge is up to 10% more than the mean distance between samples; else the series is taken
        // to begin or end half a distance further.
        let drawn = |milliseconds: u64| {
            let seconds = milliseconds as f64 / 1000.0;
            if seconds >= between * 1.1 { between / 2.0 } else { seconds }
        };
        let (to_start, to_end) = (drawn(lies.0), drawn(lies.1));
        let mut edges = Self { lies, samples, sampled, to_start, to_end, factor: 0.0 };
        edges.factor = edges.factor_from(to_start, len);
        edges
    }

    fn factor_from(&self, to_start: f64, len: u64) -> f64 {
        (self.sampled + to_start + self.to_end) / self.sampled / seconds(len)
    }

    /// A counter cannot have been negative, so the line is not drawn past its zero.
    fn factor_above_zero(&self, first: f64, increase: f64, len: u64) -> f64 {
        // Well above zero there is no need to divide; 0.1% is far more than rounding can err.
        if increase > 0.0 && first >= 0.0 && first * self.sampled < 1.001 * (increase * self.to_start) {
            let to_zero = self.sampled * (first / increase);
            if to_zero < self.to_start {
                return self.factor_from(to_zero, len);
            }
        }
        self.factor
    }
}

/// `sum(rate(series[base]))` at every tick; NaN where no series has a rate.
pub(super) fn summed_rates(series: &[RawSeries], timing: &Timing, ticks: usize) -> Vec<f64> {
    if let [only] = series {
        let mut range = Range::new(only, timing.base);
        return each_tick(timing, ticks, |time| {
            range.advance(time);
            range.rate(time)
        });
    }
    let mut ranges: Vec<_> = series.iter().map(|series| Range::new(series, timing.base)).collect();
    each_tick(timing, ticks, |time| {
        let mut sum: Option<(f64, f64)> = None;
        for range in &mut ranges {
            range.advance(time);
            if let Some(rate) = range.rate(time) {
                sum = Some(sum.map_or((rate, 0.0), |(sum, rest)| neumaier(rate, sum, rest)));
            }
        }
        sum.map(|(sum, rest)| sum + rest)
    })
}

/// Events a second and, of those, the share at or below the threshold, for native histograms: a histogram is
/// extrapolated as a whole, by its count. NaN where there is no rate, or no event to take a share of.
pub(super) fn histogram_rates(pairs: &[(RawSeries, RawSeries)], timing: &Timing, ticks: usize) -> (Vec<f64>, Vec<f64>) {
    let mut ranges: Vec<_> =
        pairs.iter().map(|(count, within)| (Range::new(count, timing.base), Range::new(within, timing.base))).collect();
    let mut shares = Vec::with_capacity(ticks);
    let events = each_tick(timing, ticks, |time| {
        let (mut all, mut below) = (None, 0.0);
        for (count, within) in &mut ranges {
            count.advance(time);
            within.advance(time);
            let (counts, withins) = (count.values(), within.values());
            // One sample carries both numbers, so the two series have the same times.
            if counts.len() < 2 || withins.len() != counts.len() {
                continue;
            }
            let last = counts.len() - 1;
            let (mut increase, mut inside) = (counts[last] - counts[0], withins[last] - withins[0]);
            for k in 1..counts.len() {
                // A histogram was reset when any of its buckets fell.
                if counts[k] < counts[k - 1] || withins[k] < withins[k - 1] {
                    increase += counts[k - 1];
                    inside += withins[k - 1];
                }
            }
            let factor = count.factor(time, counts[0], increase);
            all = Some(all.unwrap_or(0.0) + increase * factor);
            below += inside * factor;
        }
        shares.push(all.filter(|all| *all != 0.0).map_or(f64::NAN, |all| below / all));
        all
    });
    (events, shares)
}

/// One value for each tick, NaN where there is none.
pub(super) fn each_tick(timing: &Timing, ticks: usize, mut value: impl FnMut(u64) -> Option<f64>) -> Vec<f64> {
    let mut time = timing.offset;
    let mut values = Vec::with_capacity(ticks);
    for _ in 0..ticks {
        values.push(value(time).unwrap_or(f64::NAN));
        time += timing.evaluation;
    }
    values
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn rate_at(samples: &[Option<f64>], scrape: u64, len: u64, time: u64) -> Option<f64> {
        let series = RawSeries::sampled(0, scrape, samples.iter().copied());
        let mut range = Range::new(&series, len);
        range.advance(time);
        range.rate(time)
    }

    #[test]
    fn a_steady_counter_has_its_own_rate() {
        let samples: Vec<_> = (0..20).map(|k| Some(100.0 + 15.0 * f64::from(k))).collect();
        assert_eq!(rate_at(&samples, 15_000, 75_000, 150_000), Some(1.0));
    }

    #[test]
    fn one_sample_has_no_rate() {
        assert_eq!(rate_at(&[Some(7.0)], 15_000, 75_000, 30_000), None);
        assert_eq!(rate_at(&[Some(7.0), None, None, None, Some(9.0)], 15_000, 60_000, 60_000), None);
    }

    #[test]
    fn a_reset_counts_from_zero() {
        // 10, 20, then a restart that had counted 5 by the next scrape: 10 + 5 over 30 s, drawn on to 60 s.
        let samples = [Some(10.0), Some(20.0), Some(5.0), None, None];
        // Sampled 30 s; 30 s lie before the first sample, more than 1.1 × 15 s, so half of 15 s, but zero is reached
        // after 30 s × 10/15 = 20 s; nothing after the last one.
        let expected = 15.0 * ((30.0 + 7.5) / 30.0) / 60.0;
        assert_eq!(rate_at(&samples, 15_000, 60_000, 30_000), Some(expected));
    }

    #[test]
    fn a_counter_is_not_drawn_below_zero() {
        // From 1 to 16 in 15 s: zero lies one second before the first sample.
        assert_eq!(rate_at(&[Some(1.0), Some(16.0)], 15_000, 30_000, 15_000), Some(15.0 * (16.0 / 15.0) / 30.0));
    }

    #[test]
    fn late_samples_only() {
        let mut series = RawSeries::default();
        for (time, value) in [(10, 1.0), (10, 2.0), (5, 3.0), (20, 4.0)] {
            series.push(time, value);
        }
        assert_eq!(series.points().collect::<Vec<_>>(), [(10, 1.0), (20, 4.0)]);
    }
}
