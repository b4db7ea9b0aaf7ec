//! `Model → Plan`: every number and every name of the output.
//!
//! Emitters only write down what stands here. Thresholds are exact decimals; what people are told about times comes
//! from [`crate::oracle::closed_form`].

mod alert;
pub mod names;
mod sli;
mod slo;
mod statement;
mod timing;

pub use alert::{BurnAlert, Guard, State, StateAlert};
pub use sli::{Counters, Sli};
pub use slo::SloPlan;
pub use statement::Statement;
pub(crate) use statement::oracle_pair;
pub use timing::{Scale, Timing, Window, WindowKind};

use rayon::prelude::*;

use crate::emit::Target;
use crate::model::{Model, Operator};

/// Everything that is generated from one folder of specs.
#[derive(Debug)]
pub struct Plan {
    /// One a service, by name.
    pub services: Vec<ServicePlan>,
    /// What to write where nobody says otherwise.
    pub targets: Vec<Target>,
    /// Metadata for the Prometheus Operator.
    pub operator: Operator,
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
}

impl Plan {
    /// How many independent units [`crate::emit_unit`] can be asked for: one a service, and a last one for what is global.
    #[must_use]
    pub fn units(&self) -> usize {
        self.services.len() + 1
    }
}

/// Plans a sound model.
#[must_use]
pub fn plan(model: &Model) -> Plan {
    let mut services: Vec<ServicePlan> = model
        .services
        .par_iter()
        .map(|service| ServicePlan {
            name: service.name.value.clone(),
            stem: names::stem(&service.name.value),
            slos: service.slos.iter().map(|slo| SloPlan::of(slo, service, &model.policy)).collect(),
        })
        .collect();
    let mut shapes = std::collections::HashSet::new();
    for slo in services.iter_mut().flat_map(|service| &mut service.slos) {
        slo.proves_long = shapes.insert(slo.shape());
    }
    Plan { services, targets: model.policy.targets.clone(), operator: model.policy.operator.clone() }
}
