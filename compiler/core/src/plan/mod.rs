//! `Model → Plan`: every number and every name of the output.
//!
//! Emitters only write down what stands here. Thresholds are exact decimals; what people are told about times comes
//! from [`crate::oracle::closed_form`].

mod about;
mod alert;
mod alertmanager;
pub mod bounds;
mod conventions;
pub mod links;
pub mod names;
pub mod queries;
pub mod runbook;
mod slo;
mod statement;
mod telemetry;
mod timing;
mod words;

pub use about::{About, AboutSlo, Neighbour, Place};
pub use alert::{BurnAlert, Guard, State, StateAlert};
pub use alertmanager::{AlertmanagerPlan, Route};
pub use slo::SloPlan;
pub(crate) use statement::oracle_pair;
pub use statement::{Statement, expected};
pub use telemetry::{SPAN_STREAMS, Slow, Stream, TelemetryPlan};
pub use timing::{Scale, Timing, Window, WindowKind};
pub use words::Words;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Console, Drill, Index, Model, Operator, Policy, Prices, Service};
use crate::proof::Courses;
use crate::source::Sources;
use crate::target::Target;
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
    /// Where people look.
    pub console: Console,
    /// What telemetry costs, where somebody says so.
    pub prices: Option<Prices>,
    /// How the system is drilled, where somebody says so.
    pub drill: Option<Drill>,
    /// By how much all lengths of time are compressed; 1 outside drills.
    pub time_scale: u32,
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
    /// What people are told of it.
    pub about: About,
    /// The most series of its own metrics and spans, and the most that are recorded for its objectives.
    pub most_series: (u64, u64),
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
pub(crate) fn service(sources: &Sources, service: &Service, policy: &Arc<Policy>, index: &Index) -> ServicePlan {
    let slos: Vec<_> = service.slos.iter().map(|slo| SloPlan::of(slo, service, policy, sources)).collect();
    let bounds = bounds::ServiceBound::of(service, &slos, policy, index);
    let own = bounds.metrics.iter().map(|metric| metric.series).fold(0, u64::saturating_add);
    let recorded = bounds.slos.iter().filter_map(|slo| slo.series).fold(0, u64::saturating_add);
    ServicePlan {
        most_series: (own, recorded),
        bounds,
        about: About::of(service, |name| index.service(name).is_some()),
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
    introduce(&mut services);
    let telemetry = TelemetryPlan::of(services.iter().map(|service| &service.telemetry), policy);
    let kept_apart = services.iter().flat_map(|service| &service.slos).flat_map(|slo| slo.group_by.iter().cloned());
    let alertmanager = AlertmanagerPlan::of(policy, kept_apart);
    let (targets, operator) = (policy.targets.clone(), policy.operator.clone());
    let (console, prices) = (policy.console.clone(), policy.prices.clone());
    Plan {
        services,
        targets,
        operator,
        telemetry,
        alertmanager,
        console,
        prices,
        drill: policy.drill.clone(),
        time_scale: policy.time_scale.value,
        courses: Courses::default(),
    }
}

/// Tells each service who calls it.
fn introduce(services: &mut [ServicePlan]) {
    let mut callers: BTreeMap<String, Vec<Neighbour>> = BTreeMap::new();
    for service in services.iter() {
        for call in &service.about.calls {
            let caller = Neighbour { service: service.name.clone(), is_known: true, ..call.clone() };
            callers.entry(call.service.clone()).or_default().push(caller);
        }
    }
    for service in services {
        service.about.callers = callers.remove(&service.name).unwrap_or_default();
    }
}
