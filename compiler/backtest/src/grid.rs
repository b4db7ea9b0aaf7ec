//! Instants at equal distances, and a value at each of them.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Instants in milliseconds since 1970: `first`, `first + step`, … `count` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// The first instant.
    pub first: i64,
    /// The distance; above 0.
    pub step: i64,
    /// How many.
    pub count: usize,
}

impl Grid {
    /// Every instant from `from` to `until` that lies `phase` behind a multiple of `step`.
    #[must_use]
    pub fn within(from: i64, until: i64, step: i64, phase: i64) -> Self {
        let step = step.max(1);
        let first = from + (phase - from).rem_euclid(step);
        let count = if until < first { 0 } else { (until - first) / step + 1 };
        Self { first, step, count: usize::try_from(count).unwrap_or(0) }
    }

    /// The instant of a place.
    #[must_use]
    pub fn at(self, place: usize) -> i64 {
        self.first.saturating_add(self.step.saturating_mul(i64::try_from(place).unwrap_or(i64::MAX)))
    }

    /// All instants.
    pub fn instants(self) -> impl Iterator<Item = i64> {
        (0..self.count).map(move |place| self.at(place))
    }

    /// How many of its instants are not later than `time`.
    pub(crate) fn until(self, time: i64) -> usize {
        if time < self.first {
            return 0;
        }
        usize::try_from((time - self.first) / self.step + 1).unwrap_or(usize::MAX).min(self.count)
    }
}

/// Labels of a series, without its name.
pub type Labels = BTreeMap<String, String>;

/// A series: a value at each instant of a grid, or [`ABSENT`].
#[derive(Debug, Clone)]
pub struct Series {
    /// Its labels.
    pub labels: Labels,
    /// Its values.
    pub values: Arc<Vec<f64>>,
}

/// What stands where a series has no value: Prometheus's own marker. No arithmetic gives it.
pub const ABSENT: f64 = f64::from_bits(0x7ff0_0000_0000_0002);

/// Whether there is no value.
#[must_use]
pub fn is_absent(value: f64) -> bool {
    value.to_bits() == ABSENT.to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_keep_their_phase() {
        let grid = Grid::within(100_000, 200_000, 30_000, 7_000);
        assert_eq!(grid.instants().collect::<Vec<_>>(), [127_000, 157_000, 187_000]);
        assert_eq!((grid.until(126_999), grid.until(127_000), grid.until(156_999), grid.until(999_999)), (0, 1, 1, 3));
        assert_eq!(Grid::within(10, 5, 30, 0).count, 0);
    }

    #[test]
    fn absence_is_no_ordinary_nan() {
        assert!(is_absent(ABSENT) && !is_absent(f64::NAN) && ABSENT.is_nan());
    }
}
