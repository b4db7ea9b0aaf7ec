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
pub mod indicator;
pub mod metric;
pub mod model;
pub mod oracle;
pub mod plan;
pub mod promql;
mod proof;
pub mod quantity;
mod scope;
pub mod source;
pub mod spec;
pub mod suggest;
pub mod target;
pub mod waive;
pub mod yaml;

pub use spec::schema::{Kind as SchemaKind, text as schema};

use rayon::prelude::*;

use finding::{Finding, Severity};

/// What is known of a set of specs: all that is wrong, and the plan where nothing is an error.
#[derive(Debug)]
pub struct Analysis {
    /// Sorted findings of every stage that could run, without those that a waiver accepts.
    pub findings: Vec<Finding>,
    /// How many findings a waiver accepts.
    pub waived: usize,
    /// The most series of each service, by name.
    pub bounds: Vec<plan::bounds::ServiceBound>,
    /// What telemetry costs, where somebody says so.
    pub prices: Option<model::Prices>,
    /// Absent while any finding is an error, and where nobody asked.
    pub plan: Option<plan::Plan>,
}

/// Reads, resolves, plans and checks the specs of one folder, on a day on which waivers may have expired (`None`: none
/// has).
///
/// Each stage reports all it finds, and the next one works on what could be built; only emitting asks for sound input.
#[must_use]
pub fn analyse(sources: &source::Sources, today: Option<quantity::Date>) -> Analysis {
    analyse_at(sources, today, model::Pace::Policy)
}

/// The same in another time: that of a drill.
#[must_use]
pub fn analyse_at(sources: &source::Sources, today: Option<quantity::Date>, pace: model::Pace) -> Analysis {
    let mut analysis = pass(sources, today, pace, Some);
    let sound = analysis.findings.iter().all(|finding| finding.severity < Severity::Error);
    analysis.plan = analysis.plan.filter(|_| sound);
    analysis
}

/// The same without the plan. Holds none longer than its checks take, which is most of what [`analyse`] holds.
#[must_use]
pub fn check(sources: &source::Sources, today: Option<quantity::Date>) -> Analysis {
    pass(sources, today, model::Pace::Policy, |_| None)
}

/// What the specs mean, for those who hold something against it.
#[derive(Debug)]
pub struct Meaning {
    /// Services and policy, as far as they are sound.
    pub model: model::Model,
    /// What collectors are told.
    pub telemetry: plan::TelemetryPlan,
    /// What is wrong with the specs themselves, sorted.
    pub findings: Vec<Finding>,
}

/// Reads and resolves the specs of one folder.
#[must_use]
pub fn resolve(sources: &source::Sources) -> Meaning {
    let Read { model, mut findings, .. } = read(sources, model::Pace::Policy);
    finding::sort(&mut findings);
    let telemetry = plan::telemetry(&model);
    Meaning { model, telemetry, findings }
}

/// What stands in files, before anything is planned.
struct Read {
    model: model::Model,
    findings: Vec<Finding>,
    /// Whether a file could not be read, so that anything may be missing.
    partial: bool,
}

fn read(sources: &source::Sources, pace: model::Pace) -> Read {
    let all: Vec<_> = sources.iter().collect();
    let mut files: Vec<_> = all.into_par_iter().map(|(id, source)| (id, spec::parse(id, source))).collect();
    let mut findings: Vec<Finding> =
        files.iter_mut().flat_map(|(_, file)| std::mem::take(&mut file.findings)).collect();
    let (mut model, mut resolved) = model::resolve(sources, &files, pace);
    waive::refuse(&mut model.policy.waivers, &mut resolved);
    let partial = files.iter().any(|(_, file)| file.unread);
    files.into_par_iter().for_each(drop);
    findings.append(&mut resolved);
    Read { model, findings, partial }
}

/// Everything up to the plan. `keep` says of each service's plan whether it is needed once it has been checked.
fn pass(
    sources: &source::Sources,
    today: Option<quantity::Date>,
    pace: model::Pace,
    keep: impl Fn(plan::ServicePlan) -> Option<plan::ServicePlan> + Sync,
) -> Analysis {
    let Read { model: model::Model { policy, services, index }, mut findings, partial } = read(sources, pace);
    let common = model::Common { policy: std::sync::Arc::new(policy), index };
    // A service's model goes once it is planned and checked: with it the peak would be half as high again.
    let planned: Vec<(Option<plan::ServicePlan>, plan::bounds::ServiceBound, Vec<Finding>)> = services
        .into_par_iter()
        .map(|service| {
            let mut plan = plan::service(sources, &service, &common.policy, &common.index);
            let findings = check::service(sources, &common, &service, &plan);
            let bounds = std::mem::take(&mut plan.bounds);
            (keep(plan), bounds, findings)
        })
        .collect();
    let mut plans = Vec::with_capacity(planned.len());
    let mut bounds = Vec::with_capacity(planned.len());
    for (plan, bound, mut checked) in planned {
        plans.push(plan);
        bounds.push(bound);
        findings.append(&mut checked);
    }
    findings.append(&mut check::whole(&common.policy, &bounds));
    finding::sort(&mut findings);
    let waived = waive::apply(sources, &common.policy.waivers, today, partial, &mut findings);
    finding::sort(&mut findings);
    let plans: Option<Vec<plan::ServicePlan>> = plans.into_iter().collect();
    let prices = common.policy.prices.clone();
    Analysis { findings, waived, bounds, prices, plan: plans.map(|services| plan::of_all(services, &common.policy)) }
}

/// Generates one unit's files of the given targets. Units are independent, so callers may run them side by side.
#[must_use]
pub fn emit_unit(plan: &plan::Plan, unit: usize, targets: &[target::Target]) -> Vec<emit::Artefact> {
    emit::emit(plan, unit, targets)
}
