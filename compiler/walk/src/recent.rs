//! Revisions that may not be acquitted: the alert still counts requests from before they ran.
//!
//! A healthy request of such a revision proves little, because a fault may come and go, or show some time after its
//! release.

use super::code::Code;
use super::middle::number;
use super::report::Evidence;
use super::revisions::Revisions;
use super::slo::Objective;
use crate::source::Point;
use emberline_prose::number::{clock, length, percent, short};

/// A revision that was first seen within the alert's long window.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recent {
    pub(super) service: String,
    pub(super) revision: String,
    /// When it was first seen, unix seconds.
    pub(super) seen: f64,
    /// The seconds from then to the onset; negative if it was seen later.
    pub(super) lead: f64,
    /// The shares of bad events before and since it was seen, if both are known.
    pub(super) shares: Option<(f64, f64)>,
}

/// The recent revisions of the services of an incident; none if nobody knows when it began, or what runs.
pub(super) fn within(evidence: &Evidence) -> Vec<Recent> {
    let both = evidence.objective.as_ref().zip(evidence.code.as_ref());
    both.map(|(objective, code)| of(objective, code)).unwrap_or_default()
}

/// If the earlier revision had this part of the bad events of the current one, the fault is older than the release.
const AS_BAD: f64 = 0.7;

/// The recent revisions of involved services. It leaves out services that no deployed commit changes, and revisions
/// that are no worse than the one before them.
fn of(objective: &Objective, code: &Code) -> Vec<Recent> {
    let onset = &objective.onset;
    let is_open = |it: &&Revisions| it.is_recent(onset, objective.long) && !code.untouched.contains(&it.service);
    let told = code.revisions.iter().filter(is_open).filter_map(|it| {
        let seen = it.first_seen?;
        Some(Recent {
            service: it.service.clone(),
            revision: it.now.clone().unwrap_or_default(),
            seen,
            lead: onset.time - seen,
            shares: shares(&objective.ratio, seen, objective.long),
        })
    });
    told.filter(|it| it.shares.is_none_or(|(before, since)| before < AS_BAD * since)).collect()
}

/// The mean shares of bad events in the long window before a time, and since then.
fn shares(ratio: &[Point], time: f64, long: f64) -> Option<(f64, f64)> {
    let mean = |from: f64, to: f64| {
        let values: Vec<f64> =
            ratio.iter().filter(|point| (from..to).contains(&point.time)).map(|point| point.value).collect();
        (values.len() >= 2).then(|| values.iter().sum::<f64>() / number(values.len()))
    };
    Some((mean(time - long, time)?, mean(time, f64::INFINITY)?))
}

impl Recent {
    /// The revision and why it stays suspect, in words.
    pub(super) fn words(&self) -> String {
        let relation = if self.lead >= 0.0 { "before" } else { "after" };
        let shares = self.shares.map_or_else(String::new, |(before, since)| {
            format!("; {} of events were bad before it, {} since", percent(before), percent(since))
        });
        format!(
            "{} runs {}, first seen at {}, {} {relation} the onset, and the alert still counts that time{shares}",
            self.service,
            short(&self.revision),
            clock(self.seen),
            length(self.lead.abs())
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_before_and_since_a_release() {
        let point = |at: u32, value: f64| Point { time: f64::from(at), value };
        let ratio: Vec<Point> = (0..10).map(|at| point(at, if at < 5 { 0.1 } else { 0.5 })).collect();
        let (before, since) = shares(&ratio, 5.0, 100.0).unwrap();
        assert!((before - 0.1).abs() < 1e-9 && (since - 0.5).abs() < 1e-9);
        assert_eq!(shares(&ratio, 0.0, 100.0), None);
        assert_eq!(shares(&ratio, 9.0, 100.0), None);
    }
}
