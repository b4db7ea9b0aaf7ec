//! Several incidents within one long window.
//!
//! The alert's long window counts every bad event in it, so an incident that ended an hour ago still counts. A fault
//! that comes and goes looks alike. The difference is a release: if bad events begin soon after one, and there was
//! quiet before for much longer, the release began an incident of its own.

use super::ask::Asked;
use super::case::Case;
use super::graph::Calls;
use super::onset::{self, Onset};
use super::revisions;
use super::slo::Objective;

/// Bad events that do not belong to a release follow it that soon in one case of this many.
const SOONER: f64 = 4.0;

/// The onset of the incident that a release began after an earlier one had ended; `None` if there is no such release.
pub(super) fn own(case: &Case<'_>, objective: &Objective, calls: &Calls<'_>) -> Asked<Option<Onset>> {
    if !objective.onset.is_intermittent() {
        return Asked::default();
    }
    let mut services: Vec<String> = calls.below(&case.slo.service).into_iter().map(str::to_owned).collect();
    services.push(case.slo.service.clone());
    let (begun, log) = revisions::begun(case, &services).apart();
    let release = begun.into_iter().filter(|time| begins(objective, *time)).reduce(f64::max);
    let since = objective.firing.since;
    let found = release.and_then(|release| {
        // The rate lags behind the events, so a sample before the release belongs to what was before.
        onset::find(&objective.ratio, since.max(release), case.base, (since - release).max(0.0))
    });
    log.with(found.filter(|onset| onset.is_seen && onset.time > objective.onset.last - case.long))
}

/// Whether the last episode begins so soon after a release that the release began it.
fn begins(objective: &Objective, release: f64) -> bool {
    let Onset { last, plus_minus, .. } = objective.onset;
    let quiet = quiet(objective);
    // The first sample of an episode may be seen a little before the first sample of a new revision.
    let after = (last - release).max(0.0);
    release > last - quiet && release <= last + 2.0 * plus_minus && after * SOONER <= quiet
}

/// How long the share of bad events was as usual before the last episode, in seconds.
fn quiet(objective: &Objective) -> f64 {
    let onset = &objective.onset;
    let before = objective.ratio.iter().rev().filter(|point| point.time < onset.last);
    let end = before.take_while(|point| onset.is_usual(point.value)).last();
    end.map_or(0.0, |point| onset.last - point.time)
}
