//! Recording and alerting rules as typed values, in the order in which they must be evaluated.
//!
//! Rule files and `PrometheusRule` objects are two wrappers around the same groups.

mod alerts;
mod base;
mod budget;
mod list;
mod windows;

pub(crate) use list::Group;

use crate::plan::SloPlan;
use crate::quantity::Duration;
use list::{Pairs, Rule, Rules, Side, own, text};

/// The groups of one objective: the fast one, then the budget's.
pub(crate) fn groups(slo: &SloPlan) -> [Group<'_>; 2] {
    let mut fast = Rules::new(slo);
    base::record(&mut fast);
    windows::record(&mut fast);
    alerts::burn(&mut fast);
    alerts::states(&mut fast);
    windows::burn_rates(&mut fast);
    let mut slow = Rules::new(slo);
    budget::record(&mut slow);
    let [name, budget] = names(slo);
    let query_offset = (slo.timing.delay > Duration::ZERO).then_some("0s");
    let group = |name, interval: Duration, rules| Group { name, interval: interval.to_string(), query_offset, rules };
    [group(name, slo.timing.evaluation, fast.rules), group(budget, slo.timing.budget_interval, slow.rules)]
}

/// The names of those groups, in the order in which each reads what the ones before it recorded.
pub(crate) fn names(slo: &SloPlan) -> [String; 2] {
    let name = format!("{}/{}", slo.service, slo.name);
    let budget = format!("{name}/budget");
    [name, budget]
}
