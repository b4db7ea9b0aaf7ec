//! The OpenTelemetry SDK: exporters over gRPC, batches, views, and tracing's events and spans on top.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use opentelemetry::global;
use opentelemetry::propagation::TextMapCompositePropagator;
use opentelemetry::trace::TracerProvider;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_otlp::{LogExporter, MetricExporter, SpanExporter};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::{Aggregation, Instrument, PeriodicReader, SdkMeterProvider, Stream};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::Service;
use crate::resource::resource;

/// Where `OTEL_METRIC_EXPORT_INTERVAL` (milliseconds) says nothing.
const EXPORT_INTERVAL: Duration = Duration::from_secs(5);
/// What the end of a process may wait for all signals together.
const FLUSH: Duration = Duration::from_secs(3);

/// The instrument that becomes an exponential histogram: a native one in Prometheus.
const EXPONENTIAL: &str = "rpc.server.duration";

/// The exporter's own clients would otherwise report on reporting.
const QUIET: &str = "h2=off,hyper=off,hyper_util=off,tonic=off,tower=off,reqwest=off,opentelemetry=off,\
                     opentelemetry_sdk=off,opentelemetry_otlp=off,opentelemetry-otlp=off";

/// What goes to standard error: also what the SDK says of telemetry that it could not send or had to drop.
const SAID: &str = "warn,telemetry=info,h2=off,hyper=off,hyper_util=off,tonic=off,tower=off,reqwest=off";

/// How often metrics and profiles are exported.
pub(crate) fn export_interval() -> Duration {
    let given = std::env::var("OTEL_METRIC_EXPORT_INTERVAL").ok().and_then(|millis| millis.parse().ok());
    given.map_or(EXPORT_INTERVAL, Duration::from_millis)
}

/// Everything that has to be flushed at the end.
pub(crate) struct Sdk {
    traces: SdkTracerProvider,
    metrics: SdkMeterProvider,
    logs: SdkLoggerProvider,
}

impl Sdk {
    /// Sets up all signals. Call inside a runtime: the exporters' clients belong to it.
    pub(crate) fn start(service: Service) -> Result<Self> {
        let resource = resource(service);
        let spans = SpanExporter::builder().with_tonic().build().context("making the exporter of spans")?;
        let traces = SdkTracerProvider::builder().with_batch_exporter(spans).with_resource(resource.clone()).build();

        let exporter = MetricExporter::builder().with_tonic().build().context("making the exporter of metrics")?;
        let reader = PeriodicReader::builder(exporter).with_interval(export_interval()).build();
        let metrics = SdkMeterProvider::builder()
            .with_reader(reader)
            .with_resource(resource.clone())
            .with_view(exponential)
            .build();

        let records = LogExporter::builder().with_tonic().build().context("making the exporter of logs")?;
        let logs = SdkLoggerProvider::builder().with_batch_exporter(records).with_resource(resource).build();

        let carriers = TextMapCompositePropagator::new(vec![
            Box::new(TraceContextPropagator::new()),
            Box::new(BaggagePropagator::new()),
        ]);
        global::set_text_map_propagator(carriers);
        global::set_tracer_provider(traces.clone());
        global::set_meter_provider(metrics.clone());

        let tracer = traces.tracer(service.name);
        let filter = |least: &str| EnvFilter::new(format!("{least},{QUIET}"));
        tracing_subscriber::registry()
            .with(
                tracing_opentelemetry::layer()
                    .with_tracer(tracer)
                    .with_location(true)
                    .with_threads(true)
                    .with_filter(filter("info")),
            )
            .with(OpenTelemetryTracingBridge::new(&logs).with_filter(filter("info")))
            .with(
                tracing_subscriber::fmt::layer()
                    .with_writer(std::io::stderr)
                    .with_ansi(false)
                    .with_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(SAID))),
            )
            .try_init()
            .context("setting up tracing")?;
        Ok(Self { traces, metrics, logs })
    }

    /// Sends what is left, all signals side by side. What cannot be sent in time is lost, and said on standard error.
    pub(crate) fn shut_down(self) {
        let Self { traces, metrics, logs } = self;
        let (done, outcomes) = mpsc::channel();
        let flush = |signal: &'static str, shut_down: Box<dyn FnOnce() -> OTelSdkResult + Send>| {
            let done = done.clone();
            // A thread that hangs goes with the process. Fails to send only once nobody waits any more.
            std::thread::spawn(move || done.send((signal, shut_down())));
        };
        flush("spans", Box::new(move || traces.shutdown_with_timeout(FLUSH)));
        flush("metrics", Box::new(move || metrics.shutdown_with_timeout(FLUSH)));
        flush("logs", Box::new(move || logs.shutdown_with_timeout(FLUSH)));
        let deadline = Instant::now() + FLUSH;
        let mut waiting = vec!["spans", "metrics", "logs"];
        while let Ok((signal, outcome)) = outcomes.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            waiting.retain(|waits| *waits != signal);
            if let Err(error) = outcome {
                tracing::warn!("the last {signal} were not sent: {error}");
            }
            if waiting.is_empty() {
                return;
            }
        }
        tracing::warn!("the last {} were not sent within {FLUSH:?}", waiting.join(", "));
    }
}

fn exponential(instrument: &Instrument) -> Option<Stream> {
    if instrument.name() != EXPONENTIAL {
        return None;
    }
    let aggregation = Aggregation::Base2ExponentialHistogram { max_size: 160, max_scale: 20, record_min_max: false };
    Stream::builder().with_aggregation(aggregation).build().ok()
}
