//! Keeps each fault once, and counts how often it shows.

use std::collections::{BTreeMap, HashMap};

use emberline_core::finding::Finding;
use emberline_core::source::Span as Place;

use crate::span::TraceId;

/// The most faults of a code that are kept. Span names are part of their keys, and may be unbounded. Each code has a number
/// of its own, so that very many notes crowd out no error.
const MOST: usize = 5_000;

/// Faults by key.
#[derive(Default)]
pub(super) struct Faults {
    kept: BTreeMap<Key, Fault>,
    /// How many faults of each code are kept.
    codes: HashMap<&'static str, usize>,
    /// How often a fault showed that is not kept.
    left_out: u64,
}

/// The id of a code, a place, and a text that distinguishes faults of that code at that place.
pub(super) type Key = (&'static str, Place, String);

struct Fault {
    finding: Finding,
    /// The trace that shows the fault.
    trace: TraceId,
    count: u64,
}

impl Faults {
    /// Every fault, with a note of how often it shows.
    pub(super) fn findings(self) -> Vec<Finding> {
        let told = |Fault { finding, count, .. }: Fault| match count {
            1 => finding,
            _ => finding.note(format!("shows {count} times in this capture; the first is shown")),
        };
        self.kept.into_values().map(told).collect()
    }

    /// How often a fault showed that is not kept.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Counts a fault of `trace`. Returns how often it was seen before if this trace is to be shown: the lowest one is.
    pub(super) fn seen_before(&mut self, key: &Key, trace: TraceId) -> Option<u64> {
        let is_full = self.codes.get(key.0).is_some_and(|count| *count >= MOST);
        match self.kept.get_mut(key) {
            Some(fault) if fault.trace <= trace => {
                fault.count += 1;
                None
            }
            Some(fault) => Some(fault.count),
            None if is_full => {
                self.left_out += 1;
                None
            }
            None => Some(0),
        }
    }

    /// Keeps the finding of a fault that was seen `before` times.
    pub(super) fn tell(&mut self, key: Key, trace: TraceId, before: u64, finding: Finding) {
        if before == 0 {
            *self.codes.entry(key.0).or_default() += 1;
        }
        self.kept.insert(key, Fault { finding, trace, count: before + 1 });
    }
}
