//! `latency`: requests that took longer than a threshold are bad events, counted by a histogram. Sizes and counts have
//! thresholds as well: a response above 1 MiB.

mod classic;
mod durations;
mod native;

use std::sync::Arc;

use rust_decimal::Decimal;

use self::classic::Classic;
use self::durations::Durations;
use self::native::Native;
use super::facts::Threshold;
use super::kind::{Indicator, Kind};
use super::one_metric;
use super::query::Query;
use super::setting::Setting;
use crate::code;
use crate::finding::Finding;
use crate::metric::{Declared, MetricType, histogram_of, measure, prometheus_name};
use crate::promql::parse_selector;
use crate::quantity::Bound;
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::decode::Needed;
use crate::spec::leaf::Promql;
use crate::spec::record::record;
use crate::suggest;

record! {
    #[derive(Default)]
    /// Requests that took longer than a threshold are bad events; or those that are larger, for a histogram of sizes or counts.
    pub struct LatencySpec {
        /// A histogram that the service declares, by its OpenTelemetry name; or a Prometheus name without `_bucket`.
        metric: Needed<Spanned<String>>,
        /// The longest duration of a good request: `300ms`, `2.5ms`, `0.268435456s`. For a histogram of sizes `1MiB`, or a number
        /// in the unit of the metric. A classic histogram needs a bucket boundary exactly here.
        threshold: Needed<Spanned<Bound>>,
        /// Narrows the metric down, in braces: `{http_route="/checkout"}`. The service's own label is added to a metric that the service declares by its OpenTelemetry name.
        selector: Option<Spanned<Promql>>,
        /// Labels to group by: each combination of their values has a budget and alerts of its own.
        group_by: Option<Vec<Spanned<String>>>,
    }
}

impl Kind for LatencySpec {
    fn group_by(&self) -> Option<&[Spanned<String>]> {
        self.group_by.as_deref()
    }

    fn resolve(&self, at: Span, setting: &Setting<'_>, scope: &mut Scope<'_>) -> Option<Arc<dyn Indicator>> {
        let mut sound = self.threshold.0.is_some();
        let longest = self.threshold.0.unwrap_or(Spanned::new(Bound::Number(Decimal::ONE), at));
        let narrowed = self.selector.as_ref().map(|text| narrow(text, scope));
        sound &= !matches!(narrowed, Some(None));
        if longest.value.number() <= Decimal::ZERO {
            scope.report(
                Finding::new(&code::INVALID_VALUE, longest.span, "the threshold must be greater than zero")
                    .hint("write the slowest time that still counts as good, such as `300ms`"),
            );
            sound = false;
        }
        let (metric, is_verbatim) = named(self.metric.0.as_ref()?, scope)?;
        let histogram = Histogram::find(&metric, is_verbatim, setting, scope)?;
        if !sound {
            return None;
        }
        let Histogram { owner, is_shared, prometheus, is_classic, unit } = histogram;
        let limit = measure::in_unit(unit.as_deref(), longest.value);
        let threshold = Threshold { metric, owner, longest, unit, limit, needs_bucket: is_classic };
        let durations = Durations::new(threshold, prometheus, narrowed.flatten(), is_shared, setting);
        Some(match is_classic {
            true => Arc::new(Classic::of(durations)),
            false => Arc::new(Native::of(durations)),
        })
    }
}

/// The metric's name, and whether it is one of Prometheus whatever its letters: `{"http.server.duration"}`, as Prometheus 3
/// writes names with dots.
fn named(metric: &Spanned<String>, scope: &mut Scope<'_>) -> Option<(Spanned<String>, bool)> {
    if !metric.value.starts_with('{') {
        return Some((metric.clone(), false));
    }
    let selector = parse_selector(&metric.value).ok();
    match selector.map(|selector| (selector.metric, selector.matchers.is_empty())) {
        Some((Some((name, _)), true)) => Some((Spanned::new(name, metric.span), true)),
        _ => {
            scope.report(
                Finding::new(&code::INVALID_VALUE, metric.span, format!("`{}` is not a metric name", metric.value))
                    .hint("write the name alone, `{\"http.server.duration\"}`, and matchers as `selector`"),
            );
            None
        }
    }
}

/// The selector beside the metric, which may not name one of its own.
fn narrow(text: &Spanned<Promql>, scope: &mut Scope<'_>) -> Option<Query> {
    let query = one_metric::bare(text, scope)?;
    if let Some((name, range)) = query.selector.metric.clone() {
        let place = query.place(scope.sources, range);
        scope.report(
            Finding::new(&code::INVALID_PROMQL, place, format!("the metric `{name}` is named in `selector`"))
                .label("`metric` already says which")
                .hint("keep only the braces"),
        );
        return None;
    }
    if let Some(matcher) = query.selector.matchers.iter().find(|matcher| matcher.label == "le") {
        let place = query.place(scope.sources, matcher.label_range.start..matcher.value_range.end);
        scope.report(
            Finding::new(&code::INVALID_PROMQL, place, "the bucket is chosen by `threshold`, not by `le`")
                .label("no series of the count has this label")
                .hint("remove the matcher, and give its boundary as `threshold`"),
        );
        return None;
    }
    Some(query)
}

/// A histogram as it is declared, or taken at its word.
struct Histogram {
    owner: String,
    /// Whether the objective's own service declares it by its OpenTelemetry name, which other services have as well.
    is_shared: bool,
    prometheus: String,
    is_classic: bool,
    /// What it measures in, by its declaration or its name.
    unit: Option<String>,
}

impl Histogram {
    fn find(metric: &Spanned<String>, is_verbatim: bool, setting: &Setting<'_>, scope: &mut Scope<'_>) -> Option<Self> {
        match setting.index.histogram(setting.service, &metric.value) {
            Ok((owner, declared)) => {
                let is_classic = match declared.kind {
                    MetricType::Histogram => true,
                    MetricType::ExponentialHistogram => false,
                    other => {
                        scope.report(
                            Finding::new(
                                &code::INVALID_VALUE,
                                metric.span,
                                format!("`{}` is a {}: a latency needs a histogram", metric.value, other.word()),
                            )
                            .related(declared.span(), "declared here")
                            .hint("name a metric of type `histogram` or `exponential_histogram`"),
                        );
                        return None;
                    }
                };
                Some(Self {
                    owner: owner.to_owned(),
                    is_shared: owner == setting.service && declared.name.value != declared.prometheus,
                    prometheus: declared.prometheus.clone(),
                    is_classic,
                    unit: declared.measure().map(str::to_owned),
                })
            }
            Err(Declared::Unclear | Declared::Metric(_)) => None,
            Err(Declared::No) => Self::undeclared(metric, is_verbatim, setting, scope),
        }
    }

    /// Taken at its word: dots mean an OpenTelemetry name, whose durations are in seconds by convention. The end of a name
    /// tells the unit.
    fn undeclared(
        metric: &Spanned<String>,
        is_verbatim: bool,
        setting: &Setting<'_>,
        scope: &mut Scope<'_>,
    ) -> Option<Self> {
        let prometheus = match metric.value.contains('.') && !is_verbatim {
            true => {
                let unit = measure::of_name(&metric.value).unwrap_or("s");
                prometheus_name(&metric.value, MetricType::Histogram, Some(unit))
            }
            false => metric.value.clone(),
        };
        if !is_verbatim && !is_metric_name(&prometheus) {
            let names = setting.index.histogram_names(setting.service);
            scope.report(
                Finding::new(&code::INVALID_VALUE, metric.span, format!("`{}` is not a metric name", metric.value))
                    .maybe_hint(suggest::did_you_mean(&metric.value, names.iter().copied())),
            );
            return None;
        }
        if let Some(stem) = histogram_of(&prometheus) {
            scope.report(
                Finding::new(
                    &code::INVALID_VALUE,
                    metric.span,
                    format!("`{}` is a series of a histogram, not the histogram", metric.value),
                )
                .hint(format!("write `{stem}`")),
            );
            return None;
        }
        let unit = measure::of_name(&prometheus).map(str::to_owned);
        Some(Self { owner: setting.service.to_owned(), is_shared: false, prometheus, is_classic: true, unit })
    }
}

fn is_metric_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_' || b == b':')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b':')
}
