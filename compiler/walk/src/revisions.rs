//! The revision of each service in bad requests, and in healthy requests before the onset.

use std::collections::BTreeMap;

use emberline_core::plan::queries::quoted;
use serde::Serialize;

use super::ask::{Asked, ask};
use super::case::Case;
use super::gather::Gathered;
use crate::source::{Labels, Trace};

/// The revisions of a service.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Revisions {
    /// The service.
    pub service: String,
    /// The current revision, as telemetry names it.
    pub now: Option<String>,
    /// The revision before the onset.
    pub before: Option<String>,
    /// When the current revision was first seen, unix seconds; `None` if unknown.
    pub first_seen: Option<f64>,
    /// The telemetry that names both revisions.
    pub known_by: String,
}

impl Revisions {
    /// The least time in seconds from the first sight of the current revision to the onset. `None` if it is unknown,
    /// or if the revision may have come with the incident.
    #[must_use]
    pub fn lead(&self, onset: &super::onset::Onset) -> Option<f64> {
        let lead = onset.time - onset.plus_minus - self.first_seen?;
        (onset.is_seen && lead > 2.0 * onset.plus_minus).then_some(lead)
    }

    /// Whether the current revision differs from the one before the onset.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.now.is_some() && self.before.is_some() && self.now != self.before
    }
}

/// Resource attributes that name the source code's revision.
const REVISION: [&str; 3] = ["vcs.ref.head.revision", "vcs.repository.ref.revision", "git.commit.sha"];
/// The label of the revision in Prometheus.
const LABEL: &str = "vcs_ref_head_revision";

/// The revision that a resource names.
pub(super) fn of(resource: &Labels) -> Option<String> {
    let revision = REVISION.iter().find_map(|key| resource.get(*key));
    revision.filter(|revision| !revision.is_empty() && *revision != "unknown").cloned()
}

/// For each service, the revision that most of its spans name.
fn most<'t>(traces: impl Iterator<Item = &'t Trace>) -> BTreeMap<String, String> {
    let mut counts: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for span in traces.flat_map(|trace| &trace.spans) {
        if let Some(revision) = of(&span.resource) {
            *counts.entry(span.service.clone()).or_default().entry(revision).or_default() += 1;
        }
    }
    let most = |revisions: BTreeMap<String, usize>| revisions.into_iter().max_by_key(|(_, count)| *count);
    counts.into_iter().filter_map(|(service, revisions)| Some((service, most(revisions)?.0))).collect()
}

/// The revision of a service in most spans of these traces.
pub(super) fn of_service(traces: &[Trace], service: &str) -> Option<String> {
    most(traces.iter()).remove(service)
}

/// The revisions of every service in the traces. Prometheus's `target_info` fills in what spans do not name.
pub(super) fn look(case: &Case<'_>, gathered: &Gathered, concerned: &[String]) -> Asked<Vec<Revisions>> {
    let bad = most(gathered.bad.iter());
    // Only the latest healthy traces: older ones may predate earlier incidents.
    let healthy = if gathered.is_from_before { most(gathered.healthy.iter()) } else { BTreeMap::new() };
    let (by_metrics, log) = by_metrics(case).apart();
    let mut services: Vec<&String> = bad.keys().chain(concerned).collect();
    services.sort();
    services.dedup();
    let revisions = services
        .into_iter()
        .map(|service| {
            let known = by_metrics.get(service);
            let by_spans = (bad.get(service).cloned(), healthy.get(service).cloned());
            let known_by = match by_spans {
                (Some(_), Some(_)) => "spans",
                (None, None) => "target_info",
                _ => "spans and target_info",
            };
            let now = by_spans.0.or_else(|| known.and_then(|known| known.now.clone()));
            let before = by_spans.1.or_else(|| known.and_then(|known| known.before.clone()));
            let first_seen = now.as_ref().and_then(|now| known?.first_seen.get(now).copied());
            let known_by = known_by.to_owned();
            Revisions { service: service.clone(), now, before, first_seen, known_by }
        })
        .collect();
    log.with(revisions)
}

#[derive(Default)]
struct Known {
    now: Option<String>,
    before: Option<String>,
    first_seen: BTreeMap<String, f64>,
}

/// The revisions that `target_info` names, by service.
fn by_metrics(case: &Case<'_>) -> Asked<BTreeMap<String, Known>> {
    let metrics = case.sources.metrics;
    // The query groups by instance, because the collector keeps time series of ended processes for a while.
    let query = format!("group by (service_name, job, instance, {LABEL}) (target_info{{{LABEL}!={}}})", quoted(""));
    let long = case.slo.burns.first().map_or(3_600.0, |burn| burn.long.real.seconds());
    let (start, end) = (case.before() - long, case.now);
    let step = case.slo.timing.scrape.seconds().max((end - start) / 500.0);
    let answer = metrics.range(&query, start, end, step);
    let (series, log) = ask(metrics.name(), query, answer, |series| match series.len() {
        0 => "no revisions".to_owned(),
        some => format!("{some} revisions of services"),
    })
    .apart();
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let (mut newest, mut last_before) = (BTreeMap::<String, f64>::new(), BTreeMap::<String, f64>::new());
    for series in series.unwrap_or_default() {
        let job = series.label("job");
        let service = match series.label("service_name") {
            "" => job.rsplit('/').next().unwrap_or(job),
            name => name,
        };
        let revision = series.label(LABEL).to_owned();
        let of_service = known.entry(service.to_owned()).or_default();
        let (Some(first), Some(until)) = (series.points.first(), series.points.last()) else { continue };
        // A time series that starts with the range may be much older.
        if first.time > start + step {
            let seen = of_service.first_seen.entry(revision.clone()).or_insert(first.time);
            *seen = seen.min(first.time);
        }
        // The current revision is the one that started last and still has samples.
        if until.time >= end - 2.0 * step && first.time >= newest.get(service).copied().unwrap_or(0.0) {
            newest.insert(service.to_owned(), first.time);
            of_service.now = Some(revision.clone());
        }
        let before = series.points.iter().rev().find(|point| point.time <= case.before()).map(|point| point.time);
        if let Some(before) = before.filter(|time| *time >= last_before.get(service).copied().unwrap_or(0.0)) {
            last_before.insert(service.to_owned(), before);
            of_service.before = Some(revision);
        }
    }
    log.with(known)
}
