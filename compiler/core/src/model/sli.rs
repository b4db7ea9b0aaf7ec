//! Indicators, resolved: which selectors count what.

use rust_decimal::Decimal;

use super::alerting::group_labels;
use super::resolve::Scope;
use crate::code;
use crate::finding::Finding;
use crate::metric::{Declared, Index, MetricType, in_unit};
use crate::promql::{Selector, parse_selector};
use crate::quantity::{Duration, Percent};
use crate::source::{Span, Spanned};
use crate::spec::{EventsSpec, Flawed, Idle, LatencySpec, Promql, SliSpec, TimesliceSpec};
use crate::suggest;
use crate::yaml::{self, Scalar};

/// A selector as written, parsed.
#[derive(Debug, Clone)]
pub struct Query {
    /// What it selects.
    pub selector: Selector,
    /// The scalar that holds it.
    pub span: Span,
    scalar: Scalar,
}

impl Query {
    /// The place in the source of a byte range of the selector's text.
    #[must_use]
    pub fn place(&self, sources: &crate::source::Sources, range: std::ops::Range<usize>) -> Span {
        yaml::locate(&sources.get(self.span.source).text, self.span, &self.scalar, range)
    }

    /// The selector's text as decoded from YAML.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.scalar.text
    }
}

/// The part of the total that is counted beside it.
#[derive(Debug, Clone)]
pub enum Side {
    /// Bad events.
    Bad(Query),
    /// Good events; the bad are the rest.
    Good(Query),
}

impl Side {
    /// The selector of either side.
    #[must_use]
    pub fn query(&self) -> &Query {
        match self {
            Self::Bad(query) | Self::Good(query) => query,
        }
    }
}

/// All events and a part of them.
#[derive(Debug, Clone)]
pub struct Ratio {
    /// All events.
    pub total: Query,
    /// The bad or the good among them.
    pub side: Side,
}

/// Requests slower than a threshold.
#[derive(Debug, Clone)]
pub struct Latency {
    /// The metric as written, and where.
    pub metric: Spanned<String>,
    /// The service that exports it.
    pub owner: String,
    /// Its name in Prometheus, before `_bucket` and `_count`.
    pub prometheus: String,
    /// Classic or native.
    pub kind: LatencyKind,
    /// The threshold as written, and where.
    pub threshold: Spanned<Duration>,
    /// The threshold in the metric's unit.
    pub limit: Decimal,
    /// What narrows the metric down.
    pub selector: Option<Query>,
}

/// How the histogram is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LatencyKind {
    /// Series with an `le` label.
    Classic,
    /// One series of histogram samples.
    Native,
}

/// What makes a minute bad.
#[derive(Debug, Clone)]
pub enum Slices {
    /// A gauge that fell below 1.
    Up(Query),
    /// Too large a share of bad events.
    Ratio {
        /// The events of a minute.
        ratio: Ratio,
        /// The largest share that is still good.
        limit: Percent,
        /// What a minute without events is.
        idle: Idle,
    },
}

/// An indicator.
#[derive(Debug, Clone)]
pub enum Sli {
    /// Counted events.
    Events(Ratio),
    /// Slow requests.
    Latency(Latency),
    /// Bad minutes.
    Slices(Slices),
}

impl Sli {
    /// Every selector that somebody wrote.
    #[must_use]
    pub fn queries(&self) -> Vec<&Query> {
        match self {
            Self::Events(ratio) | Self::Slices(Slices::Ratio { ratio, .. }) => vec![&ratio.total, ratio.side.query()],
            Self::Latency(latency) => latency.selector.iter().collect(),
            Self::Slices(Slices::Up(query)) => vec![query],
        }
    }

    /// The ratio of counters, if the indicator is one.
    #[must_use]
    pub fn ratio(&self) -> Option<&Ratio> {
        match self {
            Self::Events(ratio) | Self::Slices(Slices::Ratio { ratio, .. }) => Some(ratio),
            _ => None,
        }
    }

    /// Resolves an indicator and the labels it is grouped by.
    pub(crate) fn resolve(
        spec: &Spanned<SliSpec>,
        service: &str,
        index: &Index,
        scope: &mut Scope<'_>,
    ) -> Option<(Self, Vec<Spanned<String>>)> {
        let SliSpec { events, latency, timeslice, flawed } = &spec.value;
        match (events, latency, timeslice) {
            (Some(events), None, None) => {
                let groups = group_labels(events.value.group_by.as_deref(), scope);
                Some((Self::Events(resolve_events(events, scope)?), groups))
            }
            (None, Some(latency), None) => {
                let groups = group_labels(latency.value.group_by.as_deref(), scope);
                Some((Self::Latency(resolve_latency(latency, service, index, scope)?), groups))
            }
            (None, None, Some(timeslice)) => {
                let groups = group_labels(timeslice.value.group_by.as_deref(), scope);
                Some((Self::Slices(resolve_slices(timeslice, scope)?), groups))
            }
            (None, None, None) => {
                // When a kind was written but could not be read, its own fault has been reported.
                if !flawed.any(&["events", "latency", "timeslice"]) {
                    scope.report(
                        Finding::new(
                            &code::MISSING_FIELD,
                            spec.span,
                            "an indicator needs `events`, `latency` or `timeslice`",
                        )
                        .hint("add `events:` with `total:` and `bad:`"),
                    );
                }
                None
            }
            _ => {
                scope.report(
                    Finding::new(&code::INVALID_VALUE, spec.span, "an indicator is of exactly one kind")
                        .label("more than one of `events`, `latency` and `timeslice`")
                        .hint("make an objective of each"),
                );
                None
            }
        }
    }
}

/// Parses a selector, with each fault at its place in the YAML scalar.
fn query(promql: &Spanned<Promql>, scope: &mut Scope<'_>) -> Option<Query> {
    let scalar = &promql.value.0;
    match parse_selector(&scalar.text) {
        Ok(selector) => Some(Query { selector, span: promql.span, scalar: scalar.clone() }),
        Err(faults) => {
            let text = &scope.sources.get(promql.span.source).text;
            let place = |range| yaml::locate(text, promql.span, scalar, range);
            let findings: Vec<Finding> = faults
                .into_iter()
                .map(|fault| {
                    Finding::new(&code::INVALID_PROMQL, place(fault.range), fault.message)
                        .label(fault.label)
                        .maybe_hint(fault.hint)
                })
                .collect();
            scope.findings.extend(findings);
            None
        }
    }
}

fn resolve_ratio(
    at: Span,
    total: Option<&Spanned<Promql>>,
    bad: Option<&Spanned<Promql>>,
    good: Option<&Spanned<Promql>>,
    flawed: &Flawed,
    scope: &mut Scope<'_>,
) -> Option<Ratio> {
    let total = total.and_then(|total| query(total, scope));
    let side = match (bad, good) {
        (Some(bad), None) => query(bad, scope).map(Side::Bad),
        (None, Some(good)) => query(good, scope).map(Side::Good),
        (None, None) if flawed.any(&["bad", "good"]) => None,
        (None, None) => {
            scope.report(
                Finding::new(&code::MISSING_FIELD, at, "the bad events are not selected")
                    .label("needs `bad` or `good`")
                    .hint("add `bad:` with a selector of the failed events, such as `…{code=~\"5..\"}`"),
            );
            None
        }
        (Some(_), Some(good)) => {
            scope.report(
                Finding::new(&code::INVALID_VALUE, good.span, "`bad` and `good` cannot both be given")
                    .label("the other is already selected")
                    .hint("keep the one that your metrics count; the other is the rest of `total`"),
            );
            None
        }
    };
    Some(Ratio { total: total?, side: side? })
}

fn resolve_events(spec: &Spanned<EventsSpec>, scope: &mut Scope<'_>) -> Option<Ratio> {
    let EventsSpec { total, bad, good, flawed, .. } = &spec.value;
    resolve_ratio(spec.span, total.0.as_ref(), bad.as_ref(), good.as_ref(), flawed, scope)
}

fn resolve_slices(spec: &Spanned<TimesliceSpec>, scope: &mut Scope<'_>) -> Option<Slices> {
    let TimesliceSpec { up, total, bad, good, max_error_ratio, idle, flawed, .. } = &spec.value;
    let others = [
        total.as_ref().map(|field| field.span),
        bad.as_ref().map(|field| field.span),
        good.as_ref().map(|field| field.span),
        max_error_ratio.as_ref().map(|field| field.span),
        idle.as_ref().map(|field| field.span),
    ];
    match (up, total, max_error_ratio) {
        (Some(up), ..) => {
            if let Some(other) = others.into_iter().flatten().next() {
                scope.report(
                    Finding::new(
                        &code::INVALID_VALUE,
                        other,
                        "`up` stands alone: the gauge already says which minutes are bad",
                    )
                    .hint("remove this, or `up`"),
                );
                return None;
            }
            Some(Slices::Up(query(up, scope)?))
        }
        (None, Some(total), Some(limit)) => {
            let ratio = resolve_ratio(spec.span, Some(total), bad.as_ref(), good.as_ref(), flawed, scope);
            if limit.value.share() <= Decimal::ZERO || limit.value.share() >= Decimal::ONE {
                scope.report(
                    Finding::new(
                        &code::INVALID_VALUE,
                        limit.span,
                        format!("expected a share between 0% and 100%, found `{}`", limit.value),
                    )
                    .hint("a minute with a larger share of bad events is bad: `5%`"),
                );
                return None;
            }
            let idle = idle.map_or(Idle::Good, |idle| idle.value);
            Some(Slices::Ratio { ratio: ratio?, limit: limit.value, idle })
        }
        _ if flawed.any(&["up", "total", "max_error_ratio"]) => None,
        (None, total, _) => {
            let missing = if total.is_some() { "`max_error_ratio`" } else { "`up`, or `total` with `max_error_ratio`" };
            scope.report(
                Finding::new(&code::MISSING_FIELD, spec.span, format!("a time slice needs {missing}"))
                    .hint("give a gauge as `up:`, or counters as `total:` and `bad:` with `max_error_ratio: 5%`"),
            );
            None
        }
    }
}

fn resolve_latency(
    spec: &Spanned<LatencySpec>,
    service: &str,
    index: &Index,
    scope: &mut Scope<'_>,
) -> Option<Latency> {
    let LatencySpec { metric, threshold, selector, .. } = &spec.value;
    let mut sound = threshold.0.is_some();
    let threshold = threshold.0.unwrap_or(Spanned::new(Duration::from_secs(1), spec.span));
    let selector = match selector {
        Some(text) => {
            let query = query(text, scope);
            if let Some((name, range)) = query.as_ref().and_then(|query| query.selector.metric.clone()) {
                let place = query.as_ref().map_or(text.span, |query| query.place(scope.sources, range));
                scope.report(
                    Finding::new(&code::INVALID_PROMQL, place, format!("the metric `{name}` is named in `selector`"))
                        .label("`metric` already says which")
                        .hint("keep only the braces"),
                );
                sound = false;
            }
            sound &= query.is_some();
            query
        }
        None => None,
    };
    if threshold.value == Duration::ZERO {
        scope.report(
            Finding::new(&code::INVALID_VALUE, threshold.span, "the threshold must be longer than nothing")
                .hint("write the slowest time that still counts as good, such as `300ms`"),
        );
        sound = false;
    }
    let metric = metric.0.as_ref()?;
    let (owner, prometheus, kind, limit) = match index.histogram(service, &metric.value) {
        Ok((owner, declared)) => {
            let kind = match declared.kind {
                MetricType::Histogram => LatencyKind::Classic,
                MetricType::ExponentialHistogram => LatencyKind::Native,
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
            (owner, declared.prometheus.clone(), kind, declared.in_unit(threshold.value))
        }
        Err(Declared::Unclear | Declared::Metric(_)) => return None,
        Err(Declared::No) => {
            // Taken at its word: dots mean an OpenTelemetry name, whose durations are in seconds by convention.
            let prometheus = match metric.value.contains('.') {
                true => super::prometheus_name(&metric.value, MetricType::Histogram, Some("s")),
                false => metric.value.clone(),
            };
            if !is_metric_name(&prometheus) {
                let names = index.histogram_names(service);
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
            (service, prometheus, LatencyKind::Classic, in_unit(Some("s"), threshold.value))
        }
    };
    let owner = owner.to_owned();
    sound.then(|| Latency { metric: metric.clone(), owner, prometheus, kind, threshold, limit, selector })
}

fn is_metric_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_' || b == b':')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b':')
}
