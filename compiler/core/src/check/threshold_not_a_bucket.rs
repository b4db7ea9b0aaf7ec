//! `threshold-not-a-bucket`: a classic histogram counts only up to its boundaries.

use rust_decimal::Decimal;

use super::{Context, added};
use crate::code;
use crate::finding::Finding;
use crate::indicator::Threshold;

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (slo, _) in context.slos() {
        let Some(threshold) = slo.sli.threshold().filter(|threshold| threshold.needs_bucket) else { continue };
        let Ok((_, metric)) = context.model.index.histogram(&context.service.name.value, &threshold.metric.value)
        else {
            continue;
        };
        let Some(buckets) = &metric.buckets else { continue };
        if buckets.value.contains(&threshold.limit) {
            continue;
        }
        let before = findings.len();
        let near = nearest(threshold, &buckets.value);
        findings.push(
            Finding::new(
                &code::THRESHOLD_NOT_A_BUCKET,
                threshold.longest.span,
                format!("{} is no bucket boundary of `{}`", threshold.longest.value, threshold.metric.value),
            )
            .label(format!("nothing counts events up to {} {}", threshold.limit, metric.unit.as_deref().unwrap_or("s")))
            .related(buckets.span, "its boundaries")
            .hint(format!("use {near}, or add the boundary {} to the histogram", threshold.limit)),
        );
        added::note(slo, &mut findings[before..]);
    }
}

/// The boundaries on either side of the threshold, in words.
fn nearest(threshold: &Threshold, buckets: &[Decimal]) -> String {
    let below = buckets.iter().rev().find(|bound| **bound < threshold.limit);
    let above = buckets.iter().find(|bound| **bound > threshold.limit);
    let text = |bound: &Decimal| {
        // In the unit that the threshold was written in, as far as milliseconds go.
        let millis = Decimal::from(threshold.longest.value.millis()) * *bound / threshold.limit;
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
