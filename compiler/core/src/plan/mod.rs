//! `Model → Plan`: every number and every name of the output.
//!
//! Emitters only write down what stands here. Thresholds are exact decimals; what people are told about times comes
//! from [`crate::oracle::closed_form`].

mod alert;
mod alertmanager;
pub mod bounds;
mod conventions;
pub mod names;
mod sli;
mod slo;
mod statement;
mod telemetry;
mod timing;
mod words;

pub use alert::{BurnAlert, Guard, State, StateAlert};
pub use alertmanager::{AlertmanagerPlan, Route};
pub use sli::{Counters, Sli};
pub use slo::SloPlan;
pub use statement::Statement;
pub(crate) use statement::oracle_pair;
pub use telemetry::{SPAN_STREAMS, Slow, Stream, TelemetryPlan};
pub use timing::{Scale, Timing, Window, WindowKind};
pub use words::Words;

use std::sync::Arc;

use crate::emit::Target;
use crate::model::{Index, Model, Operator, Policy, Service};
use crate::proof::Courses;
use telemetry::ServiceTelemetry;

/// Everything that is generated from one folder of specs.
#[derive(Debug)]
pub struct Plan {
    /// One a service, by name.
    pub services: Vec<ServicePlan>,
    /// What to write where nobody says otherwise.
    pub targets: Vec<Target>,
    /// Metadata for the Prometheus Operator.
    pub operator: Operator,
    /// What collectors and back ends are told.
    pub telemetry: TelemetryPlan,
    /// What Alertmanager is told.
    pub alertmanager: AlertmanagerPlan,
    /// What proofs have in common, worked out once.
    pub(crate) courses: Courses,
}

/// What is generated for one service.
#[derive(Debug)]
pub struct ServicePlan {
    /// The service's name.
    pub name: String,
    /// Its files' name, without an ending.
    pub stem: String,
    /// Its objectives in the order written.
    pub slos: Vec<SloPlan>,
    /// The most series that it can have.
    pub bounds: bounds::ServiceBound,
    /// What the service contributes to the plan of telemetry.
    pub(crate) telemetry: ServiceTelemetry,
}

impl Plan {
    /// How many independent units [`crate::emit_unit`] can be asked for: one a service, and a last one for what is global.
    #[must_use]
    pub fn units(&self) -> usize {
        self.services.len() + 1
    }
}

/// Plans a sound service.
pub(crate) fn service(service: &Service, policy: &Arc<Policy>, index: &Index) -> ServicePlan {
    let slos: Vec<_> = service.slos.iter().map(|slo| SloPlan::of(slo, service, policy)).collect();
    let bounds = bounds::ServiceBound::of(service, &slos, policy, index);
    ServicePlan {
        bounds,
        name: service.name.value.clone(),
        stem: names::stem(&service.name.value),
        telemetry: ServiceTelemetry::of(service, slos.iter().map(|slo| slo.window_real)),
        slos,
    }
}

/// What collectors are told, where nothing else is needed of a plan.
pub(crate) fn telemetry(model: &Model) -> TelemetryPlan {
    let scale = Scale(model.policy.time_scale.value);
    let parts: Vec<_> = model
        .services
        .iter()
        .map(|service| ServiceTelemetry::of(service, service.slos.iter().map(|slo| scale.real(slo.window.value))))
        .collect();
    TelemetryPlan::of(parts.iter(), &model.policy)
}

/// The plan of all services, which come sorted by name.
pub(crate) fn of_all(mut services: Vec<ServicePlan>, policy: &Policy) -> Plan {
    let mut shapes = std::collections::HashSet::new();
    for slo in services.iter_mut().flat_map(|service| &mut service.slos) {
        slo.proves_long = shapes.insert(slo.shape());
    }
    let telemetry = TelemetryPlan::of(services.iter().map(|service| &service.telemetry), policy);
    let kept_apart = services.iter().flat_map(|service| &service.slos).flat_map(|slo| slo.group_by.iter().cloned());
    let alertmanager = AlertmanagerPlan::of(policy, kept_apart);
    let (targets, operator) = (policy.targets.clone(), policy.operator.clone());
    Plan { services, targets, operator, telemetry, alertmanager, courses: Courses::default() }
}
