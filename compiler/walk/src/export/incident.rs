//! What belongs to the incident: its times, its services, and how long collecting may take.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use emberline_core::plan::Plan;

use crate::case::{Case, Question, Symptom};
use crate::report::Walk;
use crate::requests::Deviation;
use crate::revisions::Revisions;
use crate::source::Sources;

/// How long collecting one kind of evidence may take. What takes longer is left out, and a note says so.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most services whose evidence is collected.
const SERVICES: usize = 12;
/// How far back evidence goes before the onset, in seconds, unless the alert's long window is longer.
const BACK: f64 = 3_600.0;

/// The incident that is frozen.
pub(super) struct Incident<'i> {
    pub(super) walk: &'i Walk,
    pub(super) case: Case<'i>,
    /// The first time of the evidence, unix seconds. The last is the walk's own.
    pub(super) start: f64,
    /// Involved services, those of the alert and of the verdict first.
    pub(super) services: Vec<String>,
    deadline: Cell<Instant>,
}

impl<'i> Incident<'i> {
    /// # Errors
    /// When the walk found no alert that fires.
    pub(super) fn of(question: &Question<'i>, sources: &'i Sources<'i>, walk: &'i Walk) -> Result<Self, String> {
        let Some(objective) = &walk.objective else {
            return Err("no error budget burns, so there is no incident to export".to_owned());
        };
        let firing = &objective.firing;
        let plan: &'i Plan = question.plan;
        let Some(slo) = plan.slos().find(|slo| slo.service == firing.service && slo.name == firing.slo) else {
            return Err(format!("the specs have no objective {}/{}", firing.service, firing.slo));
        };
        let symptom = objective.threshold.map_or(Symptom::Failed, Symptom::Slow);
        let base = slo.timing.base.seconds();
        let long = objective.long;
        let case = Case { slo, now: walk.at, onset: &objective.onset, base, long, symptom, sources };
        let pair = slo
            .burns
            .iter()
            .find(|it| firing.windows.as_ref().is_some_and(|(long, _)| it.long.nominal.to_string() == *long));
        let long = pair.map_or(0.0, |pair| pair.long.real.seconds());
        // In a drill, all lengths of time are compressed.
        let start = case.since() - (BACK / f64::from(plan.time_scale.max(1))).max(long);
        let deadline = Cell::new(Instant::now() + PATIENCE);
        Ok(Self { walk, services: services(walk, &slo.service), case, start, deadline })
    }

    /// Begins with the next kind of evidence, which has its own time.
    pub(super) fn begin(&self) {
        self.deadline.set(Instant::now() + PATIENCE);
    }

    /// Whether collecting this kind took too long already.
    pub(super) fn is_over(&self) -> bool {
        Instant::now() > self.deadline.get()
    }

    /// Says that evidence was left out if collecting took too long. The result is whether it did.
    pub(super) fn tell_if_over(&self, what: &str, notes: &mut Vec<String>) -> bool {
        let is_over = self.is_over();
        if is_over {
            notes.push(format!("{what} took longer than {} s to collect, and may be incomplete.", PATIENCE.as_secs()));
        }
        is_over
    }

    /// The revisions of the involved services whose deployment is examined.
    pub(super) fn revisions(&self) -> &'i [Revisions] {
        self.walk.code.as_ref().map_or(&[], |code| &code.revisions)
    }
}

/// The involved services: those of the alert and of the verdict, of bad requests, and of deviating operations.
fn services(walk: &Walk, alerting: &str) -> Vec<String> {
    let mut services = vec![alerting.to_owned()];
    services.extend(walk.service.clone());
    services.extend(walk.trace.iter().flat_map(|trace| &trace.spans).map(|row| row.service.clone()));
    services.extend(walk.trace.iter().flat_map(|trace| &trace.breaks).map(|it| it.peer.clone()));
    services.extend(walk.code.iter().flat_map(|code| &code.revisions).map(|it| it.service.clone()));
    let operations = walk.requests.iter().flat_map(|requests| &requests.operations);
    services.extend(operations.filter(|it| it.deviation != Deviation::Usual).map(|it| it.service.clone()));
    let mut seen = BTreeSet::new();
    services.retain(|service| !service.is_empty() && seen.insert(service.clone()));
    services.truncate(SERVICES);
    services
}
