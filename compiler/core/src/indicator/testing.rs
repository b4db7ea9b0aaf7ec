//! Samples for the tests of every kind.

use crate::oracle::{Base, RawSeries, Reader, Sampled, Timing};

/// 15 s of scrape and 30 s of evaluation.
pub(super) fn timing() -> Timing {
    Timing::uncompressed(15_000, 30_000)
}

/// A counter that rises by `step` from one of its `samples` to the next.
pub(super) fn line(first: f64, step: f64, samples: usize) -> RawSeries {
    RawSeries::sampled(0, 15_000, (0..samples).map(|k| Some(first + step * k as f64)))
}

/// A gauge with a sample every 15 s.
pub(super) fn gauge(samples: &[f64]) -> RawSeries {
    RawSeries::sampled(0, 15_000, samples.iter().copied().map(Some))
}

/// The base at the first `slices` minutes.
pub(super) fn slices(sampled: &dyn Sampled, slices: usize) -> Base {
    sampled.base(&Reader::new(&Timing { evaluation: 60_000, ..timing() }, slices))
}
