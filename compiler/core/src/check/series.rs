//! `series-budget` and `sdk-cardinality-limit`: upper bounds on series, held against what is allowed.

use super::{Context, unbounded_label};
use crate::code;
use crate::finding::Finding;
use crate::model::Policy;
use crate::plan::bounds::{Factor, MetricBound, ServiceBound, total};
use crate::source::Spanned;

/// The budgets of metrics and of the service, and the SDK's limit for what objectives read.
pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (bounds, policy) = (&context.plan.bounds, &context.policy);
    if let Some(budget) = policy.cardinality.metric {
        for metric in bounds.metrics.iter().filter(|metric| metric.series > u64::from(budget.value)) {
            findings.push(metric_budget(metric, budget));
        }
    }
    if let Some(budget) = policy.cardinality.service
        && bounds.series() > u64::from(budget.value)
    {
        findings.extend(service_budget(bounds, budget));
    }
    let limit = u64::from(policy.cardinality.sdk_limit);
    for slo in &bounds.slos {
        for metric in slo.metrics.iter().filter(|metric| metric.streams > limit) {
            // A label that must go anyway has a finding of its own.
            if context.service.metrics.get(&metric.metric).is_some_and(|metric| unbounded_label::is_refused(metric)) {
                continue;
            }
            findings.push(sdk_limit(metric, policy));
        }
    }
}

/// The budget of all services together.
pub(super) fn whole(policy: &Policy, bounds: &[ServiceBound], findings: &mut Vec<Finding>) {
    let Some(budget) = policy.cardinality.total else { return };
    let total = total(bounds);
    if total <= u64::from(budget.value) {
        return;
    }
    let mut greatest: Vec<(String, u64)> = bounds.iter().map(|one| (one.service.clone(), one.series())).collect();
    greatest.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    findings.push(
        Finding::new(
            &code::SERIES_BUDGET,
            budget.span,
            format!("all services together can have {total} series, more than the {} allowed", budget.value),
        )
        .label("the budget")
        .note(format!("the greatest are {}", listed(&greatest)))
        .hint("take labels off the greatest metrics, or raise the budget"),
    );
}

fn metric_budget(metric: &MetricBound, budget: Spanned<u32>) -> Finding {
    let dominant = dominant(metric);
    Finding::new(
        &code::SERIES_BUDGET,
        dominant.and_then(|factor| factor.span).unwrap_or(metric.span),
        format!(
            "`{}` can have {} series, more than the {} that a metric may",
            metric.metric, metric.series, budget.value
        ),
    )
    .label(dominant.map_or_else(String::new, |factor| format!("the greatest factor: {}", factor.size)))
    .related(budget.span, "the budget")
    .note(product(metric))
    .hint(remedy(dominant))
}

fn service_budget(bounds: &ServiceBound, budget: Spanned<u32>) -> Option<Finding> {
    let mut greatest: Vec<(String, u64)> =
        bounds.metrics.iter().map(|metric| (metric.metric.clone(), metric.series)).collect();
    let recorded = bounds.slos.iter().filter_map(|slo| Some((format!("what `{}` records", slo.slo), slo.series?)));
    greatest.extend(recorded);
    greatest.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    let metric = bounds.metrics.iter().max_by_key(|metric| metric.series);
    let mut finding = Finding::new(
        &code::SERIES_BUDGET,
        bounds.span?,
        format!(
            "`{}` can have {} series, more than the {} that a service may",
            bounds.service,
            bounds.series(),
            budget.value
        ),
    )
    .label("the whole service")
    .related(budget.span, "the budget")
    .note(format!("the greatest are {}", listed(&greatest)));
    if let Some(metric) = metric {
        finding = finding.related(metric.span, "its greatest metric").note(product(metric));
    }
    Some(finding.hint(remedy(metric.and_then(dominant))))
}

fn sdk_limit(metric: &MetricBound, policy: &Policy) -> Finding {
    let limit = policy.cardinality.sdk_limit;
    let label = metric.factors.iter().find(|factor| is_label(factor));
    let finding = Finding::new(
        &code::SDK_CARDINALITY_LIMIT,
        label.and_then(|factor| factor.span).unwrap_or(metric.span),
        format!(
            "`{}`, which an objective reads, can have {} combinations of labels; an SDK keeps {limit}",
            metric.metric, metric.streams
        ),
    )
    .label(label.map_or_else(String::new, |factor| format!("the greatest factor: {}", factor.size)))
    .note("past its limit an SDK counts what is new without its labels: such events match no selector, and nothing fires")
    .hint("take labels off the metric, or raise the limit of its view in the service and `cardinality: {sdk_limit: …}` here");
    match policy.cardinality.sdk_limit_said {
        Some(said) => finding.related(said, "the limit"),
        None => finding,
    }
}

/// The greatest of a product's factors; among equals a label, which people can change.
fn dominant(metric: &MetricBound) -> Option<&Factor> {
    let most = metric.factors.first()?.size;
    let mut greatest = metric.factors.iter().take_while(|factor| factor.size == most);
    greatest.clone().find(|factor| is_label(factor)).or_else(|| greatest.next())
}

/// Whether a factor is a label: the number of instances and of a histogram's series are not.
fn is_label(factor: &Factor) -> bool {
    factor.name != "instances" && factor.name != "series of a histogram"
}

fn product(metric: &MetricBound) -> String {
    let factors: Vec<String> = metric
        .factors
        .iter()
        .map(|factor| match is_label(factor) {
            true => format!("{} of `{}`", factor.size, factor.name),
            false => format!("{} {}", factor.size, factor.name),
        })
        .collect();
    format!("`{}`: {} = {} series", metric.metric, factors.join(" × "), metric.series)
}

fn remedy(dominant: Option<&Factor>) -> String {
    match dominant.filter(|factor| is_label(factor)) {
        Some(label) => format!(
            "take `{}` off the metric or narrow its values; where labels depend on one another, `joint_labels` lists the combinations that occur",
            label.name
        ),
        None => "use fewer buckets or labels, or raise the budget".to_owned(),
    }
}

fn listed(greatest: &[(String, u64)]) -> String {
    greatest.iter().take(3).map(|(name, series)| format!("{name} ({series})")).collect::<Vec<_>>().join(", ")
}
