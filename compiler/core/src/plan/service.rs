//! The plan of one service.

use std::sync::Arc;

use super::about::About;
use super::bounds::ServiceBound;
use super::names;
use super::slo::SloPlan;
use super::telemetry::ServiceTelemetry;
use crate::model::{Index, Policy, Service};
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
    /// The most series of its own metrics and spans, and the most that are recorded for its objectives.
    pub most_series: (u64, u64),
    /// What the service contributes to the plan of telemetry.
    pub(crate) telemetry: ServiceTelemetry,
}

impl ServicePlan {
    /// Plans a sound service.
    pub(crate) fn of(service: &Service, policy: &Arc<Policy>, index: &Index, sources: &Sources) -> Self {
        let slos: Vec<_> = service.slos.iter().map(|slo| SloPlan::of(slo, service, policy, sources)).collect();
        let bounds = ServiceBound::of(service, &slos, policy, index);
        let own = bounds.metrics.iter().map(|metric| metric.series).fold(0, u64::saturating_add);
        let recorded = bounds.slos.iter().filter_map(|slo| slo.series).fold(0, u64::saturating_add);
        Self {
            most_series: (own, recorded),
            bounds,
            about: About::of(service, |name| index.service(name).is_some()),
            name: service.name.value.clone(),
            stem: names::stem(&service.name.value),
            team: service.team,
            telemetry: ServiceTelemetry::of(service, slos.iter().map(|slo| slo.window_real.reach())),
            slos,
        }
    }
}
