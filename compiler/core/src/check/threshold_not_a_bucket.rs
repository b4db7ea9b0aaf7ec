//! `threshold-not-a-bucket`: a classic histogram counts only up to its boundaries.

use std::fmt::Display;

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
        // The unit of the boundaries is not known then.
        if unit_mismatch::is_doubtful(metric) || buckets.value.contains(&threshold.limit) {
            continue;
        }
        let before = findings.len();
        let add = format!("add the boundary {} to the histogram", threshold.limit);
        findings.push(
            Finding::new(
                &code::THRESHOLD_NOT_A_BUCKET,
                threshold.longest.span,
                format!("{} is no bucket boundary of `{}`", threshold.longest.value, threshold.metric.value),
            )
            .label(format!("nothing counts events up to {}{}", threshold.limit, unit(threshold)))
            .related(buckets.span, "its boundaries")
            .hint(instead(threshold, &buckets.value, &add)),
        );
        added::note(slo, &mut findings[before..]);
    }
}

/// A bucket that a selector chooses by `le`, and that the declared histogram does not have.
fn selected(context: &Context<'_>, query: &Query) -> Option<Finding> {
    let name = query.selector.metric_name()?;
    let Declared::Metric(metric) = context.model.index.series(&context.service.name.value, name) else { return None };
    let buckets = metric.buckets.as_ref()?;
    let matcher = query.selector.matchers.iter().find(|matcher| matcher.label == "le")?;
    let asked = boundary::named(matcher.op, &matcher.value);
    let wanted = *asked.first()?;
    if asked.iter().any(|bound| buckets.value.contains(bound)) {
        return None;
    }
    let place = query.place(context.sources, matcher.value_range.clone());
    Some(
        Finding::new(
            &code::THRESHOLD_NOT_A_BUCKET,
            place,
            format!("{wanted} is no bucket boundary of `{}`", metric.name.value),
        )
        .label(match metric.measure() {
            Some(unit) => format!("nothing counts events up to {wanted} {unit}"),
            None => format!("nothing counts events up to {wanted}"),
        })
        .related(buckets.span, "its boundaries")
        .hint(one_of(around(&buckets.value, wanted), &format!("add the boundary {wanted} to the histogram"))),
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

/// What to do about a threshold between boundaries, which rise: use one of those beside it, or `add` another.
pub(super) fn instead(threshold: &Threshold, buckets: &[Decimal], add: &str) -> String {
    one_of(around(buckets, threshold.limit).map(|bound| as_threshold(threshold, bound)), add)
}

fn one_of(bounds: impl Iterator<Item: Display>, add: &str) -> String {
    let bounds: Vec<String> = bounds.map(|bound| format!("`{bound}`")).collect();
    if bounds.is_empty() { add.to_owned() } else { format!("use {}, or {add}", bounds.join(" or ")) }
}

/// The boundaries on either side of a number.
fn around(buckets: &[Decimal], number: Decimal) -> impl Iterator<Item = Decimal> {
    let below = buckets.iter().rev().find(|bound| **bound < number);
    let above = buckets.iter().find(|bound| **bound > number);
    below.into_iter().chain(above).copied()
}

/// A boundary as the threshold could be written: in the metric's unit, which is seconds for a duration without one.
fn as_threshold(threshold: &Threshold, bound: Decimal) -> Bound {
    match (threshold.unit.as_deref(), threshold.longest.value) {
        (None, Bound::Time(_)) => Bound::Time(bound),
        (unit, _) => measure::bound(unit, bound),
    }
}
