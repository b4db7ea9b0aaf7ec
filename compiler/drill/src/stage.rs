//! The parts, the settings and the results of a drill.

use emberline_core::plan::Plan;
use emberline_walk::source::{Answer, Metrics};

use super::catalogue::Fault;
use super::clock::Clock;
use super::evidence::Evidence;
use super::history::Release;
use super::patch::Opened;
use super::record::{Method, Mitigation, Record};
use super::release::Healthy;
use super::repository::Repository;
use super::search::Search;
use super::site::Site;
use super::watch::Watch;

/// Keeps files, by name, before the release is rolled back.
pub(crate) type Keep<'k> = dyn Fn(&[(String, String)]) -> Answer<()> + 'k;

/// The parts of a drill.
pub struct Drill<'d> {
    /// The plan behind the rules, in the drill's time scale.
    pub plan: &'d Plan,
    /// The Prometheus.
    pub metrics: &'d dyn Metrics,
    /// The clock.
    pub clock: &'d dyn Clock,
    /// The system.
    pub site: &'d mut dyn Site,
    /// The clone.
    pub repository: &'d Repository,
    /// Who searches for the root cause.
    pub search: &'d mut dyn Search,
    /// Receives every event as it happens.
    pub say: &'d dyn Fn(&str),
    /// Keeps the evidence of the search, before anything is rolled back: file names and contents.
    pub keep: &'d Keep<'d>,
    /// The revision that is deployed.
    pub standing: String,
}

/// The settings of a drill.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The name of the drill.
    pub id: String,
    /// Who searches for the root cause.
    pub method: Method,
    /// Signals that are left out.
    pub without: Vec<String>,
    /// The seed of the history.
    pub seed: u64,
    /// The number of the drill among those of the seed, from 0.
    pub index: usize,
    /// The severity that counts as detection.
    pub severity: String,
    /// Seconds of healthy traffic before the fault.
    pub warm_up: f64,
    /// The number of honest commits; random if unset.
    pub honest: Option<usize>,
    /// The time limit for the alert in seconds; if unset, the limit of the fastest alert.
    pub patience: Option<f64>,
    /// The good revision.
    pub good: String,
    /// What is rolled back first.
    pub mitigation: Mitigation,
    /// The most deployments after recovery that look for the commit.
    pub probes: usize,
    /// The SHA-256 of the program that walks, its first 16 digits.
    pub program: Option<String>,
    /// The SHA-256 of a sealed file.
    pub sealed: Option<String>,
}

/// A finished drill.
#[derive(Debug)]
pub struct Drilled {
    /// The record of the drill.
    pub record: Record,
    /// The answers of the drill's Prometheus.
    pub evidence: Evidence,
    /// Files of the search.
    pub artefacts: Vec<(String, String)>,
}

/// A change that is in effect.
pub(super) struct Broken {
    pub(super) release: Release,
    pub(super) services: Vec<String>,
    pub(super) burn_before: Option<f64>,
    /// The walks of a harmless release, before an outage began.
    pub(super) healthy: Option<Healthy>,
    /// When the deployment of the change started, unix seconds.
    pub(super) began: f64,
    /// When the change took effect, unix seconds: T+0.
    pub(super) ended: f64,
}

impl<'d> Drill<'d> {
    pub(super) fn watch(&self) -> Watch<'d> {
        Watch { plan: self.plan, metrics: self.metrics, clock: self.clock }
    }

    /// Checks a revision out and deploys it; returns the deployed services.
    pub(super) fn bring(&mut self, revision: &str, is_rollback: bool) -> Answer<Vec<String>> {
        self.repository.go_to(revision)?;
        let services = if is_rollback { self.site.rollback(revision)? } else { self.site.deploy(revision)? };
        revision.clone_into(&mut self.standing);
        Ok(services)
    }
}

/// Reveals the fault after the search: the headers of its patches.
pub(super) fn opened(fault: &Fault) -> Vec<Opened> {
    fault.patches().iter().map(super::patch::Patch::open).collect()
}
