//! Functions over time that have no short cut: each window is gone through.
//!
//! Our own rules have none of them. Those that others write do, over what their rules recorded.

use crate::grid::{ABSENT, Grid, is_absent};

/// A function of the samples within a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plain {
    Min,
    Max,
    Last,
    Present,
    Stdvar,
    Stddev,
    Rate,
    Increase,
    Delta,
}

impl Plain {
    /// By its name in PromQL.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "min_over_time" => Self::Min,
            "max_over_time" => Self::Max,
            "last_over_time" => Self::Last,
            "present_over_time" => Self::Present,
            "stdvar_over_time" => Self::Stdvar,
            "stddev_over_time" => Self::Stddev,
            "rate" => Self::Rate,
            "increase" => Self::Increase,
            "delta" => Self::Delta,
            _ => return None,
        })
    }
}

/// At each instant T of `grid`, the function of the values later than T − `length` and not later than T.
pub(crate) fn each(of: Plain, (from, values): (Grid, &[f64]), length: i64, grid: Grid) -> Vec<f64> {
    let mut samples: Vec<(i64, f64)> = Vec::new();
    let at = |time: i64| {
        let (low, high) = (from.until(time - length), from.until(time));
        samples.clear();
        let within = values.get(low..high.max(low)).unwrap_or_default().iter().enumerate();
        samples.extend(
            within.filter(|(_, value)| !is_absent(**value)).map(|(place, value)| (from.at(low + place), *value)),
        );
        match samples.is_empty() {
            true => ABSENT,
            false => one(of, &samples, (time - length, time)),
        }
    };
    grid.instants().map(at).collect()
}

/// At least one sample, and the ends of the window.
fn one(of: Plain, samples: &[(i64, f64)], ends: (i64, i64)) -> f64 {
    let values = || samples.iter().map(|(_, value)| *value);
    match of {
        Plain::Min => values().fold(f64::NAN, f64::min),
        Plain::Max => values().fold(f64::NAN, f64::max),
        Plain::Last => samples.last().map_or(ABSENT, |(_, value)| *value),
        Plain::Present => 1.0,
        Plain::Stdvar => variance(values()),
        Plain::Stddev => variance(values()).sqrt(),
        Plain::Rate => extrapolated(samples, ends, true).map_or(ABSENT, |all| all / seconds(ends.1 - ends.0)),
        Plain::Increase => extrapolated(samples, ends, true).unwrap_or(ABSENT),
        Plain::Delta => extrapolated(samples, ends, false).unwrap_or(ABSENT),
    }
}

fn seconds(millis: i64) -> f64 {
    millis as f64 / 1_000.0
}

/// The variance of all values, by Welford.
fn variance(values: impl Iterator<Item = f64>) -> f64 {
    let (mut count, mut mean, mut squares) = (0.0, 0.0, 0.0);
    for value in values {
        count += 1.0;
        let off = value - mean;
        mean += off / count;
        squares += off * (value - mean);
    }
    squares / count
}

/// The difference over the whole window, as Prometheus extrapolates it: to the ends of the window if samples reach near
/// them, else by half of what lies between two samples. A counter is never taken below 0.
fn extrapolated(samples: &[(i64, f64)], (start, end): (i64, i64), is_counter: bool) -> Option<f64> {
    let (first, last) = (samples.first()?, samples.last()?);
    let sampled = seconds(last.0 - first.0);
    if samples.len() < 2 || sampled <= 0.0 {
        return None;
    }
    let mut difference = last.1 - first.1;
    if is_counter {
        let resets = samples.windows(2).filter(|pair| pair[1].1 < pair[0].1);
        difference += resets.map(|pair| pair[0].1).sum::<f64>();
    }
    let between = sampled / (samples.len() - 1) as f64;
    let reach = |gap: f64| if gap >= between * 1.1 { between / 2.0 } else { gap };
    let mut before = reach(seconds(first.0 - start));
    if is_counter && difference > 0.0 && first.1 >= 0.0 {
        before = before.min(sampled * (first.1 / difference));
    }
    let after = reach(seconds(end - last.0));
    Some(difference * (sampled + before + after) / sampled)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    fn told(of: Plain, values: &[f64], length: i64) -> Vec<Option<f64>> {
        let from = Grid { first: 0, step: MINUTE, count: values.len() };
        let all = each(of, (from, values), length, from);
        all.into_iter().map(|value| (!is_absent(value)).then_some(value)).collect()
    }

    #[test]
    fn each_function_of_a_window() {
        let values = [1.0, ABSENT, 5.0, 3.0];
        let window = 3 * MINUTE;
        assert_eq!(told(Plain::Min, &values, window), [Some(1.0), Some(1.0), Some(1.0), Some(3.0)]);
        assert_eq!(told(Plain::Max, &values, window), [Some(1.0), Some(1.0), Some(5.0), Some(5.0)]);
        assert_eq!(told(Plain::Last, &values, MINUTE), [Some(1.0), None, Some(5.0), Some(3.0)]);
        assert_eq!(told(Plain::Present, &values, MINUTE), [Some(1.0), None, Some(1.0), Some(1.0)]);
        assert_eq!(told(Plain::Stddev, &values, window)[2..], [Some(2.0), Some(1.0)]);
    }

    #[test]
    fn differences_reach_the_ends_of_the_window() {
        // 60 a minute; a window of three minutes holds three samples, two minutes apart.
        let values: Vec<f64> = (0..6).map(|minute| f64::from(minute) * 60.0 + 6_000.0).collect();
        assert_eq!(told(Plain::Increase, &values, 3 * MINUTE)[5], Some(180.0));
        assert_eq!(told(Plain::Rate, &values, 3 * MINUTE)[5], Some(1.0));
        assert_eq!(told(Plain::Rate, &values, MINUTE)[5], None, "one sample");
        let reset = [100.0, 160.0, 10.0, 70.0];
        assert_eq!(told(Plain::Increase, &reset, 3 * MINUTE)[3], Some(105.0), "70, to the window's ends");
        assert_eq!(told(Plain::Delta, &[5.0, 4.0, 3.0, 2.0], 3 * MINUTE)[3], Some(-3.0));
    }
}
