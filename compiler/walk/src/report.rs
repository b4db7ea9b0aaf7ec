//! The result of a walk: the verdict, the suspects, and one part for each layer.
//!
//! Every layer holds its questions, the answers, and a conclusion in a sentence. Times are unix seconds, durations
//! are in seconds, shares are between 0 and 1.

use serde::Serialize;

use super::claim::Claim;
use super::code::Code;
use super::errors::Errors;
use super::outside::Outside;
use super::place::Place;
use super::profile::Profiled;
use super::requests::Requests;
use super::runtime::Runtime;
use super::slo::Objective;
use super::suspects::Suspect;
use super::trace::Traced;

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// No error budget burns.
    Healthy,
    /// The first suspect is the root cause, with high confidence.
    Commit,
    /// The evidence does not single out one commit.
    NotCertain,
    /// No deployment explains the incident. The cause is a dependency, load or data.
    NoCodeChange,
}

impl Verdict {
    /// The verdict in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Healthy => "nothing burns",
            Self::Commit => "a commit",
            Self::NotCertain => "not certain",
            Self::NoCodeChange => "no code change",
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Action {
    /// The action in a sentence.
    pub what: String,
    /// A command to paste into a terminal.
    pub command: Option<String>,
}

/// The evidence of all layers, before the verdict.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) at: f64,
    pub(super) service: Option<String>,
    pub(super) trace_id: Option<String>,
    pub(super) objective: Option<Objective>,
    pub(super) requests: Option<Requests>,
    pub(super) trace: Option<Traced>,
    pub(super) profile: Option<Profiled>,
    pub(super) errors: Option<Errors>,
    pub(super) code: Option<Code>,
    pub(super) suspects: Vec<Suspect>,
    pub(super) runtime: Option<Runtime>,
    pub(super) outside: Option<Outside>,
    pub(super) missing: Vec<String>,
    /// What was not looked at, a sentence each, beyond what is missing.
    pub(super) unseen: Vec<String>,
    /// The page of the store that shows the trace of `trace_id`.
    pub(super) trace_page: Option<String>,
}

/// The lowest score at which a commit is named.
pub(super) const NEAR: f64 = 0.3;

impl Evidence {
    /// The first suspect, if it fits well enough to be named.
    pub(super) fn named(&self) -> Option<&Suspect> {
        self.suspects.first().filter(|first| first.score >= NEAR)
    }
}

/// A walk from an alert towards a commit.
#[derive(Debug, Clone, Serialize)]
pub struct Walk {
    /// How the walk ended.
    pub verdict: Verdict,
    /// The whole walk in a sentence.
    pub headline: String,
    /// What the walk claims, the facts for and against it, and what would change its mind; `None` if nothing burns.
    pub claim: Option<Claim>,
    /// When the walk was made, unix seconds.
    pub at: f64,
    /// The faulty service, if known.
    pub service: Option<String>,
    /// The faulty function, if known.
    pub function: Option<Place>,
    /// The one request that all artefacts show.
    pub trace_id: Option<String>,
    /// The objective whose budget burns.
    pub objective: Option<Objective>,
    /// Which requests are affected.
    pub requests: Option<Requests>,
    /// How bad traces differ from healthy traces.
    pub trace: Option<Traced>,
    /// How much CPU time the slow spans used, and in which functions.
    pub profile: Option<Profiled>,
    /// Where errors arose.
    pub errors: Option<Errors>,
    /// What was deployed, and which commits wrote the lines.
    pub code: Option<Code>,
    /// What else changed: metrics of processes and their resources.
    pub runtime: Option<Runtime>,
    /// What changed outside of the code and explains the incident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outside: Option<Outside>,
    /// Suspected commits, the likeliest first.
    pub suspects: Vec<Suspect>,
    /// Breaks of the trace and missing evidence, a sentence each.
    pub missing: Vec<String>,
    /// The actions, in order.
    pub actions: Vec<Action>,
    /// Why the walk could not start; `None` if Prometheus answered.
    pub unreachable: Option<String>,
    /// The duration of the walk in seconds; the caller fills it in.
    pub seconds: f64,
}

impl Walk {
    /// Whether another walk in a moment may find more, because no trace of a bad request was kept yet, or none of the
    /// last episode. An alert may fire before the collector decides which traces to keep.
    #[must_use]
    pub fn is_early(&self) -> bool {
        let burns = self.objective.as_ref().is_some_and(|objective| objective.firing.windows.is_some());
        let is_early = |trace: &Traced| (trace.bad.is_empty() || trace.is_earlier) && !trace.asked.is_empty();
        let none_yet = self.trace.as_ref().is_some_and(is_early);
        burns && none_yet && self.verdict == Verdict::NotCertain
    }

    /// A walk that found nothing yet, at a time in unix seconds.
    pub(super) fn empty(at: f64) -> Self {
        Self {
            verdict: Verdict::NotCertain,
            headline: String::new(),
            claim: None,
            at,
            service: None,
            function: None,
            trace_id: None,
            objective: None,
            requests: None,
            trace: None,
            profile: None,
            errors: None,
            code: None,
            runtime: None,
            outside: None,
            suspects: Vec::new(),
            missing: Vec::new(),
            actions: Vec::new(),
            unreachable: None,
            seconds: 0.0,
        }
    }
}
