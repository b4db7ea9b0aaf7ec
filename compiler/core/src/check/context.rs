//! What a check sees.

use crate::model::{Common, Policy, Service, Slo};
use crate::plan::{ServicePlan, SloPlan};
use crate::source::Sources;

/// What a check looks at: one service of the model and its plan.
pub(crate) struct Context<'m> {
    pub(super) sources: &'m Sources,
    pub(super) model: &'m Common,
    /// What holds for the service.
    pub(super) policy: &'m Policy,
    pub(super) service: &'m Service,
    pub(super) plan: &'m ServicePlan,
}

impl<'m> Context<'m> {
    /// Objectives with their plans.
    pub(super) fn slos(&self) -> impl Iterator<Item = (&'m Slo, &'m SloPlan)> {
        self.service.slos.iter().zip(&self.plan.slos)
    }
}
