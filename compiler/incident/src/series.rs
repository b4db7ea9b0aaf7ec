//! Where a time series changes, and how.

use crate::read::Series;

/// A lasting change of a series.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// When the series leaves its usual range.
    pub(crate) at: i64,
    /// The usual value: the median of the first fifth.
    pub(crate) before: f64,
    /// The median while it is out of its usual range.
    pub(crate) after: f64,
    /// The value that is farthest from the usual one.
    pub(crate) peak: f64,
    /// Whether it takes more than a few samples: a ramp, not a step.
    pub(crate) ramp: bool,
    /// When it is in its usual range again.
    pub(crate) until: Option<i64>,
}

impl Change {
    /// How much larger the value is than usual; below one, it is smaller.
    pub(crate) fn factor(&self) -> f64 {
        let floor = self.before.abs().max(1e-9);
        (self.after / floor).clamp(0.0, 1e6)
    }

    /// Whether the value grows.
    pub(crate) fn grows(&self) -> bool {
        self.after > self.before
    }
}

/// How often the usual spread a value must be away from the median.
const SPREADS: f64 = 6.0;
/// How much of its usual value a series must change: noise below is no change.
const LEAST: f64 = 0.15;

/// The first lasting change, if there is one. Three of five samples from it on are out of the usual range.
pub(crate) fn change(series: &Series) -> Option<Change> {
    let points = &series.points;
    if points.len() < 6 {
        return None;
    }
    let usual = (points.len() / 5).clamp(3, 120);
    let mut first: Vec<f64> = points.iter().take(usual).map(|point| point.value).collect();
    let before = median(&mut first)?;
    let mut away: Vec<f64> = first.iter().map(|value| (value - before).abs()).collect();
    let spread = (median(&mut away)? * 1.4826).max(away.iter().copied().fold(0.0, f64::max) / 3.0);
    let range = (spread * SPREADS).max(before.abs() * LEAST).max(floor(before, points));
    let side = |value: f64| {
        if value > before + range {
            1_i8
        } else if value < before - range {
            -1
        } else {
            0
        }
    };
    let sides: Vec<i8> = points.iter().map(|point| side(point.value)).collect();
    let start = (0..sides.len()).find(|at| {
        let here = sides.get(*at).copied().unwrap_or(0);
        let next = sides.get(*at..(*at + 5).min(sides.len())).unwrap_or_default();
        here != 0 && next.iter().filter(|other| **other == here).count() >= 3.min(next.len())
    })?;
    let direction = sides.get(start).copied()?;
    // The change ends where four samples in a row are usual again or on the other side.
    let end = (start..sides.len())
        .find(|at| sides.get(*at..at + 4).is_some_and(|next| next.iter().all(|other| *other != direction)))
        .unwrap_or(sides.len());
    let mut out: Vec<f64> = points.get(start..end)?.iter().map(|point| point.value).collect();
    let reach = |value: &&f64| (**value - before).abs();
    let peak = out.iter().max_by(|a, b| reach(a).total_cmp(&reach(b))).copied()?;
    let early = out.iter().take(3).map(|value| (value - before).abs()).fold(0.0, f64::max);
    let ramp = out.len() > 5 && early < (peak - before).abs() * 0.6;
    let after = median(&mut out)?;
    Some(Change { at: points.get(start)?.at, before, after, peak, ramp, until: points.get(end).map(|point| point.at) })
}

/// What a change must at least be where the usual value is next to nothing: a hundredth of the largest value.
fn floor(before: f64, points: &[crate::read::Point]) -> f64 {
    let most = points.iter().map(|point| (point.value - before).abs()).fold(0.0, f64::max);
    (most * 0.02).max(1e-6)
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let high = *values.get(middle)?;
    if values.len() % 2 == 1 { Some(high) } else { Some((high + values.get(middle.checked_sub(1)?)?) / 2.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Point;

    fn series(values: impl IntoIterator<Item = f64>) -> Series {
        let points = values.into_iter().enumerate().map(|(at, value)| Point { at: at as i64, value, line: at + 2 });
        Series { service: "a".to_owned(), metric: "m".to_owned(), points: points.collect() }
    }

    #[test]
    fn a_step_a_ramp_and_noise_are_told_apart() {
        let noise = |at: i32| f64::from(at * 7 % 5);
        assert!(change(&series((0..60).map(|at| 100.0 + noise(at)))).is_none());
        let step = change(&series((0..60).map(|at| if at < 30 { 100.0 + noise(at) } else { 400.0 }))).unwrap();
        assert_eq!((step.at, step.ramp, step.after), (30, false, 400.0));
        let ramp = change(&series((0..60).map(|at| 100.0 + noise(at) + f64::from((at - 30).max(0)) * 20.0))).unwrap();
        assert!(ramp.ramp && (30..34).contains(&ramp.at), "{ramp:?}");
        let drop = change(&series((0..60).map(|at| if at < 30 { 100.0 + noise(at) } else { 3.0 }))).unwrap();
        assert!(!drop.grows());
    }

    #[test]
    fn one_outlier_is_no_change() {
        assert!(change(&series((0..60).map(|at| if at == 40 { 900.0 } else { 100.0 }))).is_none());
    }
}
