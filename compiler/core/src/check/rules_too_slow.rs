//! `rules-too-slow`: a rule group that takes longer than half of its interval.

use super::Context;
use crate::code;
use crate::finding::Finding;

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for ((slo, plan), bound) in context.slos().zip(&context.plan.bounds.slos) {
        let slowest = plan.costs.iter().filter(|cost| cost.seconds > cost.interval.seconds() / 2.0);
        let Some(cost) = slowest.max_by(|a, b| a.seconds.total_cmp(&b.seconds)) else { continue };
        let widest = bound.metrics.iter().max_by_key(|metric| metric.series);
        let mut finding = Finding::new(
            &code::RULES_TOO_SLOW,
            slo.name.span,
            format!(
                "the rule group `{}` would take about {:.0}s of its {} to evaluate",
                cost.group, cost.seconds, cost.interval
            ),
        )
        .label("more than half of the interval")
        .note("a ruler that is late skips evaluations, and its alerts fire late or not at all")
        .hint(
            "group by fewer labels, take labels off the metric, or record the sum of its raw series in a rule of your own",
        );
        if let Some(metric) = widest {
            finding = finding.related(metric.span, format!("up to {} time series", metric.series));
        }
        findings.push(finding);
    }
}
