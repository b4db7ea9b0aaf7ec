//! What collectors and back ends are told: which attributes pass, which traces are kept, how long things stay.
//!
//! Each service contributes a part while its model is at hand; [`TelemetryPlan::of`] puts them together.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::bounds::MetricBound;
use super::conventions::{CONVENTIONAL, SQL, URLS};
use super::spans::shared_conditions;
use super::timing::Scale;
use crate::metric::MetricType;
use crate::model::{LogTier, Metric, Model, Policy, Retention, Service};
use crate::promql::MatchOp;
use crate::quantity::Duration;
use crate::spec::Pii;

/// Span durations where no histogram is declared, in seconds; OpenTelemetry's advice for HTTP servers (semantic
/// conventions 1.38, `http.server.request.duration`).
const DURATIONS: [&str; 14] =
    ["0.005", "0.01", "0.025", "0.05", "0.075", "0.1", "0.25", "0.5", "0.75", "1", "2.5", "5", "7.5", "10"];

/// The fewest traces that wait for a decision side by side.
const LEAST_PENDING: u64 = 10_000;
/// How many times the expected number of pending traces is provided for: bursts, and hops that one request has.
const BURST: u64 = 4;
/// Decisions remembered for late spans, as a multiple of the traces that can wait (the processor's own advice is "much
/// greater").
const REMEMBERED: u64 = 10;

/// Combinations that each connector of span metrics keeps: a route that somebody fills with ids must not take the
/// collector down.
pub(crate) const SPAN_STREAMS: u64 = 10_000;
/// Labels that a collector's series can have beside the declared ones: the name, service, job, instance, the bucket's
/// boundary, and those of span metrics.
const COLLECTOR_LABELS: u64 = 16;

/// How often what is counted of spans is passed on.
const SPANS_COUNTED: Duration = Duration::from_secs(5);
/// What a drill's compressed time leaves at least of the wait for a trace's spans.
const LEAST_WAIT: Duration = Duration::from_secs(2);
/// How long a drill's compressed time leaves series at least that nobody exports any more.
const LEAST_STALE: Duration = Duration::from_secs(10);
/// Exports that a service may miss before its series end.
const MISSED: u64 = 4;

/// What one service contributes.
#[derive(Debug, Default)]
pub(crate) struct ServiceTelemetry {
    name: String,
    attributes: Vec<(String, Option<Pii>)>,
    slow: Vec<Slow>,
    bounds: BTreeSet<Decimal>,
    requests_per_second: Decimal,
    longest_window: Duration,
    streams: Vec<Stream>,
}

/// A declared metric, as SDKs and collectors can hold it to its declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Its OpenTelemetry name.
    pub metric: String,
    /// The kind of instrument.
    pub kind: MetricType,
    /// Its attributes, by their OpenTelemetry names, sorted.
    pub attributes: Vec<String>,
    /// The most combinations of them in one instance.
    pub combinations: u64,
    /// The most series of all instances.
    pub series: u64,
    /// Boundaries of a classic histogram that declares them, in the metric's unit.
    pub boundaries: Vec<Decimal>,
}

/// A request slower than its objective allows: its trace is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slow {
    /// The service whose spans are judged.
    pub service: String,
    /// The objective.
    pub slo: String,
    /// The objective's threshold in nanoseconds.
    pub threshold: u64,
    /// Attributes that a span must have to count: key, operator, value or regular expression.
    pub only: Vec<(String, MatchOp, String)>,
}

/// What all collectors and back ends are told.
#[derive(Debug)]
pub struct TelemetryPlan {
    /// Attributes that pass: declared, allowed by the policy, or common in semantic conventions.
    pub allowed: BTreeSet<String>,
    /// Whether attributes that nobody declared pass with scrubbed values.
    pub keeps_undeclared: bool,
    /// Attributes whose whole value is masked.
    pub masked: BTreeSet<String>,
    /// Attributes that are declared to hold personal data or secrets, by key.
    pub declared: BTreeMap<String, Pii>,
    /// Attributes that hold SQL: literals are taken out.
    pub sql: BTreeSet<String>,
    /// Attributes that hold URLs: queries are taken out.
    pub urls: BTreeSet<String>,
    /// Requests whose traces are kept because they are slow.
    pub slow: Vec<Slow>,
    /// Upper boundaries of span durations, rising: every declared one and every threshold.
    pub durations: Vec<Duration>,
    /// The share of ordinary traces that is kept, in percent.
    pub baseline_percent: Decimal,
    /// How long a trace's spans are waited for.
    pub decision_wait: Duration,
    /// Traces expected a second.
    pub traces_per_second: u64,
    /// Traces that can wait for a decision.
    pub pending_traces: u64,
    /// Decisions that are remembered for late spans.
    pub remembered_traces: u64,
    /// Every declared metric, by service.
    pub streams: BTreeMap<String, Vec<Stream>>,
    /// How often a service's SDK exports, where the policy says so.
    pub export_every: Option<Duration>,
    /// The most samples of one scrape of a collector: every declared series, and the most that span metrics can have.
    pub scrape_samples: u64,
    /// The most labels of one series that a collector exports.
    pub scrape_labels: u64,
    /// How often exemplars are renewed: as often as Prometheus comes for them, since each is shown until the next.
    pub exemplars_every: Duration,
    /// How often what is counted of spans is passed on.
    pub spans_counted_every: Duration,
    /// How long a series is exported after its service fell silent.
    pub stale_after: Duration,
    /// How long Prometheus keeps samples.
    pub metrics: Duration,
    /// How long sampled traces are kept.
    pub traces: Duration,
    /// How long profiles are kept.
    pub profiles: Duration,
    /// Tiers of logs, from the most severe down.
    pub logs: Vec<LogTier>,
}

impl ServiceTelemetry {
    /// A service's contribution; its objectives' real windows come from their plans.
    pub(crate) fn of(service: &Service, windows: impl Iterator<Item = Duration>) -> Self {
        let mut attributes: Vec<(String, Option<Pii>)> =
            service.attributes.iter().map(|(key, attribute)| (key.clone(), attribute.pii)).collect();
        let labels = service.metrics.values().flat_map(|metric| metric.labels.values());
        attributes.extend(labels.map(|label| (label.name.value.clone(), None)));
        let mut bounds = BTreeSet::new();
        for metric in service.metrics.values().filter(|metric| metric.kind == MetricType::Histogram) {
            let in_seconds = match metric.measure() {
                Some("s") => Decimal::ONE,
                Some("ms") => Decimal::ONE_THOUSAND,
                _ => continue,
            };
            bounds.extend(metric.buckets.iter().flat_map(|buckets| &buckets.value).map(|bound| bound / in_seconds));
        }
        let mut slow = Vec::new();
        for slo in &service.slos {
            let Some(threshold) = slo.sli.threshold() else { continue };
            // Spans have durations; a threshold of sizes is none of their business.
            let Some(seconds) = threshold.longest.value.seconds() else { continue };
            let Some(nanos) = (seconds * Decimal::from(1_000_000_000)).to_u64() else { continue };
            bounds.insert(seconds);
            slow.push(Slow {
                service: threshold.owner.clone(),
                slo: slo.name.value.clone(),
                threshold: nanos,
                only: shared_conditions(&*slo.sli),
            });
        }
        let requests_per_second =
            service.traffic.map_or(Decimal::ZERO, |traffic| traffic.per_hour() / Decimal::from(3_600));
        let longest_window = windows.max().unwrap_or_default();
        let streams = service.metrics.values().map(|metric| Stream::of(metric)).collect();
        let name = service.name.value.clone();
        Self { name, attributes, slow, bounds, requests_per_second, longest_window, streams }
    }
}

impl Stream {
    fn of(metric: &Metric) -> Self {
        let bound = MetricBound::of(metric);
        let mut attributes: Vec<String> = metric.labels.values().map(|label| label.name.value.clone()).collect();
        attributes.sort();
        Self {
            metric: metric.name.value.clone(),
            kind: metric.kind,
            attributes,
            combinations: bound.streams,
            series: bound.series,
            boundaries: metric.buckets.as_ref().map(|buckets| buckets.value.clone()).unwrap_or_default(),
        }
    }

    /// The limit of an SDK that keeps every combination: the one more is where it counts what is beyond.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.combinations.saturating_add(1)
    }
}

impl TelemetryPlan {
    /// The length of a trace that is kept whatever its spans say, in milliseconds: the longest threshold of all, rounded
    /// down so that no slow trace is lost.
    #[must_use]
    pub fn slow_trace(&self) -> Option<u64> {
        self.slow.iter().map(|slow| slow.threshold).max().map(|longest| (longest / 1_000_000).max(1))
    }

    /// What collectors are told, where nothing else is needed of a plan.
    pub(crate) fn of_model(model: &Model) -> Self {
        let scale = Scale(model.policy.time_scale.value);
        let parts: Vec<_> = model
            .services
            .iter()
            .map(|service| {
                ServiceTelemetry::of(service, service.slos.iter().map(|slo| scale.period(slo.window.value).reach()))
            })
            .collect();
        Self::of(parts.iter(), &model.policy)
    }

    /// All services' parts under the policy.
    pub(crate) fn of<'s>(parts: impl Iterator<Item = &'s ServiceTelemetry>, policy: &Policy) -> Self {
        // An attribute may be declared by several services: the strictest treatment counts.
        let mut attributes: BTreeMap<&str, Option<Pii>> = BTreeMap::new();
        let mut slow = Vec::new();
        let mut bounds: BTreeSet<Decimal> = BTreeSet::new();
        let mut streams: BTreeMap<String, Vec<Stream>> = BTreeMap::new();
        let (mut per_second, mut longest) = (Decimal::ZERO, Duration::ZERO);
        for part in parts {
            for (key, pii) in &part.attributes {
                let known = attributes.entry(key).or_default();
                *known = strictest(*known, *pii);
            }
            slow.extend(part.slow.iter().cloned());
            bounds.extend(&part.bounds);
            per_second += part.requests_per_second;
            longest = longest.max(part.longest_window);
            if !part.streams.is_empty() {
                streams.insert(part.name.clone(), part.streams.clone());
            }
        }
        if bounds.is_empty() {
            bounds.extend(DURATIONS.iter().filter_map(|bound| bound.parse::<Decimal>().ok()));
        }
        let with = |fits: fn(Pii) -> bool| {
            let held = attributes.iter().filter(|(_, pii)| pii.is_some_and(fits));
            held.map(|(key, _)| (*key).to_owned()).collect::<BTreeSet<_>>()
        };
        let traces_per_second = per_second.ceil().to_u64().unwrap_or(u64::MAX).clamp(1, 1_000_000);
        let scale = Scale(policy.time_scale.value);
        // Requests take as long in a drill as ever: what is waited for them has a floor.
        let declared_wait = policy.sampling.decision_wait;
        let decision_wait = scale.real(declared_wait).max(declared_wait.min(LEAST_WAIT));
        let waiting = traces_per_second * decision_wait.millis().div_ceil(1_000);
        let pending_traces = (waiting * BURST).max(LEAST_PENDING);
        let Retention { metrics, traces, profiles, logs } = &policy.retention;
        let durations: Vec<Duration> =
            bounds.into_iter().filter_map(millis).collect::<BTreeSet<_>>().into_iter().collect();
        // Both connectors count calls, and durations in buckets, of which there are three series more than boundaries.
        let of_spans = 2 * SPAN_STREAMS * (durations.len() as u64 + 4);
        let declared = streams.values().flatten().fold(0_u64, |sum, stream| sum.saturating_add(stream.series));
        let most_labels = streams.values().flatten().map(|stream| stream.attributes.len()).max().unwrap_or_default();
        Self {
            allowed: attributes
                .keys()
                .chain(CONVENTIONAL)
                .map(|key| (*key).to_owned())
                .chain(policy.redaction.allow.iter().cloned())
                .collect(),
            keeps_undeclared: policy.redaction.keeps_undeclared,
            declared: attributes.iter().filter_map(|(key, pii)| Some(((*key).to_owned(), (*pii)?))).collect(),
            masked: with(|pii| !matches!(pii, Pii::Sql | Pii::Url)),
            sql: with(|pii| pii == Pii::Sql).into_iter().chain(SQL.iter().map(|key| (*key).to_owned())).collect(),
            urls: with(|pii| pii == Pii::Url).into_iter().chain(URLS.iter().map(|key| (*key).to_owned())).collect(),
            slow,
            durations,
            scrape_samples: declared.saturating_add(of_spans),
            scrape_labels: COLLECTOR_LABELS + most_labels as u64,
            streams,
            export_every: policy.export,
            baseline_percent: (policy.sampling.baseline.share() * Decimal::ONE_HUNDRED).normalize(),
            decision_wait,
            traces_per_second,
            pending_traces,
            remembered_traces: pending_traces * REMEMBERED,
            exemplars_every: scale.real(policy.scrape.value),
            spans_counted_every: scale.real(SPANS_COUNTED),
            stale_after: scale.real((policy.scrape.value * MISSED).max(Duration::from_minutes(1))).max(LEAST_STALE),
            metrics: metrics.map_or(longest + Duration::from_days(10), |kept| kept.value),
            traces: *traces,
            profiles: *profiles,
            logs: logs.clone(),
        }
    }
}

/// Of two declarations of one attribute, the one that lets less through: a whole mask before a sanitizer before nothing.
fn strictest(one: Option<Pii>, other: Option<Pii>) -> Option<Pii> {
    let weight = |pii: Option<Pii>| match pii {
        None => 0,
        Some(Pii::Sql | Pii::Url) => 1,
        Some(_) => 2,
    };
    if weight(other) > weight(one) { other } else { one }
}

/// A boundary in seconds as a duration; those below a millisecond are left out.
fn millis(seconds: Decimal) -> Option<Duration> {
    let millis = (seconds * Decimal::ONE_THOUSAND).to_u64()?;
    (millis > 0).then(|| Duration::from_millis(millis))
}
