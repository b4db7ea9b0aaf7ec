//! `context/deploys.json` and `context/flags.json`: what was deployed when, and which flags changed.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::incident::Incident;
use super::table::{nanos, time};
use super::traces::Traces;
use crate::flags;
use crate::source::Deployed;
use crate::version::{self, Meaning};

/// The most deployments, the latest.
const KEPT: usize = 100;
/// How far back deployments go before the onset, in seconds: a service may run for weeks.
const BACK: f64 = 30.0 * 86_400.0;

/// Deployments of the involved services. What no source tells comes from when the running revision was first seen.
/// `None` if nothing is known.
pub(super) fn deploys(incident: &Incident<'_>, notes: &mut Vec<String>) -> Option<Value> {
    let case = &incident.case;
    let mut all: Vec<Deployed> = Vec::new();
    match case.sources.deployments.map(|source| source.between(case.before() - BACK, case.now)) {
        Some(Ok(found)) => all.extend(found.into_iter().filter(|one| incident.services.contains(&one.service))),
        Some(Err(trouble)) => notes.push(format!("Deployments are incomplete: {trouble}.")),
        None => {}
    }
    let told: BTreeSet<String> = all.iter().map(|one| one.service.clone()).collect();
    for revisions in incident.revisions().iter().filter(|it| !told.contains(&it.service)) {
        if let (Some(time), Some(revision)) = (revisions.first_seen, &revisions.now) {
            all.push(Deployed { time, service: revisions.service.clone(), revision: revision.clone() });
        }
    }
    if all.is_empty() {
        let why = match case.sources.deployments {
            Some(_) => "No deployment of an involved service was found",
            None => "No source of deployments was given, and no running revision was first seen in the evidence",
        };
        notes.push(format!("{why}: context/deploys.json is absent."));
        return None;
    }
    all.sort_by(|a, b| a.time.total_cmp(&b.time).then_with(|| a.service.cmp(&b.service)));
    all.drain(..all.len().saturating_sub(KEPT));
    let document = |one: &Deployed| {
        json!({
            "timestamp": time(one.time),
            "service": one.service,
            "commit_sha": commit(incident, one).unwrap_or_default(),
            "version": one.revision,
        })
    };
    Some(all.iter().map(document).collect())
}

/// The commit of a deployment: what its revision means in the service's repository.
fn commit(incident: &Incident<'_>, one: &Deployed) -> Option<String> {
    let is_id = matches!(one.revision.len(), 40 | 64) && one.revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_id || one.revision.is_empty() {
        return Some(one.revision.clone());
    }
    match version::commit(incident.case.sources.history_of(&one.service)?, &one.service, &one.revision) {
        Ok(Meaning::Commit(id)) => Some(id),
        _ => None,
    }
}

/// Flags that were turned, as spans of the incident's traces tell it.
pub(super) fn flags(traces: Option<&Traces>) -> Value {
    let all = traces.into_iter().flat_map(|traces| traces.bad.iter().chain(&traces.healthy));
    let mut turned = flags::turned(all);
    turned.sort_by_key(|it| it.time);
    let document = |it: &flags::Turned| {
        json!({
            "timestamp": nanos(it.time),
            "flag": it.flag.key,
            "service": it.flag.service,
            "change": format!("{}->{}", it.before, it.now),
        })
    };
    turned.iter().map(document).collect()
}
