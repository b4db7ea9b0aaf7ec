//! What a change of the specs means, worked out from two compiled plans: objectives, alerts and their times, the error
//! budget and its history, time series and their cost, waivers, and every other field.
//!
//! ```text
//! Sources, Plan ──┐
//!                 ├──▶ Change… (pure comparison; a renderer shows them)
//! Sources, Plan ──┘
//! ```
//!
//! Every number is one that the plan, the oracle or the prices state already: nothing is computed in a second way. Where a
//! side does not compile, the fields alone are compared.

mod alerts;
mod fields;
mod files;
mod history;
mod load;
mod objectives;
mod record;

use crate::model::Prices;
use crate::plan::Plan;
use crate::plan::bounds::ServiceBound;
use crate::source::Sources;
use crate::weaker::Weakening;

pub use files::files;
pub use record::{Change, Kind};

/// One state of the specs.
#[derive(Debug, Clone, Copy)]
pub struct State<'s> {
    /// Their texts.
    pub sources: &'s Sources,
    /// What they compile to; `None` where they do not.
    pub plan: Option<&'s Plan>,
    /// The most series of each service.
    pub bounds: &'s [ServiceBound],
    /// What telemetry costs, where the specs say so.
    pub prices: Option<&'s Prices>,
}

/// What the change from one state to another means, in the order in which people read it. `weaker` is what the change takes
/// from the gate.
#[must_use]
pub fn between(before: State<'_>, after: State<'_>, weaker: &[Weakening]) -> Vec<Change> {
    let changed = fields::Fields::of(before.sources, after.sources);
    let mut changes = Vec::new();
    if let (Some(old), Some(new)) = (before.plan, after.plan) {
        objectives::compare(old, new, &changed, &mut changes);
        load::compare([before.bounds, after.bounds], [before.prices, after.prices], [old, new], &mut changes);
    }
    let has_plans = before.plan.is_some() && after.plan.is_some();
    changes.extend(weaker.iter().map(fields::weakening));
    changed.tell(weaker, has_plans, &mut changes);
    // Stable: what is of one kind stays in the order found.
    changes.sort_by_key(|change| change.kind);
    changes
}
