//! Bad requests of builds without the last release. They clear the release: what it changed was not in them.
//!
//! Such requests come after a rollback in vain. They also come from instances that were not deployed yet.

use std::collections::BTreeMap;

use serde::Serialize;

use super::builds;
use super::revisions::Revisions;
use crate::source::Trace;
use emberline_prose::number::{clock, many};

/// The least number of bad requests that clear a release. A few may be slow because a process has just started.
const ENOUGH: usize = 3;

/// Bad requests since the onset that only builds without the last release answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refuted {
    /// How many.
    pub requests: usize,
    /// When the first of them began, unix seconds.
    pub from: f64,
    /// When the last of them began, unix seconds.
    pub to: f64,
    /// Whether each of these builds ran before the alert's long window, so that no release is left to suspect.
    pub is_older: bool,
}

impl Refuted {
    /// The finding, without a full stop.
    pub(super) fn words(&self) -> String {
        let requests = many(self.requests, "bad request", "bad requests");
        format!(
            "builds without the last release answered {requests} from {} to {}, so it is not the cause",
            clock(self.from),
            clock(self.to)
        )
    }
}

/// Looks for bad requests of builds without the last release; they must spread over `base` seconds at least.
pub(super) fn look(bad: &[Trace], revisions: &[Revisions], base: f64) -> Option<Refuted> {
    let changed: BTreeMap<&str, &Revisions> =
        revisions.iter().filter(|it| it.is_changed()).map(|it| (it.service.as_str(), it)).collect();
    let without = |trace: &&Trace| {
        let mut of_changed = trace.spans.iter().filter_map(|span| {
            let known = changed.get(span.service.as_str())?;
            let revision = builds::revision(&span.resource);
            Some(revision.is_some() && revision == *earlier(known))
        });
        // A trace without any of these services proves nothing.
        of_changed.next().is_some_and(|is_before| is_before && of_changed.all(|is_before| is_before))
    };
    #[expect(clippy::cast_precision_loss, reason = "a time, to the second")]
    let began = |trace: &Trace| trace.spans.iter().map(|span| span.start).min().map(|start| start as f64 / 1e9);
    let mut times: Vec<f64> = bad.iter().filter(without).filter_map(began).collect();
    times.sort_by(f64::total_cmp);
    let (from, to) = (*times.first()?, *times.last()?);
    let is_enough = times.len() >= ENOUGH && to - from >= base;
    is_enough.then(|| Refuted {
        requests: times.len(),
        from,
        to,
        is_older: changed.values().all(|it| it.is_before_older || it.is_older),
    })
}

/// The build without the last release: the one before the onset, or the current one after a rollback to it.
fn earlier(known: &Revisions) -> &Option<String> {
    if known.is_older && !known.is_before_older { &known.now } else { &known.before }
}
