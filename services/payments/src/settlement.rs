//! The job that settles booked payments: each run is a trace of its own that links to the spans which booked them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
use tracing::{Instrument as _, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::Payments;
use crate::ledger::Open;

/// Between two runs: thirty an hour, as the objective says.
const INTERVAL: Duration = Duration::from_secs(120);
/// Payments of one run, and so links of one span.
const MOST: u32 = 100;

/// Settles until the process ends.
pub(crate) async fn run(payments: Arc<Payments>) {
    let mut ticks = tokio::time::interval(INTERVAL);
    let mut is_behind = false;
    loop {
        // What one run leaves, the next one takes at once.
        if !is_behind {
            ticks.tick().await;
        }
        let span = tracing::info_span!(
            parent: None,
            "settle",
            otel.name = "settle ledger",
            otel.kind = "consumer",
            otel.status_code = field::Empty,
            code.function.name = telemetry::function!(),
        );
        let outcome = async { tokio::task::block_in_place(|| settle(&payments)) }.instrument(span.clone()).await;
        match outcome {
            Ok(settled) => {
                is_behind = settled == MOST;
                payments.metrics.settled("done");
            }
            Err(error) => {
                is_behind = false;
                payments.metrics.settled("failed");
                span.record("otel.status_code", "ERROR");
                let _inside = span.enter();
                tracing::error!(exception.message = format!("{error:#}"), "the ledger could not be settled");
            }
        }
    }
}

/// Settles the oldest payments; how many it were.
fn settle(payments: &Payments) -> Result<u32> {
    let open = payments.ledger.open_payments(MOST)?;
    let span = tracing::Span::current();
    for context in open.iter().filter_map(booked_by) {
        // Without attributes: no collector of today can redact those of a link.
        span.add_link(context);
    }
    payments.ledger.settle(&open)?;
    payments.metrics.ledger_is(payments.ledger.is_consistent()?);
    tracing::info!("{} payments settled", open.len());
    Ok(u32::try_from(open.len()).unwrap_or(MOST))
}

/// The span that booked a payment.
fn booked_by(payment: &Open) -> Option<SpanContext> {
    let mut parts = payment.traceparent.split('-').skip(1);
    let trace = TraceId::from_hex(parts.next()?).ok()?;
    let span = SpanId::from_hex(parts.next()?).ok()?;
    Some(SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::default()))
}
