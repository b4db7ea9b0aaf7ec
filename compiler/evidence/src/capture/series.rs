//! Counts the time series that a capture shows: the sets of attributes of each metric.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::label::shown;
use super::otlp::Pair;
use crate::names::Name;

/// The most sets of attributes of all metrics together that are told apart.
const MOST: usize = 2_000_000;
/// The most metrics that are told apart.
const MOST_METRICS: usize = 10_000;
/// The attribute of the one set that an SDK keeps once a metric has too many.
const OVERFLOW: &str = "otel.metric.overflow";

/// The time series of each metric of each service.
#[derive(Debug, Default)]
pub struct Series {
    metrics: BTreeMap<(Name, Name), Sets>,
    held: usize,
}

/// The sets of attributes of a metric.
#[derive(Debug, Default)]
pub struct Sets {
    /// A hash of each set.
    hashes: HashSet<u64>,
    /// Whether there were more than are told apart.
    pub is_cut: bool,
    /// Whether the SDK put measurements into its overflow set, because the metric has too many sets.
    pub overflows: bool,
}

impl Sets {
    /// How many different sets were seen.
    #[must_use]
    pub fn count(&self) -> usize {
        self.hashes.len()
    }
}

impl Series {
    /// Each metric by its service and name.
    pub fn iter(&self) -> impl Iterator<Item = ((Name, Name), &Sets)> {
        self.metrics.iter().map(|(key, sets)| (*key, sets))
    }

    pub(super) fn add(&mut self, service: Name, metric: Name, attributes: &[Pair<'_>]) {
        let key = (service, metric);
        if self.metrics.len() >= MOST_METRICS && !self.metrics.contains_key(&key) {
            return;
        }
        let sets = self.metrics.entry(key).or_default();
        // The order of attributes does not tell sets apart.
        let mut sum = 0_u64;
        for Pair { key, value, .. } in attributes {
            sets.overflows |= key == OVERFLOW;
            let mut hash = DefaultHasher::new();
            key.hash(&mut hash);
            match &value.string_value {
                Some(text) => text.hash(&mut hash),
                None => shown(value).hash(&mut hash),
            }
            sum = sum.wrapping_add(hash.finish());
        }
        if self.held < MOST {
            self.held += usize::from(sets.hashes.insert(sum));
        } else {
            sets.is_cut |= !sets.hashes.contains(&sum);
        }
    }
}
