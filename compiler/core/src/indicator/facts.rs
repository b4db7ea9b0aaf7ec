//! Facts about an indicator that other stages ask for, whatever its kind.

use rust_decimal::Decimal;

use super::Query;
use crate::metric::{Declared, Index, Metric};
use crate::oracle::{Recorded, Role};
use crate::promql::Selector;
use crate::quantity::Bound;
use crate::source::Spanned;

/// What an indicator counts.
#[derive(Debug, PartialEq, Eq)]
pub struct Unit {
    /// What rules and dashboards call it, in the plural.
    pub events: &'static str,
    /// What runbook pages call it, in the plural.
    pub requests: &'static str,
    /// Whether it comes at a fixed pace, whatever the traffic: one sample of the base is then one step of time.
    pub is_paced: bool,
    /// Whether each step of time is good or bad as a whole, so that no share lies in between.
    pub is_whole: bool,
    /// Whether each step of time is judged once, as a minute: its rules are then evaluated once a minute.
    pub is_sliced: bool,
}

impl Unit {
    /// Events of a counter or a histogram.
    pub const EVENTS: Self =
        Self { events: "events", requests: "requests", is_paced: false, is_whole: false, is_sliced: false };
    /// Minutes that are good or bad as a whole.
    pub const MINUTES: Self =
        Self { events: "minutes", requests: "minutes", is_paced: true, is_whole: true, is_sliced: true };
}

/// A metric that an indicator reads, and how it was named.
#[derive(Debug, Clone, Copy)]
pub enum Reading<'i> {
    /// By a selector, in which one of its series may be named.
    Selected(&'i Query),
    /// By its own name.
    Histogram {
        /// The name as written, of OpenTelemetry or of Prometheus.
        name: &'i Spanned<String>,
        /// Its name in Prometheus, before `_bucket` and `_count`.
        prometheus: &'i str,
        /// What narrows it down.
        narrowed: Option<&'i Query>,
    },
}

impl<'i> Reading<'i> {
    /// The selector that somebody wrote for it.
    #[must_use]
    pub fn query(&self) -> Option<&'i Query> {
        match *self {
            Self::Selected(query) => Some(query),
            Self::Histogram { narrowed, .. } => narrowed,
        }
    }

    /// The metric's name in Prometheus, before the ends of a histogram's series.
    #[must_use]
    pub fn prometheus(&self) -> Option<&'i str> {
        match *self {
            Self::Selected(query) => query.selector.metric_name(),
            Self::Histogram { prometheus, .. } => Some(prometheus),
        }
    }

    /// The metric as `service` sees it: its own, else that of another service.
    #[must_use]
    pub fn declared<'x>(&self, service: &str, index: &'x Index) -> Declared<'x> {
        match self {
            Self::Selected(query) => match query.selector.metric_name() {
                Some(name) => index.series(service, name),
                None => Declared::Unclear,
            },
            Self::Histogram { name, .. } => match index.histogram(service, &name.value) {
                Ok((_, metric)) => Declared::Metric(metric),
                Err(why) => why,
            },
        }
    }

    /// Whether it reads this metric, by the name in Prometheus.
    #[must_use]
    pub fn is_of(&self, metric: &Metric) -> bool {
        match self {
            Self::Selected(query) => query.selector.metric_name().is_some_and(|name| metric.has_series(name)),
            Self::Histogram { prometheus, .. } => metric.prometheus == *prometheus,
        }
    }
}

/// A side of an indicator that is there in health whenever its other side is, such as the bucket of a histogram. Its absence
/// is no outage but a broken indicator, which no burn rate shows: the data state `broken` tells of it.
#[derive(Debug, Clone, Copy)]
pub struct Essential<'i> {
    /// What it is, for people, with its article: `the bucket at the threshold`.
    pub what: &'static str,
    /// Its raw series.
    pub selector: &'i Selector,
    /// What those series count in a proof.
    pub role: Role,
    /// The base series that is not recorded without it.
    pub hides: Recorded,
}

impl<'i> Essential<'i> {
    /// Good events that are subtracted from all, and recorded beside them.
    pub(super) fn good(selector: &'i Selector) -> Self {
        Self { what: "the good events", selector, role: Role::Good, hides: Recorded::Good }
    }
}

/// The histogram whose observations are an indicator's events.
#[derive(Debug, Clone)]
pub struct Measured {
    /// All buckets (`_bucket` without `le`) of a classic histogram, or a native histogram.
    pub histogram: Selector,
    /// Whether it is a classic one.
    pub is_classic: bool,
}

/// The greatest measurement of a good event.
#[derive(Debug, Clone)]
pub struct Threshold {
    /// The histogram's name as written, and where.
    pub metric: Spanned<String>,
    /// The service that exports it.
    pub owner: String,
    /// The threshold as written, and where.
    pub longest: Spanned<Bound>,
    /// What the metric measures in, by its declaration or its name.
    pub unit: Option<String>,
    /// The threshold in the metric's unit.
    pub limit: Decimal,
    /// Whether events are only counted up to bucket boundaries, so that the threshold must be one.
    pub needs_bucket: bool,
}
