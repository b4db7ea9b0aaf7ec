//! The Emberline compiler as a pure function of its input.
//!
//! ```text
//! Sources ──spec──▶ Spec ──model──▶ Model ──plan──▶ Plan ──emit──▶ Artefacts
//!                     └────findings────┴──check──┘
//! ```
//!
//! [`compile`] names every stage but the last, which is [`emit::Emitter`]. `floors.txt` says what stands on what, and a test
//! refuses imports that run upward.
//!
//! No stage does I/O, reads a clock or looks at the environment (clippy's `disallowed-methods` sees to it): the same
//! specs give the same bytes.

pub mod base64;
pub mod change;
pub mod check;
pub mod code;
pub mod emit;
pub mod finding;
mod gotemplate;
pub mod indicator;
pub mod kept;
mod labels;
pub mod merge;
pub mod metric;
pub mod model;
pub mod notify;
pub mod oracle;
pub mod plan;
pub mod promql;
mod proof;
pub mod quantity;
mod scope;
pub mod sensitive;
pub mod source;
pub mod spec;
pub mod suggest;
pub mod target;
pub mod waive;
pub mod weaker;
pub mod yaml;

pub use labels::RESERVED_LABELS;
pub use spec::schema::{Kind as SchemaKind, text as schema};

use std::sync::Arc;

use rayon::prelude::*;

use finding::{Finding, Severity};
use model::{Common, Model, Observed, Pace, Prices};
use plan::bounds::ServiceBound;
use plan::{Plan, ServicePlan, TelemetryPlan};
use quantity::Date;
use source::{SourceId, Sources};
use spec::File;
use target::Target;

/// What is asked of [`compile`]. By default the plan, in the policy's time, on no day at all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Order<'o> {
    /// The day on which waivers may have expired and snapshots may be stale; `None`: none is.
    pub today: Option<Date>,
    /// What a source exports now, to be judged by instead of snapshots.
    pub against: Option<&'o Observed>,
    /// In whose time.
    pub pace: Pace,
    /// What shall be written, instead of what the policy asks for.
    pub only: Option<&'o [Target]>,
    /// What of it is needed.
    pub needs: Needs,
    /// The team that alone counts, by its folders below the specs (`""`: the organisation): faults of other teams do not.
    pub team: Option<&'o str>,
}

/// What somebody needs of a compilation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Needs {
    /// What is wrong. No service's plan is held longer than its checks take, and plans are most of what there is to hold.
    Findings,
    /// The plan as well, from which everything is emitted.
    #[default]
    Plan,
}

/// What is known of a set of specs: all that is wrong, and the plan where nothing is an error.
#[derive(Debug)]
pub struct Analysis {
    /// Sorted findings of every stage that could run, without those that a waiver accepts.
    pub findings: Vec<Finding>,
    /// How many findings a waiver accepts.
    pub waived: usize,
    /// The most series of each service, by name.
    pub bounds: Vec<ServiceBound>,
    /// What telemetry costs, where somebody says so.
    pub prices: Option<Prices>,
    /// Absent while any finding is an error, and where nobody needs it.
    pub plan: Option<Plan>,
}

/// The compiler: every stage before [`emit::Emitter`], in its order.
///
/// Each stage reports all it finds, and the next one works on what could be built; only emitting asks for sound input.
#[must_use]
pub fn compile(sources: &Sources, order: Order<'_>) -> Analysis {
    judge(sources, read(sources, order.pace, order.only), order).0
}

/// The stages behind [`read`]: plans and checks. Gives also what all services have in common.
pub(crate) fn judge(
    sources: &Sources,
    (model, mut findings, partial): (Model, Vec<Finding>, bool),
    order: Order<'_>,
) -> (Analysis, Common) {
    let waivers = model.waivers();
    let Model { policy, teams, services, index, observed, .. } = model;
    findings.append(&mut check::stale(&policy, &observed, order.today));
    let observed = order.against.map_or(observed, |against| vec![against.clone()]);
    let common = Common { policy: Arc::new(policy), teams, index, observed };
    let needs_plan = order.needs == Needs::Plan;
    // A service's model goes once it is planned and checked: with it the peak would be half as high again.
    let planned: Vec<(Option<ServicePlan>, ServiceBound, Vec<Finding>)> = services
        .into_par_iter()
        .map(|service| {
            let known = (&common.index, common.observed.as_slice());
            let mut plan = ServicePlan::of(&service, common.policy_of(&service), known, sources);
            let findings = check::service(sources, &common, &service, &plan);
            let bounds = std::mem::take(&mut plan.bounds);
            (needs_plan.then_some(plan), bounds, findings)
        })
        .collect();
    let (mut plans, mut bounds) = (Vec::with_capacity(planned.len()), Vec::with_capacity(planned.len()));
    for (plan, bound, mut checked) in planned {
        plans.extend(plan);
        bounds.push(bound);
        findings.append(&mut checked);
    }
    findings.append(&mut check::whole(&common, &bounds));
    finding::sort(&mut findings);
    let waived = waive::apply(sources, &waivers, order.today, partial, &mut findings);
    if let Some(team) = order.team {
        findings.retain(|finding| concerns(sources, &common, team, finding));
        plans.retain(|plan| plan.team.and_then(|at| common.teams.get(at)).map_or("", |team| &team.name) == team);
    }
    finding::sort(&mut findings);
    let is_sound = findings.iter().all(|finding| finding.severity < Severity::Error);
    let plan = (needs_plan && is_sound).then(|| Plan::of(plans, &common.policy, &common.teams, &common.observed));
    (Analysis { findings, waived, bounds, prices: common.policy.prices.clone(), plan }, common)
}

/// Whether a finding is a team's to correct, or stands in what the team inherits.
fn concerns(sources: &Sources, common: &Common, team: &str, finding: &Finding) -> bool {
    let id = finding.label.span.source;
    let path = &sources.get(id).path;
    let owner = common.team_of(path).and_then(|at| common.teams.get(at)).map_or("", |team| &team.name);
    let is_above = owner.is_empty() || team.strip_prefix(owner).is_some_and(|rest| rest.starts_with('/'));
    let is_service = !spec::is_policy(path) && !spec::is_prices(path) && !spec::is_observed(path);
    owner == team || (is_above && (sources.central() == Some(id) || !is_service))
}

/// The first two stages: what stands in the files, and what it means. Gives the model, what is wrong, and whether a file
/// could not be read, so that anything may be missing.
fn read(sources: &Sources, pace: Pace, only: Option<&[Target]>) -> (Model, Vec<Finding>, bool) {
    let all: Vec<_> = sources.iter().collect();
    let parsed: Vec<_> = all
        .into_par_iter()
        .map(|(id, source)| {
            let mut file = spec::parse(id, source, sources.central() == Some(id));
            let findings = std::mem::take(&mut file.findings);
            ((id, Arc::new(file)), findings)
        })
        .collect();
    let (files, findings): (Vec<_>, Vec<_>) = parsed.into_iter().unzip();
    let read = resolved(sources, &files, findings.into_iter().flatten().collect(), pace, only);
    files.into_par_iter().for_each(drop);
    read
}

/// The second stage alone, of files that are read and whose own `findings` are known.
pub(crate) fn resolved(
    sources: &Sources,
    files: &[(SourceId, Arc<File>)],
    mut findings: Vec<Finding>,
    pace: Pace,
    only: Option<&[Target]>,
) -> (Model, Vec<Finding>, bool) {
    let (mut model, mut resolved) = model::resolve(sources, files, pace, only);
    waive::refuse(&mut model.policy.waivers, &mut resolved);
    for team in model.teams.iter_mut().filter(|team| !team.policy.waivers.is_empty()) {
        waive::refuse(&mut Arc::make_mut(&mut team.policy).waivers, &mut resolved);
    }
    findings.append(&mut resolved);
    let partial = files.iter().any(|(_, file)| file.unread);
    (model, findings, partial)
}

/// [`compile`], in the policy's time and with the plan.
#[must_use]
pub fn analyse(sources: &Sources, today: Option<Date>) -> Analysis {
    compile(sources, Order { today, ..Order::default() })
}

/// What the specs mean, for those who hold something against it.
#[derive(Debug)]
pub struct Meaning {
    /// Services and policy, as far as they are sound.
    pub model: Model,
    /// What collectors are told.
    pub telemetry: TelemetryPlan,
    /// What is wrong with the specs themselves, sorted.
    pub findings: Vec<Finding>,
}

/// The part of [`compile`] that needs no plan: what the specs of one folder mean.
#[must_use]
pub fn resolve(sources: &Sources) -> Meaning {
    let (model, mut findings, _) = read(sources, Pace::Policy, None);
    finding::sort(&mut findings);
    let telemetry = TelemetryPlan::of_model(&model);
    Meaning { model, telemetry, findings }
}
