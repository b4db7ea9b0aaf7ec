//! Tells how the clocks of a caller and its callee differ, by the calls that were answered. A request whose call is not known
//! is matched to a call by its time, and a busy service begins other traces at the same time.

use crate::span::Span;

/// The tolerated difference between the clocks of two machines, in nanoseconds. It counts when a stray SERVER span is
/// matched to a call, and when the times of a request are compared with its call's.
pub(super) const SKEW: u64 = 50_000_000;
/// The fewest answered calls that tell anything of the clocks.
const FEWEST: u64 = 4;
/// The tolerance beyond what answered calls show, in nanoseconds.
const SLACK: u64 = 1_000_000;

/// Answered calls of one service to another: how many, and how far the times of requests lie outside those of their calls,
/// in nanoseconds.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answered {
    /// How many calls were answered.
    pub(super) count: u64,
    /// The longest time from the start of a request to the start of its call.
    early: u64,
    /// The longest time from the end of a call to the start of its request.
    begun_late: u64,
    /// The longest time from the end of a call to the end of its request.
    ended_late: u64,
}

impl Answered {
    /// Adds a call and the request that it became.
    pub(super) fn add(&mut self, call: &Span, request: &Span) {
        self.count += 1;
        self.early = self.early.max(call.time.0.saturating_sub(request.time.0));
        self.begun_late = self.begun_late.max(request.time.0.saturating_sub(call.time.1));
        self.ended_late = self.ended_late.max(request.time.1.saturating_sub(call.time.1));
    }

    /// The first and the last start that a request of this call may have, and its last end, in nanoseconds since 1970.
    pub(super) fn window(self, call: &Span) -> (u64, u64, u64) {
        let tolerated = |shown: u64| if self.count < FEWEST { SKEW } else { shown.saturating_add(SLACK).min(SKEW) };
        (
            call.time.0.saturating_sub(tolerated(self.early)),
            call.time.1.saturating_add(tolerated(self.begun_late)),
            call.time.1.saturating_add(tolerated(self.ended_late)),
        )
    }
}
