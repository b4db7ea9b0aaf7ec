//! One runtime metric before the onset and since.

use emberline_core::plan::queries::quoted;
use emberline_prose::number::figure;
use serde::Serialize;

use super::names::Resource;
use crate::middle::{median, quantile};
use crate::source::{Labels, Point, Series};

/// The least factor between two values that differ.
const FACTOR: f64 = 1.5;
/// The factor that counts for a metric that was zero.
const FROM_ZERO: f64 = 8.0;
/// The fewest samples of each side.
const FEWEST: usize = 2;

/// A runtime metric that changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shift {
    /// The service.
    pub service: String,
    /// The metric's name.
    pub metric: String,
    /// The labels that tell parts of the metric apart.
    pub labels: Labels,
    /// What the metric measures.
    pub resource: Resource,
    /// Whether both values are rates per second of a counter.
    pub is_rate: bool,
    /// The median of an instance before the onset, in the metric's unit.
    pub before: f64,
    /// The median of an instance since the onset, in the metric's unit.
    pub now: f64,
}

/// The times that separate before from since, unix seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// Samples up to here are from before the onset and its release.
    pub(super) before: f64,
    /// Samples from here on are from the incident.
    pub(super) since: f64,
}

/// The change of a metric; `None` if it is not large, or within what was usual before.
pub(super) fn of(service: &str, metric: &str, labels: Labels, all: &[Series], times: Times) -> Option<Shift> {
    let resource = Resource::of(metric)?;
    let is_rate = ["_total", "_count", "_sum"].iter().any(|end| metric.ends_with(end));
    let mut values: Vec<Point> = Vec::new();
    for series in all {
        values.extend(if is_rate { rates(&series.points) } else { series.points.clone() });
    }
    // Instances that serve at the same time are averaged.
    let values = averaged(values);
    let before: Vec<f64> = values.iter().filter(|it| it.time <= times.before).map(|it| it.value).collect();
    let now: Vec<f64> = values.iter().filter(|it| it.time >= times.since).map(|it| it.value).collect();
    if before.len() < FEWEST || now.len() < FEWEST {
        return None;
    }
    let (then, is) = (median(before.iter().copied())?, median(now)?);
    let (low, high) = (quantile(before.iter().copied(), 0.1)?, quantile(before, 0.9)?);
    let is_large = is >= then * FACTOR || is * FACTOR <= then;
    let is_unusual = is > high || is < low;
    // A share of a percent of a processor is noise.
    let is_worth = resource != Resource::Processor || (is - then).abs() >= 0.02;
    let shift = Shift {
        service: service.to_owned(),
        metric: metric.to_owned(),
        labels,
        resource,
        is_rate,
        before: then,
        now: is,
    };
    (is_large && is_unusual && is_worth).then_some(shift)
}

/// The rates of a counter between samples. A counter that fell began anew, from zero.
fn rates(points: &[Point]) -> Vec<Point> {
    let pairs = points.iter().zip(points.iter().skip(1));
    let rate = |(one, next): (&Point, &Point)| {
        let seconds = next.time - one.time;
        let added = if next.value >= one.value { next.value - one.value } else { next.value };
        (seconds > 0.0).then(|| Point { time: next.time, value: added / seconds })
    };
    pairs.filter_map(rate).collect()
}

/// The mean of the values at each time.
fn averaged(mut values: Vec<Point>) -> Vec<Point> {
    values.sort_by(|a, b| a.time.total_cmp(&b.time));
    let of = |same: &[Point]| {
        let sum: f64 = same.iter().map(|point| point.value).sum();
        same.first().map(|first| Point { time: first.time, value: sum / crate::middle::number(same.len()) })
    };
    values.chunk_by(|a, b| a.time.total_cmp(&b.time).is_eq()).filter_map(of).collect()
}

impl Shift {
    /// Whether the metric grew.
    #[must_use]
    pub fn is_growth(&self) -> bool {
        self.now > self.before
    }

    /// How much the change tells: its factor, the resource that speaks most clearly first among equals.
    pub(super) fn telling(&self) -> f64 {
        let (small, large) = (self.before.min(self.now), self.before.max(self.now));
        let factor = if small > 0.0 { (large / small).min(FROM_ZERO) } else { FROM_ZERO };
        let clear = match self.resource {
            Resource::Throttling | Resource::Restarts => 3.0,
            Resource::Memory | Resource::Files | Resource::Pool | Resource::Queue | Resource::Retries => 1.5,
            Resource::Processor | Resource::Threads | Resource::Collection | Resource::Cache => 1.0,
        };
        factor * clear
    }

    /// The metric with the labels that tell its parts apart.
    #[must_use]
    pub fn called(&self) -> String {
        let parts: Vec<String> =
            self.labels.iter().map(|(label, value)| format!("{label}={}", quoted(value))).collect();
        if parts.is_empty() { self.metric.clone() } else { format!("{}{{{}}}", self.metric, parts.join(",")) }
    }

    /// The change in words.
    #[must_use]
    pub fn words(&self) -> String {
        let (before, now) = (self.value(self.before), self.value(self.now));
        format!("{} of {} (`{}`): {before} → {now}", self.resource.words(), self.service, self.called())
    }

    /// A value with its unit.
    #[must_use]
    pub fn value(&self, value: f64) -> String {
        let is_bytes = self.metric.contains("_bytes") || self.metric.contains("_memory_us");
        match (is_bytes, self.is_rate, self.resource) {
            (true, false, _) => bytes(value),
            (true, true, _) => format!("{}/s", bytes(value)),
            (false, true, Resource::Processor) => format!("{value:.2} CPUs"),
            (false, true, _) => format!("{}/s", figure(value)),
            (false, false, _) => figure(value),
        }
    }

    /// The query that shows the metric.
    pub(crate) fn query(&self) -> String {
        let own = self.called();
        if self.is_rate { format!("rate({own}[5m])") } else { own }
    }
}

/// Bytes in the largest unit that keeps a digit before the point.
fn bytes(value: f64) -> String {
    match value.abs() {
        v if v >= 1e9 => format!("{:.2} GB", value / 1e9),
        v if v >= 1e6 => format!("{:.0} MB", value / 1e6),
        v if v >= 1e3 => format!("{:.0} kB", value / 1e3),
        _ => format!("{value:.0} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[f64]) -> Series {
        let time = |at: usize| 15.0 * crate::middle::number(at);
        let points = values.iter().enumerate().map(|(at, value)| Point { time: time(at), value: *value }).collect();
        Series { labels: Labels::new(), points }
    }

    /// Six samples before the onset at 90 s, and those since.
    fn shift(metric: &str, all: &[Series]) -> Option<Shift> {
        of("checkout", metric, Labels::new(), all, Times { before: 75.0, since: 90.0 })
    }

    #[test]
    fn growth_of_a_gauge() {
        let found = shift("process_resident_memory_bytes", &[series(&[1e8, 1e8, 1.1e8, 1e8, 1e8, 1e8, 2e8, 4e8, 4e8])]);
        let found = found.unwrap();
        assert_eq!(found.words(), "memory of checkout (`process_resident_memory_bytes`): 100 MB → 400 MB");
        assert!(found.is_growth() && found.query() == "process_resident_memory_bytes");
    }

    #[test]
    fn counters_become_rates_and_may_begin_anew() {
        let throttled = series(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 30.0, 60.0, 15.0]);
        let found = shift("container_cpu_cfs_throttled_periods_total", &[throttled]).unwrap();
        assert!(found.before == 0.0 && (found.now - 2.0).abs() < 1e-9, "{found:?}");
        assert!(found.words().ends_with("0/s → 2.0/s"), "{}", found.words());
    }

    #[test]
    fn instances_are_averaged_so_that_more_of_them_is_no_growth() {
        let one = series(&[8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0]);
        assert_eq!(shift("go_goroutines", &[one.clone(), one.clone(), one]), None);
    }

    #[test]
    fn what_was_usual_before_is_no_change() {
        let swinging = series(&[1.0, 9.0, 1.0, 9.0, 1.0, 1.0, 9.0, 9.0, 9.0]);
        assert_eq!(shift("work_queue_length", &[swinging]), None);
        assert_eq!(shift("process_cpu_seconds_total", &[series(&[0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 1.1])]), None);
        assert_eq!(shift("go_goroutines", &[series(&[1.0, 1.0])]), None);
        assert_eq!(shift("go_goroutines", &[]), None);
    }

    #[test]
    fn a_cache_that_is_hit_no_longer_is_a_change() {
        let hits = series(&[0.0, 150.0, 300.0, 450.0, 600.0, 750.0, 750.0, 750.0, 750.0]);
        let found = shift("order_cache_hits_total", &[hits]).unwrap();
        assert!(!found.is_growth() && found.telling() >= FROM_ZERO);
    }
}
