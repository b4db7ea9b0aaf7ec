//! A shop whose metrics a Prometheus client library keeps and renders.

use std::sync::atomic::AtomicU64;

use anyhow::Result;
use prometheus_client::encoding::{EncodeLabelSet, prometheus_protobuf, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, NativeHistogramConfig};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

/// Upper boundaries, in seconds.
const BUCKETS: [f64; 3] = [0.25, 0.5, 1.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Order {
    replica: &'static str,
    result: &'static str,
    channel: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Service {
    service_name: &'static str,
}

/// The shop's metrics.
pub(super) struct Shop {
    registry: Registry,
    orders: Family<Order, Counter>,
    failures: Counter<f64, AtomicU64>,
    depth: Gauge,
    durations: Family<Service, Histogram>,
    packing: Histogram,
    /// How many rounds it has sold.
    rounds: u64,
}

impl Shop {
    /// A shop that has sold nothing yet.
    pub(super) fn new() -> Self {
        let mut registry = Registry::default();
        let orders = Family::<Order, Counter>::default();
        let failures = Counter::<f64, AtomicU64>::default();
        let depth: Gauge = Gauge::default();
        let durations = Family::<Service, Histogram>::new_with_constructor(|| Histogram::new(BUCKETS));
        // Both forms: scraped as protobuf it is native, and text has its buckets.
        let packing = Histogram::new_classic_and_native(BUCKETS, NativeHistogramConfig::new(1.1));
        registry.register("shop_orders", "Orders, each counted by both replicas", orders.clone());
        registry.register("shop_failures", "Failures of any kind", failures.clone());
        registry.register("shop_queue_depth", "Orders that wait", depth.clone());
        registry.register_with_unit("shop_duration", "How long an order takes", Unit::Seconds, durations.clone());
        registry.register_with_unit("shop_packing", "How long packing takes", Unit::Seconds, packing.clone());
        registry.register("shop_build", "What was built", Info::new([("version", "1.20.3")]));
        Self { registry, orders, failures, depth, durations, packing, rounds: 0 }
    }

    /// Sells until it has sold so many rounds of fifty orders.
    pub(super) fn sell_until(&mut self, rounds: u64) {
        for _ in self.rounds..rounds {
            self.sell();
        }
        self.rounds = self.rounds.max(rounds);
    }

    fn sell(&self) {
        for replica in ["a", "b"] {
            for (result, channel, count) in [("ok", "web", 40), ("ok", "phone", 9), ("failed", "web", 1)] {
                self.orders.get_or_create(&Order { replica, result, channel }).inc_by(count);
            }
        }
        self.failures.inc_by(300.0);
        self.depth.set(7);
        let durations = self.durations.get_or_create(&Service { service_name: "shop" });
        for (seconds, count) in [(0.2, 5), (0.4, 3), (0.8, 1), (1.6, 1)] {
            for _ in 0..count {
                durations.observe(seconds);
                self.packing.observe(seconds);
            }
        }
    }

    /// Its page as protobuf, which alone has native histograms.
    pub(super) fn protobuf(&self) -> Result<Vec<u8>> {
        Ok(prometheus_protobuf::encode_to_vec(&self.registry)?)
    }

    /// Its page as OpenMetrics.
    pub(super) fn text(&self) -> Result<String> {
        let mut page = String::new();
        text::encode(&mut page, &self.registry)?;
        Ok(page)
    }
}
