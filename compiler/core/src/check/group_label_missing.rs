//! `group-label-missing`: a label to group by must be on both sides of an indicator.
//!
//! Bad events are compared with all events of the same group. Where one side lacks the label, no group has both, and an
//! outage would raise no alert.

use super::Context;
use crate::code;
use crate::finding::{Finding, Severity};
use crate::indicator::{Counter, Query, Ratio};
use crate::metric::{Declared, Metric};
use crate::model::Slo;
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
        findings.extend(slo.group_by.iter().filter_map(|label| lost(context, slo, label)));
        let Some(ratio) = slo.sli.ratio() else { continue };
        findings.extend(slo.group_by.iter().filter_map(|label| judge(context, label, ratio)));
    }
}

/// A label that a query of the author's does not keep.
fn lost(context: &Context<'_>, slo: &Slo, label: &Spanned<String>) -> Option<Finding> {
    let place = slo.sli.loses(&label.value, context.sources)?;
    let message = format!("no series of this expression has the label `{}`", label.value);
    Some(
        Finding::new(&code::GROUP_LABEL_MISSING, label.span, message)
            .label("not a label of both sides")
            .note("bad events are compared with all events of the same group")
            .related(place, "lost here")
            .hint(format!("keep it: `sum by ({}) (…)`", label.value)),
    )
}

fn judge(context: &Context<'_>, label: &Spanned<String>, ratio: &Ratio) -> Option<Finding> {
    let name = &label.value;
    for counter in ratio.counters() {
        if let Some(matcher) = own(&counter.query, name).find(|matcher| wants_none(matcher)) {
            let place = counter.query.place(context.sources, matcher.label_range.start..matcher.value_range.end);
            let message = format!("`{}` selects only series without the label `{name}`", counter.field);
            let finding = missing(label, message).related(place, "asks for its absence");
            return Some(finding.hint("remove the matcher, or do not group by the label"));
        }
    }
    if ratio.is_of_one_metric() {
        return None;
    }
    apart(context, label, ratio).or_else(|| declared(context, label, ratio))
}

fn missing(label: &Spanned<String>, message: String) -> Finding {
    Finding::new(&code::GROUP_LABEL_MISSING, label.span, message).label("not a label of both sides").note(
        "bad events are compared with all events of the same group; with the label on one side only, no group has both",
    )
}

/// A value that one side insists on and all of the other refuses.
fn apart(context: &Context<'_>, label: &Spanned<String>, ratio: &Ratio) -> Option<Finding> {
    let sides = [&ratio.total, ratio.side.counters()];
    for [some, others] in [sides, [sides[1], sides[0]]] {
        for one in some.iter() {
            let Some(value) = own(&one.query, &label.value).find(|matcher| matcher.op == MatchOp::Eq) else { continue };
            let refusals: Option<Vec<_>> = others
                .iter()
                .map(|other| {
                    let refusal = own(&other.query, &label.value).find(|matcher| !accepts(matcher, &value.value))?;
                    Some((other, refusal))
                })
                .collect();
            let Some((other, refusal)) = refusals.and_then(|all| all.first().copied()) else { continue };
            let message = format!(
                "`{}` is of one value of `{}`, and the other side of others: no group has both",
                one.field, label.value
            );
            let place = |counter: &Counter, it: &SelectorMatcher| {
                counter.query.place(context.sources, it.label_range.start..it.value_range.end)
            };
            return Some(
                missing(label, message)
                    .related(place(one, value), "only this value")
                    .related(place(other, refusal), "not that value")
                    .hint("ask for the same values on both sides"),
            );
        }
    }
    None
}

fn declared(context: &Context<'_>, label: &Spanned<String>, ratio: &Ratio) -> Option<Finding> {
    let name = &label.value;
    let known: Vec<(&Counter, Label<'_>)> =
        ratio.counters().map(|counter| (counter, known(context, &counter.query, name))).collect();
    if known.iter().any(|(_, it)| matches!(it, Label::Unclear)) {
        return None;
    }
    let shown = |counter: &Counter| counter.metric().unwrap_or_default().to_owned();
    let place = |counter: &Counter| {
        let range = counter.query.selector.metric.as_ref().map_or(0..0, |(_, range)| range.clone());
        counter.query.place(context.sources, range)
    };
    for (counter, known) in &known {
        if let Label::Lacks(metric) = known {
            let field = counter.field;
            let labels: Vec<String> = metric.labels.keys().map(|label| format!("`{label}`")).collect();
            let declared = if labels.is_empty() { "none".to_owned() } else { labels.join(", ") };
            let message = format!("`{}`, which `{field}` counts, has no label `{name}`", shown(counter));
            return Some(
                missing(label, message)
                    .related(place(counter), format!("`{field}` is counted here"))
                    .related(metric.span(), format!("declared with {declared}"))
                    .hint(format!("group by a label of both metrics, or declare `{name}` where the metric has it")),
            );
        }
    }
    let (counter, _) = known.iter().find(|(_, known)| matches!(known, Label::Unknown))?;
    let message =
        format!("nothing says that `{}`, which `{}` counts, has the label `{name}`", shown(counter), counter.field);
    let mut finding = missing(label, message)
        .label("nothing shows it on both sides")
        .related(place(counter), "no spec declares this metric")
        .hint("declare the metrics of both sides under `metrics`, with their labels");
    // Most such specs are right, and the rules page for bad events that no group counts.
    finding.severity = Severity::Warning;
    Some(finding)
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
    query.selector.matchers.iter().filter(move |matcher| crate::model::label_name(&matcher.label) == label)
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
