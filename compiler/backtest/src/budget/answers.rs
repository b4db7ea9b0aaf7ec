//! What a server says about the budgets of a service's objectives at one instant.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use emberline_core::plan::SloPlan;
use emberline_core::plan::recorded::{BudgetQueries, instants};

use crate::grid::Labels;

/// A server that evaluates an expression at one instant.
pub trait Instants {
    /// Every series of `expr` with its labels and its value at `time`, in milliseconds since 1970.
    ///
    /// # Errors
    /// When there is no answer.
    fn instant(&self, expr: &str, time: i64) -> Result<Vec<(Labels, f64)>, String>;
}

/// Series with their values.
pub(super) type Values = Vec<(Labels, f64)>;

/// What a server says.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// What is recorded about budgets now.
    pub(super) now: Values,
    /// When what is left was recorded, in seconds since 1970.
    pub(super) recorded: Values,
    /// When what is left was recorded last within a day, in seconds since 1970.
    pub(super) seen: Values,
    /// At how many instants of a window events were counted, by the window in milliseconds.
    pub(super) counted: BTreeMap<u64, Values>,
}

/// The values of one objective's groups.
pub(super) type Groups = BTreeMap<Labels, f64>;

impl Answers {
    /// Asks; `None` if no objective is wanted.
    pub(super) fn of(slos: &[&SloPlan], source: &impl Instants, at: i64) -> Result<Option<Self>, String> {
        let Some(queries) = BudgetQueries::of(slos) else { return Ok(None) };
        let mut counted = BTreeMap::new();
        for slo in slos {
            let window = slo.window_real.reach().millis();
            if let Entry::Vacant(place) = counted.entry(window) {
                place.insert(source.instant(&queries.counted(slo), at)?);
            }
        }
        Ok(Some(Self {
            now: source.instant(&queries.now(), at)?,
            recorded: source.instant(&queries.recorded(), at)?,
            seen: source.instant(&queries.seen(), at)?,
            counted,
        }))
    }

    /// The values of an objective's series of this name.
    pub(super) fn named(&self, slo: &SloPlan, name: &str, pick: fn(f64, f64) -> f64) -> Groups {
        let is_named = |labels: &&(Labels, f64)| labels.0.get("__name__").is_some_and(|it| it == name);
        groups(slo, self.now.iter().filter(is_named), pick)
    }

    /// When what an objective has left was recorded.
    pub(super) fn recorded(&self, slo: &SloPlan) -> Groups {
        groups(slo, self.recorded.iter(), f64::max)
    }

    /// When it was recorded last within a day.
    pub(super) fn seen(&self, slo: &SloPlan) -> Groups {
        groups(slo, self.seen.iter(), f64::max)
    }

    /// The share of the window for which events were counted.
    pub(super) fn counted(&self, slo: &SloPlan) -> Groups {
        let all = instants(slo).max(1) as f64;
        let counted = self.counted.get(&slo.window_real.reach().millis());
        let mut groups = groups(slo, counted.into_iter().flatten(), f64::max);
        groups.values_mut().for_each(|count| *count = (*count / all).min(1.0));
        groups
    }
}

/// The values of an objective by what tells its series apart. Of series that only replicas of a server tell apart, `pick`
/// chooses.
fn groups<'v>(slo: &SloPlan, values: impl Iterator<Item = &'v (Labels, f64)>, pick: fn(f64, f64) -> f64) -> Groups {
    let mut own: BTreeSet<&str> = slo.labels.iter().map(|(name, _)| name.as_str()).collect();
    own.extend(["__name__"].into_iter().chain(slo.replica_label.as_deref()));
    let mut groups = Groups::new();
    for (labels, value) in values {
        if slo.labels.iter().any(|(name, value)| labels.get(name) != Some(value)) {
            continue;
        }
        let group = labels.iter().filter(|(name, _)| !own.contains(name.as_str()));
        let group: Labels = group.map(|(name, value)| (name.clone(), value.clone())).collect();
        groups.entry(group).and_modify(|other| *other = pick(*other, *value)).or_insert(*value);
    }
    groups
}
