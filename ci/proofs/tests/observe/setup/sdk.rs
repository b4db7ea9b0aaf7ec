//! Services whose metrics an OpenTelemetry SDK keeps and exports over OTLP, once a second.

use std::time::Duration;

use anyhow::{Context, Result};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter, MeterProvider, UpDownCounter};
use opentelemetry_otlp::{MetricExporter, Protocol, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::{Aggregation, Instrument, PeriodicReader, SdkMeterProvider, Stream, Temporality};

/// The histogram that is exported with base-2 exponential buckets: a native one in Prometheus.
const EXPONENTIAL: &str = "cart.duration";

/// An SDK of a service that exports to an endpoint until it is dropped.
fn sdk(service: &'static str, endpoint: &str, temporality: Temporality) -> Result<SdkMeterProvider> {
    let exporter = MetricExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(endpoint)
        .with_temporality(temporality)
        .build()
        .with_context(|| format!("making the exporter of {service}"))?;
    let resource = Resource::builder()
        .with_service_name(service)
        .with_attribute(KeyValue::new("service.instance.id", format!("{service}-0")))
        .build();
    Ok(SdkMeterProvider::builder()
        .with_reader(PeriodicReader::builder(exporter).with_interval(Duration::from_secs(1)).build())
        .with_resource(resource)
        .with_view(exponential)
        .build())
}

fn exponential(instrument: &Instrument) -> Option<Stream> {
    if instrument.name() != EXPONENTIAL {
        return None;
    }
    let aggregation = Aggregation::Base2ExponentialHistogram { max_size: 160, max_scale: 20, record_min_max: false };
    Stream::builder().with_aggregation(aggregation).build().ok()
}

fn meter(provider: &SdkMeterProvider) -> Meter {
    provider.meter("proof")
}

/// A cart: a counter with dots in its name and its attribute, and an exponential histogram.
pub(super) struct Cart {
    sdk: SdkMeterProvider,
    orders: Counter<u64>,
    durations: Histogram<f64>,
    open: UpDownCounter<i64>,
}

impl Cart {
    /// Starts exporting to `endpoint`.
    pub(super) fn start(endpoint: &str) -> Result<Self> {
        let sdk = sdk("cart", endpoint, Temporality::Cumulative)?;
        let meter = meter(&sdk);
        Ok(Self {
            orders: meter.u64_counter("cart.orders").build(),
            durations: meter.f64_histogram(EXPONENTIAL).with_unit("s").build(),
            open: meter.i64_up_down_counter("cart.open").build(),
            sdk,
        })
    }

    /// Eleven orders, one of which fails.
    pub(super) fn work(&self) {
        self.orders.add(10, &[KeyValue::new("order.state", "paid")]);
        self.orders.add(1, &[KeyValue::new("order.state", "failed")]);
        self.open.add(1, &[]);
        for milliseconds in [20.0, 60.0, 180.0, 540.0] {
            self.durations.record(milliseconds / 1_000.0, &[]);
        }
    }

    /// Exports what is left.
    pub(super) fn flush(&self) -> Result<()> {
        self.sdk.force_flush().context("the cart's last export")
    }
}

/// A checkout: a classic histogram and counters, one of which is exported as differences.
pub(super) struct Checkout {
    sdk: SdkMeterProvider,
    differences: SdkMeterProvider,
    durations: Histogram<f64>,
    orders: Counter<u64>,
    drops: Counter<u64>,
}

impl Checkout {
    /// Starts exporting to `endpoint`.
    pub(super) fn start(endpoint: &str) -> Result<Self> {
        let cumulative = sdk("checkout", endpoint, Temporality::Cumulative)?;
        let differences = sdk("checkout", endpoint, Temporality::Delta)?;
        let (all, changes) = (meter(&cumulative), meter(&differences));
        Ok(Self {
            durations: all
                .f64_histogram("http.server.request.duration")
                .with_unit("s")
                .with_boundaries(vec![0.1, 0.3, 1.0])
                .build(),
            orders: all.u64_counter("orders").with_unit("{order}").build(),
            drops: changes.u64_counter("drops").with_unit("{order}").build(),
            sdk: cumulative,
            differences,
        })
    }

    /// Eleven requests, one of which fails, and an order that is dropped.
    pub(super) fn work(&self) {
        for (code, count) in [(200, 10), (500, 1)] {
            for _ in 0..count {
                self.durations.record(0.05, &[KeyValue::new("http.response.status_code", code)]);
            }
        }
        self.orders.add(10, &[]);
        self.drops.add(1, &[]);
    }

    /// Exports what is left.
    pub(super) fn flush(&self) -> Result<()> {
        self.sdk.force_flush().context("checkout's last export")?;
        self.differences.force_flush().context("checkout's last differences")
    }
}
