//! How far the success of a service can reach: what it asks of itself, and what all of its events wait for.

use crate::model::{Service, Slo};
use crate::quantity::Percent;
use crate::source::Spanned;
use crate::spec::CallKind;

/// An objective for the share of events that succeed.
#[derive(Debug, Clone)]
pub struct Success {
    /// Its name.
    pub slo: String,
    /// The share, and where it is said.
    pub target: Spanned<Percent>,
}

/// What the success of a service is to be, and what it depends on.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// Its objectives for success. Those for speed, freshness or minutes are left out: they do not add up with success.
    pub successes: Vec<Success>,
    /// Services that it calls on every route, and waits for.
    pub waits_for: Vec<Spanned<String>>,
}

impl Reach {
    /// The reach of a service. A call on some routes says nothing of an objective over all of them.
    pub(super) fn of(service: &Service) -> Self {
        let is_success =
            |slo: &&Slo| slo.sli.ratio().is_some() && slo.sli.threshold().is_none() && slo.sli.measured().is_none();
        let successes = service.slos.iter().filter(is_success);
        let awaited = service.calls.iter().filter(|call| call.kind == CallKind::Sync && call.routes.is_empty());
        Self {
            successes: successes.map(|slo| Success { slo: slo.name.value.clone(), target: slo.objective }).collect(),
            waits_for: awaited.map(|call| call.service.clone()).collect(),
        }
    }
}
