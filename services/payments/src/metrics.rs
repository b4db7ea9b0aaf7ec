//! What payments counts, with the labels that slos/payments.yaml declares.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use opentelemetry::metrics::{Counter, Histogram};
use opentelemetry::{KeyValue, global};

use crate::currency::CURRENCIES;

const OUTCOMES: [&str; 3] = ["booked", "declined", "failed"];

/// The instruments.
pub(crate) struct Metrics {
    processed: Counter<u64>,
    settlements: Counter<u64>,
    duration: Histogram<f64>,
    consistent: Arc<AtomicBool>,
}

impl Metrics {
    /// Every series of a counter is there from the start, at zero, so that a first failure counts.
    pub(crate) fn new() -> Self {
        let meter = global::meter("payments");
        let processed = meter.u64_counter("payments.processed").with_unit("{payment}").build();
        for (currency, outcome) in CURRENCIES.iter().flat_map(|currency| OUTCOMES.map(|outcome| (*currency, outcome))) {
            processed.add(0, &[KeyValue::new("currency", currency), KeyValue::new("outcome", outcome)]);
        }
        let settlements = meter.u64_counter("ledger.settlements").with_unit("{run}").build();
        for outcome in ["done", "failed"] {
            settlements.add(0, &[KeyValue::new("outcome", outcome)]);
        }
        let consistent = Arc::new(AtomicBool::new(true));
        let read = Arc::clone(&consistent);
        let _gauge = meter
            .u64_observable_gauge("ledger.consistent")
            .with_callback(move |observer| observer.observe(u64::from(read.load(Ordering::Relaxed)), &[]))
            .build();
        let duration = meter.f64_histogram("rpc.server.duration").with_unit("s").build();
        Self { processed, settlements, duration, consistent }
    }

    pub(crate) fn processed(&self, currency: &str, outcome: &'static str) {
        let currency = CURRENCIES.into_iter().find(|known| *known == currency).unwrap_or(CURRENCIES[0]);
        self.processed.add(1, &[KeyValue::new("currency", currency), KeyValue::new("outcome", outcome)]);
    }

    pub(crate) fn took(&self, method: &'static str, took: Duration) {
        self.duration.record(took.as_secs_f64(), &[KeyValue::new("rpc.method", method)]);
    }

    pub(crate) fn settled(&self, outcome: &'static str) {
        self.settlements.add(1, &[KeyValue::new("outcome", outcome)]);
    }

    pub(crate) fn ledger_is(&self, consistent: bool) {
        self.consistent.store(consistent, Ordering::Relaxed);
    }
}
