//! What the recorded history of an error budget is worth after a change.
//!
//! Rules record counts of all and bad events under names that hold neither target nor window. So a new target is computed
//! from the old counts at once. Other labels are other time series, and another indicator counts from now on.

use super::record::{Change, Kind, subject};
use crate::plan::SloPlan;
use crate::quantity::Duration;

/// The history of a new objective.
pub(super) fn new(slo: &SloPlan) -> Change {
    told(slo, format!("starts empty: the budget covers its whole window {} after the rules are loaded", slo.window))
}

/// The history of an objective that is gone.
pub(super) fn gone(slo: &SloPlan) -> Change {
    told(slo, "ends: recorded counts stay as long as Prometheus keeps samples".to_owned())
}

/// The history of an objective with a new name.
pub(super) fn renamed(new: &SloPlan) -> Change {
    anew(new, "its series have another name")
}

fn told(slo: &SloPlan, what: String) -> Change {
    Change::new(Kind::History, subject(slo), what)
}

fn anew(slo: &SloPlan, why: &str) -> Change {
    let what = format!("starts anew, since {why}: the budget covers its whole window after {}", slo.window);
    told(slo, what)
}

/// What becomes of the history. `is_measured_anew`: whether the indicator counts other events. `kept` is how long
/// Prometheus keeps samples.
pub(super) fn compare(old: &SloPlan, new: &SloPlan, is_measured_anew: bool, kept: Duration, changes: &mut Vec<Change>) {
    if old.labels != new.labels {
        changes.push(anew(new, "its series have other labels"));
        return;
    }
    if old.group_by != new.group_by {
        changes.push(anew(new, "other labels are kept apart"));
        return;
    }
    if is_measured_anew {
        let window = new.window;
        let what = match old.sli.unit().events == new.sli.unit().events {
            true => {
                format!("is mixed for {window}: {} before the change stay counted as they were", new.sli.unit().events)
            }
            false => format!(
                "is mixed for {window}: {} before the change are added to {}",
                old.sli.unit().events,
                new.sli.unit().events
            ),
        };
        changes.push(told(new, what));
    }
    if old.window != new.window {
        let what =
            format!("is kept: the new window is read from recorded counts at once, if they reach back {}", new.window);
        changes.push(told(new, what).note(format!("Prometheus is to keep samples for {kept}")));
    }
    if old.objective != new.objective {
        changes.push(told(new, "is kept: the budget left is computed from recorded counts at once".to_owned()));
    }
    let pace = |slo: &SloPlan| (slo.timing.scrape, slo.timing.evaluation);
    if pace(old) != pace(new) && !is_measured_anew {
        changes.push(told(new, "is kept: counts do not depend on intervals".to_owned()));
    }
    seam(old, new, changes);
}

/// Data that is read later or earlier than before: at the change, some of it is counted twice or never.
fn seam(old: &SloPlan, new: &SloPlan, changes: &mut Vec<Change>) {
    let [before, after] = [old, new].map(|slo| slo.timing.delay);
    let between = |long: Duration, short: Duration| Duration::from_millis(long.millis().saturating_sub(short.millis()));
    let what = match before.cmp(&after) {
        std::cmp::Ordering::Less => format!("has a seam: {} of events are counted twice", between(after, before)),
        std::cmp::Ordering::Greater => format!("has a seam: {} of events are never counted", between(before, after)),
        std::cmp::Ordering::Equal => return,
    };
    changes.push(told(new, what));
}
