//! From a firing alert to the commit: objective → requests → trace → profile or error → `git blame`, unattended.
//!
//! Each layer asks little and hands on what it found; what is missing or breaks is said, and lowers confidence instead of
//! ending the walk.
//!
//! - `slo` chooses the alert, and says when it began (`onset`).
//! - `requests` says which requests, by span metrics.
//! - `trace` fetches bad traces and healthy ones (`gather`), compares them (`compare`, by `tree`), and finds where the
//!   chain breaks (`chain`).
//! - `profile` and `latency` turn slow spans, `errors` failed ones, into places in the code (`site`).
//! - `code` reads what was deployed (`revisions`, `candidates`), and `suspects` ranks the commits
//!   (by `target`, `mentions` and `fits`). Source code is read by
//!   `program`.
//! - `render` makes texts and pictures of it.

mod ask;
mod candidates;
mod case;
mod chain;
mod code;
mod compare;
mod errors;
mod fits;
mod gather;
mod graph;
mod latency;
mod mentions;
mod onset;
mod profile;
mod program;
mod render;
mod repo;
mod report;
mod requests;
mod revisions;
mod site;
mod slo;
pub mod source;
mod spot;
mod suspects;
mod target;
mod trace;
mod tree;
mod verdict;
mod waits;
mod words;

pub use chain::{Break, Cause};
pub use code::{BlameLine, Code, Deployment};
pub use compare::{Difference, Grown, Kind, More};
pub use errors::{Errors, Failure};
pub use onset::Onset;
pub use profile::{Hot, Profiled};
pub use program::change::How;
pub use render::{artefacts, human, markdown, superseded};
pub use report::{Action, Ask, Place, Verdict, Walk};
pub use requests::{Deviation, Numbers, Operation, Outgoing, Requests};
pub use revisions::Revisions;
pub use site::{Role, Site};
pub use slo::{Burn, Firing, Objective};
pub use suspects::{SURE, Suspect};
pub use trace::{Row, Traced};

use std::collections::BTreeSet;

use emberline_core::plan::Plan;

use crate::source::Sources;
use ask::Record;
use case::{Case, Symptom};
use fits::Said;
use gather::Gathered;
use graph::Calls;
use profile::Spends;
use repo::Repo;
use slo::Found;

/// What is to be walked.
pub struct Question<'q> {
    /// What the specs compile to; lengths are those of its time scale.
    pub plan: &'q Plan,
    /// `SERVICE/OBJECTIVE`, or a part of an alert's name; `None` for the gravest alert that fires.
    pub alert: Option<&'q str>,
    /// The time to walk at, unix seconds.
    pub now: f64,
}

/// Walks from the alert to the commit. What is missing is said inside; [`Walk::seconds`] is left to the caller's clock.
#[must_use]
pub fn walk(question: &Question<'_>, sources: &Sources<'_>) -> Walk {
    let mut walk = Walk::begin(question.now);
    let calls = Calls::of(question.plan);
    let (objective, slo) = match slo::look(question, &calls, sources) {
        Found::Burns(objective, slo) => (objective, slo),
        Found::Quiet { conclusion, asked } => {
            walk.verdict = Verdict::Healthy;
            walk.missing.extend(asked.iter().filter(|ask| ask.answer.contains("cannot")).map(|ask| ask.answer.clone()));
            walk.headline = conclusion;
            return walk;
        }
        Found::Unreachable(why) => {
            walk.headline = format!("There is nothing to walk on: {why}.");
            walk.unreachable = Some(why);
            return walk;
        }
    };
    let symptom = objective.threshold.map_or(Symptom::Failed, Symptom::Slow);
    let onset = objective.onset.clone();
    let base = slo.timing.base.seconds();
    let case = Case { slo, now: question.now, onset: &onset, base, symptom, sources };
    walk.objective = Some(*objective);
    let requests = requests::look(&case, question.plan, &calls);
    let (traced, gathered) = trace::look(&case, &calls, &requests);
    Layers { case: &case, requests: &requests, traced: &traced, gathered: &gathered }.go_on(&mut walk);
    walk.requests = Some(requests);
    walk.trace = Some(traced);
    verdict::show_spans(&mut walk, &gathered.bad);
    verdict::close(&mut walk, question.plan);
    walk
}

/// Between two walks of [`walk_patiently`].
const AGAIN: std::time::Duration = std::time::Duration::from_secs(2);

/// Walks, and walks again as long as it is too early for bad requests to have been kept, until `patience` is over.
#[must_use]
pub fn walk_patiently(question: &Question<'_>, sources: &Sources<'_>, patience: std::time::Duration) -> Walk {
    let began = std::time::Instant::now();
    loop {
        let now = question.now + began.elapsed().as_secs_f64();
        let walk = walk(&Question { now, ..*question }, sources);
        if !walk.is_early() || began.elapsed() + AGAIN > patience {
            return walk;
        }
        std::thread::sleep(AGAIN);
    }
}

/// The odds of another cause where the deployment came a while before the incident.
const EARLIER: f64 = 0.4;

/// The odds of another cause where no bad request was seen: a commit that is suspected for being the only one stays below
/// [`SURE`].
const BLIND: f64 = 1.2;

/// The layers behind the trace, while they are walked.
struct Layers<'l> {
    case: &'l Case<'l>,
    requests: &'l Requests,
    traced: &'l Traced,
    gathered: &'l Gathered,
}

impl Layers<'_> {
    fn go_on(&self, walk: &mut Walk) {
        let Self { case, traced, gathered, .. } = self;
        let is_slow = matches!(case.symptom, Symptom::Slow(_));
        let (errors, mut sites) = errors::look(case, gathered);
        // Of slow requests some may fail in the end; where none does, there is nothing to tell.
        let has_failures = !errors.failures.is_empty();
        let service = self.service(&errors, is_slow);
        let mut record = Record::default();
        let services = self.services(&service);
        let concerned: Vec<String> = services.iter().cloned().collect();
        let revisions = revisions::look(case, gathered, &concerned, &mut record);
        let repo = self.repo(&service, &revisions, &mut record, &mut walk.missing);
        let mut role = Role::Fails;
        let mut holes = 0.0;
        if is_slow {
            sites.iter_mut().for_each(|site| site.weight *= 0.4);
            let spans = latency::spans(traced, gathered);
            let is_ours = |file: &str| match &repo {
                Some(repo) => repo.path(file).is_some(),
                None => looks_ours(file),
            };
            let profiled = profile::look(case, gathered, &spans, &is_ours).filter(|_| !gathered.bad.is_empty());
            let spends = profiled.as_ref().map_or(Spends::Unknown, profile::Profiled::spends);
            role = match (latency::multiplied(&traced.difference), spends) {
                (Some(_), _) => Role::Calls,
                (None, Spends::Computing) => Role::Computes,
                (None, Spends::Waiting) => Role::Waits,
                (None, Spends::Unknown) => Role::Above,
            };
            if profiled.is_none() {
                walk.missing
                    .push("No source of profiles was asked: whether it computes or waits is not known.".to_owned());
            }
            holes += if spends == Spends::Unknown { 0.1 } else { 0.0 };
            sites.extend(latency::sites(traced, gathered, profiled.as_ref()));
            walk.profile = profiled;
        } else if let Some(more) = latency::multiplied(&traced.difference).filter(|more| more.now >= 3.0) {
            walk.missing.push(format!("Bad requests also call {} {:.0} times.", more.child.words(), more.now));
        }
        holes += self.holes(&mut walk.missing);
        // What had run for a while before may still be the cause, by what it gathers; but less likely.
        if code::deployed(&service, &revisions).is_some_and(|it| it.lead(case.onset).is_some()) {
            holes += EARLIER;
        }
        let said = Said {
            kinds: errors.failures.iter().map(|failure| failure.kind.clone()).collect(),
            messages: errors.failures.iter().map(|failure| failure.message.clone()).collect(),
        };
        if !is_slow || has_failures {
            walk.errors = Some(errors);
        }
        let given = code::Given { service: &service, services, revisions, sites: site::join(sites), said, role, holes };
        let (code, suspects) = code::look(case, given, repo.as_ref(), record);
        walk.trace_id = self.shown(walk.profile.as_ref());
        (walk.service, walk.code, walk.suspects) = (Some(service), Some(code), suspects);
    }

    /// The service in which the fault lies, as far as traces or else metrics say.
    fn service(&self, errors: &Errors, is_slow: bool) -> String {
        let by_traces = if is_slow { latency::service(self.traced) } else { None };
        let by_errors = || errors.failures.first().filter(|_| !is_slow).map(|failure| failure.service.clone());
        let down = self.traced.down().map(|down| down.peer.clone());
        down.or(by_traces)
            .or_else(by_errors)
            .or_else(|| self.requests.deepest.clone())
            .unwrap_or_else(|| self.case.slo.service.clone())
    }

    /// All services that take part in bad requests.
    fn services(&self, service: &str) -> BTreeSet<String> {
        let mut services: BTreeSet<String> =
            self.gathered.bad.iter().flat_map(|trace| &trace.spans).map(|span| span.service.clone()).collect();
        services.insert(service.to_owned());
        services.insert(self.case.slo.service.clone());
        services
    }

    /// The repository at the deployed revision; else at its head, where places can still be looked up.
    fn repo(
        &self,
        service: &str,
        revisions: &[Revisions],
        record: &mut Record,
        missing: &mut Vec<String>,
    ) -> Option<Repo<'_>> {
        let Some(history) = self.case.sources.history else {
            missing.push("No repository was given: commits cannot be looked at.".to_owned());
            return None;
        };
        let Some(revision) = code::deployed(service, revisions).and_then(|it| it.now.clone()) else {
            missing.push(format!("No span and no metric says which revision of {service} runs."));
            return None;
        };
        let answer = history.resolve(&revision);
        let words = |id: &Option<String>| id.clone().unwrap_or_else(|| "unknown".to_owned());
        let id = record.take(history.name(), format!("resolve {revision}"), answer, words);
        match id {
            Some(Some(id)) => Repo::open(history, id),
            Some(None) => {
                missing.push(format!("{} does not have the deployed revision {revision}.", history.name()));
                None
            }
            None => {
                missing.push(format!("{} cannot be read: {}.", history.name(), record.troubles.join("; ")));
                None
            }
        }
    }

    /// What is missing of the evidence, and what that adds to the odds of another cause.
    fn holes(&self, missing: &mut Vec<String>) -> f64 {
        let mut holes = 0.0;
        if self.case.sources.traces.is_none() {
            missing.push("No source of traces was given: the walk ends at the requests.".to_owned());
            holes += BLIND;
        } else if self.gathered.bad.is_empty() {
            missing.push(format!("No trace of a bad request of {} was kept.", self.traced.service));
            holes += BLIND;
        } else if self.gathered.healthy.is_empty() {
            missing.push("No healthy trace is there to compare with.".to_owned());
            holes += 0.2;
        } else if !self.gathered.is_from_before {
            missing.push(
                "Healthy traces from before it began are missing; requests that are spared now stand in.".to_owned(),
            );
            holes += 0.1;
        }
        // A peer that is down is what was looked for, and not a hole in the evidence.
        for broken in self.traced.breaks.iter().filter(|it| it.cause != Cause::PeerDown) {
            missing.push(broken.words.clone());
        }
        holes + if self.traced.is_inferred() { 0.25 } else { 0.0 }
    }

    /// The trace that all artefacts show: one with a profile, where that matters, else the middle one.
    fn shown(&self, profiled: Option<&Profiled>) -> Option<String> {
        let richest =
            profiled.filter(|profiled| profiled.spends() == Spends::Computing).and_then(|it| it.richest.clone());
        richest.or_else(|| self.gathered.bad.first().map(|trace| trace.id.clone()))
    }
}

/// Whether a file looks like one of a repository rather than a library's, where no repository can be asked.
fn looks_ours(file: &str) -> bool {
    let is_library = file.starts_with('/') || file.starts_with("library/") || file.is_empty();
    !is_library && !file.split('/').any(|part| part.contains('-') && part.ends_with(|c: char| c.is_ascii_digit()))
}
