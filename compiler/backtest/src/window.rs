//! What functions over time give at each instant, in constant time an instant.
//!
//! Values that leave a window are never subtracted: after an outage a remainder of 1e-17 would stay, and `0 > 0` would be
//! true. The window is cut in two instead. The older half has the sums from each of its places to its end, the newer half
//! one sum. Sums carry what rounding lost, as Prometheus's do.

use crate::grid::{ABSENT, Grid, is_absent};

/// A function over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    Sum,
    Avg,
    Count,
}

/// A sum with what rounding lost of it.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    sum: f64,
    lost: f64,
    count: u32,
}

impl Sum {
    fn of(value: f64) -> Self {
        if is_absent(value) { Self::default() } else { Self { sum: value, lost: 0.0, count: 1 } }
    }

    /// Neumaier's sum.
    fn plus(self, other: Self) -> Self {
        let sum = self.sum + other.sum;
        let lost = match (sum.is_infinite(), self.sum.abs() >= other.sum.abs()) {
            (true, _) => 0.0,
            (false, true) => self.lost + other.lost + ((self.sum - sum) + other.sum),
            (false, false) => self.lost + other.lost + ((other.sum - sum) + self.sum),
        };
        Self { sum, lost, count: self.count + other.count }
    }

    fn gives(self, over: Over) -> f64 {
        if self.count == 0 {
            return ABSENT;
        }
        let count = f64::from(self.count);
        match over {
            Over::Count => count,
            Over::Sum if self.sum.is_infinite() => self.sum,
            Over::Sum => self.sum + self.lost,
            Over::Avg => self.sum / count + self.lost / count,
        }
    }
}

/// At each instant T of `grid`, the function of the values later than T − `length` and not later than T.
pub(crate) fn slide(over: Over, (from, values): (Grid, &[f64]), length: i64, grid: Grid) -> Vec<f64> {
    let mut given = Vec::with_capacity(grid.count);
    // The window is low..high; sums of the older half begin at `start` and end at `middle`.
    let (mut start, mut middle, mut high) = (0, 0, 0);
    let mut older: Vec<Sum> = Vec::new();
    let mut newer = Sum::default();
    let mut last: Option<((usize, usize), f64)> = None;
    for time in grid.instants() {
        let (low, end) = (from.until(time - length), from.until(time));
        if let Some((window, value)) = last
            && window == (low, end)
        {
            given.push(value);
            continue;
        }
        for value in values.get(high..end).unwrap_or_default() {
            newer = newer.plus(Sum::of(*value));
        }
        high = high.max(end);
        if low >= middle {
            older.clear();
            let mut sum = Sum::default();
            for value in values.get(low..high).unwrap_or_default().iter().rev() {
                sum = Sum::of(*value).plus(sum);
                older.push(sum);
            }
            older.reverse();
            (start, middle, newer) = (low, high, Sum::default());
        }
        let old = older.get(low - start).copied().unwrap_or_default();
        let value = old.plus(newer).gives(over);
        last = Some(((low, end), value));
        given.push(value);
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values() -> impl Strategy<Value = Vec<f64>> {
        let value = prop_oneof![3 => 0.0..100.0, 2 => Just(0.0), 1 => Just(ABSENT), 1 => 1e12..1e15];
        proptest::collection::vec(value, 0..80)
    }

    proptest! {
        /// Against the plain sum of each window, with the bounds compared time by time.
        #[test]
        fn a_window_is_the_sum_of_its_values(
            values in values(), phase in 0_i64..30, step in 1_i64..90, length in 1_i64..700, begin in -300_i64..300
        ) {
            let from = Grid { first: phase, step: 30, count: values.len() };
            let grid = Grid { first: begin, step, count: 60 };
            let [sums, means, counts] = [Over::Sum, Over::Avg, Over::Count].map(|over| slide(over, (from, &values), length, grid));
            for (place, time) in grid.instants().enumerate() {
                let inside = from.instants().zip(&values).filter(|(at, value)| {
                    *at > time - length && *at <= time && !is_absent(**value)
                });
                let inside: Vec<f64> = inside.map(|(_, value)| *value).collect();
                if inside.is_empty() {
                    prop_assert!(is_absent(sums[place]) && is_absent(means[place]) && is_absent(counts[place]));
                    continue;
                }
                let plain: f64 = inside.iter().sum();
                let count = inside.len() as f64;
                prop_assert!((sums[place] - plain).abs() <= 1e-12 * plain);
                prop_assert!((means[place] - plain / count).abs() <= 1e-12 * plain);
                prop_assert_eq!(counts[place], count);
                // Nothing is left of what has gone.
                prop_assert_eq!(sums[place] == 0.0, inside.iter().all(|value| *value == 0.0));
            }
        }
    }
}
