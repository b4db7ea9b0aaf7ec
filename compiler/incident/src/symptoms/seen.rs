//! What the evidence shows, as all that follows reads it.

use std::collections::{BTreeMap, BTreeSet};

use crate::sign::{Fact, Sign};

/// All that the evidence shows.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Ordered by strength, the strongest first.
    pub(crate) facts: Vec<Fact>,
    /// When the alert's own signal leaves its usual range.
    pub(crate) harm: Option<i64>,
    /// When the first signal that stays unusual leaves its usual range. It may be long before `harm`.
    pub(crate) first: Option<i64>,
    /// Whether a signal grows in a ramp from `first` on.
    pub(crate) ramp: bool,
    /// The time between samples.
    pub(crate) interval: i64,
    /// Services that send telemetry of the platform, not of an application.
    pub(crate) platform: BTreeSet<String>,
    /// Services with errors, latency or new error lines, and since when.
    pub(crate) harmed: BTreeMap<String, i64>,
    /// What changed of each service, in the order of time.
    pub(crate) changed: BTreeMap<String, Vec<Changed>>,
    /// Services with any telemetry.
    pub(crate) measured: BTreeSet<String>,
    /// Pairs of services that talk with each other, in both orders, as spans and texts tell.
    pub(crate) talks: BTreeSet<(String, String)>,
    pub(crate) named: Named,
}

/// Something of a service that changed.
#[derive(Debug, Clone)]
pub(crate) struct Changed {
    pub(crate) at: i64,
    /// The name of the metric, or a log pattern.
    pub(crate) what: String,
    pub(crate) place: String,
}

impl Seen {
    /// All signs that were seen, each with its strength.
    pub(crate) fn signs(&self) -> BTreeMap<Sign, f64> {
        let mut found: BTreeMap<Sign, f64> = BTreeMap::new();
        for fact in &self.facts {
            let strength = found.entry(fact.sign).or_default();
            *strength = strength.max(fact.strength);
        }
        found
    }

    /// Whether a service talks with one that suffers.
    pub(crate) fn neighbour(&self, service: &str) -> bool {
        self.harmed.keys().any(|other| self.talks.contains(&(service.to_owned(), other.clone())))
    }
}

/// Names and numbers of new errors.
#[derive(Debug, Default)]
pub(crate) struct Named {
    /// Identifiers as they are written, each with its weight.
    pub(crate) whole: BTreeMap<String, f64>,
    /// Parts of identifiers in lower case.
    pub(crate) parts: BTreeMap<String, f64>,
    /// Numbers that are new: from texts, attributes and levels where series stay.
    pub(crate) numbers: Vec<f64>,
    /// Numbers of the same attributes before the onset.
    pub(crate) usual: Vec<f64>,
    /// New texts that are no good news, as they are written.
    pub(crate) texts: Vec<String>,
    /// Source files in stacks, with their folders as far as they are written.
    pub(crate) frames: BTreeSet<String>,
}
