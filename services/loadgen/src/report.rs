//! What became of the requests.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use telemetry::scenario::Scenario;

/// What became of one request.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) trace_id: String,
    pub(crate) scenario: Option<Scenario>,
    /// Absent without an answer.
    pub(crate) status: Option<u16>,
    /// From the moment when it was due.
    pub(crate) took: Duration,
}

/// What became of all.
#[derive(Debug, Default)]
pub(crate) struct Report {
    statuses: BTreeMap<String, u64>,
    latencies: Vec<Duration>,
}

impl Report {
    pub(crate) fn add(&mut self, outcome: &Outcome) {
        let status = outcome.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        *self.statuses.entry(status).or_default() += 1;
        self.latencies.push(outcome.took);
    }

    /// Counts and latencies, for a program to read.
    pub(crate) fn summary(mut self) -> Value {
        self.latencies.sort_unstable();
        let at = |share: f64| {
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a position in a list that fits in memory"
            )]
            let position = (self.latencies.len().saturating_sub(1) as f64 * share).round() as usize;
            self.latencies.get(position).map(|took| took.as_secs_f64() * 1e3)
        };
        json!({
            "sent": self.latencies.len(),
            "by_status": self.statuses,
            "latency_ms": {"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "max": at(1.0)},
        })
    }
}
