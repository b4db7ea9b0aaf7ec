//! The onset: the last time at which the share of bad events was at its usual level.
//!
//! An alert's `since` is later than the onset by its windows' delay. The recorded ratio lags too, because it is a
//! rate over the base window. So the true onset is somewhat before the first changed sample.

use serde::Serialize;

use super::middle::quantile;
use crate::source::Point;

/// When the share of bad events left its usual level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Onset {
    /// The onset, unix seconds.
    pub time: f64,
    /// The uncertainty, in seconds.
    pub plus_minus: f64,
    /// The usual share of bad events.
    pub usual: f64,
    /// The share of bad events since the alert's condition began to hold.
    pub level: f64,
    /// Whether the change is visible; otherwise the time is derived from the alert.
    pub is_seen: bool,
}

/// The part of the rise from the usual level to the incident's level that still counts as usual.
const STILL_USUAL: f64 = 0.1;

/// Finds the onset: between the last quiet sample before the alert and the first changed one.
///
/// `since` is when the alert's condition began to hold. Points are rates over a window of `base` seconds.
pub(super) fn find(points: &[Point], since: f64, base: f64) -> Option<Onset> {
    let usual = quantile(points.iter().map(|point| point.value), 0.25)?;
    let level = super::middle::median(points.iter().filter(|point| point.time >= since).map(|point| point.value))
        .or_else(|| points.last().map(|point| point.value))?;
    let tolerated = usual + (level - usual) * STILL_USUAL;
    if level <= usual {
        return None;
    }
    let is_quiet = |at: usize| points.get(at).is_some_and(|point| point.value <= tolerated);
    let mut at = points.iter().position(|point| point.time >= since).unwrap_or(points.len() - 1);
    // The alert's condition may hold a little before the samples show it. One quiet sample is a dip; two samples are
    // the usual level.
    while at + 1 < points.len() && is_quiet(at) {
        at += 1;
    }
    while at > 0 && !(is_quiet(at - 1) && (at < 2 || is_quiet(at - 2))) {
        at -= 1;
    }
    let first = points.get(at)?;
    let Some(before) = at.checked_sub(1).and_then(|at| points.get(at)) else {
        // No quiet sample is in range.
        return Some(Onset { time: first.time, plus_minus: base, usual, level, is_seen: false });
    };
    // A sample can lag by a scrape interval, and half of the base window is longer than that.
    let earliest = (before.time - base / 2.0).max(before.time - (first.time - before.time) - base);
    let time = f64::midpoint(earliest, first.time);
    Some(Onset { time, plus_minus: (first.time - earliest) / 2.0, usual, level, is_seen: true })
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
        let onset = find(&points(&values), 1_000.0 + 30.0 * 22.0, 75.0).unwrap();
        assert!(onset.is_seen && (onset.time - 1_590.0).abs() <= onset.plus_minus, "{onset:?}");
        assert!(onset.plus_minus < 75.0 && onset.usual < 0.01 && onset.level > 0.5);
    }

    #[test]
    fn an_earlier_incident_and_a_dip_do_not_confuse() {
        let mut values = vec![0.0; 10];
        values.extend([0.7; 6]);
        values.extend([0.0; 14]);
        values.extend([0.3, 0.6, 0.0, 0.6, 0.6, 0.6]);
        let onset = find(&points(&values), 1_000.0 + 30.0 * 34.0, 75.0).unwrap();
        assert!((onset.time - 1_900.0).abs() <= onset.plus_minus + 30.0, "{onset:?}");
    }

    #[test]
    fn what_was_never_quiet_is_said_to_be_so() {
        assert!(!find(&points(&[0.6, 0.5, 0.5, 0.5, 0.6, 0.9, 0.9]), 1_000.0, 75.0).is_some_and(|onset| onset.is_seen));
        assert_eq!(find(&points(&[0.0; 5]), 1_060.0, 75.0), None);
        assert_eq!(find(&[], 1_060.0, 75.0), None);
    }
}
