//! Changed fields of the specs: which of them the comparison of plans has explained, and which stand for themselves.

use super::record::{Change, Kind};
use crate::promql::{Selector, parse_selector};
use crate::source::Sources;
use crate::weaker::{Weakening, changed_fields};

/// Every changed field.
pub(super) struct Fields(Vec<Weakening>);

impl Fields {
    pub(super) fn of(before: &Sources, after: &Sources) -> Self {
        Self(changed_fields(before, after))
    }

    /// The changes of an objective's indicator. What is narrowed or widened is said to be so.
    pub(super) fn of_indicator(&self, service: &str, slo: &str) -> Vec<Change> {
        let prefix = format!("{service}.slos[{slo}].sli.");
        let subject = format!("{service}/{slo}");
        let of = |field: &Weakening| {
            let path = field.place.strip_prefix(&prefix)?;
            // The labels kept apart are compared as the plan has them, with those of the policy.
            if path.ends_with(".group_by") {
                return None;
            }
            let note = field.before.as_deref().zip(field.after.as_deref()).and_then(|(old, new)| reach(old, new));
            Some(Change {
                before: field.before.clone(),
                after: field.after.clone(),
                note: note.map(str::to_owned),
                ..Change::new(Kind::Objective, subject.clone(), format!("indicator {path}"))
            })
        };
        self.0.iter().filter_map(of).collect()
    }

    /// Tells the fields that nothing else tells of: a weakening of the gate is told as such, and `has_plans` says whether
    /// objectives were compared.
    pub(super) fn tell(&self, weaker: &[Weakening], has_plans: bool, changes: &mut Vec<Change>) {
        for field in &self.0 {
            if field.place.contains(".waivers[") {
                changes.push(waiver(field));
                continue;
            }
            let is_told = weaker
                .iter()
                .any(|one| one.place == field.place && one.before == field.before && one.after == field.after);
            if is_told || (has_plans && is_of_objective(&field.place)) {
                continue;
            }
            changes.push(Change {
                before: field.before.clone(),
                after: field.after.clone(),
                ..Change::new(Kind::Field, field.place.clone(), "")
            });
        }
    }
}

/// A way in which the change weakens the gate.
pub(super) fn weakening(weaker: &Weakening) -> Change {
    Change {
        before: weaker.before.clone(),
        after: weaker.after.clone(),
        ..Change::new(Kind::Gate, weaker.place.clone(), weaker.what)
    }
}

fn waiver(field: &Weakening) -> Change {
    let what = match (&field.before, &field.after) {
        (None, Some(_)) => "new waiver",
        (Some(_), None) => "waiver gone",
        _ => "waiver",
    };
    Change {
        before: field.before.clone(),
        after: field.after.clone(),
        ..Change::new(Kind::Waiver, field.place.clone(), what)
    }
}

/// Whether a field is one that the comparison of two plans speaks of: an objective as a whole, its target, window,
/// indicator and delay.
fn is_of_objective(place: &str) -> bool {
    let Some((_, rest)) = place.split_once(".slos[") else { return false };
    let Some((_, field)) = rest.split_once(']') else { return false };
    field.is_empty()
        || [".objective", ".window", ".delay", ".sli"]
            .iter()
            .any(|known| field.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

/// Whether a selector reaches fewer series than another, or more; `None` where neither is certain.
fn reach(old: &str, new: &str) -> Option<&'static str> {
    let (old, new) = (parse_selector(old).ok()?, parse_selector(new).ok()?);
    if old.metric_name() != new.metric_name() {
        return None;
    }
    match (is_within(&new, &old), is_within(&old, &new)) {
        (true, false) => Some("narrower: it selects no other series than before"),
        (false, true) => Some("wider: it selects every series that it did"),
        _ => None,
    }
}

/// Whether every series of `inner` is one of `outer`, since it asks for all that `outer` does.
fn is_within(inner: &Selector, outer: &Selector) -> bool {
    let ((_, inner), (_, outer)) = (inner.plain(), outer.plain());
    outer.iter().all(|matcher| inner.contains(matcher))
}
