//! The groups of alerts on what evaluates the rules and sends the alerts.

use super::Dialect;
use super::list::{Group, Pairs, Rule};
use crate::plan::watch::{Watch, WatchPlan};
use crate::quantity::Duration;

/// Their groups: as few as the limit of a group allows, since no rule reads another.
pub(crate) fn watchers<'p>(plan: &'p WatchPlan, dialect: Dialect<'p>) -> Vec<Group<'p>> {
    let chunks = plan.group_names().zip(plan.watches.chunks(plan.most.max(1)));
    chunks
        .map(|(name, watches)| dialect.group_of(plan.scale, name, plan.evaluation, watches.iter().map(rule).collect()))
        .collect()
}

fn rule(watch: &Watch) -> Rule<'_> {
    Rule::Alerting {
        alert: watch.watched.name(),
        expr: watch.expr.clone(),
        hold: (watch.hold > Duration::ZERO).then(|| watch.hold.to_string()),
        keep_firing_for: None,
        labels: Pairs::Planned(&watch.labels, &[]),
        annotations: Pairs::Planned(&watch.annotations, &[]),
    }
}
