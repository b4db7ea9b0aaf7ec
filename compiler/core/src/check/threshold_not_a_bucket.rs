//! `threshold-not-a-bucket`: a classic histogram counts only up to its boundaries.

use rust_decimal::Decimal;

use super::{Context, added};
use crate::code;
use crate::finding::Finding;
use crate::indicator::{Query, Threshold};
use crate::metric::Declared;
use crate::promql::MatchOp;
use crate::promql::regex::Pattern;

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (slo, _) in context.slos() {
        for query in slo.sli.queries() {
            findings.extend(chosen(context, query));
        }
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

/// A bucket that a selector chooses by `le`, and that the declared histogram does not have.
fn chosen(context: &Context<'_>, query: &Query) -> Option<Finding> {
    let name = query.selector.metric_name().filter(|name| name.ends_with("_bucket"))?;
    let Declared::Metric(metric) = context.model.index.series(&context.service.name.value, name) else { return None };
    let buckets = metric.buckets.as_ref()?;
    let matcher = query.selector.matchers.iter().find(|matcher| matcher.label == "le")?;
    let spelled = match matcher.op {
        MatchOp::Eq => vec![matcher.value.clone()],
        MatchOp::Re => Pattern::new(&matcher.value).ok()?.literals()?,
        MatchOp::Ne | MatchOp::Nre => return None,
    };
    let bounds: Vec<Decimal> = spelled.iter().filter_map(|text| boundary(text)).collect();
    // What is no number is `+Inf`, which every histogram has, or matches nothing whatever is declared.
    let wanted = *bounds.first()?;
    if bounds.len() < spelled.len() || bounds.iter().any(|bound| buckets.value.contains(bound)) {
        return None;
    }
    let near: Vec<String> = [
        buckets.value.iter().rev().find(|bound| **bound < wanted),
        buckets.value.iter().find(|bound| **bound > wanted),
    ]
    .into_iter()
    .flatten()
    .map(|bound| format!("`{bound}`"))
    .collect();
    let place = query.place(context.sources, matcher.value_range.clone());
    Some(
        Finding::new(
            &code::THRESHOLD_NOT_A_BUCKET,
            place,
            format!("{wanted} is no bucket boundary of `{}`", metric.name.value),
        )
        .label(format!("nothing counts events up to {wanted} {}", metric.unit.as_deref().unwrap_or("s")))
        .related(buckets.span, "its boundaries")
        .hint(format!("use {}, or add the boundary {wanted} to the histogram", near.join(" or "))),
    )
}

/// A boundary in any spelling: `1`, `1.0`, `1e+06`.
fn boundary(text: &str) -> Option<Decimal> {
    text.parse()
        .ok()
        .or_else(|| Decimal::from_scientific(&text.replace("e+", "e")).ok())
        .map(|it: Decimal| it.normalize())
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
