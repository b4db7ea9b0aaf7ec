//! The groups of alerts on what evaluates the rules and sends the alerts.

use super::list::{Group, Pairs, Rule};
use crate::plan::watch::{Watch, WatchPlan};
use crate::quantity::Duration;

/// Their groups: as few as the limit of a group allows, since no rule reads another.
pub(crate) fn watchers(plan: &WatchPlan) -> Vec<Group<'_>> {
    let chunks = plan.group_names().zip(plan.watches.chunks(plan.most.max(1)));
    chunks
        .map(|(name, watches)| Group {
            name,
            interval: plan.evaluation.to_string(),
            query_offset: None,
            rules: watches.iter().map(rule).collect(),
        })
        .collect()
}

fn rule(watch: &Watch) -> Rule<'_> {
    Rule::Alerting {
        alert: watch.watched.name(),
        expr: watch.expr.clone(),
        hold: (watch.hold > Duration::ZERO).then(|| watch.hold.to_string()),
        keep_firing_for: None,
        labels: Pairs::Planned(&watch.words.labels, &[]),
        annotations: Pairs::Planned(&watch.words.annotations, &[]),
    }
}
