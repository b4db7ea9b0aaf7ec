//! The revision of each service in bad requests, and in healthy requests before the onset.
//!
//! Spans tell it best, because they tell which revision failed. What they do not tell comes from metrics
//! ([`series`]), and from whoever deployed.

mod known;
mod merge;
mod series;

use std::collections::BTreeMap;

use serde::Serialize;

use super::ask::{Asked, Log, ask};
use super::builds;
use super::case::Case;
use super::gather::Gathered;
use super::version::{self, Meaning};
use crate::source::{Labels, Trace};
use emberline_prose::number::{clock, many, short};
use known::Known;
use merge::merged;

/// The revisions of a service.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Revisions {
    /// The service.
    pub service: String,
    /// The current revision: a full commit id where the repository has it, else what telemetry names.
    pub now: Option<String>,
    /// The revision before the onset.
    pub before: Option<String>,
    /// When the current revision was first seen, unix seconds; `None` if unknown.
    pub first_seen: Option<f64>,
    /// Whether the current revision ran before the alert's long window.
    pub is_older: bool,
    /// Whether the revision before the onset ran before the alert's long window.
    pub is_before_older: bool,
    /// Whether the current revision had begun before the one that it replaced, as after a rollback.
    #[serde(skip)]
    pub is_return: bool,
    /// What names both revisions, and how if it is not by a commit's id.
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

    /// Whether the current revision was first seen within the alert's long window (in seconds) before the onset, or
    /// later. The alert counts requests of that revision, so its healthy requests prove nothing yet.
    #[must_use]
    pub fn is_recent(&self, onset: &super::onset::Onset, long: f64) -> bool {
        self.first_seen.is_some_and(|seen| seen >= onset.time - onset.plus_minus - long)
    }

    /// Whether the current revision differs from the one before the onset.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.now.is_some() && self.before.is_some() && self.now != self.before
    }
}

/// How far back a log of deployments is read, in seconds: a service may run for weeks.
const DEPLOYED: f64 = 30.0 * 86_400.0;

/// For each service, the revision that most of its spans name by `of`.
fn most<'t>(
    traces: impl Iterator<Item = &'t Trace>,
    of: &dyn Fn(&Labels) -> Option<String>,
) -> BTreeMap<String, String> {
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
    most(traces.iter(), &builds::revision).remove(service)
}

/// The version that a resource names. It is less exact than a revision: two builds may have the same.
fn version_of(resource: &Labels) -> Option<String> {
    resource.get("service.version").filter(|version| series::is_telling(version)).cloned()
}

/// The revisions of every service in the traces, and what cannot be told for certain, a sentence each.
pub(super) fn look(case: &Case<'_>, gathered: &Gathered, concerned: &[String]) -> Asked<(Vec<Revisions>, Vec<String>)> {
    let mut log = Log::default();
    let by_spans = |by: &str, of: &dyn Fn(&Labels) -> Option<String>| {
        let bad = most(gathered.bad.iter(), of);
        // Only the latest healthy traces: older ones may predate earlier incidents.
        let healthy = if gathered.is_from_before { most(gathered.healthy.iter(), of) } else { BTreeMap::new() };
        (bad, healthy, by.to_owned())
    };
    let (bad, healthy, by) = by_spans("spans", &builds::revision);
    let versions = by_spans("spans' `service.version`", &version_of);
    let mut by_info = log.keep(series::target_info(case));
    log.keep(series::add_older(case, &mut by_info));
    let mut services: Vec<String> = gathered.bad.iter().flat_map(|it| &it.spans).map(|it| it.service.clone()).collect();
    services.extend(concerned.iter().cloned());
    services.sort();
    services.dedup();
    let mut told: BTreeMap<String, Vec<Known>> = BTreeMap::new();
    for service in &services {
        let known = told.entry(service.clone()).or_default();
        let of = |from: &BTreeMap<String, String>| from.get(service).cloned();
        known.push(Known { by: by.clone(), now: of(&bad), before: of(&healthy), ..Known::default() });
        known.extend(by_info.get(service).cloned());
    }
    let open = |told: &BTreeMap<String, Vec<Known>>| -> Vec<String> {
        let is_open = |known: &[Known]| {
            let merged = merged(known);
            merged.now.is_none() || merged.before.is_none()
        };
        told.iter().filter(|(_, known)| is_open(known)).map(|(service, _)| service.clone()).collect()
    };
    let mut said = Vec::new();
    let lacking = open(&told);
    let unproven = unproven(&told);
    if !unproven.is_empty() {
        for (service, known) in log.keep(deployments(case, &unproven)) {
            told.entry(service).or_default().push(known);
        }
    }
    if !lacking.is_empty() {
        let mut more: Vec<BTreeMap<String, Known>> = vec![log.keep(deployments(case, &lacking))];
        more.push(log.keep(series::build_info(case, &lacking, &mut said)));
        more.push(
            versions.0.iter().map(|(service, now)| (service.clone(), of_version(service, now, &versions))).collect(),
        );
        more.push(log.keep(series::kubernetes(case, &lacking)));
        for known in more {
            for service in &lacking {
                told.entry(service.clone()).or_default().extend(known.get(service).cloned());
            }
        }
    }
    let mut all: Vec<Revisions> = told
        .iter()
        .map(|(service, known)| {
            let merged = merged(known);
            let is_older = merged.now.as_ref().is_some_and(|now| merged.older.contains(now));
            // A process that restarts begins another time series of the same revision.
            let seen = merged.now.as_ref().filter(|_| !is_older);
            let first_seen = seen.and_then(|now| merged.first_seen.get(now).copied());
            let mut revisions = Revisions {
                service: service.clone(),
                is_before_older: false,
                is_return: false,
                now: merged.now,
                before: merged.before,
                is_older,
                first_seen,
                known_by: merged.by,
            };
            // The onset may be later than the release, or be seen too late. So the last good revision is the one
            // before the release.
            if revisions.now == revisions.before && revisions.is_recent(case.onset, case.long) {
                let replaced = revisions.now.as_ref().and_then(|now| merged.previous.get(now).cloned());
                revisions.before = replaced.or(revisions.before);
            }
            revisions.is_before_older = revisions.before.as_ref().is_some_and(|before| merged.older.contains(before));
            let began = |revision: &Option<String>| match revision {
                Some(one) if merged.older.contains(one) => Some(f64::NEG_INFINITY),
                Some(one) => merged.first_seen.get(one).copied(),
                None => None,
            };
            let both = began(&revisions.now).zip(began(&revisions.before));
            revisions.is_return = both.is_some_and(|(now, before)| now < before);
            revisions
        })
        .collect();
    log.keep(rolled_out(case, &lacking, &mut all, &mut said));
    log.keep(settle(case, &mut all, &mut said));
    log.with((all, said))
}

/// When new revisions of these services were first seen, in unix seconds, by whatever source tells.
pub(super) fn begun(case: &Case<'_>, services: &[String]) -> Asked<Vec<f64>> {
    let mut log = Log::default();
    let mut told = vec![log.keep(series::target_info(case)), log.keep(deployments(case, services))];
    let lacking: Vec<String> =
        services.iter().filter(|service| told.iter().all(|by| !by.contains_key(*service))).cloned().collect();
    if !lacking.is_empty() {
        told.push(log.keep(series::build_info(case, &lacking, &mut Vec::new())));
        told.push(log.keep(series::kubernetes(case, &lacking)));
    }
    let known = services.iter().flat_map(|service| told.iter().filter_map(move |by| by.get(service)));
    let times = known.flat_map(|known| known.first_seen.values().copied()).collect();
    log.with(times)
}

/// Services whose revision is said to be as before, while nothing says since when it runs.
fn unproven(told: &BTreeMap<String, Vec<Known>>) -> Vec<String> {
    let is_unproven = |known: &[Known]| {
        let merged = merged(known);
        let has_begun =
            merged.now.as_ref().is_some_and(|now| merged.first_seen.contains_key(now) || merged.older.contains(now));
        merged.now.is_some() && merged.now == merged.before && !has_begun
    };
    told.iter().filter(|(_, known)| is_unproven(known)).map(|(service, _)| service.clone()).collect()
}

fn of_version(
    service: &str,
    now: &str,
    (_, healthy, by): &(BTreeMap<String, String>, BTreeMap<String, String>, String),
) -> Known {
    let before = healthy.get(service).cloned();
    Known { by: by.clone(), now: Some(now.to_owned()), before, ..Known::default() }
}

/// What whoever deployed tells.
fn deployments(case: &Case<'_>, services: &[String]) -> Asked<BTreeMap<String, Known>> {
    let Some(source) = case.sources.deployments else { return Asked::default() };
    let answer = source.between(case.before() - DEPLOYED, case.now);
    let words = |found: &Vec<_>| many(found.len(), "deployment", "deployments");
    let (found, log) = ask(source.name(), "deployments of the last 30 days", answer, words).apart();
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for one in found.unwrap_or_default() {
        if !services.contains(&one.service) || one.revision.is_empty() {
            continue;
        }
        let revision = series::of_image(&one.revision).unwrap_or(one.revision);
        let of = known.entry(one.service).or_default();
        of.by = source.name();
        if one.time <= case.before() {
            of.before = Some(revision.clone());
        }
        of.first_seen.entry(revision.clone()).or_insert(one.time);
        if let Some(replaced) = of.now.replace(revision.clone()).filter(|replaced| *replaced != revision) {
            of.previous.insert(revision, replaced);
        }
    }
    log.with(known)
}

/// When Kubernetes rolled a service out, if nothing says when its revision began.
fn rolled_out(case: &Case<'_>, services: &[String], all: &mut [Revisions], said: &mut Vec<String>) -> Asked<()> {
    let without: Vec<String> = all
        .iter()
        .filter(|it| services.contains(&it.service) && it.first_seen.is_none() && it.before.is_none())
        .map(|it| it.service.clone())
        .collect();
    if without.is_empty() {
        return Asked::default();
    }
    let (times, log) = series::rollouts(case, &without).apart();
    for revisions in all.iter_mut() {
        let Some(time) = times.get(&revisions.service) else { continue };
        revisions.first_seen = Some(*time);
        if revisions.now.is_none() {
            said.push(format!(
                "Kubernetes rolled {} out at {}, but nothing names its version.",
                revisions.service,
                clock(*time)
            ));
        }
    }
    log.with(())
}

/// Turns what telemetry names into commits, so that the names of different sources compare.
fn settle(case: &Case<'_>, all: &mut [Revisions], said: &mut Vec<String>) -> Asked<()> {
    let mut log = Log::default();
    for revisions in all {
        let Some(history) = case.sources.history_of(&revisions.service) else { continue };
        let mut names = Vec::new();
        for named in [&mut revisions.now, &mut revisions.before] {
            let Some(name) = named.as_mut().filter(|name| !is_id(name)) else { continue };
            let answer = version::commit(history, &revisions.service, name);
            let words = |meaning: &Meaning| match meaning {
                Meaning::Commit(id) => id.clone(),
                Meaning::Ambiguous(all) => many(all.len(), "commit", "commits"),
                Meaning::Unknown => "unknown".to_owned(),
            };
            let query = format!("the commit of {} `{name}`", revisions.service);
            match log.keep(ask(history.name(), query, answer, words)) {
                Some(Meaning::Commit(id)) => {
                    if !id.starts_with(name.as_str()) {
                        names.push(format!("`{name}`"));
                    }
                    *name = id;
                }
                Some(Meaning::Ambiguous(all)) => {
                    let all: Vec<String> = all.iter().map(|(name, id)| format!("{name} ({})", short(id))).collect();
                    said.push(format!("`{name}` of {} may be {}.", revisions.service, all.join(" or ")));
                }
                Some(Meaning::Unknown) | None => {}
            }
        }
        names.dedup();
        if !names.is_empty() {
            revisions.known_by = format!("{}, as {}", revisions.known_by, names.join(" and "));
        }
    }
    log.with(())
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
