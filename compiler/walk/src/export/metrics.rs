//! Metrics of the objective and of requests: bad events, burn rates, and rate, errors and durations by operation.

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::plan::{names, queries};

use super::alert;
use super::incident::Incident;
use super::table::Table;
use crate::requests::Deviation;
use crate::source::{Point, Series};

/// The most points of a time series.
pub(super) const POINTS: f64 = 240.0;
/// The most operations whose requests are written.
const OPERATIONS: usize = 40;
const ANSWERING: &str = "SPAN_KIND_SERVER|SPAN_KIND_CONSUMER";

/// The range of all metrics: its start and its end, and the step, in seconds.
pub(super) fn range(incident: &Incident<'_>) -> (f64, f64, f64) {
    let (start, end) = (incident.start, incident.case.now);
    (start, end, incident.case.slo.timing.scrape.seconds().max((end - start) / POINTS).max(0.001))
}

/// Adds the metrics of the objective and of requests.
pub(super) fn collect(incident: &Incident<'_>, table: &mut Table, notes: &mut Vec<String>) {
    incident.begin();
    let slo = incident.case.slo;
    let points = incident.walk.objective.iter().flat_map(|objective| &objective.ratio);
    let points: Vec<Point> = points.filter(|point| point.time >= incident.start).copied().collect();
    table.add(&slo.service, &alert::metric(incident), &points);
    if points.is_empty() {
        notes.push(format!("No samples of the objective's bad events were found for {}.", alert::metric(incident)));
    }
    for (metric, query) in [
        ("events_per_sec", queries::events(slo)),
        ("bad_events_per_sec", queries::bad_events(slo)),
        ("error_budget_left", queries::budget_left(slo)),
    ] {
        for one in asked(incident, &query, notes) {
            table.add(&slo.service, &format!("{}_{metric}{}", slo.name, group(incident, &one)), &one.points);
        }
    }
    for window in &slo.windows {
        for one in asked(incident, &queries::burn_rate(slo, window.nominal), notes) {
            let metric = format!("{}_burn_rate_{}{}", slo.name, window.nominal, group(incident, &one));
            table.add(&slo.service, &metric, &one.points);
        }
    }
    requests(incident, table, notes);
}

/// The values of the labels that an objective keeps apart.
fn group(incident: &Incident<'_>, series: &Series) -> String {
    let values: Vec<&str> = incident.case.slo.group_by.iter().map(|label| series.label(label)).collect();
    let is_told = values.iter().any(|value| !value.is_empty());
    if is_told { format!("{{{}}}", values.join(" ")) } else { String::new() }
}

/// The time series of a query over the whole range; none, and a note, if the source failed.
pub(super) fn asked(incident: &Incident<'_>, query: &str, notes: &mut Vec<String>) -> Vec<Series> {
    if incident.is_over() {
        return Vec::new();
    }
    let (start, end, step) = range(incident);
    match incident.case.sources.metrics.range(query, start, end, step) {
        Ok(series) => series,
        Err(trouble) => {
            let note = format!("Metrics are incomplete: {trouble}.");
            if !notes.contains(&note) {
                notes.push(note);
            }
            Vec::new()
        }
    }
}

/// Services as a regular expression.
pub(super) fn alternatives(services: &[String]) -> String {
    let escaped = |service: &String| -> String {
        let sign = |c: char| !c.is_alphanumeric() && c != '-' && c != '_';
        service.chars().flat_map(|c| sign(c).then_some('\\').into_iter().chain([c])).collect()
    };
    services.iter().map(escaped).collect::<Vec<_>>().join("|")
}

/// Adds rate, errors and durations of the involved services' operations, by span metrics.
fn requests(incident: &Incident<'_>, table: &mut Table, notes: &mut Vec<String>) {
    let window = format!("{:.0}ms", (range(incident).2 * 4.0).max(incident.case.base) * 1e3);
    let services = queries::quoted(&alternatives(&incident.services));
    let own = format!("{{service_name=~{services},span_kind=~\"{ANSWERING}\"}}[{window}]");
    let by = "service_name, span_name, http_route, rpc_method";
    let kept = operations(incident);
    let is_kept =
        |key: &(String, String)| incident.services.contains(&key.0) && (kept.is_empty() || kept.contains(key));
    let calls = format!("sum by ({by}, status_code) (rate({}{own}))", queries::CALLS);
    let mut rates: BTreeMap<(String, String), BTreeMap<i64, (f64, f64)>> = BTreeMap::new();
    for one in asked(incident, &calls, notes) {
        let has_failed = one.label("status_code") == "STATUS_CODE_ERROR";
        let sums = rates.entry(operation(&one)).or_default();
        for point in &one.points {
            let sum = sums.entry((point.time * 1e3).round() as i64).or_default();
            sum.0 += point.value;
            sum.1 += if has_failed { point.value } else { 0.0 };
        }
    }
    for (key, sums) in rates.iter().filter(|(key, _)| is_kept(key)) {
        #[expect(clippy::cast_precision_loss, reason = "times of this century: far below 2^53 ms")]
        let points = |of: &dyn Fn((f64, f64)) -> f64| -> Vec<Point> {
            sums.iter().map(|(millis, sum)| Point { time: *millis as f64 / 1e3, value: of(*sum) }).collect()
        };
        table.add(&key.0, &format!("requests_per_sec{{{}}}", key.1), &points(&|sum| sum.0));
        let share = |sum: (f64, f64)| if sum.0 > 0.0 { sum.1 / sum.0 } else { 0.0 };
        table.add(&key.0, &format!("request_error_ratio{{{}}}", key.1), &points(&share));
    }
    for (share, metric) in [("0.5", "request_duration_p50_ms"), ("0.99", "request_duration_p99_ms")] {
        let buckets = format!("sum by (le, {by}) (rate({}{own}))", queries::DURATIONS);
        for one in asked(incident, &format!("histogram_quantile({share}, {buckets})"), notes) {
            let key = operation(&one);
            if is_kept(&key) {
                let points: Vec<Point> =
                    one.points.iter().map(|it| Point { time: it.time, value: it.value * 1e3 }).collect();
                table.add(&key.0, &format!("{metric}{{{}}}", key.1), &points);
            }
        }
    }
    incident.tell_if_over("Metrics of requests", notes);
}

/// The operations to keep, those that deviate first; empty if the walk saw none.
fn operations(incident: &Incident<'_>) -> BTreeSet<(String, String)> {
    let mut all: Vec<_> = incident.walk.requests.iter().flat_map(|requests| &requests.operations).collect();
    all.sort_by_key(|it| it.deviation == Deviation::Usual);
    all.into_iter().take(OPERATIONS).map(|it| (it.service.clone(), it.name.clone())).collect()
}

/// The service and the operation of a time series.
fn operation(series: &Series) -> (String, String) {
    let name = queries::OPERATION.iter().map(|label| series.label(label)).find(|value| !value.is_empty());
    (series.label("service_name").to_owned(), name.unwrap_or_else(|| series.label("span_name")).to_owned())
}

/// Names of metrics that have a place of their own in the file, as a regular expression.
pub(super) fn elsewhere() -> String {
    let slo = names::BURN_RATE.split(':').next().unwrap_or_default();
    format!("{slo}:.+|ALERTS.*|traces_span_metrics_.+|exemplars_.+|scrape_.+|.+_bucket|.+_created|.+_info")
}
