//! Faults, each told once.

use std::collections::BTreeMap;

use emberline_core::code::Code;
use emberline_core::finding::Finding;
use emberline_core::source::Span as Place;

use super::Judge;
use crate::capture::TraceId;

/// How many faults are told apart. Span names are part of what tells them apart, and they may be anything.
const MOST: usize = 5_000;

/// Faults by code, place and what tells them apart.
#[derive(Default)]
pub(super) struct Faults(BTreeMap<(&'static str, Place, String), Fault>);

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
}

impl Judge<'_> {
    /// Reports a fault that shows in `trace`. Of those with the same code, place and `key`, the one of the lowest trace is
    /// told, and only those that may be told are put into words.
    pub(super) fn report(
        &mut self,
        code: &'static Code,
        place: Place,
        key: String,
        trace: TraceId,
        tell: impl FnOnce(&Self) -> Finding,
    ) {
        let key = (code.id, place, key);
        let is_full = self.seen.faults.0.len() >= MOST;
        let before = match self.seen.faults.0.get_mut(&key) {
            Some(fault) if fault.trace <= trace => {
                fault.count += 1;
                return;
            }
            Some(fault) => fault.count,
            None if is_full => return,
            None => 0,
        };
        let finding = tell(self);
        self.seen.faults.0.insert(key, Fault { finding, trace, count: before + 1 });
    }
}
