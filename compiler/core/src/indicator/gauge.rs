//! Gauges that people name, and what is certainly none: a counter crosses a bound once and never comes back.

use super::one_metric;
use super::query::Query;
use super::setting::Setting;
use crate::code;
use crate::finding::Finding;
use crate::metric::{Declared, Metric, MetricType};
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::leaf::Promql;

/// A gauge that somebody named.
#[derive(Debug)]
pub(super) struct Gauge<'x> {
    pub(super) query: Query,
    /// Its declaration, where there is one.
    pub(super) metric: Option<&'x Metric>,
}

impl<'x> Gauge<'x> {
    /// The gauge of `field`. A metric that is certainly none is refused: by its declaration, else by an ending that only
    /// counters and histograms have.
    pub(super) fn named(
        field: &str,
        written: &Spanned<Promql>,
        setting: &Setting<'x>,
        scope: &mut Scope<'_>,
    ) -> Option<Self> {
        let query = one_metric::named(written, scope)?;
        let (name, range) = query.selector.metric.clone()?;
        let metric = match setting.index.series(setting.service, &name) {
            Declared::Metric(metric) => Some(metric),
            Declared::No | Declared::Unclear => None,
        };
        let Some(instead) = instead(&query, &name, metric, setting) else { return Some(Self { query, metric }) };
        let place = query.place(scope.sources, range);
        let message = format!("`{name}` is a {}: `{field}` needs a gauge", instead.word());
        let finding = Finding::new(&code::INVALID_VALUE, place, message).label(instead.label()).hint(instead.hint());
        scope.report(match metric {
            Some(metric) => finding.related(metric.span(), "declared here"),
            None => finding,
        });
        None
    }

    /// Whether it counts in percent, from 0 to 100.
    pub(super) fn is_in_percent(&self) -> bool {
        match self.metric.and_then(|metric| metric.unit.as_deref()) {
            Some(unit) => unit == "%",
            None => self.query.selector.metric_name().is_some_and(|name| name.ends_with("_percent")),
        }
    }
}

/// What is named instead of a gauge.
enum Instead {
    Counter,
    Histogram,
}

impl Instead {
    fn word(&self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Histogram => "histogram",
        }
    }

    fn label(&self) -> &'static str {
        match self {
            Self::Counter => "only ever rises",
            Self::Histogram => "counts observations, and only ever rises",
        }
    }

    fn hint(&self) -> &'static str {
        match self {
            Self::Counter => {
                "name a gauge; or give counters as `total` and `bad`: under `events` to count events, under `timeslice` with \
                 `max_error_ratio` to count minutes"
            }
            Self::Histogram => "name a gauge; or give the histogram as `latency: {metric: …, threshold: …}`",
        }
    }
}

fn instead(query: &Query, name: &str, metric: Option<&Metric>, setting: &Setting<'_>) -> Option<Instead> {
    match metric.map(|metric| metric.kind) {
        Some(MetricType::Gauge | MetricType::UpDownCounter) => None,
        Some(MetricType::Counter) => Some(Instead::Counter),
        Some(MetricType::Histogram | MetricType::ExponentialHistogram) => Some(Instead::Histogram),
        // By the name that a histogram has before the ends of its series.
        None => match setting.index.histogram(setting.service, name) {
            Ok((_, metric)) if matches!(metric.kind, MetricType::Histogram | MetricType::ExponentialHistogram) => {
                Some(Instead::Histogram)
            }
            Err(Declared::Unclear) => None,
            _ if name.ends_with("_total") => Some(Instead::Counter),
            _ if name.ends_with("_bucket") || query.selector.matchers.iter().any(|matcher| matcher.label == "le") => {
                Some(Instead::Histogram)
            }
            _ => None,
        },
    }
}
