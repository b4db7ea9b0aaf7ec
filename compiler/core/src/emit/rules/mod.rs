//! Recording and alerting rules as typed values, in the order in which they must be evaluated.
//!
//! Rule files and `PrometheusRule` objects are two wrappers around the same groups.

mod alerts;
mod base;
mod budget;
mod list;
mod watch;
mod windows;

pub(crate) use list::Group;
pub(crate) use watch::watchers;

use crate::oracle::Side;
use crate::plan::{SloPlan, Unit};
use crate::quantity::Duration;
use list::{Pairs, Rule, Rules, own, text};

/// The groups of one objective: as many fast ones as its plan says, then the budget's.
pub(crate) fn groups(slo: &SloPlan) -> Vec<Group<'_>> {
    let fast = slo.layout.groups.iter().map(|units| {
        let mut rules = Rules::new(slo);
        for unit in units {
            add(&mut rules, *unit);
        }
        (rules, slo.timing.evaluation)
    });
    let mut budget = Rules::new(slo);
    budget::record(&mut budget);
    let all = fast.chain([(budget, slo.timing.budget_interval)]);
    let query_offset = (slo.timing.delay > Duration::ZERO).then_some("0s");
    slo.group_names()
        .into_iter()
        .zip(all)
        .map(|(name, (rules, interval))| Group {
            name,
            interval: interval.to_string(),
            query_offset,
            rules: rules.rules,
        })
        .collect()
}

fn add(rules: &mut Rules<'_>, unit: Unit) {
    let slo = rules.slo;
    match unit {
        Unit::Base => {
            base::record(rules);
            windows::counts(rules);
        }
        Unit::Window(place) => slo.windows.get(place).into_iter().for_each(|window| windows::record(rules, window)),
        Unit::Burn(place) => slo.burns.get(place).into_iter().for_each(|alert| alerts::burn(rules, alert)),
        Unit::State(place) => slo.states.get(place).into_iter().for_each(|alert| alerts::state(rules, alert)),
        Unit::Rate(place) => slo.windows.get(place).into_iter().for_each(|window| windows::burn_rate(rules, window)),
    }
}
