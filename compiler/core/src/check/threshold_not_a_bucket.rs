//! `threshold-not-a-bucket`: a classic histogram counts only up to its boundaries.

use rust_decimal::Decimal;

use super::{Context, added, unit_mismatch};
use crate::code;
use crate::finding::Finding;
use crate::indicator::{Query, Threshold};
use crate::metric::{Declared, measure};
use crate::promql::boundary;
use crate::quantity::Bound;

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (slo, _) in context.slos() {
        findings.extend(slo.sli.queries().into_iter().flat_map(|query| selected(context, query)));
        let Some(threshold) = slo.sli.threshold().filter(|threshold| threshold.needs_bucket) else { continue };
        if !measure::fits(threshold.unit.as_deref(), threshold.longest.value) {
            continue;
        }
        let Ok((_, metric)) = context.model.index.histogram(&context.service.name.value, &threshold.metric.value)
        else {
            continue;
        };
        let Some(buckets) = &metric.buckets else { continue };
        // In which unit the boundaries are is not known then.
        if unit_mismatch::is_doubtful(metric) || buckets.value.contains(&threshold.limit) {
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
            .label(format!("nothing counts events up to {}{}", threshold.limit, unit(threshold)))
            .related(buckets.span, "its boundaries")
            .hint(format!("use {near}, or add the boundary {} to the histogram", threshold.limit)),
        );
        added::note(slo, &mut findings[before..]);
    }
}

/// Buckets that a selector asks for and its metric does not have.
fn selected(context: &Context<'_>, query: &Query) -> Option<Finding> {
    let name = query.selector.metric_name()?;
    let Declared::Metric(metric) = context.model.index.series(&context.service.name.value, name) else { return None };
    let buckets = metric.buckets.as_ref()?;
    let matcher = query.selector.matchers.iter().find(|matcher| matcher.label == "le")?;
    let asked = boundary::named(matcher.op, &matcher.value);
    if asked.is_empty() || asked.iter().any(|bound| buckets.value.contains(bound)) {
        return None;
    }
    let place = query.place(context.sources, matcher.value_range.clone());
    let list = buckets.value.iter().map(|bound| format!("`{bound}`")).collect::<Vec<_>>().join(", ");
    Some(
        Finding::new(
            &code::THRESHOLD_NOT_A_BUCKET,
            place,
            format!("`le` names no bucket boundary of `{}`", metric.name.value),
        )
        .label("no bucket has this boundary")
        .related(buckets.span, "its boundaries")
        .hint(format!("write one of {list}, or add the boundary to the histogram")),
    )
}

/// The unit behind a number, in words: ` s`, or nothing where none is known.
fn unit(threshold: &Threshold) -> String {
    match (threshold.unit.as_deref(), threshold.longest.value) {
        (Some(unit), _) => format!(" {unit}"),
        (None, Bound::Time(_)) => " s".to_owned(),
        (None, _) => String::new(),
    }
}

/// The boundaries on either side of the threshold, as a threshold is written.
fn nearest(threshold: &Threshold, buckets: &[Decimal]) -> String {
    let below = buckets.iter().rev().find(|bound| **bound < threshold.limit);
    let above = buckets.iter().find(|bound| **bound > threshold.limit);
    let text = |bound: &Decimal| format!("`{}`", as_threshold(threshold, *bound));
    match (below, above) {
        (Some(below), Some(above)) => format!("{} or {}", text(below), text(above)),
        (Some(only), None) | (None, Some(only)) => text(only),
        (None, None) => "a boundary".to_owned(),
    }
}

/// A boundary as the threshold could be written: in the metric's unit, which is seconds for a duration without one.
fn as_threshold(threshold: &Threshold, bound: Decimal) -> Bound {
    match (threshold.unit.as_deref(), threshold.longest.value) {
        (None, Bound::Time(_)) => Bound::Time(bound),
        (unit, _) => measure::bound(unit, bound),
    }
}
