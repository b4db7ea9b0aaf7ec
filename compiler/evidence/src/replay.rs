//! The generated tail sampling, decided again from what a capture shows.
//!
//! The collector keeps a trace for an error, for a slow request or by chance, `decision_wait` after its first span came.
//! What comes later has no say. A capture has no times of arrival; spans are sent when they end, so their ends stand in.

use emberline_core::plan::{Slow, TelemetryPlan};
use emberline_core::promql::{MatchOp, regex::Pattern};
use rust_decimal::Decimal;

use crate::span::{Span, SpanKind};

/// The generated policies, ready to be asked.
#[derive(Debug)]
pub struct Replay {
    slow: Vec<SlowRequest>,
    /// How long a trace's spans are waited for, in nanoseconds.
    wait: u64,
    /// A whole trace that takes this long is kept, in nanoseconds.
    slow_trace: Option<u64>,
    /// The share of ordinary traces that is kept, in percent.
    baseline: Decimal,
}

#[derive(Debug)]
struct SlowRequest {
    service: String,
    nanos: u64,
    only: Vec<(String, Test)>,
}

#[derive(Debug)]
enum Test {
    Is(String, bool),
    Matches(Pattern, bool),
}

/// What would become of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is kept for an error or because it is slow.
    Kept,
    /// It is kept by chance only, and nothing in it asks for more.
    Sampled,
    /// It is kept by chance only, though it shows an error or is too slow.
    Lost,
}

impl Replay {
    /// The policies of a plan.
    #[must_use]
    pub fn of(plan: &TelemetryPlan) -> Self {
        let nanos = |duration: emberline_core::quantity::Duration| duration.millis().saturating_mul(1_000_000);
        Self {
            slow: plan.slow.iter().map(SlowRequest::of).collect(),
            wait: nanos(plan.decision_wait),
            slow_trace: plan.slow.iter().map(|slow| nanos(slow.threshold)).max(),
            baseline: plan.baseline_percent,
        }
    }

    /// The share of ordinary traces that is kept by chance, in percent.
    #[must_use]
    pub fn baseline_percent(&self) -> Decimal {
        self.baseline
    }

    /// How long a trace's spans are waited for, in nanoseconds.
    #[must_use]
    pub fn wait(&self) -> u64 {
        self.wait
    }

    /// Whether a span is of a request that took longer than an objective allows. `attribute` tells its attributes.
    pub(crate) fn is_slow<'v>(
        &self,
        kind: SpanKind,
        service: &str,
        nanos: u64,
        attribute: impl Fn(&str) -> Option<&'v str>,
    ) -> bool {
        kind == SpanKind::Server
            && self.slow.iter().any(|slow| {
                nanos > slow.nanos
                    && slow.service == service
                    && slow.only.iter().all(|(key, test)| test.holds(attribute(key)))
            })
    }

    /// What becomes of a trace of these spans; `severe` says whether a log record of an error names it.
    pub(crate) fn fate(&self, spans: &[&Span], severe: bool) -> Fate {
        let Some(first) = spans.iter().map(|span| span.time.1).min() else { return Fate::Sampled };
        let in_time = |span: &&&Span| span.time.1 <= first.saturating_add(self.wait);
        let start = spans.iter().filter(in_time).map(|span| span.time.0).min().unwrap_or(first);
        let end = spans.iter().filter(in_time).map(|span| span.time.1).max().unwrap_or(first);
        // The processor counts in milliseconds.
        let took = end.saturating_sub(start) / 1_000_000 * 1_000_000;
        let is_slow = self.slow_trace.is_some_and(|threshold| took >= threshold);
        if is_slow || spans.iter().filter(in_time).any(|span| span.keeps) {
            Fate::Kept
        } else if severe || spans.iter().any(|span| span.erred || span.keeps) {
            Fate::Lost
        } else {
            Fate::Sampled
        }
    }
}

impl SlowRequest {
    fn of(slow: &Slow) -> Self {
        let test = |op: MatchOp, value: &str| match op {
            MatchOp::Eq => Test::Is(value.to_owned(), true),
            MatchOp::Ne => Test::Is(value.to_owned(), false),
            // The model has read every pattern before; one that cannot be read would match nothing.
            MatchOp::Re | MatchOp::Nre => match Pattern::new(value) {
                Ok(pattern) => Test::Matches(pattern, op == MatchOp::Re),
                Err(_) => Test::Is(value.to_owned(), op == MatchOp::Re),
            },
        };
        Self {
            service: slow.service.clone(),
            nanos: slow.threshold.millis().saturating_mul(1_000_000),
            only: slow.only.iter().map(|(key, op, value)| (key.clone(), test(*op, value))).collect(),
        }
    }
}

impl Test {
    /// OTTL's semantics: an attribute that is not there is unequal to every text, and matches no pattern.
    fn holds(&self, value: Option<&str>) -> bool {
        match self {
            Self::Is(text, wanted) => (value == Some(text)) == *wanted,
            Self::Matches(pattern, wanted) => value.is_some_and(|value| pattern.matches(value)) == *wanted,
        }
    }
}
