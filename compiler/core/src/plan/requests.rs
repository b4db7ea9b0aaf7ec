//! The requests that an objective counts, by the metrics and labels that it reads: rate, errors, outcomes and durations (RED).
//!
//! Nothing here is asked of a metric that nobody declared, observed or selected by: a panel over a label or a bucket that does
//! not exist is empty, and an empty panel says to somebody who was woken that nothing is wrong.

use std::collections::BTreeSet;

use super::range::{Range, Scope};
use crate::indicator::{Indicator, Measured, Ratio};
use crate::metric::{HISTOGRAM_SERIES, MetricType, histogram_of, label_name, measure};
use crate::model::{Declared, Index, Observed, Policy, Service, Slo};
use crate::promql::{Aggregator, Expr, Op, Select, Selector};
use crate::quantity::Duration;
use crate::spec::SeenType;

/// Labels that tell one kind of request from another, the most telling first, by their names in Prometheus.
const ROUTES: [&str; 14] = [
    "http_route",
    "route",
    "uri",
    "handler",
    "path",
    "endpoint",
    "rpc_method",
    "grpc_method",
    "operation",
    "action",
    "topic",
    "messaging_destination_name",
    "queue",
    "job_name",
];
/// Labels with the method of a request.
const METHODS: [&str; 3] = ["method", "http_request_method", "http_method"];
/// Labels that say how a request ended, the most telling first.
const OUTCOMES: [&str; 14] = [
    "http_response_status_code",
    "http_status_code",
    "status_code",
    "code",
    "status",
    "rpc_grpc_status_code",
    "grpc_code",
    "grpc_status",
    "outcome",
    "result",
    "error_type",
    "error",
    "exception",
    "reason",
];

/// The requests of an objective.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requests {
    /// Counters of all of them.
    all: Vec<Raw>,
    /// Counters of the bad or the good ones, where the objective counts them.
    part: Option<Part>,
    /// How long they took, or how large they were.
    measured: Option<Distribution>,
    /// Labels by which they are told apart.
    operations: Vec<String>,
    /// The label that says how they ended.
    outcome: Option<String>,
    /// The label that tells replicas of one series apart.
    replicas: Option<String>,
    /// How late their data arrives.
    late: Duration,
    /// Every label that their counters are known to have.
    labels: BTreeSet<String>,
}

/// A raw counter.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Raw {
    selector: Selector,
    /// Whether its events are the observations of a native histogram.
    is_native: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    is_good: bool,
    counters: Vec<Raw>,
}

/// Where the distribution of a measurement is read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Distribution {
    form: Form,
    /// What it measures in, as UCUM spells it.
    unit: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Form {
    /// A classic histogram's `_bucket`.
    Buckets(Selector),
    /// A native histogram.
    Native(Selector),
    /// Only `_sum` and `_count`: the mean.
    Mean(Selector, Selector),
}

impl Requests {
    /// The requests of an objective; `None` where it counts none.
    pub(super) fn of(slo: &Slo, service: &Service, policy: &Policy, index: &Index, seen: &[Observed]) -> Option<Self> {
        let known =
            Known { service, index, seen: seen.iter().filter(|one| one.concerns(&service.name.value)).collect() };
        let (all, part, measured) = match (slo.sli.measured(), slo.sli.ratio()) {
            (Some(measured), _) => (vec![count_of(&measured)], None, Some(of_histogram(&measured, &*slo.sli, &known))),
            (None, Some(ratio)) => (raws(ratio.total.iter()), Some(part_of(ratio)), known.beside(ratio)),
            (None, None) => return None,
        };
        let counters = || all.iter().chain(part.iter().flat_map(|part| &part.counters));
        let mut sets = counters().map(|raw| known.labels(&raw.selector));
        let labels = sets.next().unwrap_or_default();
        // A label that only one of two counters has would leave nothing to divide by.
        let labels = sets.fold(labels, |all, own| all.intersection(&own).cloned().collect());
        let find = |wanted: &[&str]| {
            let mut found = wanted.iter().filter_map(|name| labels.iter().find(|label| label_name(label) == *name));
            found.next().cloned()
        };
        let grouped = slo.group_by.iter().map(|label| label.value.clone());
        let mut operations: Vec<String> = grouped.chain(find(&ROUTES)).chain(find(&METHODS)).collect();
        let mut once = BTreeSet::new();
        operations.retain(|label| once.insert(label.clone()));
        let outcome = find(&OUTCOMES).filter(|label| !operations.contains(label));
        Some(Self {
            all,
            part,
            measured,
            operations,
            outcome,
            replicas: policy.replica_label.clone(),
            late: slo.delay,
            labels,
        })
    }

    /// Labels by which requests are told apart, perhaps none.
    #[must_use]
    pub fn operations(&self) -> &[String] {
        &self.operations
    }

    /// The label that says how requests ended, where their metric has one.
    #[must_use]
    pub fn outcome(&self) -> Option<&str> {
        self.outcome.as_deref()
    }

    /// Whether the counters of all requests are known to have a label.
    #[must_use]
    pub(crate) fn has_label(&self, label: &str) -> bool {
        self.labels.contains(label)
    }

    /// What durations or sizes are measured in, as UCUM spells it; `None` where nothing is measured or nobody knows.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        self.measured.as_ref()?.unit.as_deref()
    }

    /// Whether only a mean is known of what is measured; `None` where nothing is measured.
    #[must_use]
    pub fn is_mean(&self) -> Option<bool> {
        Some(matches!(self.measured.as_ref()?.form, Form::Mean(..)))
    }

    /// Requests a second, by operation.
    #[must_use]
    pub fn rate(&self, range: Range, scope: &Scope) -> String {
        range.finish(self.summed(&self.all, &self.operations, range, scope))
    }

    /// Requests a second, by how they ended.
    #[must_use]
    pub fn outcomes(&self, range: Range, scope: &Scope) -> Option<String> {
        Some(range.finish(self.summed(&self.all, &[self.outcome.clone()?], range, scope)))
    }

    /// The share of bad requests, by operation; 0 where none was.
    #[must_use]
    pub fn errors(&self, range: Range, scope: &Scope) -> Option<String> {
        let part = self.part.as_ref()?;
        let by: Vec<&str> = self.operations.iter().map(String::as_str).collect();
        let (all, some) = (
            self.summed(&self.all, &self.operations, range, scope),
            self.summed(&part.counters, &self.operations, range, scope),
        );
        let (all, some, nothing) = (Expr::Literal(&all), Expr::Literal(&some), Expr::Literal("0"));
        let none = Expr::binary(&all, Op::Mul, &nothing);
        let filled = Expr::binary_on(&some, Op::Or, &by, &none);
        let share = Expr::binary(&filled, Op::Div, &all);
        let one = Expr::Literal("1");
        let bad = if part.is_good { Expr::binary(&one, Op::Sub, &share).to_string() } else { share.to_string() };
        Some(range.finish(bad))
    }

    /// A quantile of durations or sizes by operation, in the metric's unit; the mean where no more is known.
    #[must_use]
    pub fn quantile(&self, quantile: &'static str, range: Range, scope: &Scope) -> Option<String> {
        let rate = |selector: &Selector, by: &[String]| {
            let raw = Raw { selector: selector.clone(), is_native: false };
            self.summed(&[raw], by, range, scope)
        };
        let text = match &self.measured.as_ref()?.form {
            Form::Buckets(buckets) => {
                let by: Vec<String> = std::iter::once("le".to_owned()).chain(self.operations.iter().cloned()).collect();
                let summed = rate(buckets, &by);
                Expr::Call("histogram_quantile", &[Expr::Literal(quantile), Expr::Literal(&summed)]).to_string()
            }
            Form::Native(histogram) => {
                let summed = rate(histogram, &self.operations);
                Expr::Call("histogram_quantile", &[Expr::Literal(quantile), Expr::Literal(&summed)]).to_string()
            }
            Form::Mean(sum, count) => {
                let (sum, count) = (rate(sum, &self.operations), rate(count, &self.operations));
                Expr::binary(&Expr::Literal(&sum), Op::Div, &Expr::Literal(&count)).to_string()
            }
        };
        Some(range.finish(text))
    }

    /// How many raw series the requests are counted in.
    #[must_use]
    pub(crate) fn series(&self, scope: &Scope) -> String {
        let all: Vec<String> = self.all.iter().map(|raw| self.selected(&raw.selector, scope)).collect();
        let all = all.join(" or ");
        Range::Panel.finish(Expr::aggregate(Aggregator::Count, &[], &Expr::Literal(&all)).to_string())
    }

    fn selected(&self, selector: &Selector, scope: &Scope) -> String {
        let matchers = selector.borrowed();
        scope.narrow(Select { metric: selector.metric_name(), matchers: &[&matchers] }, |label| self.has_label(label))
    }

    /// `sum by (…) (rate(…))` of several counters: each is marked, since `or` keeps one of two series with the same labels.
    fn summed(&self, counters: &[Raw], by: &[String], range: Range, scope: &Scope) -> String {
        let mut rates: Vec<String> = counters.iter().map(|raw| self.rated(raw, range, scope)).collect();
        if rates.len() > 1 {
            for (at, rate) in rates.iter_mut().enumerate() {
                let mark = at.to_string();
                let parts = [
                    Expr::Literal(rate),
                    Expr::Text("__selector__"),
                    Expr::Text(&mark),
                    Expr::Text(""),
                    Expr::Text(""),
                ];
                *rate = Expr::Call("label_replace", &parts).to_string();
            }
        }
        let all = rates.join(" or ");
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        Expr::aggregate(Aggregator::Sum, &by, &Expr::Literal(&all)).to_string()
    }

    fn rated(&self, raw: &Raw, range: Range, scope: &Scope) -> String {
        let late = match self.late {
            Duration::ZERO => String::new(),
            late => format!(" offset {late}"),
        };
        let ranged = format!("{}[{}]{late}", self.selected(&raw.selector, scope), range.text());
        let arguments = [Expr::Literal(&ranged)];
        let rate = Expr::Call("rate", &arguments);
        let replicas: Vec<&str> = self.replicas.iter().map(String::as_str).collect();
        let once = match replicas.is_empty() {
            true => rate,
            false => Expr::Without { op: Aggregator::Avg, labels: &replicas, of: &rate },
        };
        if raw.is_native { Expr::Call("histogram_count", &[once]).to_string() } else { once.to_string() }
    }
}

fn raws<'c>(counters: impl Iterator<Item = &'c crate::indicator::Counter>) -> Vec<Raw> {
    counters.map(|it| Raw { selector: it.query.selector.clone(), is_native: it.is_native }).collect()
}

fn part_of(ratio: &Ratio) -> Part {
    Part { is_good: ratio.side.is_good(), counters: raws(ratio.side.counters().iter()) }
}

fn count_of(measured: &Measured) -> Raw {
    match measured.is_classic {
        true => Raw { selector: ended(&measured.histogram, "_bucket", "_count"), is_native: false },
        false => Raw { selector: measured.histogram.clone(), is_native: true },
    }
}

fn of_histogram(measured: &Measured, sli: &dyn Indicator, known: &Known<'_>) -> Distribution {
    let unit = sli.threshold().and_then(|threshold| threshold.unit.as_deref()).map(measure::canonical);
    let form = match measured.is_classic {
        true => Form::Buckets(measured.histogram.clone()),
        false => Form::Native(measured.histogram.clone()),
    };
    let name = measured.histogram.metric_name().map(str::to_owned).unwrap_or_default();
    let stem = histogram_of(&name).unwrap_or(&name).to_owned();
    Distribution { form, unit: unit.map(str::to_owned).or_else(|| known.unit(&stem)) }
}

/// The same selector for another series of its histogram, without the bucket.
fn ended(selector: &Selector, from: &str, to: &str) -> Selector {
    let mut other = selector.clone();
    if let Some((name, _)) = &mut other.metric {
        *name = format!("{}{to}", name.strip_suffix(from).unwrap_or(name));
    }
    other.matchers.retain(|matcher| matcher.label != "le");
    other
}

/// What is known of the metrics that a service may read.
struct Known<'k> {
    service: &'k Service,
    index: &'k Index,
    seen: Vec<&'k Observed>,
}

impl Known<'_> {
    /// The labels that a selector's series have: declared, observed, or selected by with a value.
    fn labels(&self, selector: &Selector) -> BTreeSet<String> {
        let selected = selector.matchers.iter().filter(|matcher| !matcher.accepts("")).map(|it| it.label.clone());
        let mut labels: BTreeSet<String> = selected.collect();
        let Some(name) = selector.metric_name() else { return labels };
        if let Declared::Metric(metric) = self.index.series(&self.service.name.value, name) {
            labels.extend(metric.labels.keys().cloned());
            labels.extend(metric.joints.iter().flat_map(|joint| &joint.labels).cloned());
        }
        let stem = histogram_of(name).unwrap_or(name);
        for seen in self.seen.iter().filter_map(|one| one.metrics.get(name).or_else(|| one.metrics.get(stem))) {
            labels.extend(seen.labels.keys().cloned());
        }
        labels.remove("le");
        labels
    }

    /// What is measured beside a ratio whose total is a histogram's count.
    fn beside(&self, ratio: &Ratio) -> Option<Distribution> {
        let selector = &ratio.total.first.query.selector;
        if ratio.total.is_list() {
            return None;
        }
        let name = selector.metric_name()?;
        let unit = |stem: &str| self.unit(stem);
        if ratio.total.first.is_native {
            return Some(Distribution { form: Form::Native(selector.clone()), unit: unit(name) });
        }
        let stem = histogram_of(name)?;
        let end = HISTOGRAM_SERIES.into_iter().find(|end| name.ends_with(end))?;
        let declared = match self.index.series(&self.service.name.value, name) {
            Declared::Metric(metric) => metric.kind == MetricType::Histogram,
            _ => false,
        };
        let seen: Vec<_> = self.seen.iter().filter_map(|one| one.metrics.get(stem)).collect();
        let form = if seen.iter().any(|seen| !seen.bounds.is_empty()) || (declared && seen.is_empty()) {
            Form::Buckets(ended(selector, end, "_bucket"))
        } else if seen.iter().any(|seen| matches!(seen.kind, SeenType::Histogram | SeenType::Summary)) {
            Form::Mean(ended(selector, end, "_sum"), ended(selector, end, "_count"))
        } else {
            return None;
        };
        Some(Distribution { form, unit: unit(stem) })
    }

    /// What a metric measures in, by its declaration or its name.
    fn unit(&self, stem: &str) -> Option<String> {
        let declared = self.service.metrics.values().find(|metric| metric.prometheus == stem);
        declared.and_then(|metric| metric.measure()).or_else(|| measure::of_name(stem)).map(str::to_owned)
    }
}
