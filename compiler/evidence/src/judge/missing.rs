//! Hops that did not arrive, collected over all traces.

use std::collections::BTreeMap;

use emberline_core::model::Call;
use emberline_core::source::Span as Place;

use crate::span::Span;

/// Hops that did not arrive, and what may have become of them: known only once every trace was seen.
#[derive(Default)]
pub(super) struct Missing {
    /// By declaration: callee's name, the lowest trace's span, and how many.
    pub(super) calls: BTreeMap<Place, (String, Span, u64)>,
    /// First spans of traces that a service began which others call.
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
