//! Faults, each told once.

use std::collections::BTreeMap;

use emberline_core::finding::Finding;
use emberline_core::source::Span as Place;

use crate::span::TraceId;

/// How many faults are told apart. Span names are part of what tells them apart, and they may be anything.
const MOST: usize = 5_000;

/// Faults by code, place and what tells them apart.
#[derive(Default)]
pub(super) struct Faults(BTreeMap<Key, Fault>);

/// A code's id, a place, and what tells faults there apart.
pub(super) type Key = (&'static str, Place, String);

struct Fault {
    finding: Finding,
    /// The trace that shows it.
    trace: TraceId,
    count: u64,
}

impl Faults {
    /// Every fault, with how often it shows.
    pub(super) fn findings(self) -> Vec<Finding> {
        let told = |Fault { finding, count, .. }: Fault| match count {
            1 => finding,
            _ => finding.note(format!("shows {count} times in this capture; this is the first")),
        };
        self.0.into_values().map(told).collect()
    }

    /// Whether a fault is to be put into words: how often it was seen before. Of those with one key, the one of the lowest
    /// trace is told.
    pub(super) fn seen_before(&mut self, key: &Key, trace: TraceId) -> Option<u64> {
        let is_full = self.0.len() >= MOST;
        match self.0.get_mut(key) {
            Some(fault) if fault.trace <= trace => {
                fault.count += 1;
                None
            }
            Some(fault) => Some(fault.count),
            None if is_full => None,
            None => Some(0),
        }
    }

    /// Tells a fault that was seen `before` times.
    pub(super) fn tell(&mut self, key: Key, trace: TraceId, before: u64, finding: Finding) {
        self.0.insert(key, Fault { finding, trace, count: before + 1 });
    }
}
