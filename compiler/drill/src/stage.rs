//! What a drill works with, what is asked of it, and what it leaves.

use emberline_core::plan::Plan;
use emberline_walk::source::{Answer, Metrics};

use super::catalogue::Fault;
use super::clock::Clock;
use super::evidence::Evidence;
use super::history::Release;
use super::patch::Opened;
use super::record::{Method, Record};
use super::repository::Repository;
use super::search::Search;
use super::site::Site;
use super::watch::Watch;

/// What a drill works with.
pub struct Drill<'d> {
    /// What is compiled into the Prometheus, in the drill's time.
    pub plan: &'d Plan,
    /// The Prometheus.
    pub metrics: &'d dyn Metrics,
    /// The time.
    pub clock: &'d dyn Clock,
    /// The system.
    pub site: &'d mut dyn Site,
    /// The clone.
    pub repository: &'d Repository,
    /// Who looks for the cause.
    pub search: &'d mut dyn Search,
    /// Told what happens, as it happens.
    pub say: &'d dyn Fn(&str),
    /// The revision that is deployed.
    pub standing: String,
}

/// What is asked of a drill.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Its name.
    pub id: String,
    /// Who looks for the cause.
    pub method: Method,
    /// Signals that are not looked at.
    pub without: Vec<String>,
    /// What draws the history.
    pub seed: u64,
    /// Which drill of the seed it is, from 0.
    pub index: usize,
    /// The severity that calls somebody.
    pub severity: String,
    /// Seconds of healthy traffic before anything is broken.
    pub warm_up: f64,
    /// How many honest commits; a number of chance where nobody says.
    pub honest: Option<usize>,
    /// Seconds that the page is waited for; as long as the fastest alert may take where nobody says.
    pub patience: Option<f64>,
    /// The good revision.
    pub good: String,
}

/// A drill that was seen to its end.
#[derive(Debug)]
pub struct Drilled {
    /// What is kept of it.
    pub record: Record,
    /// What its Prometheus said.
    pub evidence: Evidence,
    /// What the search left.
    pub artefacts: Vec<(String, String)>,
}

/// A change that is in effect.
pub(super) struct Broken {
    pub(super) release: Release,
    pub(super) services: Vec<String>,
    pub(super) burn_before: Option<f64>,
    /// When it began to come into effect, unix seconds.
    pub(super) began: f64,
    /// When it was in effect, unix seconds: T+0.
    pub(super) ended: f64,
}

impl<'d> Drill<'d> {
    pub(super) fn watch(&self) -> Watch<'d> {
        Watch { plan: self.plan, metrics: self.metrics, clock: self.clock }
    }

    /// Checks a revision out and has it deployed.
    pub(super) fn bring(&mut self, revision: &str, is_rollback: bool) -> Answer<Vec<String>> {
        self.repository.go_to(revision)?;
        let services = if is_rollback { self.site.rollback(revision)? } else { self.site.deploy(revision)? };
        revision.clone_into(&mut self.standing);
        Ok(services)
    }
}

/// Opens the fault, now that it makes no difference any more.
pub(super) fn opened(fault: &Fault) -> Opened {
    match fault {
        Fault::Patch(patch) => patch.open(),
        Fault::Outage(_) => Opened::default(),
    }
}
