//! The incident, as every layer needs it.

use emberline_core::plan::{Plan, SloPlan};

use super::onset::Onset;
use crate::source::{Sources, Span, SpanKind};

/// The plan, the alert and the time of a walk.
pub struct Question<'q> {
    /// The plan that the specs compile to; durations are in its time scale.
    pub plan: &'q Plan,
    /// `SERVICE/OBJECTIVE`, or a part of an alert's name; `None` for the gravest alert that fires.
    pub alert: Option<&'q str>,
    /// The time of the walk, unix seconds.
    pub now: f64,
}

/// What makes a request bad.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Symptom {
    /// Requests take longer than this many seconds.
    Slow(f64),
    /// Requests fail.
    Failed,
}

/// An incident, while it is walked.
pub(super) struct Case<'c> {
    pub(super) slo: &'c SloPlan,
    pub(super) now: f64,
    pub(super) onset: &'c Onset,
    /// The real base window in seconds.
    pub(super) base: f64,
    /// The real length of the alert's long window in seconds.
    pub(super) long: f64,
    pub(super) symptom: Symptom,
    pub(super) sources: &'c Sources<'c>,
}

impl Case<'_> {
    /// A time before the onset, and before the deployment that may have caused it.
    pub(super) fn before(&self) -> f64 {
        self.onset.time - self.onset.plus_minus - 2.0 * self.base
    }

    /// The earliest time of a bad request.
    pub(super) fn since(&self) -> f64 {
        self.onset.time - self.onset.plus_minus
    }

    /// The earliest time of a bad request of the last episode. It is [`Case::since`] unless the fault comes and goes.
    pub(super) fn latest(&self) -> f64 {
        if self.onset.is_intermittent() {
            (self.onset.last - 2.0 * self.onset.plus_minus).max(self.since())
        } else {
            self.since()
        }
    }

    /// Whether a span is a request of the objective.
    pub(super) fn is_own(&self, span: &Span) -> bool {
        span.service == self.slo.service && answers(span)
    }
}

impl Symptom {
    /// Whether a span shows the symptom.
    pub(super) fn shows(self, span: &Span) -> bool {
        match self {
            Self::Slow(threshold) => span.seconds() > threshold,
            Self::Failed => has_failed(span),
        }
    }
}

/// Whether a span answers a request.
pub(super) fn answers(span: &Span) -> bool {
    matches!(span.kind, SpanKind::Server | SpanKind::Consumer)
}

/// Whether a span failed, by its span status or by the HTTP status that it answered with.
pub(super) fn has_failed(span: &Span) -> bool {
    let status = ["http.response.status_code", "http.status_code"].iter().find_map(|key| span.attributes.get(*key));
    span.failed || (answers(span) && status.is_some_and(|status| status.starts_with('5')))
}
