//! `mixed-scrape-intervals`: one rate over series with samples at different intervals counts some events more than once.

use super::Context;
use crate::code;
use crate::finding::Finding;
use crate::model::{Declared, Metric};
use crate::quantity::Duration;

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (slo, _) in context.slos() {
        let Some(ratio) = slo.sli.ratio() else { continue };
        let of = |query: &crate::indicator::Query| {
            let (name, _) = query.selector.metric.as_ref()?;
            match context.model.index.series(&context.service.name.value, name) {
                Declared::Metric(metric) => Some((metric, interval(context, metric))),
                _ => None,
            }
        };
        let (Some((total_metric, total)), Some((part_metric, part))) = (of(&ratio.total), of(ratio.side.query()))
        else {
            continue;
        };
        if total != part {
            findings.push(
                Finding::new(
                    &code::MIXED_SCRAPE_INTERVALS,
                    ratio.side.query().span,
                    format!("these series get a sample every {part}, those of `total` every {total}"),
                )
                .related(part_metric.span(), format!("every {part}"))
                .related(total_metric.span(), format!("every {total}"))
                .note(format!(
                    "the rules assume the slower, {}: bad events may show before their total does",
                    total.max(part)
                ))
                .hint("scrape both alike"),
            );
        }
    }
}

fn interval(context: &Context<'_>, metric: &Metric) -> Duration {
    metric.scrape_interval.unwrap_or(context.model.policy.scrape.value)
}
