//! Counts of requests and their durations, with the labels that the specs declare and no others.

use std::time::Duration;

use opentelemetry::metrics::{Counter, Histogram};
use opentelemetry::{KeyValue, global};

/// `http.server.requests` and `http.server.request.duration` of a service.
#[derive(Debug, Clone)]
pub struct Requests {
    routes: &'static [&'static str],
    statuses: &'static [u16],
    count: Counter<u64>,
    duration: Histogram<f64>,
}

impl Requests {
    /// The instruments of a service. Every series of the counter exists from now on, at zero: the first error after a
    /// start would otherwise be invisible to `rate()`. A histogram cannot start at zero.
    #[must_use]
    pub fn new(routes: &'static [&'static str], statuses: &'static [u16], seconds: &[f64]) -> Self {
        let meter = global::meter("telemetry");
        let count = meter.u64_counter("http.server.requests").build();
        for route in routes {
            for status in statuses {
                count.add(0, &labels(route, *status));
            }
        }
        let duration = meter
            .f64_histogram("http.server.request.duration")
            .with_unit("s")
            .with_boundaries(seconds.to_vec())
            .build();
        Self { routes, statuses, count, duration }
    }

    /// Counts an answer. One on no declared route is not counted, and an undeclared status counts as the nearest below
    /// of its kind: a label's values are bounded.
    pub fn answered(&self, route: &str, status: u16, took: Duration) {
        if !self.routes.contains(&route) {
            return;
        }
        let class = status / 100;
        let near = self.statuses.iter().rev().find(|known| **known <= status && **known / 100 == class);
        let declared = near.or_else(|| self.statuses.iter().find(|known| **known / 100 == class)).copied();
        let labels = labels(route, declared.unwrap_or(status));
        self.count.add(1, &labels);
        self.duration.record(took.as_secs_f64(), &labels);
    }
}

fn labels(route: &str, status: u16) -> [KeyValue; 2] {
    [KeyValue::new("http.route", route.to_owned()), KeyValue::new("http.response.status_code", status.to_string())]
}
