//! `group-label-missing`: a label to group by must be on every side of an indicator.
//!
//! Bad events are compared with all events of the same group. Where one side lacks the label or has other values of it, no
//! group has both, and an outage would raise no alert.

use std::collections::BTreeSet;

use super::{Context, observed};
use crate::code;
use crate::finding::{Finding, Severity};
use crate::indicator::Query;
use crate::metric::{Declared, Domain, Label as Declaration, Metric, histogram_of};
use crate::model::{Slo, label_name};
use crate::promql::regex::Pattern;
use crate::promql::{MatchOp, SelectorMatcher};
use crate::source::Spanned;

/// What is known of a label on a side.
enum Label<'m> {
    /// It is declared, shown by a source, or needs no declaration.
    Has(Option<&'m Declaration>),
    /// The side's metric is declared without it.
    Lacks(&'m Metric),
    /// Nothing declares the side's metric, and no source shows it.
    Unknown,
    /// A declaration that is itself at fault may have it.
    Unclear,
}

/// A selector and the field that holds it.
type Sided<'q> = (&'static str, &'q Query);
/// The sides that an indicator compares, each with its selectors.
type Sides<'q> = Vec<Vec<Sided<'q>>>;

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (slo, _) in context.slos() {
        let sides = slo.sli.compared();
        for label in &slo.group_by {
            findings.extend(lost(context, slo, label));
            match sides.as_slice() {
                [] => findings.extend(slo.sli.queries().into_iter().find_map(|query| {
                    wanted_absent(context, label, query, "the selector")
                        .map(|finding| finding.label("no time series has it"))
                })),
                _ => findings.extend(judge(context, label, &sides)),
            }
        }
    }
}

/// Whether an indicator's sides are of different metrics: only then may one have a label that the other lacks. The series
/// of a histogram are one metric.
pub(super) fn has_several_metrics(sides: &Sides<'_>) -> bool {
    let mut metrics = sides.iter().flatten().map(|(_, query)| metric(query));
    let first = metrics.next();
    metrics.any(|other| Some(other) != first)
}

fn metric(query: &Query) -> Option<&str> {
    let name = query.selector.metric_name()?;
    Some(histogram_of(name).unwrap_or(name))
}

/// A label that a query of the author's does not keep.
fn lost(context: &Context<'_>, slo: &Slo, label: &Spanned<String>) -> Option<Finding> {
    let place = slo.sli.loses(&label.value, context.sources)?;
    let message = format!("no series of this expression has the label `{}`", label.value);
    Some(
        Finding::new(&code::GROUP_LABEL_MISSING, label.span, message)
            .label(NOT_ON_EACH)
            .note("bad events are compared with all events of the same group")
            .related(place, "lost here")
            .hint(format!("keep it: `sum by ({}) (…)`", label.value)),
    )
}

fn judge(context: &Context<'_>, label: &Spanned<String>, sides: &Sides<'_>) -> Option<Finding> {
    let absent = |(side, query): &Sided<'_>| wanted_absent(context, label, query, &format!("`{side}`"));
    if let Some(finding) = sides.iter().flatten().find_map(absent) {
        return Some(finding.label(NOT_ON_EACH).note(COMPARED));
    }
    if !has_several_metrics(sides) {
        return None;
    }
    apart(context, label, sides).or_else(|| declared(context, label, sides))
}

/// What is wrong with a label of a few sides.
const NOT_ON_EACH: &str = "not a label of both sides";
/// Why a label must be on each.
const COMPARED: &str =
    "bad events are compared with all events of the same group; with the label on one side only, no group has both";

/// A matcher that asks for the label's absence.
fn wanted_absent(context: &Context<'_>, label: &Spanned<String>, query: &Query, whose: &str) -> Option<Finding> {
    let matcher = own(query, &label.value).find(|matcher| wants_none(matcher))?;
    let place = query.place(context.sources, matcher.label_range.start..matcher.value_range.end);
    let message = format!("{whose} selects only series without the label `{}`", label.value);
    Some(
        Finding::new(&code::GROUP_LABEL_MISSING, label.span, message)
            .related(place, "asks for its absence")
            .hint("remove the matcher, or do not group by the label"),
    )
}

fn missing(label: &Spanned<String>, message: String) -> Finding {
    Finding::new(&code::GROUP_LABEL_MISSING, label.span, message).label(NOT_ON_EACH).note(COMPARED)
}

/// A value that one side insists on and all of another refuses.
fn apart(context: &Context<'_>, label: &Spanned<String>, sides: &Sides<'_>) -> Option<Finding> {
    let pinned = |query| own(query, &label.value).find(|matcher| matcher.op == MatchOp::Eq);
    for (some, others) in ordered(sides) {
        for (side, one) in some {
            let Some(value) = pinned(one) else { continue };
            let refused = others.iter().map(|(_, other)| {
                own(other, &label.value).find(|it| !it.accepts(&value.value)).map(|refusal| (*other, refusal))
            });
            let refused: Option<Vec<(&Query, &SelectorMatcher)>> = refused.collect();
            let Some((other, refusal)) = refused.and_then(|all| all.first().copied()) else { continue };
            let message = format!(
                "`{side}` is of one value of `{}`, and the other side of others: no group has both",
                label.value
            );
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
    }
    None
}

/// Every two of them, each of both first once.
fn ordered<T>(sides: &[T]) -> impl Iterator<Item = (&T, &T)> {
    let others = move |one: usize| sides.iter().enumerate().filter(move |(other, _)| *other != one);
    sides.iter().enumerate().flat_map(move |(place, one)| others(place).map(move |(_, other)| (one, other)))
}

fn declared(context: &Context<'_>, label: &Spanned<String>, sides: &Sides<'_>) -> Option<Finding> {
    let name = &label.value;
    let known: Vec<Vec<Label<'_>>> =
        sides.iter().map(|side| side.iter().map(|(_, query)| known(context, query, name)).collect()).collect();
    if known.iter().flatten().any(|it| matches!(it, Label::Unclear)) {
        return None;
    }
    let shown = |query: &Query| query.selector.metric_name().unwrap_or_default().to_owned();
    let place = |query: &Query| {
        let range = query.selector.metric.as_ref().map_or(0..0, |(_, range)| range.clone());
        query.place(context.sources, range)
    };
    for ((side, query), known) in sides.iter().flatten().zip(known.iter().flatten()) {
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
    if let Some(finding) = strangers(label, sides, &known) {
        return Some(finding);
    }
    for ((side, query), known) in sides.iter().flatten().zip(known.iter().flatten()) {
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

/// A field, the label's declaration in its metric, and the declared values.
type Listed<'f, 'm> = (&'f str, &'m Declaration, &'m [String]);

fn listed<'f, 'm>(field: &'f str, known: &Label<'m>) -> Option<Listed<'f, 'm>> {
    match known {
        Label::Has(Some(declared)) => match &declared.domain {
            Some(Domain::Values(values)) => Some((field, *declared, values.as_slice())),
            _ => None,
        },
        _ => None,
    }
}

fn values<'m>(side: &[Listed<'_, 'm>]) -> BTreeSet<&'m str> {
    side.iter().flat_map(|(.., values)| values.iter().map(String::as_str)).collect()
}

/// Two sides whose declared values of the label have none in common.
fn strangers(label: &Spanned<String>, sides: &Sides<'_>, known: &[Vec<Label<'_>>]) -> Option<Finding> {
    // A side with a metric whose values nobody lists may have any.
    let declared: Vec<Vec<Listed<'_, '_>>> = sides
        .iter()
        .zip(known)
        .filter_map(|(side, known)| side.iter().zip(known).map(|((field, _), known)| listed(field, known)).collect())
        .collect();
    let (one, two) = ordered(&declared).find(|(one, two)| values(one).is_disjoint(&values(two)))?;
    let ((side, one, _), (other, two, _)) = (one.first()?, two.first()?);
    let message = format!("`{side}` and `{other}` have no value of `{}` in common: no group has both", label.value);
    Some(
        missing(label, message)
            .label("other values on either side")
            .related(one.name.span, format!("the values of `{side}`"))
            .related(two.name.span, format!("the values of `{other}`"))
            .hint("group by a label that has the same values on both sides, or correct the declared values"),
    )
}

fn known<'m>(context: &Context<'m>, query: &Query, label: &str) -> Label<'m> {
    if context.policy.is_ambient(label) {
        return Label::Has(None);
    }
    let Some(name) = query.selector.metric_name() else { return Label::Unclear };
    let (index, service) = (&context.model.index, &context.service.name.value);
    let metric = match index.series(service, name) {
        Declared::Metric(metric) => metric,
        Declared::Unclear => return Label::Unclear,
        Declared::No => match index.histogram(service, name) {
            Ok((_, metric)) => metric,
            Err(Declared::Unclear) => return Label::Unclear,
            Err(_) => return by_source(context, name, label),
        },
    };
    metric.label(label).map_or(Label::Lacks(metric), |label| Label::Has(Some(label)))
}

/// What a source shows of a label, where nothing declares the metric.
fn by_source<'m>(context: &Context<'_>, series: &str, label: &str) -> Label<'m> {
    match observed::shows_label(context, series, label) {
        Some(true) => Label::Has(None),
        // `label-not-found` says so at the same place.
        Some(false) => Label::Unclear,
        None => Label::Unknown,
    }
}

/// The matchers of a label, by its Prometheus or its OpenTelemetry name.
fn own<'q>(query: &'q Query, label: &str) -> impl Iterator<Item = &'q SelectorMatcher> {
    let label = label_name(label);
    query.selector.matchers.iter().filter(move |matcher| label_name(&matcher.label) == label)
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
