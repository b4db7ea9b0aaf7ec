//! `threshold-not-a-bucket`: a classic histogram counts only up to its boundaries.

use rust_decimal::Decimal;

use super::{Context, added};
use crate::code;
use crate::finding::Finding;
use crate::model::{Latency, LatencyKind, Sli};

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (slo, _) in context.slos() {
        let Sli::Latency(latency) = &slo.sli else { continue };
        if latency.kind != LatencyKind::Classic {
            continue;
        }
        let Ok((_, metric)) = context.model.index.histogram(&context.service.name.value, &latency.metric.value) else {
            continue;
        };
        let Some(buckets) = &metric.buckets else { continue };
        if buckets.value.contains(&latency.limit) {
            continue;
        }
        let before = findings.len();
        let near = nearest(latency, &buckets.value);
        findings.push(
            Finding::new(
                &code::THRESHOLD_NOT_A_BUCKET,
                latency.threshold.span,
                format!("{} is no bucket boundary of `{}`", latency.threshold.value, latency.metric.value),
            )
            .label(format!("nothing counts events up to {} {}", latency.limit, metric.unit.as_deref().unwrap_or("s")))
            .related(buckets.span, "its boundaries")
            .hint(format!("use {near}, or add the boundary {} to the histogram", latency.limit)),
        );
        added::note(context, slo, &mut findings[before..]);
    }
}

/// The boundaries on either side of the threshold, in words.
fn nearest(latency: &Latency, buckets: &[Decimal]) -> String {
    let below = buckets.iter().rev().find(|bound| **bound < latency.limit);
    let above = buckets.iter().find(|bound| **bound > latency.limit);
    let text = |bound: &Decimal| {
        // In the unit that the threshold was written in, as far as milliseconds go.
        let millis = Decimal::from(latency.threshold.value.millis()) * *bound / latency.limit;
        let whole = millis.fract().is_zero().then(|| u64::try_from(millis.trunc()).ok()).flatten();
        whole.map_or_else(
            || format!("{bound}"),
            |millis| format!("`{}`", crate::quantity::Duration::from_millis(millis)),
        )
    };
    match (below, above) {
        (Some(below), Some(above)) => format!("{} or {}", text(below), text(above)),
        (Some(only), None) | (None, Some(only)) => text(only),
        (None, None) => "a boundary".to_owned(),
    }
}
