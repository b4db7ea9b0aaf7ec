//! Sums over windows that are as exact as Prometheus's own.
//!
//! Prometheus adds each window afresh with Neumaier's compensation, so its sums are right to about the last bit. Prefix
//! sums give any window in constant time but would carry the rounding of the whole history; kept as unevaluated pairs
//! of floats (some 106 bits) their differences are as good, and a window of zeros after any history is exactly zero.

/// The sum of all values before an index: `high + low`, and how many there were.
#[derive(Debug, Clone, Copy, Default)]
struct Mark {
    high: f64,
    low: f64,
    present: u32,
}

/// Prefix sums over a grid of values, of which NaN means absent.
#[derive(Debug, Clone)]
pub(super) struct Sums(Vec<Mark>);

impl Sums {
    /// The prefix sums of `values`.
    pub(super) fn over(values: impl ExactSizeIterator<Item = f64>) -> Self {
        let mut marks = Vec::with_capacity(values.len() + 1);
        let mut mark = Mark::default();
        marks.push(mark);
        for value in values {
            if !value.is_nan() {
                let (sum, error) = two_sum(mark.high, value);
                let low = mark.low + error;
                mark.high = sum + low;
                mark.low = low - (mark.high - sum);
                mark.present += 1;
            }
            marks.push(mark);
        }
        Self(marks)
    }

    /// Sum and number of the values present at indexes `from..to`; `None` where there is none. Indexes past the end are
    /// taken for the end.
    pub(super) fn between(&self, from: usize, to: usize) -> Option<(f64, f64)> {
        let last = self.0.len() - 1;
        let end = self.0[to.min(last)];
        let start = self.0[from.min(to).min(last)];
        let present = end.present - start.present;
        if present == 0 {
            return None;
        }
        let (sum, error) = two_sum(end.high, -start.high);
        Some((sum + (error + (end.low - start.low)), f64::from(present)))
    }
}

/// The rounded sum of two floats and its exact error (Knuth).
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

/// The points of a grid that lie in a left-open window ending at a time that only moves forwards.
///
/// Point k of the grid stands at `first + k × step`. Subqueries are aligned to absolute multiples of their step, so only
/// the grid of evaluations has a `first` above zero.
#[derive(Debug, Clone)]
pub(super) struct Cursor {
    len: u64,
    step: u64,
    from: usize,
    from_time: u64,
    to: usize,
    to_time: u64,
}

impl Cursor {
    /// A cursor for windows of `len` over a grid with `step` that begins at `first`, all in milliseconds.
    pub(super) fn new(len: u64, step: u64, first: u64) -> Self {
        Self { len, step: step.max(1), from: 0, from_time: first, to: 0, to_time: first }
    }

    /// The half-open index range of the points in `(time − len, time]`.
    pub(super) fn advance(&mut self, time: u64) -> (usize, usize) {
        while self.to_time <= time {
            self.to += 1;
            self.to_time += self.step;
        }
        while self.from_time + self.len <= time {
            self.from += 1;
            self.from_time += self.step;
        }
        (self.from.min(self.to), self.to)
    }

    /// The range at one time, without walking there.
    pub(super) fn at(len: u64, step: u64, first: u64, time: u64) -> (usize, usize) {
        let step = step.max(1);
        // How many points stand at or before a time.
        let points = |time: Option<u64>| {
            let since_first = time.and_then(|time| time.checked_sub(first));
            since_first.map_or(0, |since| usize::try_from(since / step).unwrap_or(usize::MAX - 1) + 1)
        };
        (points(time.checked_sub(len)), points(Some(time)))
    }
}

/// Adds as Prometheus's `kahansum.Inc` does: the new sum and its compensation.
pub(super) fn neumaier(value: f64, sum: f64, compensation: f64) -> (f64, f64) {
    let total = sum + value;
    let error = if sum.abs() >= value.abs() { (sum - total) + value } else { (value - total) + sum };
    (total, compensation + error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn a_window_forgets_the_history_before_it() {
        let values = [1e15, 0.1, 0.2, f64::NAN, 0.0, 0.0];
        let sums = Sums::over(values.into_iter());
        assert_eq!(sums.between(1, 3).unwrap(), (0.1 + 0.2, 2.0));
        assert_eq!(sums.between(4, 6).unwrap(), (0.0, 2.0));
        assert_eq!(sums.between(3, 4), None);
        assert_eq!(sums.between(4, 99).unwrap(), (0.0, 2.0));
    }

    #[test]
    fn windows_are_left_open_and_walking_equals_jumping() {
        // (60 s, 120 s] at step 30 s holds 90 s and 120 s, not 60 s.
        assert_eq!(Cursor::at(60_000, 30_000, 0, 120_000), (3, 5));
        // A window that reaches before zero holds the sample at zero.
        assert_eq!(Cursor::at(60_000, 30_000, 0, 45_000), (0, 2));
        for (len, step, first) in [(300_000, 60_000, 0), (75_000, 15_000, 7), (10, 70, 30), (7, 3, 0), (45, 30, 11)] {
            let mut cursor = Cursor::new(len, step, first);
            for time in (0..40).map(|k| first + k * 30) {
                assert_eq!(cursor.advance(time), Cursor::at(len, step, first, time), "{len} {step} {time}");
            }
        }
    }
}
