//! Checks that required telemetry is complete: telemetry that is cheaper because it lost an error is no saving.

use serde::Serialize;

use super::measured::{Kept, Measured};

/// The checked counts, and the missing telemetry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Intact {
    /// Requests that were sent to each side.
    pub requests: u64,
    /// Requests in span metrics, before and after.
    pub counted: [u64; 2],
    /// Failed requests in span metrics, before and after.
    pub counted_errors: [u64; 2],
    /// Traces of failed requests: sent after, and complete in the store.
    pub failed: [u64; 2],
    /// Traces of slow requests: sent after, and complete in the store.
    pub slow: [u64; 2],
    /// The missing telemetry, in sentences; empty if telemetry is complete.
    pub missing: Vec<String>,
}

/// Compares both sides with the load and with each other.
#[must_use]
pub fn intact(measured: &Measured) -> Intact {
    let (before, after, requests) = (&measured.before, &measured.after, measured.load.requests);
    let mut missing = Vec::new();
    for (side, name) in [(before, "before"), (after, "after")] {
        if side.red.requests != requests {
            missing.push(format!("{name}, span metrics count {} of {requests} requests", side.red.requests));
        }
        for (kept, what) in [(side.traces.failed, "failed"), (side.traces.slow, "slow")] {
            if kept.whole != kept.sent {
                missing.push(format!("{name}, {} of {} traces of {what} requests are complete", kept.whole, kept.sent));
            }
        }
    }
    if before.traces.others.whole != before.traces.others.sent {
        let Kept { sent, whole, .. } = before.traces.others;
        missing.push(format!(
            "before, {whole} of {sent} ordinary traces are complete, although that side keeps everything"
        ));
    }
    if before.red.errors != after.red.errors {
        missing.push(format!(
            "span metrics count {} failed requests before and {} after",
            before.red.errors, after.red.errors
        ));
    }
    if before.traces.failed.sent != after.traces.failed.sent {
        missing.push(format!(
            "{} requests failed before and {} after: the two loads differ",
            before.traces.failed.sent, after.traces.failed.sent
        ));
    }
    Intact {
        requests,
        counted: [before.red.requests, after.red.requests],
        counted_errors: [before.red.errors, after.red.errors],
        failed: [after.traces.failed.sent, after.traces.failed.whole],
        slow: [after.traces.slow.sent, after.traces.slow.whole],
        missing,
    }
}
