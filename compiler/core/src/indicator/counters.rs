//! Counters that are added up: one selector, or a list of them.

use super::one_metric;
use super::query::Query;
use super::setting::Setting;
use crate::code;
use crate::finding::Finding;
use crate::metric::{Declared, MetricType, histogram_of};
use crate::promql::witness::disjoint;
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::leaf::Selectors;

/// A selector whose series count events.
#[derive(Debug, Clone)]
pub struct Counter {
    /// What it selects.
    pub query: Query,
    /// The field that names it: `total`, `bad` or `good`.
    pub field: &'static str,
    /// Whether its metric is declared as a native histogram: its observations are the events.
    pub is_native: bool,
}

impl Counter {
    /// The metric's name.
    #[must_use]
    pub fn metric(&self) -> Option<&str> {
        self.query.selector.metric_name()
    }

    /// The metric's name without the end by which a classic histogram tells its series apart.
    fn stem(&self) -> Option<&str> {
        let name = self.metric()?;
        Some(histogram_of(name).unwrap_or(name))
    }
}

/// Counters whose events are added up; there is at least one, and none counts an event of another.
#[derive(Debug, Clone)]
pub struct Counters {
    /// The first as written.
    pub first: Counter,
    rest: Vec<Counter>,
}

impl Counters {
    /// Resolves a field; `None` once it is reported why some selector counts nothing that can be added.
    pub(super) fn resolve(
        field: &'static str,
        written: &Spanned<Selectors>,
        setting: &Setting<'_>,
        scope: &mut Scope<'_>,
    ) -> Option<Self> {
        let read: Vec<Option<Counter>> = written
            .value
            .0
            .iter()
            .map(|one| {
                let query = one_metric::counted(one, scope)?;
                Some(Counter { is_native: is_native(&query, setting), query, field })
            })
            .collect();
        let mut read = read.into_iter().collect::<Option<Vec<Counter>>>()?.into_iter();
        let all = Self { first: read.next()?, rest: read.collect() };
        all.is_counted_once(scope).then_some(all)
    }

    /// These and others together: the total of good and bad events.
    pub(super) fn with(&self, others: &Self, scope: &mut Scope<'_>) -> Option<Self> {
        let rest = self.rest.iter().chain(others.iter()).cloned().collect();
        let all = Self { first: self.first.clone(), rest };
        all.is_counted_once(scope).then_some(all)
    }

    /// All of them, as written.
    pub fn iter(&self) -> impl Iterator<Item = &Counter> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// Their selectors, each with the field that holds it.
    #[must_use]
    pub fn named(&self) -> Vec<(&'static str, &Query)> {
        self.iter().map(|counter| (counter.field, &counter.query)).collect()
    }

    /// Whether there are several.
    #[must_use]
    pub fn is_list(&self) -> bool {
        !self.rest.is_empty()
    }

    /// Whether one of them is of this metric.
    #[must_use]
    pub fn has_metric(&self, metric: &str) -> bool {
        self.iter().any(|counter| counter.metric() == Some(metric))
    }

    /// Reports selectors that may count one event twice.
    fn is_counted_once(&self, scope: &mut Scope<'_>) -> bool {
        let all: Vec<&Counter> = self.iter().collect();
        let mut is_once = true;
        for (at, later) in all.iter().enumerate() {
            let Some(earlier) = all.iter().take(at).find(|earlier| share_events(earlier, later)) else { continue };
            scope.report(
                Finding::new(
                    &code::COUNTED_TWICE,
                    later.query.span,
                    "two selectors of a sum may count the same events",
                )
                .label("may select what the other one counts")
                .related(earlier.query.span, "counted here")
                .hint("give both another value of one label, or write one selector for all of these events"),
            );
            is_once = false;
        }
        is_once
    }
}

/// Whether two selectors may count one event. Two metrics are taken to count different events; the series of a histogram
/// are one metric, whose buckets hold what the smaller ones hold.
fn share_events(one: &Counter, other: &Counter) -> bool {
    if one.stem() != other.stem() {
        return false;
    }
    let is_bucket = |counter: &Counter| counter.metric().is_some_and(|name| name.ends_with("_bucket"));
    one.metric() != other.metric() || {
        let without_bounds = |counter: &Counter| {
            let mut selector = counter.query.selector.clone();
            selector.matchers.retain(|matcher| !is_bucket(counter) || matcher.label != "le");
            selector
        };
        !disjoint(&without_bounds(one), &without_bounds(other))
    }
}

fn is_native(query: &Query, setting: &Setting<'_>) -> bool {
    let Some(name) = query.selector.metric_name() else { return false };
    let kind = match setting.index.series(setting.service, name) {
        Declared::Metric(metric) => Some(metric.kind),
        Declared::Unclear => None,
        // By the name that it has in OpenTelemetry, which Prometheus 3 can keep.
        Declared::No => setting.index.histogram(setting.service, name).ok().map(|(_, metric)| metric.kind),
    };
    kind == Some(MetricType::ExponentialHistogram)
}
