//! `not-a-counter`: events are counted by counters. The rate of anything else is no number of events, and no alert says so.

use super::Context;
use crate::code;
use crate::finding::Finding;
use crate::indicator::{Query, Ratio};
use crate::metric::{Declared, Metric, MetricType, histogram_of};
use crate::promql::regex::Pattern;
use crate::promql::{MatchOp, boundary};

/// Gauges that are 1 while all is well: Prometheus and its exporters have them under these names everywhere.
const UPS: [&str; 2] = ["up", "probe_success"];
/// Ends of names that only gauges have.
const LEVELS: [&str; 4] = ["_lag", "_percent", "_celsius", "_ratio"];
/// Ends of names that counters have, and the counting series of histograms and summaries.
const COUNTING: [&str; 4] = ["_total", "_count", "_bucket", "_sum"];

/// Units at the end of a name that no counter has: behind it, a counter's name goes on with `_total`, and the counting
/// series of a classic histogram or a summary with `_count`.
const MEASURES: [&str; 3] = ["_seconds", "_milliseconds", "_bytes"];

/// What is selected instead of a counter.
enum Instead<'m> {
    /// A declared metric that rises and falls.
    Level(&'m Metric),
    /// A gauge by its name.
    Known,
    /// A classic histogram, by the name that none of its series has.
    Classic(&'m Metric),
    /// A series that only a classic histogram has, where the declared one is native.
    OfNative(&'m Metric),
    /// Several buckets of a classic histogram.
    AllBuckets,
    /// A quantile of a summary.
    Quantile,
    /// The sum of what a histogram or a summary observed.
    Sum,
    /// When a series of this counter began.
    Created(String),
    /// A series that is 1 for ever, for the sake of its labels.
    Info,
    /// By its name, what is measured rather than counted: a histogram, or a gauge.
    Measured,
}

pub(super) fn run(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (slo, _) in context.slos() {
        let Some(ratio) = slo.sli.ratio() else { continue };
        let counters: Vec<&Query> = ratio.counters().map(|counter| &counter.query).collect();
        let share = share(context, ratio, &counters);
        findings.extend(counters.iter().filter_map(|query| {
            let mut finding = judge(context, query, instead(context, query)?)?;
            finding.hint = share.clone().or(finding.hint);
            Some(finding)
        }));
        findings.extend(counters.iter().filter_map(|query| judge(context, query, created(context, query, &counters)?)));
        findings.extend(lone_sum(context, &counters).and_then(|query| judge(context, query, Instead::Sum)));
    }
}

/// What says the share of one gauge in another, where both sides of an indicator are gauges.
fn share(context: &Context<'_>, ratio: &Ratio, counters: &[&Query]) -> Option<String> {
    let is_gauge = |query: &&Query| matches!(instead(context, query), Some(Instead::Level(_) | Instead::Known));
    let [whole, part] = counters else { return None };
    if !counters.iter().all(is_gauge) {
        return None;
    }
    let bound = if ratio.side.is_good() { "min" } else { "max" };
    let [part, whole] = [part, whole].map(|query| query.selector.metric_name().unwrap_or_default());
    Some(format!("hold the share against a bound: `timeslice: {{gauge: [{part}, {whole}], {bound}: …}}`"))
}

/// Whether a selector of events certainly selects no counter.
pub(super) fn is_refused(context: &Context<'_>, query: &Query) -> bool {
    instead(context, query).is_some()
}

fn judge(context: &Context<'_>, query: &Query, found: Instead<'_>) -> Option<Finding> {
    let (name, range) = query.selector.metric.as_ref()?;
    let place = query.place(context.sources, range.clone());
    let (message, label, note, hint) = told(name, &found);
    let finding = Finding::new(&code::NOT_A_COUNTER, place, message).label(label).note(note).hint(hint);
    Some(match found {
        Instead::Level(metric) | Instead::Classic(metric) | Instead::OfNative(metric) => {
            finding.related(metric.span(), format!("declared as `{}` here", metric.kind.word()))
        }
        Instead::Known
        | Instead::AllBuckets
        | Instead::Quantile
        | Instead::Sum
        | Instead::Created(_)
        | Instead::Info
        | Instead::Measured => finding,
    })
}

/// By the metric's declaration; where nothing declares it, by names that leave no doubt.
fn instead<'m>(context: &Context<'m>, query: &Query) -> Option<Instead<'m>> {
    let name = query.selector.metric_name()?;
    let (index, service) = (&context.model.index, context.service.name.value.as_str());
    match index.series(service, name) {
        Declared::Metric(metric) => match metric.kind {
            // The observations of a native histogram are counted.
            MetricType::Counter | MetricType::ExponentialHistogram => None,
            MetricType::Gauge | MetricType::UpDownCounter => Some(Instead::Level(metric)),
            MetricType::Histogram => all_buckets(query, name),
        },
        Declared::Unclear => None,
        Declared::No => match index.histogram(service, name) {
            // By the name that the metric has in OpenTelemetry, or before the ends of its series.
            Ok((_, metric)) => match metric.kind {
                MetricType::Counter | MetricType::ExponentialHistogram => None,
                MetricType::Gauge | MetricType::UpDownCounter => Some(Instead::Level(metric)),
                MetricType::Histogram => Some(Instead::Classic(metric)),
            },
            Err(_) => of_a_native_histogram(context, name).or_else(|| by_name(query, name)),
        },
    }
}

fn of_a_native_histogram<'m>(context: &Context<'m>, name: &str) -> Option<Instead<'m>> {
    let stem = histogram_of(name)?;
    match context.model.index.histogram(&context.service.name.value, stem) {
        Ok((_, metric)) if metric.kind == MetricType::ExponentialHistogram => Some(Instead::OfNative(metric)),
        _ => None,
    }
}

fn by_name<'m>(query: &Query, name: &str) -> Option<Instead<'m>> {
    if name.ends_with("_info") {
        return Some(Instead::Info);
    }
    if is_gauge(name) {
        return Some(Instead::Known);
    }
    if query.selector.matchers.iter().any(|m| m.label == "quantile" && !m.value.is_empty() && m.op != MatchOp::Ne) {
        return Some(Instead::Quantile);
    }
    if MEASURES.iter().any(|unit| name.ends_with(unit)) {
        return Some(Instead::Measured);
    }
    all_buckets(query, name)
}

/// Whether a name alone tells a gauge.
fn is_gauge(name: &str) -> bool {
    // kube-state-metrics ends its few counters as counters end: all else that it has is state.
    let is_state = name.starts_with("kube_") && !is_counting(name);
    is_up(name) || is_state || name.ends_with("_timestamp_seconds") || LEVELS.iter().any(|end| name.ends_with(end))
}

/// Whether a name ends as those of counters do.
pub(super) fn is_counting(name: &str) -> bool {
    COUNTING.iter().any(|end| name.ends_with(end))
}

/// Whether a gauge is 1 while all is well, by its name.
fn is_up(name: &str) -> bool {
    UPS.contains(&name) || name.ends_with("_up")
}

/// The indicator that a gauge is for.
fn bound(name: &str) -> String {
    let shown = if name.contains('.') { format!("{{\"{name}\"}}") } else { name.to_owned() };
    if is_up(name) {
        format!("count the time in which targets are up: `availability: {{up: {shown}}}`")
    } else if name.ends_with("_timestamp_seconds") {
        format!("hold its age against a maximum: `timeslice: {{timestamp: {shown}, max_age: 1h}}`")
    } else {
        format!("count with a counter, or hold the gauge against a bound: `timeslice: {{gauge: {shown}, max: …}}`")
    }
}

/// The time at which a series of a known counter began: beside one of the same name, or of a declared one. By itself the
/// ending may belong to a counter of things created.
fn created<'m>(context: &Context<'_>, query: &Query, others: &[&Query]) -> Option<Instead<'m>> {
    let stem = query.selector.metric_name()?.strip_suffix("_created")?;
    let (index, service) = (&context.model.index, context.service.name.value.as_str());
    let is_known = |end: &&str| {
        let name = format!("{stem}{end}");
        others.iter().any(|other| other.selector.metric_name() == Some(&name))
            || matches!(index.series(service, &name), Declared::Metric(_))
    };
    let end = ["_total", "_count"].into_iter().find(is_known)?;
    Some(Instead::Created(format!("{stem}{end}")))
}

/// The first side that adds up seconds or bytes while another counts events: only sums compare with sums.
fn lone_sum<'q>(context: &Context<'_>, counters: &[&'q Query]) -> Option<&'q Query> {
    let is_sum = |query: &Query| {
        query.selector.metric_name().filter(|name| name.ends_with("_sum")).is_some_and(|name| {
            let declared = context.model.index.series(&context.service.name.value, name);
            !matches!(declared, Declared::Metric(metric) if metric.kind == MetricType::Counter)
        })
    };
    let first = counters.iter().find(|query| is_sum(query))?;
    counters.iter().any(|query| !is_sum(query)).then_some(*first)
}

/// Buckets count what the smaller ones have counted: together they count an event several times.
fn all_buckets<'m>(query: &Query, name: &str) -> Option<Instead<'m>> {
    let narrows = |op: MatchOp, value: &str| match op {
        MatchOp::Eq => true,
        MatchOp::Re => Pattern::new(value).is_ok_and(|pattern| !pattern.matches_all_non_empty()),
        MatchOp::Ne | MatchOp::Nre => false,
    };
    let is_one = query
        .selector
        .matchers
        .iter()
        .any(|it| it.label == "le" && narrows(it.op, &it.value) && boundary::named(it.op, &it.value).len() <= 1);
    (name.ends_with("_bucket") && !is_one).then_some(Instead::AllBuckets)
}

/// Message, label, note and hint.
fn told(name: &str, found: &Instead<'_>) -> (String, &'static str, String, String) {
    let count = |stem: &str| match stem.contains('.') {
        true => format!("{{\"{stem}_count\"}}"),
        false => format!("{stem}_count"),
    };
    let of_level = || "the rules take its `rate`, to which each fall is a counter that began anew".to_owned();
    match found {
        Instead::Level(metric) => {
            let kind = if metric.kind == MetricType::Gauge { "a gauge" } else { "an updowncounter" };
            (format!("`{name}` is {kind}, not a counter"), "rises and falls", of_level(), bound(name))
        }
        Instead::Known => (format!("`{name}` is a gauge, not a counter"), "rises and falls", of_level(), bound(name)),
        Instead::Classic(_) => (
            format!("`{name}` is a histogram, and none of its series has this name"),
            "selects nothing",
            "its series end in `_count`, `_sum` and `_bucket`".to_owned(),
            format!("write `{}`, which counts its events", count(name)),
        ),
        Instead::OfNative(metric) => {
            let stem = histogram_of(name).unwrap_or(name);
            let own = if stem.contains('.') { format!("{{\"{stem}\"}}") } else { stem.to_owned() };
            (
                format!("the native histogram `{stem}` has no series `{name}`"),
                "selects nothing",
                format!("a native histogram is one series, `{}`", metric.prometheus),
                format!(
                    "write `{own}`, whose observations are counted; or declare `type: histogram` if the classic series are kept"
                ),
            )
        }
        Instead::AllBuckets => (
            format!("`{name}` without one boundary as `le` counts an event once for each bucket that it fits"),
            "several buckets",
            "a bucket counts what the smaller ones have counted as well".to_owned(),
            format!(
                "write `{}` for all events, or choose a bucket, such as `le=\"0.5\"`",
                count(name.strip_suffix("_bucket").unwrap_or(name))
            ),
        ),
        Instead::Measured => (
            format!("`{name}` is named like a histogram or a gauge, not like a counter"),
            "measures, rather than counts",
            "nothing declares it; the rate of a native histogram is a histogram, which no alert can compare".to_owned(),
            format!(
                "write `{}` for a classic histogram; declare a native one as `type: exponential_histogram`",
                count(name)
            ),
        ),
        Instead::Quantile => (
            format!("`{name}` with a `quantile` is a summary's estimate, not a counter"),
            "rises and falls",
            of_level(),
            format!("write `{}`, which counts its events", count(name)),
        ),
        Instead::Sum => (
            format!("`{name}` adds up what a histogram or a summary observed, and counts no events"),
            "a sum of values",
            "its rate is seconds or bytes a second: one long request would weigh as much as many short ones".to_owned(),
            format!("write `{}`, which counts its events", count(name.strip_suffix("_sum").unwrap_or(name))),
        ),
        Instead::Created(counter) => (
            format!("`{name}` is the time at which a series began, not a counter"),
            "a time",
            "it changes only when a process starts".to_owned(),
            format!("write `{counter}`, the counter itself"),
        ),
        Instead::Info => (
            format!("`{name}` is always 1, not a counter"),
            "never rises",
            "such a series is there for its labels".to_owned(),
            "name a counter of events".to_owned(),
        ),
    }
}
