//! Samples for the tests of every kind.

use crate::oracle::{RawSeries, Timing};

/// 15 s of scrape and 30 s of evaluation.
pub(super) fn timing() -> Timing {
    Timing::uncompressed(15_000, 30_000)
}

/// A counter that rises by `step` from one of its `samples` to the next.
pub(super) fn line(first: f64, step: f64, samples: usize) -> RawSeries {
    RawSeries::sampled(0, 15_000, (0..samples).map(|k| Some(first + step * k as f64)))
}
