//! The calls between services that the specs declare.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use emberline_core::plan::Plan;

/// Declared calls.
#[derive(Debug, Default)]
pub(super) struct Calls<'p> {
    callees: BTreeMap<&'p str, Vec<&'p str>>,
    callers: BTreeMap<&'p str, Vec<&'p str>>,
}

impl<'p> Calls<'p> {
    /// The declared calls of a plan.
    pub(super) fn of(plan: &'p Plan) -> Self {
        let mut calls = Self::default();
        for service in &plan.services {
            for callee in &service.about.calls {
                calls.callees.entry(&service.name).or_default().push(&callee.service);
                calls.callers.entry(&callee.service).or_default().push(&service.name);
            }
        }
        calls
    }

    /// The direct callees of a service.
    pub(super) fn callees(&self, service: &str) -> &[&'p str] {
        self.callees.get(service).map_or(&[], Vec::as_slice)
    }

    /// The depth of a service below the first caller; 0 without callers.
    pub(super) fn depth(&self, service: &str) -> usize {
        let mut seen = BTreeSet::from([service]);
        let mut queue = VecDeque::from([(service, 0)]);
        let mut deepest = 0;
        while let Some((at, depth)) = queue.pop_front() {
            deepest = deepest.max(depth);
            for caller in self.callers.get(at).into_iter().flatten() {
                if seen.insert(caller) {
                    queue.push_back((caller, depth + 1));
                }
            }
        }
        deepest
    }

    /// The direct and indirect callees of a service.
    pub(super) fn below(&self, service: &str) -> BTreeSet<&'p str> {
        let mut seen = BTreeSet::new();
        let mut queue: VecDeque<&str> = self.callees(service).iter().copied().collect();
        while let Some(at) = queue.pop_front() {
            if let Some((known, _)) = self.callers.get_key_value(at)
                && seen.insert(*known)
            {
                queue.extend(self.callees(known));
            }
        }
        seen
    }
}
