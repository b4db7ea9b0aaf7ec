//! Random months of gauges, moment by moment, and what Prometheus would have scraped of them.
//!
//! The same seed gives the same month on every machine.

use emberline_proofs::random::Random;
use emberline_proofs::remote_write::{Labels, Series, stale_marker};

use crate::budget::HOUR;
use crate::traffic::{DAY, END, START};

/// Between two moments of a curve in milliseconds: a third of the shortest scrape interval here.
pub const STEP: i64 = 5_000;
/// Scrapes come at a phase that the target decides, as in a real Prometheus.
const PHASE: i64 = 4_321;
/// While Prometheus itself is down, in milliseconds since the start: no scrape and no evaluation.
pub const DOWN: [(i64, i64); 1] = [(19 * DAY + 8 * HOUR, 19 * DAY + 10 * HOUR)];

/// What a target's gauge was at each moment: nothing while the target did not exist.
pub struct Curve(pub Vec<Option<f64>>);

/// A scrape's time and value.
pub type Sample = (i64, f64);

/// How many moments a month has.
pub fn moments() -> usize {
    usize::try_from((END - START) / STEP).unwrap_or_default()
}

/// A number of moments, of some milliseconds.
fn steps(milliseconds: i64) -> usize {
    usize::try_from(milliseconds / STEP).unwrap_or_default()
}

impl Curve {
    /// How far a level is strained: 1 is its bound, and above it is bad. It goes by steps and is noisy within each; it
    /// has incidents, flaps, has a spike of 5 to 15 s each hour, is no number (NaN) for minutes, and the target is gone
    /// for hours.
    pub fn strain(random: &mut Random) -> Self {
        const MINUTE: i64 = 60_000;
        let length = moments();
        let mut curve: Vec<Option<f64>> = Vec::with_capacity(length);
        let noise = |random: &mut Random| random.real(0.95, 1.05);
        while curve.len() < length {
            match random.between(0, 100) {
                0..70 => {
                    let level = random.real(0.2, 0.97);
                    for _ in 0..steps(random.between(10 * MINUTE, 6 * HOUR)) {
                        curve.push(Some(level * noise(random)));
                        if random.once_in(720) {
                            let spike = random.real(1.1, 9.0);
                            (0..random.between(1, 4)).for_each(|_| curve.push(Some(spike)));
                        }
                    }
                }
                70..88 => {
                    let level = random.real(1.0, 3.0);
                    for _ in 0..steps(random.between(MINUTE, 40 * MINUTE)) {
                        curve.push(Some(level * noise(random)));
                    }
                }
                88..92 => {
                    for _ in 0..random.between(6, 40) {
                        let level = if random.once_in(2) { 1.2 } else { 0.8 };
                        (0..random.between(1, 25)).for_each(|_| curve.push(Some(level)));
                    }
                }
                92..96 => curve.extend(vec![Some(f64::NAN); steps(random.between(MINUTE, 20 * MINUTE))]),
                _ => curve.extend(vec![None; steps(random.between(20 * MINUTE, 5 * HOUR))]),
            }
        }
        curve.truncate(length);
        Self(curve)
    }

    /// The same moments with other values.
    pub fn map(&self, value: impl Fn(f64) -> f64) -> Self {
        Self(self.0.iter().map(|moment| moment.map(&value)).collect())
    }

    /// The value at an instant, if the target existed.
    pub fn at(&self, at: i64) -> Option<f64> {
        usize::try_from((at - START) / STEP).ok().and_then(|moment| self.0.get(moment).copied().flatten())
    }

    /// What scrapes every `interval` milliseconds find, one in 500 of which fails.
    pub fn scraped(&self, interval: i64, random: &mut Random) -> Vec<Sample> {
        let instants = (0..).map(|nth| START + PHASE + nth * interval).take_while(|at| *at < END);
        let is_up = |at: &i64| !DOWN.iter().any(|(from, to)| (*from..*to).contains(&(at - START)));
        let samples = instants.filter(is_up).filter(|_| !random.once_in(500));
        samples.filter_map(|at| Some((at, self.at(at)?))).collect()
    }
}

/// The samples as Prometheus has them: where a scrape finds nothing, it marks the series as ended.
pub fn series(labels: Labels, interval: i64, samples: &[Sample]) -> Series {
    let mut marked = Vec::with_capacity(samples.len());
    for (place, &(at, value)) in samples.iter().enumerate() {
        marked.push((at, value));
        let missing = at + interval;
        let is_up = !DOWN.iter().any(|(from, to)| (*from..*to).contains(&(missing - START)));
        if is_up && samples.get(place + 1).is_some_and(|next| next.0 > missing) {
            marked.push((missing, stale_marker()));
        }
    }
    Series { labels, samples: marked }
}

/// The values of samples after `from`, up to `to`.
pub fn within(samples: &[Sample], from: i64, to: i64) -> impl Iterator<Item = f64> {
    let first = samples.partition_point(|sample| sample.0 <= from);
    let last = samples.partition_point(|sample| sample.0 <= to);
    samples[first..last].iter().map(|sample| sample.1)
}

/// Those of some values that are numbers; nothing if none is.
pub fn numbers<'v>(values: impl Iterator<Item = &'v f64>) -> Option<Vec<f64>> {
    let numbers: Vec<f64> = values.copied().filter(|value| !value.is_nan()).collect();
    (!numbers.is_empty()).then_some(numbers)
}

/// The mean of some values; nothing if there are none, or if one is no number.
pub fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = values.fold((0.0, 0.0), |(count, sum), value| (count + 1.0, sum + value));
    (count > 0.0 && !f64::is_nan(sum)).then(|| sum / count)
}
