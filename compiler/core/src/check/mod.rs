//! `Model, Plan → Findings`: policy, one file a check. Knows nothing of rendering.
//!
//! A check sees one service at a time, so services are checked side by side.

mod above_ceiling;
mod added;
mod bad_not_subset;
mod cannot_fire;
mod context;
mod group_label_missing;
mod listed;
mod low_traffic;
mod mixed_scrape_intervals;
mod not_a_counter;
mod not_in_dialect;
mod observed;
mod retention_too_short;
mod ruler_limit;
mod rules_too_slow;
mod series;
mod threshold_not_a_bucket;
mod unbounded_label;
mod undeclared;
mod unit_mismatch;
mod window_too_short;

use crate::code::{self, Code};
use crate::finding::Finding;
use crate::model::{Common, Service};
use crate::plan::ServicePlan;
use crate::plan::bounds::ServiceBound;
use crate::source::Sources;
use context::Context;

pub(crate) use observed::stale;

/// One rule of the gate.
pub struct Check {
    /// The codes it can report.
    pub codes: &'static [&'static Code],
    run: fn(&Context<'_>, &mut Vec<Finding>),
}

/// Every check. The order does not matter: findings are sorted by place.
pub static CHECKS: &[Check] = &[
    Check { codes: &[&code::BAD_NOT_SUBSET], run: bad_not_subset::run },
    Check { codes: &[&code::CANNOT_FIRE], run: cannot_fire::run },
    Check { codes: &[&code::GROUP_LABEL_MISSING], run: group_label_missing::run },
    Check { codes: &[&code::LOW_TRAFFIC], run: low_traffic::run },
    Check { codes: &[&code::MIXED_SCRAPE_INTERVALS], run: mixed_scrape_intervals::run },
    Check { codes: &[&code::NOT_A_COUNTER], run: not_a_counter::run },
    Check { codes: observed::CODES, run: observed::run },
    Check { codes: &[&code::NOT_IN_DIALECT], run: not_in_dialect::run },
    Check { codes: &[&code::RULER_LIMIT], run: ruler_limit::run },
    Check { codes: &[&code::RULES_TOO_SLOW], run: rules_too_slow::run },
    Check { codes: &[&code::SERIES_BUDGET, &code::SDK_CARDINALITY_LIMIT], run: series::run },
    Check { codes: &[&code::RETENTION_TOO_SHORT], run: retention_too_short::run },
    Check { codes: &[&code::THRESHOLD_NOT_A_BUCKET], run: threshold_not_a_bucket::run },
    Check { codes: &[&code::UNBOUNDED_LABEL], run: unbounded_label::run },
    Check {
        codes: &[&code::UNDECLARED_METRIC, &code::UNDECLARED_LABEL, &code::UNDECLARED_VALUE],
        run: undeclared::run,
    },
    Check { codes: &[&code::UNIT_MISMATCH], run: unit_mismatch::run },
    Check { codes: &[&code::WINDOW_TOO_SHORT], run: window_too_short::run },
];

/// Codes that only all services together can have.
static OF_ALL: &[&Code] = &[&code::ABOVE_CEILING];

/// Whether a check can report a code.
#[must_use]
pub fn reports(code: &Code) -> bool {
    OF_ALL.contains(&code) || CHECKS.iter().any(|check| check.codes.contains(&code))
}

/// Whether a finding of a code may be accepted for a while. What the stages before the checks report may not: without it
/// the specs have no meaning to go on with.
#[must_use]
pub(crate) fn can_be_waived(code: &Code) -> bool {
    reports(code) || code::shown_by_captures(code)
}

/// What can only be said of all services together.
pub(crate) fn whole(model: &Common, bounds: &[ServiceBound]) -> Vec<Finding> {
    let mut findings = Vec::new();
    above_ceiling::whole(bounds, &mut findings);
    series::whole(&model.policy, bounds, &mut findings);
    ruler_limit::whole(model, bounds, &mut findings);
    findings
}

/// Runs every check over one service.
pub(crate) fn service(sources: &Sources, model: &Common, service: &Service, plan: &ServicePlan) -> Vec<Finding> {
    let mut findings = Vec::new();
    for check in CHECKS {
        (check.run)(&Context { sources, model, policy: model.policy_of(service), service, plan }, &mut findings);
    }
    observed::settle(&mut findings);
    findings
}
