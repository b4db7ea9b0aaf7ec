//! Missing hops, collected over all traces: a likely cause is known only at the end.

use std::collections::{BTreeMap, HashMap};

use emberline_core::model::Call;
use emberline_core::source::Span as Place;

use super::answered::Answered;
use crate::names::Name;
use crate::span::{Span, SpanId, TraceId};

/// The most unanswered calls of each pair of services that are kept. They are alike.
pub(super) const MOST_ALIKE: usize = 256;
/// The most pairs of services with unanswered calls.
const MOST_PAIRS: usize = 4_096;

/// Calls that are alike, by trace and id.
pub(super) type Alike = BTreeMap<(TraceId, SpanId), Span>;

/// Missing hops, and traces that may hold their other ends.
#[derive(Default)]
pub(super) struct Missing {
    /// For each declared call: the callee's name, the span of the lowest trace, and the number of missing hops.
    pub(super) calls: BTreeMap<Place, (String, Span, u64)>,
    /// Calls without an answer, those of the lowest traces, by the caller and by the peer that they name, if any.
    pub(super) unanswered: BTreeMap<(Name, Option<String>), Alike>,
    /// The answered calls, by caller and callee.
    pub(super) answered: HashMap<(Name, Name), Answered>,
    /// Root spans that answer requests: the other ends of calls that lost their header.
    pub(super) strays: Vec<Span>,
    /// How many of them are of services that no spec calls.
    pub(super) uncalled: usize,
}

impl Missing {
    pub(super) fn note(&mut self, call: &Call, span: &Span) {
        let known = self.calls.entry(call.service.span);
        let known = known.or_insert_with(|| (call.service.value.clone(), *span, 0));
        known.2 += 1;
        if (span.trace, span.id) < (known.1.trace, known.1.id) {
            known.1 = *span;
        }
    }

    /// Counts a call that its callee answered.
    pub(super) fn answered(&mut self, call: &Span, request: &Span) {
        let pair = (call.service, request.service);
        if self.answered.len() < MOST_PAIRS || self.answered.contains_key(&pair) {
            self.answered.entry(pair).or_default().add(call, request);
        }
    }

    /// Keeps a call that nobody answered, to a peer that it names or to an unknown one.
    pub(super) fn unanswered(&mut self, span: &Span, peer: Option<&str>) {
        let key = (span.service, peer.map(str::to_owned));
        if self.unanswered.len() >= MOST_PAIRS && !self.unanswered.contains_key(&key) {
            return;
        }
        let alike = self.unanswered.entry(key).or_default();
        alike.insert((span.trace, span.id), *span);
        if alike.len() > MOST_ALIKE {
            alike.pop_last();
        }
    }
}
