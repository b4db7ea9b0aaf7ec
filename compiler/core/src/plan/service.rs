//! The plan of one service.

use std::sync::Arc;

use super::about::About;
use super::bounds::ServiceBound;
use super::cost;
use super::names;
use super::signals::Signals;
use super::slo::SloPlan;
use super::telemetry::ServiceTelemetry;
use crate::model::{Index, Observed, Policy, Service};
use crate::source::Sources;

/// What is generated for one service.
#[derive(Debug)]
pub struct ServicePlan {
    /// The service's name.
    pub name: String,
    /// Its files' name, without an ending.
    pub stem: String,
    /// The place of its team in [`super::Plan::teams`]; `None` for the organisation's.
    pub team: Option<usize>,
    /// Its objectives in the order written.
    pub slos: Vec<SloPlan>,
    /// The most series that it can have.
    pub bounds: ServiceBound,
    /// What people are told of it.
    pub about: About,
    /// The label that holds its name in its own metrics, where an objective selects by it.
    pub service_label: Option<String>,
    /// What it sends beside the metrics that its objectives read.
    pub signals: Signals,
    /// The most series of its own metrics and spans, and the most that are recorded for its objectives.
    pub most_series: (u64, u64),
    /// What the service contributes to the plan of telemetry.
    pub(crate) telemetry: ServiceTelemetry,
}

impl ServicePlan {
    /// Plans a sound service.
    pub(crate) fn of(
        service: &Service,
        policy: &Arc<Policy>,
        (index, observed): (&Index, &[Observed]),
        sources: &Sources,
    ) -> Self {
        let known = (index, observed);
        let mut slos: Vec<_> =
            service.slos.iter().map(|slo| SloPlan::of(slo, service, policy, known, sources)).collect();
        let bounds = ServiceBound::of(service, &slos, policy, index);
        for (slo, bound) in slos.iter_mut().zip(&bounds.slos) {
            slo.costs = cost::of(slo, bound.width(observed));
        }
        let own = bounds.metrics.iter().map(|metric| metric.series).fold(0, u64::saturating_add);
        let recorded = bounds.slos.iter().filter_map(|slo| slo.series).fold(0, u64::saturating_add);
        Self {
            most_series: (own, recorded),
            bounds,
            service_label: service_label(service, policy),
            signals: Signals::of(service, policy, observed),
            about: About::of(service, |name| index.service(name).is_some()),
            name: service.name.value.clone(),
            stem: names::stem(&service.name.value),
            team: service.team,
            telemetry: ServiceTelemetry::of(service, slos.iter().map(|slo| slo.window_real.reach())),
            slos,
        }
    }
}

/// The policy's label for a service's name, where an objective selects its metrics by it: others may have no such label.
fn service_label(service: &Service, policy: &Policy) -> Option<String> {
    let label = &policy.service_label.translated;
    let mut selectors = service.slos.iter().flat_map(|slo| slo.sli.presences());
    let is_named = selectors.any(|selector| {
        let name = &service.name.value;
        selector.matchers.iter().any(|matcher| matcher.label == *label && matcher.value == *name)
    });
    is_named.then(|| label.clone())
}
