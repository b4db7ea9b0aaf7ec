//! Recording and alerting rules as typed values, in the order in which they must be evaluated.
//!
//! Rule files and `PrometheusRule` objects are two wrappers around the same groups. Other rulers get the same rules in their
//! [`Dialect`].

mod alerts;
mod base;
mod budget;
mod dialect;
mod layers;
mod list;
mod plain;
mod rollup;
mod watch;
mod windows;

pub(crate) use dialect::Dialect;
pub(crate) use list::Group;
pub use plain::{RuleGroup, RuleText, at_target, rule_groups};
pub(crate) use rollup::rollup;
pub(crate) use watch::watchers;

use crate::oracle::Side;
use crate::plan::{Alert, SloPlan, Unit};
use list::{Pairs, Rule, Rules, own, text};

/// An alert whose expression has a value at all times: 1 while it fires, 0 while it does not.
#[derive(Debug)]
pub(crate) struct Level<'p> {
    pub(crate) alert: Alert<'p>,
    pub(crate) expr: String,
    pub(crate) hold: Option<String>,
    pub(crate) keep_firing_for: Option<String>,
    pub(crate) labels: Vec<(String, String)>,
    pub(crate) annotations: Vec<(String, String)>,
}

/// The alerts of one objective, for who takes an empty result for missing data.
pub(crate) fn levels(slo: &SloPlan) -> Vec<Level<'_>> {
    let level = |alert| {
        let mut rules = Rules::new(slo, Dialect::Prometheus.reads(slo));
        match alert {
            Alert::Burn(alert) => alerts::burn(&mut rules, alert),
            Alert::State(alert) => alerts::state(&mut rules, alert),
        }
        let otherwise = alerts::otherwise(&rules, alert);
        match rules.rules.pop() {
            Some(Rule::Alerting {
                expr,
                hold,
                keep_firing_for,
                labels: Pairs::Made(labels),
                annotations: Pairs::Made(annotations),
                ..
            }) => {
                let expr = format!("({expr}) * 0 + 1 {otherwise}");
                Some(Level { alert, expr, hold, keep_firing_for, labels, annotations })
            }
            _ => None,
        }
    };
    slo.alerts().filter_map(level).collect()
}

/// The groups of one objective: as many fast ones as its plan says, then the budget's.
pub(crate) fn groups<'p>(slo: &'p SloPlan, dialect: Dialect<'p>) -> Vec<Group<'p>> {
    let fast = slo.layout.groups.iter().map(|units| {
        let mut rules = Rules::new(slo, dialect.reads(slo));
        for unit in units {
            add(&mut rules, *unit);
        }
        (rules, slo.timing.evaluation)
    });
    let mut budget = Rules::new(slo, dialect.reads(slo));
    budget::record(&mut budget);
    let all = fast.chain([(budget, slo.timing.budget_interval)]);
    let named = slo.group_names().into_iter().zip(all);
    dialect.groups(slo, named.map(|(name, (rules, interval))| (name, interval, rules.rules)).collect())
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
