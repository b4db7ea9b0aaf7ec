//! The onset: the earliest time, within what the alert looks at, at which the share of bad events left its usual level.
//!
//! An alert's `since` is later than the onset by its windows' delay. The recorded ratio lags too, because it is a
//! rate over the base window. So the true onset is somewhat before the first changed sample.
//!
//! An intermittent fault is quiet in between. A quiet time after a change that the alert's long window still covers is
//! part of the incident, so it does not move the onset.

use serde::Serialize;

use super::middle::{median, quantile};
use crate::source::Point;

/// When the share of bad events left its usual level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Onset {
    /// The onset, unix seconds.
    pub time: f64,
    /// The uncertainty, in seconds.
    pub plus_minus: f64,
    /// When the share last left its usual level, unix seconds. It is later than `time` if the fault comes and goes.
    pub last: f64,
    /// The usual share of bad events.
    pub usual: f64,
    /// The share of bad events since the alert's condition began to hold.
    pub level: f64,
    /// Whether the change is visible; otherwise the time is derived from the alert.
    pub is_seen: bool,
}

impl Onset {
    /// Whether the share of bad events was at its usual level again after the onset.
    #[must_use]
    pub fn is_intermittent(&self) -> bool {
        self.last > self.time + self.plus_minus
    }

    /// Whether a share of bad events is still the usual one.
    pub(super) fn is_usual(&self, share: f64) -> bool {
        share <= tolerated(self.usual, self.level)
    }
}

/// The part of the rise from the usual level to the incident's level that still counts as usual.
const STILL_USUAL: f64 = 0.1;
/// A single sample is a change only if it makes up this part of the rise. Two samples in a row always are.
const CLEAR: f64 = 0.5;

/// Finds the onset: between the last quiet sample before the incident's first change and that change.
///
/// `since` is when the alert's condition began to hold. Points are rates over a window of `base` seconds. `long` is
/// the alert's long window in seconds.
pub(super) fn find(points: &[Point], since: f64, base: f64, long: f64) -> Option<Onset> {
    let usual = quantile(points.iter().map(|point| point.value), 0.25)?;
    let level = level(points, since, long, usual)?;
    let tolerated = tolerated(usual, level);
    let clear = usual + (level - usual) * CLEAR;
    let is_quiet = |at: usize| points.get(at).is_some_and(|point| point.value <= tolerated);
    let is_change = |at: usize| {
        let is_clear = points.get(at).is_some_and(|point| point.value >= clear);
        !is_quiet(at) && (is_clear || (at + 1 < points.len() && !is_quiet(at + 1)))
    };
    let mut at = points.iter().position(|point| point.time >= since).unwrap_or(points.len() - 1);
    // The alert's condition may hold a little before the samples show it. One quiet sample is a dip; two samples are
    // the usual level.
    while at + 1 < points.len() && is_quiet(at) {
        at += 1;
    }
    let rise = |from: usize| {
        let mut at = from;
        while at > 0 && !(is_quiet(at - 1) && (at < 2 || is_quiet(at - 2))) {
            at -= 1;
        }
        at
    };
    let last = rise(at);
    // The alert counts every change in its long window, so the incident began with the first of them.
    let covered =
        (0..last).find(|at| points.get(*at).is_some_and(|point| point.time >= since - long) && is_change(*at));
    let at = covered.map_or(last, rise);
    let first = points.get(at)?;
    let last = points.get(last)?.time;
    let Some(before) = at.checked_sub(1).and_then(|at| points.get(at)) else {
        // No quiet sample is in range.
        return Some(Onset { time: first.time, plus_minus: base, last, usual, level, is_seen: false });
    };
    // A sample can lag by a scrape interval, and half of the base window is longer than that.
    let earliest = (before.time - base / 2.0).max(before.time - (first.time - before.time) - base);
    let time = f64::midpoint(earliest, first.time);
    Some(Onset { time, plus_minus: (first.time - earliest) / 2.0, last, usual, level, is_seen: true })
}

/// The highest share that counts as usual.
fn tolerated(usual: f64, level: f64) -> f64 {
    usual + (level - usual) * STILL_USUAL
}

/// The share of bad events during the incident; `None` if it never left its usual level. If an intermittent fault is
/// quiet at present, the alert's long window still shows it.
fn level(points: &[Point], since: f64, long: f64, usual: f64) -> Option<f64> {
    let values = |from: f64| points.iter().filter(move |point| point.time >= from).map(|point| point.value);
    let now = median(values(since)).or_else(|| points.last().map(|point| point.value))?;
    // A little more than usual is noise, so the highest tenth of the long window must be clearly higher.
    let within = quantile(values(since - long), 0.9).unwrap_or(now);
    let level = if now <= usual || within > 10.0 * now { within } else { now };
    (level > usual).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[f64]) -> Vec<Point> {
        let time = |at: usize| 1_000.0 + 30.0 * f64::from(u32::try_from(at).unwrap_or(0));
        values.iter().enumerate().map(|(at, value)| Point { time: time(at), value: *value }).collect()
    }

    #[test]
    fn the_last_quiet_time_before_the_alert() {
        let mut values = vec![0.001; 20];
        values.extend([0.2, 0.4, 0.6, 0.6, 0.58, 0.61]);
        let onset = find(&points(&values), 1_000.0 + 30.0 * 22.0, 75.0, 600.0).unwrap();
        assert!(onset.is_seen && (onset.time - 1_590.0).abs() <= onset.plus_minus, "{onset:?}");
        assert!(onset.plus_minus < 75.0 && onset.usual < 0.01 && onset.level > 0.5);
    }

    #[test]
    fn an_earlier_incident_and_a_dip_do_not_confuse() {
        let mut values = vec![0.0; 10];
        values.extend([0.7; 6]);
        values.extend([0.0; 14]);
        values.extend([0.3, 0.6, 0.0, 0.6, 0.6, 0.6]);
        let onset = find(&points(&values), 1_000.0 + 30.0 * 34.0, 75.0, 240.0).unwrap();
        assert!((onset.time - 1_900.0).abs() <= onset.plus_minus + 30.0, "{onset:?}");
    }

    #[test]
    fn what_was_never_quiet_is_said_to_be_so() {
        assert!(
            !find(&points(&[0.6, 0.5, 0.5, 0.5, 0.6, 0.9, 0.9]), 1_000.0, 75.0, 600.0)
                .is_some_and(|onset| onset.is_seen)
        );
        assert_eq!(find(&points(&[0.0; 5]), 1_060.0, 75.0, 600.0), None);
        assert_eq!(find(&[], 1_060.0, 75.0, 600.0), None);
    }

    #[test]
    fn an_intermittent_fault_began_with_its_first_change() {
        let mut values = vec![0.001; 20];
        for _ in 0..3 {
            values.extend([0.5, 0.6, 0.6]);
            values.extend([0.001; 6]);
        }
        values.extend([0.6, 0.6]);
        let since = 1_000.0 + 30.0 * 47.0;
        let onset = find(&points(&values), since, 75.0, 1_200.0).unwrap();
        assert!((onset.time - 1_590.0).abs() <= onset.plus_minus && onset.is_seen, "{onset:?}");
        assert!(onset.is_intermittent() && onset.last > 2_300.0, "{onset:?}");
        // A change that the long window no longer covers belongs to an earlier incident.
        let onset = find(&points(&values), since, 75.0, 150.0).unwrap();
        assert!(onset.time > 2_300.0 && !onset.is_intermittent(), "{onset:?}");
    }

    #[test]
    fn a_fault_that_is_quiet_at_present_is_seen() {
        let mut values = vec![0.001; 20];
        values.extend([0.5, 0.6, 0.6, 0.4]);
        values.extend([0.001; 12]);
        let onset = find(&points(&values), 1_000.0 + 30.0 * 24.0, 75.0, 600.0).unwrap();
        assert!((onset.time - 1_590.0).abs() <= onset.plus_minus && onset.level > 0.3, "{onset:?}");
    }

    #[test]
    fn one_small_blip_is_not_an_onset() {
        let mut values = vec![0.001; 20];
        values[8] = 0.1;
        values.extend([0.5, 0.6, 0.6, 0.6]);
        let onset = find(&points(&values), 1_000.0 + 30.0 * 22.0, 75.0, 600.0).unwrap();
        assert!((onset.time - 1_590.0).abs() <= onset.plus_minus, "{onset:?}");
    }
}
