//! Restoring first: the last release is rolled back at once, then older ones; the commit is looked for later.

use super::catalogue::Fault;
use super::cure::{Case, Mended, Rollback, recovery};
use super::log::Log;
use super::record::{Outcome, Verdict};
use super::stage::Drill;
use emberline_walk::source::Answer;

/// Where a rollback leads, and the release that it takes out: from this revision to that one.
pub(super) struct Step {
    pub(super) to: String,
    pub(super) from: String,
}

impl Drill<'_> {
    /// Rolls back the last release, then older ones, until one helps. If the search is certain that no code changed, an
    /// outage is ended before.
    pub(super) fn restore(&mut self, case: &Case<'_>, verdict: Verdict, log: &mut Log<'_>) -> Answer<Mended> {
        let mut tried = Vec::new();
        let clears_code = verdict == Verdict::NoCodeChange;
        if let (Fault::Outage(name), true) = (case.fault, clears_code) {
            let ended = self.end_outage(case, name, log)?;
            let has_helped = ended.recovered.is_some();
            tried.push(ended);
            if has_helped {
                return Ok((tried, Outcome::Resolved));
            }
        }
        let follows = matches!(verdict, Verdict::Commit | Verdict::NotCertain);
        let steps = steps(case);
        for (place, step) in steps.iter().enumerate() {
            let what = said(case, place);
            let rollback = Rollback { what, commit: None, revision: step.to.clone() };
            let mut attempt = self.roll_back(case, rollback, log)?;
            // An older fault with a delayed onset comes back once its process has run for a while.
            if let (Some(onset), true) =
                (case.fault.onset().filter(|_| attempt.recovered.is_some()), place + 1 < steps.len())
                && self.watch().fails(case.slo, &case.alert.labels, onset + recovery(case.slo, self.plan.time_scale))?
            {
                log.tell("the objective recovered, and is missed again");
                (attempt.recovered, attempt.attempt.helped) = (None, false);
            }
            let has_helped = attempt.recovered.is_some();
            tried.push(attempt);
            if has_helped {
                let outcome = match (place, follows) {
                    (0, true) => Outcome::Resolved,
                    (0, false) => Outcome::LastResort,
                    _ => Outcome::OlderRelease,
                };
                return Ok((tried, outcome));
            }
        }
        log.tell("no release mends it");
        if let (Fault::Outage(name), false) = (case.fault, clears_code) {
            tried.push(self.end_outage(case, name, log)?);
        }
        Ok((tried, Outcome::NoRelease))
    }
}

/// The rollbacks that there are, the newest release first.
pub(super) fn steps(case: &Case<'_>) -> Vec<Step> {
    let release = &case.broken.release;
    let mut revisions = vec![release.good.clone()];
    revisions.extend(release.earlier.iter().cloned());
    revisions.push(release.deployed.clone());
    let mut steps: Vec<Step> = revisions
        .windows(2)
        .filter_map(|pair| Some(Step { to: pair.first()?.clone(), from: pair.last()?.clone() }))
        .collect();
    steps.reverse();
    steps
}

/// What a rollback reverts, in a sentence without a full stop.
fn said(case: &Case<'_>, place: usize) -> String {
    let services = &case.broken.services;
    match (place, services.is_empty()) {
        (0, true) => "the last release is rolled back".to_owned(),
        (0, false) => format!("the last release is rolled back ({})", services.join(", ")),
        _ => "the release before it is rolled back too".to_owned(),
    }
}
