//! Metrics of an OTLP capture, by the names that they get in Prometheus.

use std::collections::BTreeMap;

use emberline_core::metric::{MetricType, prometheus_name};
use emberline_core::model::label_name;
use emberline_core::quantity::Duration;
use emberline_core::spec::SeenType;
use emberline_evidence::capture::{self, Capture, Form, Instrument, Instruments, Line, Resource, Room};
use emberline_evidence::replay::Replay;

use crate::gather::{Gather, Labels};

/// Reads a capture of any form. Records of other signals are passed over.
pub(crate) fn read(bytes: &[u8]) -> Result<Gather, String> {
    // Spans have no part in this, so nothing is put aside on disk.
    let room = || -> std::io::Result<Box<dyn Room>> { Ok(Box::new(std::io::Cursor::new(Vec::new()))) };
    let mut capture = Capture::new(false, Replay::none(), Box::new(room));
    capture.instruments = Some(Instruments::default());
    capture::read(&mut capture, bytes)
        .map_err(|why| format!("is neither a page of metrics nor OTLP: record {}: {}", why.record, why.cause))?;
    let Some(instruments) = capture.instruments else { return Ok(Gather::default()) };
    if instruments.metrics.is_empty() {
        return Err("holds no metric".to_owned());
    }
    let mut gather = Gather::default();
    gather.is_partial = instruments.is_cut || capture.is_cut;
    instruments.metrics.iter().for_each(|(name, instrument)| take(name, instrument, &mut gather));
    Ok(gather)
}

fn take(name: &str, instrument: &Instrument, gather: &mut Gather) {
    let (kind, seen) = match instrument.form {
        Form::Gauge => (MetricType::Gauge, SeenType::Gauge),
        Form::UpDownCounter => (MetricType::UpDownCounter, SeenType::Gauge),
        Form::Counter => (MetricType::Counter, SeenType::Counter),
        Form::Histogram => (MetricType::Histogram, SeenType::Histogram),
        Form::ExponentialHistogram => (MetricType::ExponentialHistogram, SeenType::Histogram),
        Form::Summary => (MetricType::Histogram, SeenType::Summary),
    };
    let unit = Some(instrument.unit.as_str()).filter(|unit| !unit.is_empty());
    let name = prometheus_name(name, kind, unit);
    gather.kind(&name, seen);
    gather.unit(&name, &instrument.unit);
    if instrument.is_delta {
        gather.delta(&name);
    }
    if instrument.form == Form::ExponentialHistogram {
        gather.native(&name);
    }
    if instrument.form == Form::Histogram {
        instrument.bounds.iter().for_each(|bound| gather.bound(&name, &bound.to_string()));
        gather.bound(&name, "+Inf");
    }
    for ((resource, attributes), line) in &instrument.lines {
        gather.series(&name, labels(resource, attributes), Some(line.value).filter(|_| seen != SeenType::Gauge));
        if let Some(interval) = interval(line) {
            gather.interval(&name, interval);
        }
    }
}

/// The labels of a series: `job` and `instance` as Prometheus makes them, and the service's name, which most promote.
fn labels(resource: &Resource, attributes: &BTreeMap<String, String>) -> Labels {
    let service = &resource.service;
    let job = resource.namespace.as_ref().map_or_else(|| service.clone(), |namespace| format!("{namespace}/{service}"));
    let mut labels: Labels = attributes.iter().map(|(name, value)| (label_name(name), value.clone())).collect();
    labels.insert("job".to_owned(), job);
    labels.insert("service_name".to_owned(), service.clone());
    labels.extend(resource.instance.clone().map(|instance| ("instance".to_owned(), instance)));
    labels.retain(|_, value| !value.is_empty());
    labels
}

/// The time between two points in whole seconds: exporters jitter by milliseconds.
fn interval(line: &Line) -> Option<Duration> {
    let seconds = (line.interval + 500_000_000) / 1_000_000_000;
    (seconds > 0).then(|| Duration::from_secs(seconds))
}
