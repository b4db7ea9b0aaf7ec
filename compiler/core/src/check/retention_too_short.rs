//! `retention-too-short`: Prometheus would forget a part of the window before the budget has counted it.

use super::Context;
use crate::code;
use crate::finding::Finding;

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let Some(kept) = context.policy.retention.metrics else { return };
    for (slo, plan) in context.slos() {
        // What is compressed for a drill needs only the compressed window.
        if plan.window_real.reach() <= kept.value {
            continue;
        }
        findings.push(
            Finding::new(
                &code::RETENTION_TOO_SHORT,
                slo.window.span,
                format!("a window of {} needs samples that Prometheus keeps for {} only", slo.window.value, kept.value),
            )
            .label(format!("the budget would count the last {} and call it the whole", kept.value))
            .related(kept.span, "the retention is set here")
            .hint(format!("set `retention: {{metrics: {}}}` or more, or shorten the window", slo.window.value)),
        );
    }
}
