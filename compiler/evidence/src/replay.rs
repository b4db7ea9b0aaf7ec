//! Decides again, from a capture, what the generated tail sampling keeps.
//!
//! The collector decides `decision_wait` after the first span of a trace arrived. It keeps the trace for an error, for a
//! slow request or by chance; spans that arrive later do not count. A capture has no times of arrival. Spans are sent
//! when they end, so their ends are used instead.

use std::collections::BTreeMap;

use emberline_core::plan::{Slow, TelemetryPlan};
use emberline_core::promql::{MatchOp, regex::Pattern};
use emberline_core::spec::Pii;
use rust_decimal::Decimal;

use crate::span::{Span, SpanKind};

/// The generated policies of tail sampling.
#[derive(Debug)]
pub struct Replay {
    slow: Vec<SlowRequest>,
    /// The time from the first span to the decision, in nanoseconds.
    wait: u64,
    /// The duration from which a whole trace is kept, in nanoseconds.
    slow_trace: Option<u64>,
    /// The share of ordinary traces that is kept, in percent.
    baseline: Decimal,
    /// Attributes that the agent masks or sanitizes because they are declared to hold personal data or secrets.
    declared: BTreeMap<String, Pii>,
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

/// The decision on a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The trace is kept for an error or because it is slow.
    Kept,
    /// The trace is kept by chance only, and nothing in it asks for more.
    Sampled,
    /// The trace is kept by chance only, though it shows an error or is too slow.
    Lost,
}

impl Replay {
    /// No policies: for captures of which only other signals are read.
    #[must_use]
    pub fn none() -> Self {
        Self { slow: Vec::new(), wait: 0, slow_trace: None, baseline: Decimal::ZERO, declared: BTreeMap::new() }
    }

    /// The policies of a plan.
    #[must_use]
    pub fn of(plan: &TelemetryPlan) -> Self {
        let nanos = |duration: emberline_core::quantity::Duration| duration.millis().saturating_mul(1_000_000);
        Self {
            slow: plan.slow.iter().map(SlowRequest::of).collect(),
            wait: nanos(plan.decision_wait),
            slow_trace: plan.slow_trace().map(|millis| millis * 1_000_000),
            baseline: plan.baseline_percent,
            declared: plan.declared.clone(),
        }
    }

    /// The kind of data that an attribute is declared to hold.
    pub(crate) fn declared(&self, key: &str) -> Option<Pii> {
        self.declared.get(key).copied()
    }

    /// The share of ordinary traces that is kept by chance, in percent.
    #[must_use]
    pub fn baseline_percent(&self) -> Decimal {
        self.baseline
    }

    /// The time from the first span to the decision, in nanoseconds.
    #[must_use]
    pub fn wait(&self) -> u64 {
        self.wait
    }

    /// Whether a span belongs to a request that took longer than an objective allows. `attribute` looks up its attributes.
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

    /// The decision on a trace of these spans. `severe` says whether a log record of an error names the trace.
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
            // The model refuses invalid patterns, so none arrives here.
            MatchOp::Re | MatchOp::Nre => match Pattern::new(value) {
                Ok(pattern) => Test::Matches(pattern, op == MatchOp::Re),
                Err(_) => Test::Is(value.to_owned(), op == MatchOp::Re),
            },
        };
        Self {
            service: slow.service.clone(),
            nanos: slow.threshold,
            only: slow.only.iter().map(|(key, op, value)| (key.clone(), test(*op, value))).collect(),
        }
    }
}

impl Test {
    /// Compares as OTTL does: a missing attribute is unequal to every text, and matches no pattern.
    fn holds(&self, value: Option<&str>) -> bool {
        match self {
            Self::Is(text, wanted) => (value == Some(text)) == *wanted,
            Self::Matches(pattern, wanted) => value.is_some_and(|value| pattern.matches(value)) == *wanted,
        }
    }
}
