//! Runtime metrics: whatever gauges and counters exist for the involved services, those that changed most at the onset.

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::plan::queries::quoted;

use super::incident::Incident;
use super::metrics::{alternatives, asked, elsewhere};
use super::table::Table;
use crate::middle::median;
use crate::source::{Labels, Point, Series};
use emberline_prose::number::many;

/// The most time series that are written.
const KEPT: usize = 200;
/// The most time series that are read to choose among.
const READ: usize = 3_000;
/// The most time series of one query.
const AT_ONCE: usize = 400;
/// Labels that name a service, the most exact first.
const SERVICES: [&str; 5] = ["service_name", "service", "app", "container", "job"];
/// Labels that tell instances of a service apart, and say nothing else.
const INSTANCES: [&str; 16] = [
    "__name__",
    "instance",
    "pod",
    "uid",
    "id",
    "name",
    "image",
    "node",
    "endpoint",
    "namespace",
    "host",
    "host_name",
    "service_instance_id",
    "service_namespace",
    "service_version",
    "replica",
];

/// A time series of the file: service, metric and points.
struct Found {
    service: String,
    metric: String,
    points: Vec<Point>,
    /// How much it changed at the onset.
    change: f64,
}

/// Adds the runtime metrics that changed most.
pub(super) fn collect(incident: &Incident<'_>, table: &mut Table, notes: &mut Vec<String>) {
    incident.begin();
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for label in SERVICES {
        let own = format!("{label}=~{}", quoted(&format!("(?:.+/)?(?:{})", alternatives(&incident.services))));
        for names in batches(incident, label, &own, notes) {
            let series = asked(incident, &format!("{{__name__=~{},{own}}}", quoted(&names.join("|"))), notes);
            let new = series.into_iter().filter(|one| seen.insert(one.labels.clone())).collect();
            found.extend(merged(incident, label, new));
        }
    }
    incident.tell_if_over("Runtime metrics", notes);
    found.sort_by(|a, b| {
        b.change.total_cmp(&a.change).then_with(|| (&a.service, &a.metric).cmp(&(&b.service, &b.metric)))
    });
    if found.len() > KEPT {
        let all = many(found.len(), "runtime metric", "runtime metrics");
        notes.push(format!("metrics.csv has the {KEPT} of {all} that changed most at the onset."));
    }
    found.truncate(KEPT);
    found.iter().for_each(|one| table.add(&one.service, &one.metric, &one.points));
    if table.is_empty() {
        notes.push("No metrics of the involved services were found: metrics.csv has only its header.".to_owned());
    }
}

/// Names of metrics, in batches of bounded size. Metrics with few time series come first.
fn batches(incident: &Incident<'_>, label: &str, own: &str, notes: &mut Vec<String>) -> Vec<Vec<String>> {
    if incident.is_over() {
        return Vec::new();
    }
    let query = format!("count by (__name__) ({{__name__!~{},{own}}})", quoted(&elsewhere()));
    let Ok(counted) = incident.case.sources.metrics.instant(&query, incident.case.now) else { return Vec::new() };
    let size = |one: &Series| one.last().map_or(1, |count| (count as usize).max(1));
    let mut counted: Vec<(usize, String)> = counted
        .iter()
        .filter(|one| !one.label("__name__").is_empty())
        .map(|one| (size(one), one.label("__name__").to_owned()))
        .collect();
    counted.sort();
    let (mut batches, mut all, mut within): (Vec<Vec<String>>, usize, usize) = (Vec::new(), 0, AT_ONCE);
    let mut left_out = 0;
    for (size, name) in counted {
        if all + size > READ {
            left_out += 1;
            continue;
        }
        if within + size > AT_ONCE {
            batches.push(Vec::new());
            within = 0;
        }
        (all, within) = (all + size, within + size);
        batches
            .iter_mut()
            .next_back()
            .into_iter()
            .for_each(|batch| batch.push(alternatives(std::slice::from_ref(&name))));
    }
    if left_out > 0 {
        let names = many(left_out, "metric", "metrics");
        notes.push(format!("{names} with `{label}` of an involved service have too many time series to look at."));
    }
    batches
}

/// One time series for each service, metric and labels: instances are joined. Of counters it has the rate.
fn merged(incident: &Incident<'_>, label: &str, series: Vec<Series>) -> Vec<Found> {
    let mut joined: BTreeMap<(String, String, Labels), Vec<Series>> = BTreeMap::new();
    for one in series {
        let named = one.label(label);
        let Some(service) = incident.services.iter().find(|it| named == *it || named.ends_with(&format!("/{it}")))
        else {
            continue;
        };
        let is_own = |name: &str| !INSTANCES.contains(&name) && !SERVICES.contains(&name);
        let own = one.labels.iter().filter(|(name, _)| is_own(name)).map(|(n, v)| (n.clone(), v.clone())).collect();
        joined.entry((service.clone(), one.label("__name__").to_owned(), own)).or_default().push(one);
    }
    let found = joined.into_iter().map(|((service, name, labels), instances)| {
        let is_counter = ["_total", "_count", "_sum"].iter().any(|end| name.ends_with(end));
        let points = if is_counter { rate(&instances) } else { mean(&instances) };
        let told: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let told = if told.is_empty() { String::new() } else { format!("{{{}}}", told.join(" ")) };
        let metric = format!("{name}{}{told}", if is_counter { "_per_sec" } else { "" });
        let change = change(&points, incident.case.since());
        Found { service, metric, points, change }
    });
    found.filter(|one| !one.points.is_empty()).collect()
}

/// The sum of the instances' rates a second. A counter that falls began anew.
fn rate(instances: &[Series]) -> Vec<Point> {
    let mut sums: BTreeMap<i64, f64> = BTreeMap::new();
    for one in instances {
        for (earlier, later) in one.points.iter().zip(one.points.iter().skip(1)) {
            let seconds = later.time - earlier.time;
            if seconds > 0.0 {
                let grown = if later.value < earlier.value { later.value } else { later.value - earlier.value };
                *sums.entry((later.time * 1e3).round() as i64).or_default() += grown / seconds;
            }
        }
    }
    points(sums)
}

/// The mean of the instances.
fn mean(instances: &[Series]) -> Vec<Point> {
    let mut sums: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
    for point in instances.iter().flat_map(|one| &one.points) {
        let sum = sums.entry((point.time * 1e3).round() as i64).or_default();
        *sum = (sum.0 + point.value, sum.1 + 1.0);
    }
    points(sums.into_iter().map(|(time, (sum, count))| (time, sum / count)).collect())
}

#[expect(clippy::cast_precision_loss, reason = "times of this century: far below 2^53 ms")]
fn points(values: BTreeMap<i64, f64>) -> Vec<Point> {
    values.into_iter().map(|(millis, value)| Point { time: millis as f64 / 1e3, value }).collect()
}

/// How much a time series changed at the onset: by how many times its usual spread its middle moved. A series that
/// appears or ends changed as much.
fn change(points: &[Point], onset: f64) -> f64 {
    let side = |is_before: bool| {
        median(points.iter().filter(|point| (point.time < onset) == is_before).map(|point| point.value))
    };
    let (before, after) = (side(true), side(false));
    let middle = before.unwrap_or(0.0);
    let spread = median(points.iter().filter(|it| it.time < onset).map(|it| (it.value - middle).abs())).unwrap_or(0.0);
    let after = after.unwrap_or(0.0);
    let least = 0.02 * middle.abs().max(after.abs());
    if least == 0.0 { 0.0 } else { (after - middle).abs() / (spread + least) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(values: &[f64]) -> Series {
        let points = values.iter().enumerate().map(|(at, value)| Point { time: at as f64 * 10.0, value: *value });
        Series { labels: Labels::new(), points: points.collect() }
    }

    #[test]
    fn counters_that_begin_anew_do_not_fall() {
        let told: Vec<f64> =
            rate(&[series(&[100.0, 110.0, 5.0]), series(&[0.0, 20.0])]).iter().map(|it| it.value).collect();
        assert_eq!(told, [3.0, 0.5]);
    }

    #[test]
    fn what_jumps_at_the_onset_changed_more_than_what_varies() {
        let of = |values: &[f64]| change(&series(values).points, 30.0);
        let (jump, noise) = (of(&[5.0, 5.0, 5.0, 50.0, 50.0]), of(&[1.0, 90.0, 40.0, 60.0, 50.0]));
        assert!(jump > noise && noise < 5.0, "{jump} {noise}");
        assert!(of(&[7.0; 5]) < 1e-9 && of(&[0.0; 5]) < 1e-9);
    }
}
