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
        let known: Vec<_> = ratio.counters().filter_map(|counter| Some((counter, of(&counter.query)?))).collect();
        let Some((first, (total_metric, total))) = known.first() else { continue };
        for (counter, (part_metric, part)) in known.iter().filter(|(_, (_, interval))| interval != total) {
            findings.push(
                Finding::new(
                    &code::MIXED_SCRAPE_INTERVALS,
                    counter.query.span,
                    format!("these series get a sample every {part}, those of `{}` every {total}", first.field),
                )
                .related(part_metric.span(), format!("every {part}"))
                .related(total_metric.span(), format!("every {total}"))
                .note(format!(
                    "the rules assume the slower, {}: bad events may show before their total does",
                    (*total).max(*part)
                ))
                .hint("scrape both alike"),
            );
        }
    }
}

fn interval(context: &Context<'_>, metric: &Metric) -> Duration {
    metric.scrape_interval.unwrap_or(context.policy.scrape.value)
}
