//! What the metrics of a capture are: kind, unit, temporality, boundaries, and the lines of their points.

use std::collections::BTreeMap;

use super::field::DELTA;
use super::label::{held, shown};
use super::otlp::{Metric, Point, Points};

/// The most lines of all metrics together that are kept.
const MOST: usize = 200_000;

/// The identity of who sends a metric.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource {
    /// `service.name`.
    pub service: String,
    /// `service.namespace`.
    pub namespace: Option<String>,
    /// `service.instance.id`.
    pub instance: Option<String>,
}

/// The form of a metric's points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A measured value.
    Gauge,
    /// A sum that only rises.
    Counter,
    /// A sum that also falls.
    UpDownCounter,
    /// Counts with fixed boundaries.
    Histogram,
    /// Counts in exponential buckets.
    ExponentialHistogram,
    /// Quantiles.
    Summary,
}

/// A metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Instrument {
    /// The form of its points.
    pub form: Form,
    /// The unit as sent, in UCUM; may be empty.
    pub unit: String,
    /// Whether values are differences.
    pub is_delta: bool,
    /// The boundaries of its last histogram.
    pub bounds: Vec<f64>,
    /// The points of each set of attributes.
    pub lines: BTreeMap<(Resource, BTreeMap<String, String>), Line>,
}

/// The points of one set of attributes, in the order of their times.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Line {
    /// The last value, or number of events; of differences the sum.
    pub value: f64,
    /// The time of the last point in nanoseconds.
    pub time: u64,
    /// The shortest time between two points in nanoseconds; 0 if there is one point.
    pub interval: u64,
}

/// The metrics of a capture by their OpenTelemetry names.
#[derive(Debug, Clone, Default)]
pub struct Instruments {
    /// The metrics.
    pub metrics: BTreeMap<String, Instrument>,
    /// Whether lines were left out.
    pub is_cut: bool,
    lines: usize,
}

impl Instruments {
    pub(super) fn add(&mut self, resource: &Resource, metric: &Metric<'_>) {
        let Metric { gauge, sum, histogram, exponential_histogram, summary, .. } = metric;
        let forms = [
            (Form::Gauge, gauge),
            (if sum.is_monotonic { Form::Counter } else { Form::UpDownCounter }, sum),
            (Form::Histogram, histogram),
            (Form::ExponentialHistogram, exponential_histogram),
            (Form::Summary, summary),
        ];
        for (form, points) in forms.into_iter().filter(|(_, points)| !points.data_points.is_empty()) {
            self.points(resource, metric, form, points);
        }
    }

    fn points(&mut self, resource: &Resource, metric: &Metric<'_>, form: Form, points: &Points<'_>) {
        if self.lines >= MOST {
            self.is_cut = true;
            return;
        }
        let instrument = self.metrics.entry(held(&metric.name).to_owned()).or_insert_with(|| Instrument {
            form,
            unit: held(&metric.unit).to_owned(),
            is_delta: points.aggregation_temporality == DELTA,
            bounds: Vec::new(),
            lines: BTreeMap::new(),
        });
        for point in &points.data_points {
            if self.lines >= MOST {
                self.is_cut = true;
                return;
            }
            let attributes = point.attributes.iter().map(|pair| (held(&pair.key).to_owned(), shown(&pair.value)));
            let key = (resource.clone(), attributes.collect());
            self.lines += usize::from(!instrument.lines.contains_key(&key));
            instrument.lines.entry(key).or_default().add(point, instrument.is_delta);
            if !point.explicit_bounds.is_empty() {
                instrument.bounds.clone_from(&point.explicit_bounds);
            }
        }
    }
}

impl Line {
    fn add(&mut self, point: &Point<'_>, is_delta: bool) {
        let value = point.as_double.or(point.as_int.map(|number| number as f64)).unwrap_or(point.count as f64);
        if is_delta {
            self.value += value;
        } else if point.time_unix_nano >= self.time {
            self.value = value;
        }
        let apart = point.time_unix_nano.abs_diff(self.time);
        if self.time > 0 && apart > 0 && (self.interval == 0 || apart < self.interval) {
            self.interval = apart;
        }
        self.time = self.time.max(point.time_unix_nano);
    }
}
