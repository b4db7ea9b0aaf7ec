//! The second layer: which requests are affected, by service and route, compared with those before the onset.
//!
//! Span metrics count every span, whether or not its trace was kept. Three queries, each for before and now, give
//! rates, errors and durations of all services at once.

use std::collections::BTreeMap;

use emberline_core::plan::{Plan, SloPlan, queries};
use serde::Serialize;

use super::ask::Ask;
use super::ask::{Asked, Log, instant};
use super::case::Case;
use super::graph::Calls;
use crate::source::Series;
use emberline_prose::number::{figure, length, percent};

/// The measurements of requests over a window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Numbers {
    /// Requests per second.
    pub rate: f64,
    /// The share of failed requests.
    pub errors: f64,
    /// The median duration in seconds.
    pub p50: Option<f64>,
    /// The 99th percentile of durations in seconds.
    pub p99: Option<f64>,
}

/// How requests differ from those before the onset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Deviation {
    /// No difference that matters.
    Usual,
    /// More requests fail.
    Errors,
    /// Requests take longer.
    Latency,
    /// Requests no longer arrive.
    Silence,
}

/// Requests of one kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Operation {
    /// The service that answers.
    pub service: String,
    /// The route, the method, or else the span's name.
    pub name: String,
    /// The measurements before the onset; `None` without requests or data.
    pub before: Option<Numbers>,
    /// The current measurements; `None` without requests or data.
    pub now: Option<Numbers>,
    /// How both measurements differ.
    pub deviation: Deviation,
}

/// Calls that a service makes for each request that it answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outgoing {
    /// The service that calls.
    pub service: String,
    /// The span's name.
    pub name: String,
    /// Calls per request before the onset.
    pub before: f64,
    /// Calls per request now.
    pub now: f64,
}

/// The evidence of span metrics: which requests are affected.
#[derive(Debug, Clone, Serialize)]
pub struct Requests {
    /// What was asked.
    pub asked: Vec<Ask>,
    /// The conclusion in a sentence.
    pub conclusion: String,
    /// The window of the current measurements, in seconds.
    pub over: f64,
    /// Requests of the involved services, callers first.
    pub operations: Vec<Operation>,
    /// Calls that increased.
    pub multiplied: Vec<Outgoing>,
    /// The deepest affected service among the alerting service and its callees.
    pub deepest: Option<String>,
}

impl Requests {
    /// Whether a service has answered no request lately.
    pub(super) fn is_silent(&self, service: &str) -> bool {
        !self.operations.iter().any(|it| it.service == service && it.now.is_some_and(|now| now.rate > 0.0))
    }
}

/// A service, and the name of its requests.
type Key = (String, String);

/// The measurements of all services at one time.
#[derive(Debug, Default)]
struct Snapshot {
    answered: BTreeMap<Key, Numbers>,
    sent: BTreeMap<Key, f64>,
}

const ANSWERING: &str = "SPAN_KIND_SERVER|SPAN_KIND_CONSUMER";
const BY: &str = "service_name, span_name, span_kind, status_code, http_route, rpc_method";

/// Looks at requests before and now.
pub(super) fn look(case: &Case<'_>, plan: &Plan, calls: &Calls<'_>) -> Requests {
    let mut log = Log::default();
    let short = case.slo.burns.first().map_or(case.base * 4.0, |burn| burn.short.real.seconds());
    let scrape = case.slo.timing.scrape.seconds();
    // The window is long, but excludes requests from before the incident. It spans at least four scrapes.
    let over = (case.now - case.onset.time - case.onset.plus_minus - scrape).min(short).max(4.0 * scrape);
    let now = log.keep(snapshot(case, case.now, over));
    let before = log.keep(snapshot(case, case.before(), short.max(over)));
    let operations = operations(case, plan, calls, &before, &now);
    let multiplied = multiplied(&before, &now);
    let mut requests =
        Requests { asked: log.asks(), conclusion: String::new(), over, operations, multiplied, deepest: None };
    requests.deepest = deepest(case, calls, &requests);
    requests.conclusion = conclusion(case.slo, &requests);
    requests
}

fn snapshot(case: &Case<'_>, at: f64, over: f64) -> Asked<Snapshot> {
    let mut log = Log::default();
    let metrics = case.sources.metrics;
    let over = format!("{:.0}ms", over * 1e3);
    let calls = format!("sum by ({BY}) (rate({}[{over}]))", queries::CALLS);
    let quantile = |share: &str| {
        format!(
            "histogram_quantile({share}, sum by (le, service_name, span_name, http_route, rpc_method) \
             (rate({}{{span_kind=~\"{ANSWERING}\"}}[{over}])))",
            queries::DURATIONS
        )
    };
    let mut snapshot = Snapshot::default();
    let mut failed: BTreeMap<Key, f64> = BTreeMap::new();
    for series in log.keep(instant(metrics, &calls, at)) {
        let rate = series.last().unwrap_or(0.0);
        let key = key(&series);
        match series.label("span_kind") {
            "SPAN_KIND_SERVER" | "SPAN_KIND_CONSUMER" => {
                snapshot.answered.entry(key.clone()).or_default().rate += rate;
                if series.label("status_code") == "STATUS_CODE_ERROR" {
                    *failed.entry(key).or_default() += rate;
                }
            }
            "SPAN_KIND_CLIENT" | "SPAN_KIND_PRODUCER" => *snapshot.sent.entry(key).or_default() += rate,
            _ => {}
        }
    }
    for (key, numbers) in &mut snapshot.answered {
        if numbers.rate > 0.0 {
            numbers.errors = failed.get(key).copied().unwrap_or(0.0) / numbers.rate;
        }
    }
    for (share, put) in [("0.5", p50 as fn(&mut Numbers, f64)), ("0.99", p99)] {
        for series in log.keep(instant(metrics, &quantile(share), at)) {
            if let (Some(numbers), Some(value)) = (snapshot.answered.get_mut(&key(&series)), series.last()) {
                put(numbers, value);
            }
        }
    }
    log.with(snapshot)
}

fn p50(numbers: &mut Numbers, value: f64) {
    numbers.p50 = Some(value);
}

fn p99(numbers: &mut Numbers, value: f64) {
    numbers.p99 = Some(value);
}

/// The service of a time series, and the name that distinguishes its requests.
fn key(series: &Series) -> Key {
    let name = queries::OPERATION.iter().map(|label| series.label(label)).find(|value| !value.is_empty());
    (series.label("service_name").to_owned(), name.unwrap_or_else(|| series.label("span_name")).to_owned())
}

/// Requests of the alerting service, of its callees and of its callers.
fn operations(case: &Case<'_>, plan: &Plan, calls: &Calls<'_>, before: &Snapshot, now: &Snapshot) -> Vec<Operation> {
    let below = calls.below(&case.slo.service);
    let is_concerned = |name: &str| {
        name == case.slo.service || below.contains(name) || calls.below(name).contains(case.slo.service.as_str())
    };
    let keys: std::collections::BTreeSet<&Key> = before.answered.keys().chain(now.answered.keys()).collect();
    let mut operations: Vec<Operation> = keys
        .into_iter()
        .filter(|(service, _)| is_concerned(service) || plan.services.is_empty())
        .map(|key| {
            let (before, now) = (before.answered.get(key).copied(), now.answered.get(key).copied());
            let deviation = deviation(before, now);
            Operation { service: key.0.clone(), name: key.1.clone(), before, now, deviation }
        })
        .filter(|it| [it.before, it.now].iter().flatten().any(|numbers| numbers.rate > 0.0))
        .collect();
    operations.sort_by_key(|it| calls.depth(&it.service));
    operations
}

/// Errors deviate from +1 percentage point and 2× on; durations from 1.5× and +10 ms on.
fn deviation(before: Option<Numbers>, now: Option<Numbers>) -> Deviation {
    let (then, is) = (before.unwrap_or_default(), now.unwrap_or_default());
    if then.rate > 0.0 && is.rate < then.rate * 0.02 {
        return Deviation::Silence;
    }
    if is.errors > then.errors + 0.01 && is.errors > then.errors * 2.0 {
        return Deviation::Errors;
    }
    let slower =
        |then: Option<f64>, is: Option<f64>| then.zip(is).is_some_and(|(then, is)| is > then * 1.5 && is > then + 0.01);
    if slower(then.p50, is.p50) || slower(then.p99, is.p99) { Deviation::Latency } else { Deviation::Usual }
}

/// Calls that each request now makes more than twice as often.
fn multiplied(before: &Snapshot, now: &Snapshot) -> Vec<Outgoing> {
    let asked = |snapshot: &Snapshot, service: &str| {
        snapshot.answered.iter().filter(|((name, _), _)| name == service).map(|(_, numbers)| numbers.rate).sum::<f64>()
    };
    let each = |snapshot: &Snapshot, key: &Key| {
        let requests = asked(snapshot, &key.0);
        let sent = snapshot.sent.get(key).copied().unwrap_or(0.0);
        (requests > 0.0).then(|| sent / requests)
    };
    let grown = now.sent.keys().filter_map(|key| {
        let (before, now) = (each(before, key)?, each(now, key)?);
        let outgoing = Outgoing { service: key.0.clone(), name: key.1.clone(), before, now };
        (before > 0.0 && now > before * 2.0 && now > 1.0).then_some(outgoing)
    });
    grown.collect()
}

/// The deepest affected service among the alerting service and its callees.
fn deepest(case: &Case<'_>, calls: &Calls<'_>, requests: &Requests) -> Option<String> {
    let below = calls.below(&case.slo.service);
    requests
        .operations
        .iter()
        .filter(|it| it.deviation != Deviation::Usual)
        .filter(|it| it.service == case.slo.service || below.contains(it.service.as_str()))
        .max_by_key(|it| calls.depth(&it.service))
        .map(|it| it.service.clone())
}

impl Operation {
    /// The operation and its deviation, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let (then, is) = (self.before.unwrap_or_default(), self.now.unwrap_or_default());
        let pair = |then: Option<f64>, is: Option<f64>| match (then, is) {
            (Some(then), Some(is)) => format!("{} → {}", length(then), length(is)),
            (None, Some(is)) => length(is),
            _ => "unknown".to_owned(),
        };
        let name = format!("{} {}", self.service, self.name);
        match self.deviation {
            Deviation::Silence => format!("{name}: {} → {} requests/s", figure(then.rate), figure(is.rate)),
            Deviation::Errors => format!("{name}: {} → {} fail", percent(then.errors), percent(is.errors)),
            Deviation::Latency | Deviation::Usual => {
                format!("{name}: p50 {}, p99 {}", pair(then.p50, is.p50), pair(then.p99, is.p99))
            }
        }
    }
}

fn conclusion(slo: &SloPlan, requests: &Requests) -> String {
    let deviating: Vec<&Operation> = requests.operations.iter().filter(|it| it.deviation != Deviation::Usual).collect();
    if requests.operations.is_empty() {
        return "No span metrics were found: the affected requests are unknown.".to_owned();
    }
    let Some(deepest) = &requests.deepest else {
        return format!("Requests of {} and of its dependencies look as before.", slo.service);
    };
    let shown: Vec<String> = deviating.iter().rev().take(3).map(|it| it.words()).collect();
    let more = deviating.len().saturating_sub(3);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let calls: String = requests
        .multiplied
        .iter()
        .take(2)
        .map(|it| {
            format!(
                " {} calls `{}` {} times a request, before {} times.",
                it.service,
                it.name,
                figure(it.now),
                figure(it.before)
            )
        })
        .collect();
    format!("Deepest affected service: {deepest}. {}{more}.{calls}", shown.join("; "))
}
