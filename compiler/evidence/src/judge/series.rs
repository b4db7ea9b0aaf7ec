//! Checks that labels have declared values, and counts time series against what the specs bound.

use std::collections::BTreeSet;

use emberline_core::code;
use emberline_core::finding::{Evidence, Finding};
use emberline_core::model::{Domain, Metric};
use emberline_core::plan::bounds::MetricBound;

use super::context::Judge;
use crate::capture::Sets;
use crate::names::Name;
use crate::sensitive::{self, Origin};

/// The most time series of a metric that no spec declares, unless the policy says it. A dashboard shows fewer, and a
/// Prometheus of a small team holds them all the same.
const UNDECLARED: u32 = 1_000;

/// The time series of a metric, as a capture shows them and as the specs bound them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The metric's service.
    pub service: String,
    /// The metric's name in OpenTelemetry.
    pub metric: String,
    /// The sets of attributes that were seen.
    pub seen: u64,
    /// The most that the specs allow; none for a metric that no spec declares.
    pub bound: Option<u64>,
}

/// Checks labels and time series. Nothing bounds a label that a metric exports beyond its declaration.
pub(super) fn run(judge: &mut Judge<'_>) -> Vec<Shown> {
    let capture = judge.capture;
    for ((service, metric, label), values) in &capture.labels {
        if let Some(metric) = declared(judge, *service, *metric) {
            observed(judge, *service, metric, label, values);
        }
    }
    let mut all = Vec::new();
    for ((service, name), sets) in capture.series.iter() {
        let metric = declared(judge, service, name);
        if sets.overflows {
            overflow(judge, service, name, metric);
        }
        if metric.is_none() {
            budget(judge, service, name, sets);
        }
        all.push(Shown {
            service: judge.service(service).to_owned(),
            metric: capture.names.text(name).to_owned(),
            seen: sets.count() as u64,
            bound: metric.map(|metric| MetricBound::of(metric).streams),
        });
    }
    all
}

/// The declaration of a metric under its name in OpenTelemetry or in Prometheus, whichever the capture shows.
fn declared<'c>(judge: &Judge<'c>, service: Name, metric: Name) -> Option<&'c Metric> {
    let name = judge.capture.names.text(metric);
    let metrics = &judge.declared(service)?.metrics;
    let metric = metrics.get(name).or_else(|| metrics.values().find(|metric| metric.prometheus == name));
    metric.map(AsRef::as_ref)
}

/// Reports a metric that no spec bounds and that has very many time series.
fn budget(judge: &mut Judge<'_>, service: Name, name: Name, sets: &Sets) {
    let policy = judge.declared(service).map_or(&judge.model.policy, |declared| judge.model.policy_of(declared));
    let said = policy.cardinality.metric;
    let most = said.map_or(UNDECLARED, |said| said.value);
    if sets.count() as u64 <= u64::from(most) {
        return;
    }
    let (code, place) = (&code::SERIES_BUDGET, judge.place(service));
    let labels = judge.capture.labels.iter().filter(|((of, metric, _), _)| (*of, *metric) == (service, name));
    let widest = labels.max_by_key(|(_, values)| values.len()).map(|((.., label), values)| (label, values.len()));
    let metric = judge.capture.names.text(name);
    judge.report(code, place, metric.to_owned(), 0, |judge| {
        let more = if sets.is_cut { "more than " } else { "" };
        let service_name = judge.service(service);
        let message = format!(
            "`{metric}` of {service_name} shows {more}{} time series, and no spec declares it: it may have {most}",
            sets.count()
        );
        let mut found = Finding::new(code, place, message);
        if let Some((label, values)) = widest {
            found = found.note(format!("its widest label is `{label}`, with {values} values"));
        }
        if let Some(said) = said {
            found = found.related(said.span, "the budget");
        }
        found
            .hint("take the label off the metric, or declare the metric with bounded labels under `metrics`")
            .evidence(judge.evidence_of(service, None))
    });
}

/// Reports a metric of which an SDK merged measurements, because it has too many time series.
fn overflow(judge: &mut Judge<'_>, service: Name, name: Name, metric: Option<&Metric>) {
    let (code, shown) = (&code::SDK_CARDINALITY_LIMIT, judge.capture.names.text(name));
    let place = metric.map_or_else(|| judge.place(service), |metric| metric.name.span);
    judge.report(code, place, format!("overflow {shown}"), 0, |judge| {
        let service_name = judge.service(service);
        Finding::new(code, place, format!("the SDK of {service_name} dropped the attributes of `{shown}`"))
            .note("the capture shows `otel.metric.overflow`: the metric has more combinations than the SDK keeps")
            .hint("bound its labels, or raise the limit of the metric's view")
            .evidence(judge.evidence_of(service, None))
    });
}

fn observed(judge: &mut Judge<'_>, service: Name, metric: &Metric, label: &str, values: &BTreeSet<String>) {
    let name = &metric.name.value;
    let evidence = |judge: &Judge<'_>| -> Evidence { judge.evidence_of(service, None) };
    let key = format!("{name} {label}");
    // An SDK adds it, and its meaning is told elsewhere.
    if label == "otel.metric.overflow" {
        return;
    }
    let Some(declared) = metric.label(label) else {
        let (code, place) = (&code::UNDECLARED_LABEL, metric.name.span);
        judge.report(code, place, key, 0, |judge| {
            let service = judge.service(service);
            Finding::new(code, place, format!("`{name}` of {service} has the undeclared label `{label}`"))
                .note(format!("values seen: {}", values.len()))
                .hint(format!("declare `{label}` with its values, or stop recording it"))
                .evidence(evidence(judge))
        });
        return;
    };
    let message = match &declared.domain {
        Some(Domain::Values(known)) => {
            let Some(strange) = values.iter().find(|value| !known.contains(value)) else { return };
            // A value may be anything, also a person's address.
            let hits = sensitive::scan(strange, Origin::Telemetry);
            let shown = sensitive::masked(strange, &hits);
            format!("`{label}` of `{name}` has the undeclared value `{shown}`")
        }
        Some(Domain::Count(most)) if values.len() > *most as usize => {
            format!("`{label}` of `{name}` has {} values, but its spec declares at most {most}", values.len())
        }
        _ => return,
    };
    let (code, place) = (&code::UNDECLARED_VALUE, declared.name.span);
    judge.report(code, place, key, 0, |judge| {
        Finding::new(code, place, message)
            .note("the bound on the metric's time series does not hold with undeclared values")
            .hint("declare the missing values of the label, or record bounded values only")
            .evidence(evidence(judge))
    });
}
