//! `latency`: requests that took longer than a threshold are bad events, counted by a histogram.

mod classic;
mod durations;
mod native;

use std::sync::Arc;

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
use crate::metric::{Declared, MetricType, in_unit, prometheus_name};
use crate::quantity::Duration;
use crate::scope::Scope;
use crate::source::{Span, Spanned};
use crate::spec::decode::Needed;
use crate::spec::leaf::Promql;
use crate::spec::record::record;
use crate::suggest;

record! {
    #[derive(Default)]
    /// Requests that took longer than a threshold are bad events.
    pub struct LatencySpec {
        /// A histogram that the service declares, by its OpenTelemetry name; or a Prometheus name without `_bucket`.
        metric: Needed<Spanned<String>>,
        /// The longest duration of a good request. A classic histogram needs a bucket boundary exactly here.
        threshold: Needed<Spanned<Duration>>,
        /// Narrows the metric down, in braces: `{http_route="/checkout"}`. The service's own label is added to a metric that the service declares.
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
        let longest = self.threshold.0.unwrap_or(Spanned::new(Duration::from_secs(1), at));
        let narrowed = self.selector.as_ref().map(|text| narrow(text, scope));
        sound &= !matches!(narrowed, Some(None));
        if longest.value == Duration::ZERO {
            scope.report(
                Finding::new(&code::INVALID_VALUE, longest.span, "the threshold must be longer than nothing")
                    .hint("write the slowest time that still counts as good, such as `300ms`"),
            );
            sound = false;
        }
        let metric = self.metric.0.as_ref()?;
        let histogram = Histogram::find(metric, longest.value, setting, scope)?;
        if !sound {
            return None;
        }
        let Histogram { owner, is_own, prometheus, is_classic, limit } = histogram;
        let threshold = Threshold { metric: metric.clone(), owner, longest, limit, needs_bucket: is_classic };
        let durations = Durations::new(threshold, prometheus, narrowed.flatten(), is_own, setting);
        Some(match is_classic {
            true => Arc::new(Classic::of(durations)),
            false => Arc::new(Native::of(durations)),
        })
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
    Some(query)
}

/// A histogram as it is declared, or taken at its word.
struct Histogram {
    owner: String,
    /// Whether the objective's own service declares it.
    is_own: bool,
    prometheus: String,
    is_classic: bool,
    /// The threshold in its unit.
    limit: rust_decimal::Decimal,
}

impl Histogram {
    fn find(metric: &Spanned<String>, longest: Duration, setting: &Setting<'_>, scope: &mut Scope<'_>) -> Option<Self> {
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
                    is_own: owner == setting.service,
                    prometheus: declared.prometheus.clone(),
                    is_classic,
                    limit: declared.in_unit(longest),
                })
            }
            Err(Declared::Unclear | Declared::Metric(_)) => None,
            Err(Declared::No) => Self::undeclared(metric, longest, setting, scope),
        }
    }

    /// Taken at its word: dots mean an OpenTelemetry name, whose durations are in seconds by convention.
    fn undeclared(
        metric: &Spanned<String>,
        longest: Duration,
        setting: &Setting<'_>,
        scope: &mut Scope<'_>,
    ) -> Option<Self> {
        let prometheus = match metric.value.contains('.') {
            true => prometheus_name(&metric.value, MetricType::Histogram, Some("s")),
            false => metric.value.clone(),
        };
        if !is_metric_name(&prometheus) {
            let names = setting.index.histogram_names(setting.service);
            scope.report(
                Finding::new(&code::INVALID_VALUE, metric.span, format!("`{}` is not a metric name", metric.value))
                    .maybe_hint(suggest::did_you_mean(&metric.value, names.iter().copied())),
            );
            return None;
        }
        let series = ["_bucket", "_count", "_sum"].iter().find_map(|end| prometheus.strip_suffix(end));
        if let Some(stem) = series {
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
        let limit = in_unit(Some("s"), longest);
        Some(Self { owner: setting.service.to_owned(), is_own: false, prometheus, is_classic: true, limit })
    }
}

fn is_metric_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_' || b == b':')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b':')
}
