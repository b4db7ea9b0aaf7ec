//! `ruler-limit`: a ruler that is asked for does not take as much as there is, or not as often.

use std::collections::BTreeMap;

use super::Context;
use crate::code;
use crate::finding::Finding;
use crate::model::{Common, Policy};
use crate::plan::bounds::ServiceBound;
use crate::quantity::Duration;
use crate::source::Span;
use crate::target::Target;

/// Grafana evaluates no rule more often, and every interval must be a multiple (`[unified_alerting] min_interval`).
const GRAFANA: Duration = Duration::from_secs(10);

/// The interval of rules that Grafana evaluates.
pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let policy = context.policy;
    if !policy.targets.contains(&Target::GrafanaRules) {
        return;
    }
    let odd = context.slos().find(|(_, plan)| !plan.timing.evaluation.is_multiple_of(GRAFANA));
    let Some((slo, plan)) = odd else { return };
    findings.push(
        Finding::new(
            &code::RULER_LIMIT,
            slo.name.span,
            format!("Grafana evaluates rules every 10s or a multiple of it, not every {}", plan.timing.evaluation),
        )
        .label("the first objective of its service")
        .hint("set `evaluation_interval: 30s`, or leave `grafana-rules` out of the policy's `targets`"),
    );
}

/// The groups of each tenant of Mimir. A team whose policy says a limit, or asks for the target, has a tenant of its own;
/// teams that inherit both share one.
pub(super) fn whole(model: &Common, bounds: &[ServiceBound], findings: &mut Vec<Finding>) {
    let mut tenants: BTreeMap<Option<Span>, (&Policy, Vec<&ServiceBound>)> = BTreeMap::new();
    for bound in bounds {
        let policy = model.policy_of_team(bound.team);
        if policy.targets.contains(&Target::Mimir) {
            tenants.entry(policy.rulers.mimir.place).or_insert_with(|| (policy, Vec::new())).1.push(bound);
        }
    }
    for (policy, bounds) in tenants.into_values() {
        tenant(policy, &bounds, findings);
    }
}

fn tenant(policy: &Policy, bounds: &[&ServiceBound], findings: &mut Vec<Finding>) {
    let mimir = &policy.rulers.mimir;
    let groups: usize = bounds.iter().map(|service| service.groups).sum();
    let place = mimir.place.or_else(|| bounds.iter().find_map(|service| service.span));
    let (Some(most), Some(place)) = (mimir.max_groups.filter(|most| groups > *most), place) else { return };
    findings.push(
        Finding::new(
            &code::RULER_LIMIT,
            place,
            format!("the objectives have {groups} rule groups, and a tenant of Mimir may have {most}"),
        )
        .note(format!(
            "a group has at most {} rules (`rules: {{max_group_rules: …}}`), so an objective has several",
            policy.max_group_rules
        ))
        .hint(format!(
            "raise the tenant's `ruler_max_rule_groups_per_tenant` and say it here: \
             `rulers: {{mimir: {{max_groups: {groups}}}}}`, 0 for no limit; Cortex has none unless told"
        )),
    );
}
