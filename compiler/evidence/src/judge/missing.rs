//! Missing hops, collected over all traces: a likely cause is known only at the end.

use std::collections::BTreeMap;

use emberline_core::model::Call;
use emberline_core::source::Span as Place;

use crate::span::Span;

/// Missing hops, and traces that may hold their other ends.
#[derive(Default)]
pub(super) struct Missing {
    /// For each declared call: the callee's name, the span of the lowest trace, and the number of missing hops.
    pub(super) calls: BTreeMap<Place, (String, Span, u64)>,
    /// Root spans of services that other services call.
    pub(super) strays: Vec<Span>,
}

impl Missing {
    pub(super) fn note(&mut self, call: &Call, span: &Span) {
        let known = self.calls.entry(call.service.span);
        let known = known.or_insert_with(|| (call.service.value.clone(), *span, 0));
        known.2 += 1;
        if span.trace < known.1.trace {
            known.1 = *span;
        }
    }
}
