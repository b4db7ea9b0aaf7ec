//! What a replay of one objective showed.

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::plan::SloPlan;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::alert::Spell;
use crate::backfill::{Filled, Recorded};
use crate::grid::Labels;
use crate::moment;

/// What is replayed.
#[derive(Debug, Clone)]
pub struct Span {
    /// From when on alerts count, in milliseconds since 1970.
    pub from: i64,
    /// Until when.
    pub until: i64,
    /// Targets that are tried beside the objective's own, as shares of good events.
    pub targets: Vec<Decimal>,
    /// The last moment that a backfill may write; `None` if none is wanted.
    pub backfill: Option<i64>,
}

/// An objective's replay. Times are milliseconds since 1970, and are written in RFC 3339.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// The service.
    pub service: String,
    /// The objective's name.
    pub slo: String,
    /// The target, as a share of good events.
    #[serde(serialize_with = "share")]
    pub objective: Decimal,
    /// The objective's window.
    pub window: String,
    /// From when on alerts count.
    #[serde(serialize_with = "moment::write")]
    pub from: i64,
    /// Until when.
    #[serde(serialize_with = "moment::write")]
    pub until: i64,
    /// The first evaluation with data; `None` if there is none.
    #[serde(serialize_with = "moment::write_some")]
    pub since: Option<i64>,
    /// From when on data is needed to fill every window before `from`.
    #[serde(serialize_with = "moment::write")]
    pub filled_from: i64,
    /// Every alert of the objective.
    pub fired: Vec<Fired>,
    /// The budget of the objective's window at the end; one for each group.
    pub budgets: Vec<Budget>,
    /// What other targets would have meant.
    pub tried: Vec<Tried>,
    /// What a backfill has of each record that it needs; `None` if none is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filled: Option<Vec<Filled>>,
    /// The recorded series of a backfill, which whoever writes them takes out.
    #[serde(skip)]
    pub recorded: Vec<Recorded>,
}

/// An alert and when it fired.
#[derive(Debug, Serialize)]
pub struct Fired {
    /// `alertname`.
    pub alert: String,
    /// The severity's name.
    pub severity: String,
    /// The rule's labels.
    pub labels: Labels,
    /// Each time that it fired, in order of groups and then of time.
    pub firings: Vec<Firing>,
}

/// One time that an alert fired.
#[derive(Debug, Serialize)]
pub struct Firing {
    /// Since when its condition held.
    #[serde(serialize_with = "moment::write")]
    pub pending: i64,
    /// The first evaluation at which it fired.
    #[serde(serialize_with = "moment::write")]
    pub fired: i64,
    /// The first evaluation at which it fired no more; `None` while it does.
    #[serde(serialize_with = "moment::write_some")]
    pub until: Option<i64>,
    /// The labels that tell it from other groups of the objective.
    pub group: Labels,
    /// The share of the window's error budget that bad events spent while it fired, at the mean traffic of the replay.
    pub budget_spent: Option<f64>,
}

/// A group's error budget over the objective's window.
#[derive(Debug, Serialize)]
pub struct Budget {
    /// The group's labels.
    pub group: Labels,
    /// All events.
    pub events: Option<f64>,
    /// Bad events.
    pub bad_events: Option<f64>,
    /// The share that is left; negative once overspent.
    pub left: Option<f64>,
    /// Whether there was data for the whole window.
    pub is_whole: bool,
}

/// What a target would have meant.
#[derive(Debug, Serialize)]
pub struct Tried {
    /// The target, as a share of good events.
    #[serde(serialize_with = "share")]
    pub target: Decimal,
    /// How many notifications a month of each severity: firings that overlap count once.
    pub a_month: BTreeMap<String, f64>,
}

impl Firing {
    pub(crate) fn of(spell: Spell, labels: &Labels, slo: &SloPlan) -> Self {
        let Spell { pending, fired, until } = spell;
        Self { pending, fired, until, group: Self::group(labels, slo), budget_spent: None }
    }

    pub(crate) fn group(labels: &Labels, slo: &SloPlan) -> Labels {
        let of_group = labels.iter().filter(|(label, _)| slo.group_by.contains(label));
        of_group.map(|(label, value)| (label.clone(), value.clone())).collect()
    }
}

/// Milliseconds of a month of 30 days.
const MONTH: f64 = 30.0 * 86_400_000.0;

impl Tried {
    /// Burn-rate alerts at the target; alerts on missing data, which do not depend on it, as they fired.
    pub(crate) fn of(
        target: Decimal,
        spells: &[(String, Spell, Labels)],
        fired: &[Fired],
        severities: &BTreeSet<String>,
        span: &Span,
    ) -> Self {
        let states = fired.iter().filter(|fired| !fired.labels.contains_key("long_window"));
        let states = states.flat_map(|fired| fired.firings.iter().map(|firing| (&fired.severity, firing)));
        let length = (span.until - span.from).max(1) as f64;
        let count = |severity: &String| {
            let burns = spells.iter().filter(|(of, ..)| of == severity).map(|(_, spell, _)| (spell.fired, spell.until));
            let states = states.clone().filter(|(of, _)| *of == severity).map(|(_, it)| (it.fired, it.until));
            let notified = notified(burns.chain(states), span.until);
            (severity.clone(), notified as f64 * MONTH / length)
        };
        Self { target, a_month: severities.iter().map(count).collect() }
    }
}

/// How many times people are told: firings that overlap or touch come as one.
pub(crate) fn notified(firings: impl Iterator<Item = (i64, Option<i64>)>, until: i64) -> usize {
    let mut firings: Vec<(i64, i64)> = firings.map(|(from, to)| (from, to.unwrap_or(until))).collect();
    firings.sort_unstable();
    let (mut count, mut end) = (0, i64::MIN);
    for (from, to) in firings {
        if from > end {
            count += 1;
        }
        end = end.max(to);
    }
    count
}

pub(crate) fn share<S: serde::Serializer>(share: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&share.normalize())
}

#[cfg(test)]
mod tests {
    use super::notified;

    #[test]
    fn overlapping_firings_are_one_notification() {
        let firings = [(0, Some(10)), (5, Some(30)), (30, Some(40)), (50, None)];
        assert_eq!(notified(firings.into_iter(), 60), 2);
        assert_eq!(notified([].into_iter(), 60), 0);
    }
}
