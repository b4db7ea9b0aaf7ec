//! `undeclared-metric`, `undeclared-label`, `undeclared-value`: what objectives read must be what services export.
//!
//! A selector that matches nothing is silent in Prometheus, and a silent objective is always met.

use super::Context;
use crate::code;
use crate::finding::{Finding, Severity};
use crate::model::{Declared, Domain, Metric, Query, Sli, Slo};
use crate::promql::regex::Pattern;
use crate::promql::{MatchOp, SelectorMatcher};
use crate::suggest;

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (slo, _) in context.slos() {
        for query in slo.sli.queries() {
            if let Some((name, range)) = &query.selector.metric {
                match context.model.index.series(&context.service.name.value, name) {
                    Declared::Metric(metric) => matchers(context, metric, query, findings),
                    Declared::Unclear => {}
                    Declared::No => {
                        let place = query.place(context.sources, range.clone());
                        findings.push(undeclared_metric(context, name, place));
                    }
                }
            }
        }
        if let Sli::Latency(latency) = &slo.sli {
            match context.model.index.histogram(&context.service.name.value, &latency.metric.value) {
                Ok(metric) => {
                    if let Some(query) = &latency.selector {
                        matchers(context, metric, query, findings);
                    }
                }
                Err(Declared::No) => {
                    let note =
                        format!("taken for a classic histogram in seconds, `{}` in Prometheus", latency.prometheus);
                    findings.push(undeclared_metric(context, &latency.metric.value, latency.metric.span).note(note));
                }
                Err(_) => {}
            }
        }
        groups(context, slo, findings);
    }
}

fn undeclared_metric(context: &Context<'_>, name: &str, place: crate::source::Span) -> Finding {
    let index = &context.model.index;
    let service = &context.service.name.value;
    let mut known = index.series_names(service);
    known.extend(index.histogram_names(service));
    let mut finding = Finding::new(&code::UNDECLARED_METRIC, place, format!("no spec declares a metric with the series `{name}`"))
        .label("not declared")
        .hint(suggest::did_you_mean(name, known).unwrap_or_else(|| {
            format!("declare it under `metrics` of `{service}` (or of the service that exports it), so that its labels and series are checked")
        }));
    if context.model.policy.strict {
        finding.severity = Severity::Error;
        finding = finding.note("the policy is strict");
    }
    finding
}

fn matchers(context: &Context<'_>, metric: &Metric, query: &Query, findings: &mut Vec<Finding>) {
    for matcher in &query.selector.matchers {
        let Some(label) = metric.labels.get(&matcher.label) else {
            if !context.model.policy.is_ambient(&matcher.label) {
                let known = metric.labels.keys().map(String::as_str);
                let listed: Vec<String> = metric.labels.keys().map(|name| format!("`{name}`")).collect();
                findings.push(
                    Finding::new(
                        &code::UNDECLARED_LABEL,
                        query.place(context.sources, matcher.label_range.clone()),
                        format!("`{}` declares no label `{}`", metric.name.value, matcher.label),
                    )
                    .label("not one of its labels")
                    .related(metric.span(), "the metric is declared here")
                    .note(match listed.is_empty() {
                        true => "it declares none".to_owned(),
                        false => format!("it declares {}", listed.join(", ")),
                    })
                    .hint(suggest::did_you_mean(&matcher.label, known).unwrap_or_else(|| {
                        "declare the label with its values, or list it in the policy's `ambient_labels`".to_owned()
                    })),
                );
            }
            continue;
        };
        let Some(Domain::Values(values)) = &label.domain else { continue };
        if !selects_any(matcher, values) {
            findings.push(
                Finding::new(
                    &code::UNDECLARED_VALUE,
                    query.place(context.sources, matcher.value_range.clone()),
                    format!("no declared value of `{}` matches `{}`", label.name.value, matcher.value),
                )
                .label("matches none of the label's values")
                .related(label.name.span, "its values are declared here")
                .note(format!("the values are {}", shown(values)))
                .hint(
                    suggest::did_you_mean(&matcher.value, values.iter().map(String::as_str))
                        .unwrap_or_else(|| "correct the value, or declare it".to_owned()),
                ),
            );
        }
    }
}

/// Whether a matcher lets any value through, or the absence of the label.
fn selects_any(matcher: &SelectorMatcher, values: &[String]) -> bool {
    let values = values.iter().map(String::as_str).chain([""]);
    let is = |value: &str| *value == *matcher.value;
    match matcher.op {
        MatchOp::Eq => values.into_iter().any(is),
        MatchOp::Ne => !values.into_iter().all(is),
        MatchOp::Re | MatchOp::Nre => match Pattern::new(&matcher.value) {
            Ok(pattern) => values.into_iter().any(|value| pattern.matches(value) == (matcher.op == MatchOp::Re)),
            Err(_) => true,
        },
    }
}

fn shown(values: &[String]) -> String {
    let mut shown: Vec<String> = values.iter().take(12).map(|value| format!("`{value}`")).collect();
    if values.len() > shown.len() {
        shown.push(format!("{} more", values.len() - shown.len()));
    }
    shown.join(", ")
}

/// A label to group by that no metric has would make one group of everything.
fn groups(context: &Context<'_>, slo: &Slo, findings: &mut Vec<Finding>) {
    let index = &context.model.index;
    let service = &context.service.name.value;
    let metric = match &slo.sli {
        Sli::Latency(latency) => index.histogram(service, &latency.metric.value).ok(),
        sli => sli.queries().first().and_then(|query| query.selector.metric_name()).and_then(|name| {
            match index.series(service, name) {
                Declared::Metric(metric) => Some(metric),
                _ => None,
            }
        }),
    };
    let Some(metric) = metric else { return };
    for group in &slo.group_by {
        if metric.labels.contains_key(&group.value) || context.model.policy.is_ambient(&group.value) {
            continue;
        }
        findings.push(
            Finding::new(
                &code::UNDECLARED_LABEL,
                group.span,
                format!("`{}` declares no label `{}` to group by", metric.name.value, group.value),
            )
            .label("not one of its labels")
            .related(metric.span(), "the metric is declared here")
            .maybe_hint(suggest::did_you_mean(&group.value, metric.labels.keys().map(String::as_str))),
        );
    }
}
