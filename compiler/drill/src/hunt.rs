//! The search for the commit at leisure, after the objective has recovered: one more look, then deployed versions.

use super::catalogue::Fault;
use super::cause::{Cause, How, Probe};
use super::clock::interrupted;
use super::cure::{Case, Fixed, ROUNDS, recovery, recovery_in_full, said};
use super::log::Log;
use super::record::{Method, Mitigation, Outcome, Verdict, Watched};
use super::restore::{Step, steps};
use super::search::Scene;
use super::stage::Drill;
use emberline_walk::source::Answer;

/// How many splits follow the order of suspicion; then versions are halved.
const GUIDED: usize = 2;

/// A hunt so far.
struct Hunt<'h> {
    /// Suspects in the order of suspicion.
    order: Vec<String>,
    /// Deployments that are left.
    left: usize,
    /// Seconds since recovery that the hunt took.
    spent: f64,
    /// Whether the objective is met by what is deployed.
    is_good: bool,
    found: Vec<String>,
    probes: Vec<Probe>,
    log: &'h mut dyn FnMut(String),
}

impl Drill<'_> {
    /// How the cause was found; `None` if the objective did not recover. The good revision is deployed at the end.
    pub(super) fn find_cause(
        &mut self,
        case: &Case<'_>,
        fixed: &mut Fixed,
        log: &mut Log<'_>,
    ) -> Answer<Option<Cause>> {
        let Some(recovered) = fixed.recovered.map(|at| at - case.broken.ended) else { return Ok(None) };
        let known = |how, found, commits| Cause { found, how, commits, right: false, all: false, probes: Vec::new() };
        let verdict = fixed.conclusion.verdict;
        let cure = fixed.attempts.iter().find(|attempt| attempt.helped);
        if case.settings.mitigation == Mitigation::OneCommit {
            let commit = cure.and_then(|attempt| attempt.commit.clone());
            let is_ended = verdict == Verdict::NoCodeChange && fixed.outcome == Outcome::Resolved;
            return Ok(Some(match commit {
                Some(commit) => known(How::OneByOne, Some(recovered), vec![commit]),
                None if is_ended => known(How::Search, Some(fixed.looked.ended), Vec::new()),
                None => known(How::NotFound, None, Vec::new()),
            }));
        }
        if fixed.outcome == Outcome::NoRelease {
            // The last rollback in vain is what showed it.
            let vain = fixed.attempts.iter().rev().find(|attempt| !attempt.helped);
            let shown = vain.map(|it| it.ended + it.watched.map_or(0.0, |watched| watched.drilled));
            if let (Some(shown), true) = (shown, verdict == Verdict::NotCertain) {
                // A commit that is named after a rollback in vain is an answer too, and a wrong one.
                let is_new = |verdict| verdict != Verdict::Healthy;
                self.look_again(case, fixed, shown, is_new, &mut |what| log.tell(what))?;
            }
            return Ok(Some(known(How::NoRelease, shown, Vec::new())));
        }
        let Some(step) = steps(case).into_iter().find(|step| step.to == self.standing) else {
            return Ok(Some(match case.fault {
                Fault::Outage(_) => known(How::Search, Some(fixed.looked.ended), Vec::new()),
                _ => known(How::NotFound, None, Vec::new()),
            }));
        };
        let mut tell = |what: String| log.tell(what);
        let mut hunt = Hunt {
            order: Vec::new(),
            left: case.settings.probes,
            spent: 0.0,
            is_good: true,
            found: Vec::new(),
            probes: Vec::new(),
            log: &mut tell,
        };
        let cause = self.hunted(case, fixed, (&step, recovered), &mut hunt)?;
        if self.standing != case.settings.good {
            log.tell("the good revision is deployed again");
            let good = case.settings.good.clone();
            self.bring(&good, true)?;
        }
        // The search may have left the faulty revision checked out.
        self.repository.go_to(&self.standing)?;
        Ok(Some(cause))
    }

    fn hunted(
        &mut self,
        case: &Case<'_>,
        fixed: &mut Fixed,
        (step, recovered): (&Step, f64),
        hunt: &mut Hunt<'_>,
    ) -> Answer<Cause> {
        let mut named = (fixed.conclusion.verdict == Verdict::Commit).then_some(fixed.looked.ended);
        if named.is_none() {
            // A rollback helped: that nothing changed or burns is no answer any more.
            let is_new = |verdict| matches!(verdict, Verdict::Commit | Verdict::NotCertain);
            hunt.spent += self.look_again(case, fixed, fixed.looked.ended, is_new, hunt.log)?;
            named = (fixed.conclusion.verdict == Verdict::Commit).then_some(recovered + hunt.spent);
        }
        hunt.order = fixed.conclusion.suspects.iter().map(|suspect| suspect.commit.clone()).collect();
        let (mut how, mut found) = (How::NotFound, None);
        if let (Some(at), Some(first)) = (named, hunt.order.first().cloned())
            && (case.settings.probes == 0 || self.is_confirmed(case, step, &first, hunt)?)
        {
            hunt.found.push(first);
            (how, found) = (How::Search, Some(at));
        }
        // Nothing was seen to be faulty since recovery: a restart alone may have mended it.
        if found.is_none() && hunt.is_good {
            match self.probe_version(case, &step.from, hunt)? {
                Some(true) => {}
                Some(false) => {
                    (hunt.log)("the same release is good now: no commit is the cause".to_owned());
                    let found = Some(recovered + hunt.spent);
                    let probes = std::mem::take(&mut hunt.probes);
                    return Ok(Cause {
                        found,
                        how: How::NoRelease,
                        commits: Vec::new(),
                        right: false,
                        all: false,
                        probes,
                    });
                }
                None => return Ok(not_found(std::mem::take(&mut hunt.probes))),
            }
        }
        // A deployment without what was found shows whether another commit is faulty too.
        while found.is_none() || (how == How::Bisect && self.is_more(case, step, hunt)?) {
            let Some(commit) = self.bisect(case, (&step.to, &step.from), hunt)? else { break };
            if hunt.found.contains(&commit) {
                break;
            }
            (hunt.log)(format!("the first faulty version is {}", short(&commit)));
            hunt.found.push(commit);
            (how, found) = (How::Bisect, Some(recovered + hunt.spent));
        }
        let probes = std::mem::take(&mut hunt.probes);
        Ok(Cause { found, how, commits: hunt.found.clone(), right: false, all: false, probes })
    }

    /// Searches once more as of a moment (seconds from T+0), and takes the answer if it is one of those that can be
    /// right now: telemetry of the fault may have arrived since. Returns the seconds that it took. The walk only.
    fn look_again(
        &mut self,
        case: &Case<'_>,
        fixed: &mut Fixed,
        at: f64,
        is_new: impl Fn(Verdict) -> bool,
        tell: &mut dyn FnMut(String),
    ) -> Answer<f64> {
        if case.settings.method != Method::Walk || fixed.looked.rounds >= ROUNDS {
            return Ok(0.0);
        }
        let (good, deployed) = (&case.settings.good, &case.broken.release.deployed);
        self.repository.go_to(deployed)?;
        let began = self.clock.now();
        let again = self.search.look(&Scene { alert: case.alert, now: case.broken.ended + at, good, deployed });
        fixed.looked.rounds += 1;
        match again {
            Ok(again) if is_new(again.verdict) => {
                tell(format!("the search, once more: {}", said(&again)));
                fixed.conclusion = again;
            }
            Ok(_) => {}
            Err(trouble) if trouble == interrupted() => return Err(trouble),
            Err(trouble) => tell(format!("the search could not be repeated: {trouble}")),
        }
        Ok(self.clock.now() - began)
    }

    /// Whether the release without a commit is good.
    fn is_confirmed(&mut self, case: &Case<'_>, step: &Step, commit: &str, hunt: &mut Hunt<'_>) -> Answer<bool> {
        let Some(revision) = self.repository.revert(&step.from, commit)? else { return Ok(false) };
        let what = format!("the release without {}", short(commit));
        Ok(self.probe(case, what, &revision, hunt)? == Some(false))
    }

    /// Whether the release is bad without all commits that were found.
    fn is_more(&mut self, case: &Case<'_>, step: &Step, hunt: &mut Hunt<'_>) -> Answer<bool> {
        let Some(revision) = self.stripped(&step.from, &hunt.found)? else { return Ok(false) };
        let what =
            format!("the release without {}", hunt.found.iter().map(|it| short(it)).collect::<Vec<_>>().join(" and "));
        Ok(self.probe(case, what, &revision, hunt)? == Some(true))
    }

    /// A revision without some commits; `None` if they cannot be reverted.
    fn stripped(&self, revision: &str, without: &[String]) -> Answer<Option<String>> {
        let mut tip = revision.to_owned();
        for commit in without {
            if !self.repository.holds(revision, commit)? {
                continue;
            }
            match self.repository.revert(&tip, commit)? {
                Some(reverted) => tip = reverted,
                None => return Ok(None),
            }
        }
        Ok(Some(tip))
    }

    /// The first faulty commit between a good and a faulty revision, by deploying versions; `None` if the bound is
    /// reached or a version cannot be deployed.
    fn bisect(&mut self, case: &Case<'_>, (good, bad): (&str, &str), hunt: &mut Hunt<'_>) -> Answer<Option<String>> {
        let versions = self.repository.versions(good, bad)?;
        // The first `low` versions are good, and version `high` is faulty, counted from 1.
        let (mut low, mut high) = (0, versions.len());
        let mut splits = 0;
        while high > low + 1 {
            let split = split(&versions, (low, high), if splits < GUIDED { &hunt.order } else { &[] });
            splits += 1;
            let Some(version) = split.checked_sub(1).and_then(|at| versions.get(at)) else { return Ok(None) };
            match self.probe_version(case, version, hunt)? {
                Some(true) => high = split,
                Some(false) => low = split,
                None => return Ok(None),
            }
        }
        let Some(commit) = high.checked_sub(1).and_then(|at| versions.get(at)) else { return Ok(None) };
        // The first faulty version may be a merge. Then the branch is faulty, or the merge itself.
        if let Some(side) = self.repository.find(&format!("{commit}^2"))? {
            return match self.probe_version(case, &side, hunt)? {
                Some(true) => self.bisect(case, (&format!("{commit}^1"), &side), hunt),
                Some(false) => Ok(Some(commit.clone())),
                None => Ok(None),
            };
        }
        Ok(Some(commit.clone()))
    }

    fn probe_version(&mut self, case: &Case<'_>, version: &str, hunt: &mut Hunt<'_>) -> Answer<Option<bool>> {
        let Some(revision) = self.stripped(version, &hunt.found)? else { return Ok(None) };
        self.probe(case, format!("version {}", short(version)), &revision, hunt)
    }

    /// Deploys a revision and watches whether the objective is missed; `None` if the bound is reached or it cannot be
    /// deployed.
    fn probe(&mut self, case: &Case<'_>, what: String, revision: &str, hunt: &mut Hunt<'_>) -> Answer<Option<bool>> {
        if hunt.left == 0 {
            (hunt.log)("no further version is deployed: the bound is reached".to_owned());
            return Ok(None);
        }
        hunt.left -= 1;
        (hunt.log)(format!("{what} is deployed to look for the commit"));
        let began = self.clock.now();
        match self.bring(revision, false) {
            Ok(_) => {}
            Err(trouble) if trouble == interrupted() => return Err(trouble),
            Err(trouble) => {
                let first = trouble.0.lines().next().unwrap_or_default();
                (hunt.log)(format!("it cannot be deployed: {first}"));
                (hunt.spent, hunt.left) = (hunt.spent + self.clock.now() - began, 0);
                return Ok(None);
            }
        }
        let served = self.clock.now();
        let (slo, labels, scale) = (case.slo, &case.alert.labels, self.plan.time_scale);
        let onset = case.fault.onset().unwrap_or_default();
        let limit = recovery(slo, scale) + onset;
        // After a faulty version the base window still holds errors, so only recovery tells.
        let bad = match hunt.is_good {
            true => self.watch().fails(slo, labels, limit)?,
            false => self.watch().recovered(slo, labels, limit)?.is_none(),
        };
        hunt.is_good = !bad;
        let drilled = self.clock.now() - served;
        (hunt.log)(format!("{what} is {}", if bad { "faulty" } else { "good" }));
        hunt.spent += self.clock.now() - began;
        let watched = Watched { drilled, full: recovery_in_full(slo, scale) + onset };
        let deployed = served - began;
        hunt.probes.push(Probe { what, revision: revision.to_owned(), bad, deployed, watched });
        Ok(Some(bad))
    }
}

fn not_found(probes: Vec<Probe>) -> Cause {
    Cause { found: None, how: How::NotFound, commits: Vec::new(), right: false, all: false, probes }
}

/// The version to try next, counted from 1, between the last good one and the first faulty one. The versions beside a
/// suspect come first, since both together prove or clear it.
fn split(versions: &[String], (low, high): (usize, usize), order: &[String]) -> usize {
    for suspect in order {
        let Some(place) = versions.iter().position(|version| version == suspect).map(|at| at + 1) else { continue };
        if place <= low || place > high {
            continue;
        }
        if place - 1 > low {
            return place - 1;
        }
        if place < high {
            return place;
        }
    }
    low + (high - low) / 2
}

fn short(commit: &str) -> &str {
    commit.get(..12).unwrap_or(commit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_versions_beside_a_suspect_come_first() {
        let versions: Vec<String> = (1..=8).map(|at| format!("v{at}")).collect();
        let order = ["v5".to_owned(), "v2".to_owned()];
        assert_eq!(split(&versions, (0, 8), &order), 4, "the one before it");
        assert_eq!(split(&versions, (4, 8), &order), 5, "then the suspect itself");
        assert_eq!(split(&versions, (0, 4), &order), 1, "it is cleared, so the next one");
        assert_eq!(split(&versions, (0, 8), &[]), 4);
        assert_eq!(split(&versions, (5, 7), &order), 6);
    }
}
