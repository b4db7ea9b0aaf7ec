//! `undeclared-metric`, `undeclared-label`, `undeclared-value`: what objectives read must be what services export.
//!
//! A selector that matches nothing is silent in Prometheus, and a silent objective is always met.

use std::collections::BTreeSet;

use super::listed::listed;
use super::{Context, added, group_label_missing, not_a_counter};
use crate::code;
use crate::finding::{Finding, Severity};
use crate::indicator::{Query, Reading};
use crate::metric::measure;
use crate::model::{Declared, Domain, Metric, Slo};
use crate::promql::{MatchOp, SelectorMatcher};
use crate::source::Span;
use crate::suggest;

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    // A series is declared once for all objectives, so that is asked for once; a misspelling is mended at each place.
    let mut asked: BTreeSet<&str> = BTreeSet::new();
    let (service, index) = (&context.service.name.value, &context.model.index);
    for (slo, _) in context.slos() {
        let before = findings.len();
        for reading in slo.sli.readings() {
            match reading.declared(service, index) {
                Declared::Metric(metric) => {
                    if let Some(query) = reading.query() {
                        matchers(context, metric, query, findings);
                    }
                }
                Declared::Unclear => {}
                Declared::No if slo.sli.ratio().is_some() && is_refused(context, &reading) => {}
                Declared::No => unknown(context, slo, &reading, &mut asked, findings),
            }
        }
        groups(context, slo, findings);
        added::note(slo, &mut findings[before..]);
    }
}

/// Whether another check refuses what is read.
fn is_refused(context: &Context<'_>, reading: &Reading<'_>) -> bool {
    matches!(reading, Reading::Selected(query) if not_a_counter::is_refused(context, query))
}

/// What an undeclared histogram counts.
const ALL: &str = "every service's series are counted: a matcher of the service is added to declared metrics only";

/// A metric that no spec declares.
fn unknown<'m>(
    context: &Context<'m>,
    slo: &Slo,
    reading: &Reading<'m>,
    asked: &mut BTreeSet<&'m str>,
    findings: &mut Vec<Finding>,
) {
    let (service, index) = (&context.service.name.value, &context.model.index);
    match *reading {
        Reading::Selected(query) => {
            let Some((name, range)) = &query.selector.metric else { return };
            let near = suggest::did_you_mean(name, index.series_names(service));
            if near.is_some() || asked.insert(name) {
                let message = format!("no spec declares a metric with the series `{name}`");
                let place = query.place(context.sources, range.clone());
                let own = context.service.metrics.values().flat_map(|metric| metric.series());
                let mut finding = undeclared_metric(context, message, place, near);
                if slo.sli.ratio().is_some() && !not_a_counter::is_counting(name) {
                    finding = finding.note("taken for a counter; if it is a gauge, the alerts mean nothing");
                }
                findings.push(misspelt(own, name, finding));
            }
        }
        Reading::Histogram { name, prometheus, .. } => {
            let near = suggest::did_you_mean(&name.value, index.histogram_names(service));
            if near.is_some() || asked.insert(&name.value) {
                let unit = measure::words(measure::of_name(prometheus).unwrap_or("s"));
                let note = format!("taken for a classic histogram in {unit}, `{prometheus}` in Prometheus");
                let message = format!("no spec declares the metric `{}`", name.value);
                let finding = undeclared_metric(context, message, name.span, near).note(note).note(ALL);
                let metrics = context.service.metrics.values();
                let own = metrics.flat_map(|metric| [metric.name.value.clone(), metric.prometheus.clone()]);
                findings.push(misspelt(own, &name.value, finding));
            }
        }
    }
}

/// Makes an error of a name that is one of the service's own metrics but for a letter or two: a misspelling, not a metric
/// that is still to be declared. The objective would be silent for ever.
fn misspelt(own: impl Iterator<Item = String>, name: &str, mut finding: Finding) -> Finding {
    let nearest = own.map(|own| (suggest::slips(name, &own), own)).min_by_key(|(slips, _)| *slips);
    let Some((_, meant)) = nearest.filter(|(slips, _)| *slips <= 2) else { return finding };
    finding.severity = Severity::Error;
    finding.hint = Some(format!("write `{meant}`; if both exist, declare `{name}` too"));
    finding.note("the service declares its metrics, and this is one of them but for a letter or two")
}

fn undeclared_metric(context: &Context<'_>, message: String, place: Span, near: Option<String>) -> Finding {
    let service = &context.service.name.value;
    let mut finding = Finding::new(&code::UNDECLARED_METRIC, place, message)
        .label("not declared")
        .hint(near.unwrap_or_else(|| {
            format!("declare it under `metrics` of `{service}` (or of the service that exports it), so that its labels and series are checked")
        }));
    if context.policy.strict {
        finding.severity = Severity::Error;
        finding = finding.note("the policy is strict");
    }
    finding
}

fn matchers(context: &Context<'_>, metric: &Metric, query: &Query, findings: &mut Vec<Finding>) {
    for matcher in &query.selector.matchers {
        let Some(label) = metric.label(&matcher.label) else {
            if !context.policy.is_ambient(&matcher.label) {
                let place = query.place(context.sources, matcher.label_range.clone());
                findings.push(undeclared_label(metric, &matcher.label, place, ""));
            }
            continue;
        };
        let Some(Domain::Values(values)) = &label.domain else { continue };
        if !matcher.accepts_any(values.iter().map(String::as_str)) {
            findings.push(
                Finding::new(
                    &code::UNDECLARED_VALUE,
                    query.place(context.sources, matcher.value_range.clone()),
                    format!("no declared value of `{}` matches `{}`", label.name.value, matcher.value),
                )
                .label("matches none of the label's values")
                .related(label.name.span, "its values are declared here")
                .note(listed("the values are", values))
                .hint(mended(matcher, values)),
            );
        }
    }
}

/// A label that a metric does not have, with the purpose it was to serve.
fn undeclared_label(metric: &Metric, label: &str, place: Span, purpose: &str) -> Finding {
    let listed: Vec<String> = metric.labels.keys().map(|name| format!("`{name}`")).collect();
    Finding::new(
        &code::UNDECLARED_LABEL,
        place,
        format!("`{}` declares no label `{label}`{purpose}", metric.name.value),
    )
    .label("not one of its labels")
    .related(metric.span(), "the metric is declared here")
    .note(match listed.is_empty() {
        true => "it declares none".to_owned(),
        false => format!("it declares {}", listed.join(", ")),
    })
    .hint(
        suggest::did_you_mean(label, metric.labels.keys().map(String::as_str)).unwrap_or_else(|| {
            "declare the label with its values, or list it in the policy's `ambient_labels`".to_owned()
        }),
    )
}

/// What to do about a matcher that selects none of the values.
fn mended(matcher: &SelectorMatcher, values: &[String]) -> String {
    let regex = matches!(matcher.op, MatchOp::Re | MatchOp::Nre);
    if let Some(class) = matcher.value.strip_suffix("xx").filter(|class| class.bytes().all(|b| b.is_ascii_digit())) {
        return format!("write `=~\"{class}..\"`: the dot of a regex stands for any character");
    }
    // One status code is as near to another as to a third.
    let words = !regex && matcher.value.contains(|c: char| !c.is_ascii_digit());
    let near = if words { suggest::did_you_mean(&matcher.value, values.iter().map(String::as_str)) } else { None };
    near.unwrap_or_else(|| "correct the value, or add it to the label's values".to_owned())
}

/// A label to group by that no metric has would make one group of everything. Several metrics are `group-label-missing`'s.
fn groups(context: &Context<'_>, slo: &Slo, findings: &mut Vec<Finding>) {
    if group_label_missing::has_several_metrics(&slo.sli.compared()) {
        return;
    }
    let index = &context.model.index;
    let service = &context.service.name.value;
    let readings = slo.sli.readings();
    let Some(Declared::Metric(metric)) = readings.first().map(|reading| reading.declared(service, index)) else {
        return;
    };
    for group in &slo.group_by {
        if metric.label(&group.value).is_some() || context.policy.is_ambient(&group.value) {
            continue;
        }
        findings.push(undeclared_label(metric, &group.value, group.span, " to group by"));
    }
}
