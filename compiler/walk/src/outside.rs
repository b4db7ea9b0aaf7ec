//! What changed outside of the code at the onset: a turned flag, a full disk, a surge of traffic.
//!
//! A release may come with each of these. So one counts only if the revisions of bad requests have served well before.

use std::collections::{BTreeMap, BTreeSet};

use emberline_prose::number::{clock, figure};
use serde::Serialize;

use super::ask::{Asked, Log};
use super::builds;
use super::case::{Case, answers, has_failed};
use super::errors::Errors;
use super::flags::{self, Turned};
use super::gather::{self, Gathered};
use super::graph::Calls;
use super::requests::Requests;
use super::revisions;
use crate::source::Trace;

/// What changed outside of the code.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Outside {
    /// A feature flag was turned.
    Flag {
        /// The service that evaluates the flag.
        service: String,
        /// The flag's key.
        flag: String,
        /// The variant before the onset.
        before: String,
        /// The variant in bad requests.
        now: String,
        /// The first evaluation with that variant, unix seconds.
        time: f64,
    },
    /// A disk takes no more data.
    Full {
        /// The service whose writes fail.
        service: String,
        /// The error's message.
        message: String,
    },
    /// Much more traffic arrives where nobody of the system calls.
    Surge {
        /// The service that the traffic arrives at.
        service: String,
        /// Requests per second before the onset.
        before: f64,
        /// Requests per second now.
        now: f64,
    },
}

/// What operating systems and databases say of a disk that takes no more data, in lower case.
const FULL: [&str; 8] = [
    "no space left on device",
    "enospc",
    "disk full",
    "disk is full",
    "disk quota exceeded",
    "file too large",
    "disk i/o error",
    "could not extend file",
];
/// The least growth of traffic that is a surge. Customers who try again once or twice are none.
const SURGE: f64 = 4.0;

/// Looks for a change outside of the code that explains bad requests.
pub(super) fn look(
    case: &Case<'_>,
    calls: &Calls<'_>,
    requests: &Requests,
    gathered: &Gathered,
    errors: Option<&Errors>,
) -> Asked<Option<Outside>> {
    let mut log = Log::default();
    let is_worth = !flags::evaluated(gathered.bad.iter()).is_empty()
        || full(gathered, errors).is_some()
        || surge(case, calls, requests).is_some();
    if gathered.bad.is_empty() || !is_worth {
        return log.with(None);
    }
    let latest = log.keep(gather::just_before(case, &case.slo.service));
    let is_healthy = |trace: &&Trace| !trace.spans.iter().any(|span| answers(span) && bad(case, span));
    let older = gathered.healthy.iter().filter(|_| gathered.is_from_before);
    let served: Vec<&Trace> = older.chain(&latest).filter(is_healthy).filter(|it| same(gathered, it)).collect();
    if served.is_empty() {
        return log.with(None);
    }
    let found = turned(&served, gathered).or_else(|| full(gathered, errors)).or_else(|| surge(case, calls, requests));
    log.with(found)
}

fn bad(case: &Case<'_>, span: &crate::source::Span) -> bool {
    has_failed(span) || (case.is_own(span) && case.symptom.shows(span))
}

/// Whether each service of a trace has the revision that it has in bad requests.
fn same(gathered: &Gathered, trace: &Trace) -> bool {
    let services: BTreeSet<&str> =
        gathered.bad.iter().flat_map(|it| &it.spans).map(|span| span.service.as_str()).collect();
    let of: BTreeMap<&str, Option<String>> =
        services.into_iter().map(|service| (service, revisions::of_service(&gathered.bad, service))).collect();
    let is_same = |span: &crate::source::Span| match of.get(span.service.as_str()) {
        Some(Some(revision)) => builds::revision(&span.resource).as_ref() == Some(revision),
        _ => true,
    };
    // A trace of services without any revision proves nothing.
    of.values().any(Option::is_some) && trace.spans.iter().all(is_same)
}

/// A flag with another variant in all bad requests than in all healthy requests of the same revisions.
fn turned(served: &[&Trace], gathered: &Gathered) -> Option<Outside> {
    let bad = flags::evaluated(gathered.bad.iter());
    let turned = flags::turned(served.iter().copied().chain(&gathered.bad));
    let is_whole = |turned: &&Turned| {
        bad.get(&turned.flag).is_some_and(|values| values.iter().all(|(_, variant)| *variant == turned.now))
    };
    turned.iter().find(is_whole).map(|it| Outside::Flag {
        service: it.flag.service.clone(),
        flag: it.flag.key.clone(),
        before: it.before.clone(),
        now: it.now.clone(),
        #[expect(clippy::cast_precision_loss, reason = "a time, to the second")]
        time: it.time as f64 / 1e9,
    })
}

/// An error of at least half of the bad requests that tells of a full disk.
fn full(gathered: &Gathered, errors: Option<&Errors>) -> Option<Outside> {
    let is_full = |message: &str| {
        let message = message.to_lowercase();
        FULL.iter().any(|text| message.contains(text))
    };
    let found = errors?.failures.iter().find(|it| it.traces * 2 >= gathered.bad.len() && is_full(&it.message))?;
    Some(Outside::Full { service: found.service.clone(), message: found.message.clone() })
}

/// A surge at a service of the incident that no other service calls.
fn surge(case: &Case<'_>, calls: &Calls<'_>, requests: &Requests) -> Option<Outside> {
    let is_entry = |service: &str| {
        calls.depth(service) == 0
            && (service == case.slo.service || calls.below(service).contains(case.slo.service.as_str()))
    };
    let mut rates: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for operation in requests.operations.iter().filter(|it| is_entry(&it.service)) {
        let (before, now) = rates.entry(&operation.service).or_default();
        *before += operation.before.map_or(0.0, |it| it.rate);
        *now += operation.now.map_or(0.0, |it| it.rate);
    }
    let grown = rates.into_iter().filter(|(_, (before, now))| *before > 0.0 && *now >= before * SURGE);
    let (service, (before, now)) = grown.max_by(|a, b| (a.1.1 / a.1.0).total_cmp(&(b.1.1 / b.1.0)))?;
    Some(Outside::Surge { service: service.to_owned(), before, now })
}

impl Outside {
    /// The service that it happened to.
    #[must_use]
    pub fn service(&self) -> &str {
        match self {
            Self::Flag { service, .. } | Self::Full { service, .. } | Self::Surge { service, .. } => service,
        }
    }

    /// What changed, without a full stop.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Flag { service, flag, before, now, time } => {
                format!("the flag `{flag}` of {service} was turned from `{before}` to `{now}` by {}", clock(*time))
            }
            Self::Full { service, message } => format!("a disk of {service} takes no more data: “{message}”"),
            Self::Surge { service, before, now } => {
                format!("{service} receives {} requests/s, before {}", figure(*now), figure(*before))
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::Flag { service, flag, before, .. } => {
                format!("Turn the flag `{flag}` of {service} back to `{before}`.")
            }
            Self::Full { service, .. } => format!("Make room on the disk of {service}."),
            Self::Surge { service, before, .. } => format!(
                "Add instances behind {service}, or limit its traffic to what it had: {} requests/s.",
                figure(*before)
            ),
        }
    }
}
