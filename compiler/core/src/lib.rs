//! The Emberline compiler as a pure function of its input.
//!
//! ```text
//! Sources ──spec──▶ Spec ──model──▶ Model ──plan──▶ Plan ──emit──▶ Artefacts
//!                     └────findings────┴──check──┘
//! ```
//!
//! No stage does I/O, reads a clock or looks at the environment (clippy's `disallowed-methods` sees to it): the same
//! specs give the same bytes.

pub mod check;
pub mod code;
pub mod emit;
pub mod finding;
pub mod model;
pub mod oracle;
pub mod plan;
pub mod promql;
mod proof;
pub mod quantity;
pub mod source;
pub mod spec;
pub mod suggest;
pub mod yaml;

pub use spec::schema::{Kind as SchemaKind, text as schema};

use rayon::prelude::*;

use finding::{Finding, Severity};

/// What is known of a set of specs: all that is wrong, and the plan where nothing is an error.
#[derive(Debug)]
pub struct Analysis {
    /// Sorted findings of every stage that could run.
    pub findings: Vec<Finding>,
    /// Absent while any finding is an error.
    pub plan: Option<plan::Plan>,
}

/// Reads, resolves, plans and checks the specs of one folder.
///
/// Each stage reports all it finds, and the next one works on what could be built; only emitting asks for sound input.
#[must_use]
pub fn analyse(sources: &source::Sources) -> Analysis {
    let (findings, plan) = pass(sources, Some);
    let sound = findings.iter().all(|finding| finding.severity < Severity::Error);
    Analysis { findings, plan: plan.filter(|_| sound) }
}

/// The findings alone. Holds no plan longer than its checks take, which is most of what [`analyse`] holds.
#[must_use]
pub fn check(sources: &source::Sources) -> Vec<Finding> {
    pass(sources, |_| None).0
}

/// Everything up to the plan. `keep` says of each service's plan whether it is needed once it has been checked.
fn pass(
    sources: &source::Sources,
    keep: impl Fn(plan::ServicePlan) -> Option<plan::ServicePlan> + Sync,
) -> (Vec<Finding>, Option<plan::Plan>) {
    let all: Vec<_> = sources.iter().collect();
    let mut files: Vec<_> = all.into_par_iter().map(|(id, source)| (id, spec::parse(id, source))).collect();
    let mut findings: Vec<Finding> =
        files.iter_mut().flat_map(|(_, file)| std::mem::take(&mut file.findings)).collect();
    let (model::Model { policy, services, index }, mut resolved) = model::resolve(sources, &files);
    files.into_par_iter().for_each(drop);
    findings.append(&mut resolved);
    let common = model::Common { policy: std::sync::Arc::new(policy), index };
    // A service's model goes once it is planned and checked: with it the peak would be half as high again.
    let planned: Vec<(Option<plan::ServicePlan>, Vec<Finding>)> = services
        .into_par_iter()
        .map(|service| {
            let plan = plan::service(&service, &common.policy);
            let findings = check::service(sources, &common, &service, &plan);
            (keep(plan), findings)
        })
        .collect();
    let mut plans = Vec::with_capacity(planned.len());
    for (plan, mut checked) in planned {
        plans.push(plan);
        findings.append(&mut checked);
    }
    finding::sort(&mut findings);
    let plans: Option<Vec<plan::ServicePlan>> = plans.into_iter().collect();
    (findings, plans.map(|services| plan::of_all(services, &common.policy)))
}

/// Generates one unit's files of the given targets. Units are independent, so callers may run them side by side.
#[must_use]
pub fn emit_unit(plan: &plan::Plan, unit: usize, targets: &[emit::Target]) -> Vec<emit::Artefact> {
    emit::emit(plan, unit, targets)
}
