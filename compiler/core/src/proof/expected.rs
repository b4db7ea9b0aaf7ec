//! What a proof holds: series that go in, and what the rules must make of them.

use std::collections::BTreeMap;

use crate::quantity::Duration;

/// Everything that is proven of one objective.
#[derive(Debug)]
pub(crate) struct Proof {
    /// How often promtool evaluates.
    pub(crate) evaluation: Duration,
    /// Between two samples of every input series.
    pub(crate) interval: Duration,
    /// One a scenario.
    pub(crate) tests: Vec<Test>,
}

/// One scenario and what must come of it.
#[derive(Debug)]
pub(crate) struct Test {
    /// What is proven, in words.
    pub(crate) name: String,
    /// Raw series and their samples.
    pub(crate) inputs: Vec<Input>,
    /// What the rules must give at which times, in order.
    pub(crate) expectations: Vec<Expectation>,
}

/// A raw series.
#[derive(Debug)]
pub(crate) struct Input {
    /// The metric.
    pub(crate) metric: String,
    /// Its labels.
    pub(crate) labels: BTreeMap<String, String>,
    /// Samples in promtool's notation.
    pub(crate) values: String,
}

/// What the rules must give at a time.
#[derive(Debug)]
pub(crate) struct Expectation {
    /// Since the first sample.
    pub(crate) at: Duration,
    /// What is looked at.
    pub(crate) of: Subject,
}

/// What is looked at.
#[derive(Debug)]
pub(crate) enum Subject {
    /// The objective's firing alerts: exactly these.
    Firing(Vec<Firing>),
    /// The base series of bad events: zero for every group, rather than absent.
    NoBadEvents {
        /// The labels of the one group, beside the objective's own.
        group: BTreeMap<String, String>,
    },
}

/// One firing alert by the labels that tell the objective's alerts apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Firing {
    /// `alertname`.
    pub(crate) alert: String,
    /// Long and short window of a burn-rate alert.
    pub(crate) windows: Option<(String, String)>,
    /// `severity`.
    pub(crate) severity: String,
    /// The group.
    pub(crate) group: BTreeMap<String, String>,
}
