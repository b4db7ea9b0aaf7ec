//! What a proof holds: series that go in, and what the rules must make of them.

use std::collections::BTreeMap;

use crate::quantity::Duration;

/// To what recorded values are rounded before they are compared: sums of floats differ in their last digits between
/// releases of Prometheus.
pub(crate) const ROUNDED: f64 = 0.000_001;

/// A value as Prometheus's `round(value, ROUNDED)` gives it.
pub(crate) fn rounded(value: f64) -> f64 {
    let inverse = 1.0 / ROUNDED;
    (value * inverse + 0.5).floor() / inverse
}

/// Labels by name.
pub(crate) type Labels = BTreeMap<String, String>;

/// Everything that is proven of one objective.
#[derive(Debug)]
pub(crate) struct Proof {
    /// How often promtool evaluates the rules of scenarios.
    pub(crate) evaluation: Duration,
    /// One a scenario.
    pub(crate) tests: Vec<Test>,
}

/// One scenario and what must come of it.
#[derive(Debug)]
pub(crate) struct Test {
    /// What is proven, in words.
    pub(crate) name: String,
    /// Between two samples of every input series.
    pub(crate) interval: Duration,
    /// Series that are given, and their samples.
    pub(crate) inputs: Vec<Input>,
    /// What the rules must give at which times, in order.
    pub(crate) expectations: Vec<Expectation>,
}

/// A series that is given.
#[derive(Debug)]
pub(crate) struct Input {
    /// The metric.
    pub(crate) metric: String,
    /// Its labels.
    pub(crate) labels: Labels,
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
    /// The objective's firing alerts, by the labels that tell them apart: exactly these.
    Firing(Vec<Firing>),
    /// The objective's firing alerts with all their labels.
    Alerts(Vec<Labels>),
    /// The objective's firing burn-rate alerts with all their labels.
    Burning(Vec<Labels>),
    /// The base series with all their labels, rounded.
    Base(Vec<Value>),
    /// Every recorded series with all its labels, rounded.
    Recorded(Vec<Value>),
}

/// A recorded series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    /// Its name.
    pub(crate) name: String,
    /// Its labels, the name apart.
    pub(crate) labels: Labels,
    /// Its value, rounded.
    pub(crate) value: f64,
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
    pub(crate) group: Labels,
}
