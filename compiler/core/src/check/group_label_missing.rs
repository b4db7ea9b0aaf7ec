//! `group-label-missing`: a label to group by must be on both sides of an indicator.
//!
//! Bad events are compared with all events of the same group. Where one side lacks the label, no group has both, and an
//! outage would raise no alert.

use super::Context;
use crate::code;
use crate::finding::{Finding, Severity};
use crate::indicator::{Query, Side};
use crate::metric::{Declared, Metric};
use crate::promql::regex::Pattern;
use crate::promql::{MatchOp, SelectorMatcher};
use crate::source::Spanned;

/// What is known of a label on a side.
enum Label<'m> {
    /// It is declared, or needs no declaration.
    Has,
    /// The side's metric is declared without it.
    Lacks(&'m Metric),
    /// Nothing declares the side's metric.
    Unknown,
    /// A declaration that is itself at fault may have it.
    Unclear,
}

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (slo, _) in context.slos() {
        let Some(ratio) = slo.sli.ratio() else { continue };
        let part = match &ratio.side {
            Side::Bad(query) => ("bad", query),
            Side::Good(query) => ("good", query),
        };
        for label in &slo.group_by {
            findings.extend(judge(context, label, [("total", &ratio.total), part]));
        }
    }
}

/// Whether an indicator's sides are of different metrics: only then may one have a label that the other lacks. The series
/// of a histogram are one metric.
pub(super) fn has_two_metrics(total: &Query, part: &Query) -> bool {
    metric(total) != metric(part)
}

fn metric(query: &Query) -> Option<&str> {
    let name = query.selector.metric_name()?;
    Some(["_count", "_bucket", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name))
}

fn judge(context: &Context<'_>, label: &Spanned<String>, sides: [(&str, &Query); 2]) -> Option<Finding> {
    let name = &label.value;
    for (side, query) in sides {
        if let Some(matcher) = own(query, name).find(|matcher| wants_none(matcher)) {
            let place = query.place(context.sources, matcher.label_range.start..matcher.value_range.end);
            let message = format!("`{side}` selects only series without the label `{name}`");
            let finding = missing(label, message).related(place, "asks for its absence");
            return Some(finding.hint("remove the matcher, or do not group by the label"));
        }
    }
    let [(_, total), (_, part)] = sides;
    if !has_two_metrics(total, part) {
        return None;
    }
    apart(context, label, sides).or_else(|| declared(context, label, sides))
}

fn missing(label: &Spanned<String>, message: String) -> Finding {
    Finding::new(&code::GROUP_LABEL_MISSING, label.span, message).label("not a label of both sides").note(
        "bad events are compared with all events of the same group; with the label on one side only, no group has both",
    )
}

/// A value that one side insists on and the other refuses.
fn apart(context: &Context<'_>, label: &Spanned<String>, sides: [(&str, &Query); 2]) -> Option<Finding> {
    let pinned = |query| own(query, &label.value).find(|matcher| matcher.op == MatchOp::Eq);
    for [(side, one), (_, other)] in [sides, [sides[1], sides[0]]] {
        let Some(value) = pinned(one) else { continue };
        let Some(refusal) = own(other, &label.value).find(|matcher| !accepts(matcher, &value.value)) else { continue };
        let message =
            format!("`{side}` is of one value of `{}`, and the other side of others: no group has both", label.value);
        let place = |query: &Query, it: &SelectorMatcher| {
            query.place(context.sources, it.label_range.start..it.value_range.end)
        };
        return Some(
            missing(label, message)
                .related(place(one, value), "only this value")
                .related(place(other, refusal), "not that value")
                .hint("ask for the same values on both sides"),
        );
    }
    None
}

fn declared(context: &Context<'_>, label: &Spanned<String>, sides: [(&str, &Query); 2]) -> Option<Finding> {
    let name = &label.value;
    let known = sides.map(|(_, query)| known(context, query, name));
    if known.iter().any(|it| matches!(it, Label::Unclear)) {
        return None;
    }
    let shown = |query: &Query| query.selector.metric_name().unwrap_or_default().to_owned();
    let place = |query: &Query| {
        let range = query.selector.metric.as_ref().map_or(0..0, |(_, range)| range.clone());
        query.place(context.sources, range)
    };
    for ((side, query), known) in sides.iter().zip(&known) {
        if let Label::Lacks(metric) = known {
            let labels: Vec<String> = metric.labels.keys().map(|label| format!("`{label}`")).collect();
            let declared = if labels.is_empty() { "none".to_owned() } else { labels.join(", ") };
            let message = format!("`{}`, which `{side}` counts, has no label `{name}`", shown(query));
            return Some(
                missing(label, message)
                    .related(place(query), format!("`{side}` is counted here"))
                    .related(metric.span(), format!("declared with {declared}"))
                    .hint(format!("group by a label of both metrics, or declare `{name}` where the metric has it")),
            );
        }
    }
    for ((side, query), known) in sides.iter().zip(&known) {
        if matches!(known, Label::Unknown) {
            let message =
                format!("nothing says that `{}`, which `{side}` counts, has the label `{name}`", shown(query));
            let mut finding = missing(label, message)
                .label("nothing shows it on both sides")
                .related(place(query), "no spec declares this metric")
                .hint("declare the metrics of both sides under `metrics`, with their labels");
            // Most such specs are right, and the rules page for bad events that no group counts.
            finding.severity = Severity::Warning;
            return Some(finding);
        }
    }
    None
}

fn known<'m>(context: &Context<'m>, query: &Query, label: &str) -> Label<'m> {
    if context.model.policy.is_ambient(label) {
        return Label::Has;
    }
    let Some(name) = query.selector.metric_name() else { return Label::Unclear };
    let (index, service) = (&context.model.index, &context.service.name.value);
    let metric = match index.series(service, name) {
        Declared::Metric(metric) => metric,
        Declared::Unclear => return Label::Unclear,
        Declared::No => match index.histogram(service, name) {
            Ok((_, metric)) => metric,
            Err(Declared::Unclear) => return Label::Unclear,
            Err(_) => return Label::Unknown,
        },
    };
    if metric.label(label).is_some() { Label::Has } else { Label::Lacks(metric) }
}

/// The matchers of a label, by its Prometheus or its OpenTelemetry name.
fn own<'q>(query: &'q Query, label: &str) -> impl Iterator<Item = &'q SelectorMatcher> {
    query
        .selector
        .matchers
        .iter()
        .filter(move |matcher| crate::model::label_name(&matcher.label) == crate::model::label_name(label))
}

/// Whether no series that has the label satisfies a matcher.
fn wants_none(matcher: &SelectorMatcher) -> bool {
    match matcher.op {
        MatchOp::Eq => matcher.value.is_empty(),
        MatchOp::Re => matcher.value.is_empty(),
        MatchOp::Ne => false,
        MatchOp::Nre => Pattern::new(&matcher.value).is_ok_and(|pattern| pattern.matches_all_non_empty()),
    }
}

fn accepts(matcher: &SelectorMatcher, value: &str) -> bool {
    let matches = || Pattern::new(&matcher.value).map_or(true, |pattern| pattern.matches(value));
    match matcher.op {
        MatchOp::Eq => matcher.value == value,
        MatchOp::Ne => matcher.value != value,
        MatchOp::Re => matches(),
        MatchOp::Nre => Pattern::new(&matcher.value).map_or(true, |pattern| !pattern.matches(value)),
    }
}
