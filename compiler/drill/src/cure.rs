//! From the page to an objective that has recovered: the search, and rollbacks until one helps.
//!
//! What is rolled back is decided in [`super::restore`] (the release at once) or here (one suspect at a time, which is
//! the baseline that most teams know).

use emberline_core::plan::SloPlan;

use super::catalogue::Fault;
use super::log::Log;
use super::record::{Attempt, Method, Mitigation, Outcome, Search, Verdict, Watched};
use super::search::{Conclusion, Scene};
use super::site::Phase;
use super::stage::{Broken, Drill, Settings, opened};
use emberline_walk::source::{Alert, Answer, Trouble};

/// The most rounds of a search, since telemetry of a fault may arrive after its alert.
pub(super) const ROUNDS: usize = 3;
/// Seconds between two rounds: collectors wait 10 s for a complete trace, and in compressed time 2 s plus an export.
const BETWEEN: f64 = 10.0;
const BETWEEN_AT_LEAST: f64 = 4.0;
/// Seconds for telemetry to arrive: on production windows, and the minimum.
const ARRIVAL: f64 = 30.0;
const ARRIVAL_AT_LEAST: f64 = 10.0;
/// Extra seconds after an outage, since callers reconnect only after a while.
const REUNION: f64 = 60.0;
/// The most suspects that are tried.
const TRIES: usize = 12;

/// The fault and the alert that it raised.
#[derive(Clone, Copy)]
pub(super) struct Case<'c> {
    pub(super) fault: &'c Fault,
    pub(super) slo: &'c SloPlan,
    pub(super) alert: &'c Alert,
    pub(super) settings: &'c Settings,
    pub(super) broken: &'c Broken,
}

/// The result of the search and the rollbacks.
pub(super) struct Fixed {
    pub(super) conclusion: Conclusion,
    pub(super) looked: Looked,
    pub(super) attempts: Vec<Attempt>,
    /// When the objective recovered, unix seconds.
    pub(super) recovered: Option<f64>,
    pub(super) outcome: Outcome,
}

/// When a search ran, in seconds from T+0, and how often.
#[derive(Clone, Copy)]
pub(super) struct Looked {
    pub(super) began: f64,
    pub(super) ended: f64,
    /// Without waits for telemetry.
    pub(super) seconds: f64,
    pub(super) rounds: usize,
}

/// A rollback: what it reverts, and the revision that it deploys.
pub(super) struct Rollback {
    pub(super) what: String,
    pub(super) commit: Option<String>,
    pub(super) revision: String,
}

/// An attempt, and when the objective recovered; `None` if the attempt did not help.
pub(super) struct Tried {
    pub(super) attempt: Attempt,
    pub(super) recovered: Option<f64>,
}

/// Attempts in order, and how the last one ended.
pub(super) type Mended = (Vec<Tried>, Outcome);

impl Drill<'_> {
    /// Searches for the cause, keeps the evidence, and mitigates.
    pub(super) fn fix(&mut self, case: &Case<'_>, log: &mut Log<'_>) -> Answer<Fixed> {
        let zero = case.broken.ended;
        let began = self.clock.now() - zero;
        let (conclusion, rounds, seconds) = self.look(case, log)?;
        let looked = Looked { began, ended: self.clock.now() - zero, seconds, rounds };
        self.save_evidence(&conclusion, log)?;
        let (tried, outcome) = match case.settings.mitigation {
            Mitigation::Release => self.restore(case, conclusion.verdict, log)?,
            Mitigation::OneCommit => self.one_by_one(case, &conclusion, log)?,
        };
        let recovered = tried.last().and_then(|last| last.recovered);
        if recovered.is_some() {
            log.tell(format!("{} {} has recovered", case.slo.service, case.slo.name));
        }
        let attempts = tried.into_iter().map(|tried| tried.attempt).collect();
        Ok(Fixed { conclusion, looked, attempts, recovered, outcome })
    }

    /// Keeps what the search saw, before a rollback changes the system. The one place for further evidence, such as an
    /// export of the walk.
    fn save_evidence(&self, conclusion: &Conclusion, log: &mut Log<'_>) -> Answer<()> {
        if conclusion.artefacts.is_empty() {
            return Ok(());
        }
        (self.keep)(&conclusion.artefacts)?;
        log.tell(format!("the evidence is kept: {} files", conclusion.artefacts.len()));
        Ok(())
    }

    /// Follows the conclusion, suspect by suspect, until a rollback helps. If none does, the whole release is rolled
    /// back.
    fn one_by_one(&mut self, case: &Case<'_>, conclusion: &Conclusion, log: &mut Log<'_>) -> Answer<Mended> {
        let mut tried = self.cure(case, conclusion, log)?;
        if tried.last().is_some_and(|last| last.recovered.is_some()) {
            return Ok((tried, Outcome::Resolved));
        }
        tried.push(match case.fault {
            Fault::Outage(name) => self.end_outage(case, name, log)?,
            Fault::Patch(_) | Fault::Several(_) => {
                let what = "the whole release is rolled back".to_owned();
                self.roll_back(case, Rollback { what, commit: None, revision: case.settings.good.clone() }, log)?
            }
        });
        Ok((tried, Outcome::LastResort))
    }

    /// Follows the conclusion, suspect by suspect, until a rollback helps.
    fn cure(&mut self, case: &Case<'_>, conclusion: &Conclusion, log: &mut Log<'_>) -> Answer<Vec<Tried>> {
        let mut all = Vec::new();
        if conclusion.verdict == Verdict::NoCodeChange {
            if let Fault::Outage(name) = case.fault {
                all.push(self.end_outage(case, name, log)?);
            }
            return Ok(all);
        }
        for suspect in conclusion.suspects.iter().take(TRIES) {
            let Some(rollback) = self.rollback_of(case, &suspect.commit, &suspect.subject)? else {
                log.tell(format!("git knows no commit {}", suspect.commit));
                continue;
            };
            let tried = self.roll_back(case, rollback, log)?;
            let has_helped = tried.recovered.is_some();
            all.push(tried);
            if has_helped {
                break;
            }
        }
        Ok(all)
    }

    /// Searches until the answer is certain or the rounds are over; once if the release is rolled back first.
    /// Returns conclusion, rounds, and search time in seconds.
    fn look(&mut self, case: &Case<'_>, log: &mut Log<'_>) -> Answer<(Conclusion, usize, f64)> {
        let mut seconds = 0.0;
        let mut round = 0;
        loop {
            round += 1;
            let now = self.clock.now();
            let (good, deployed) = (&case.settings.good, &case.broken.release.deployed);
            let conclusion = self.search.look(&Scene { alert: case.alert, now, good, deployed })?;
            let took = self.clock.now() - now;
            seconds += took;
            log.tell(format!("the search took {took:.1} s: {}", said(&conclusion)));
            let is_sure = matches!(conclusion.verdict, Verdict::Commit | Verdict::NoCodeChange);
            // Restoring does not wait for telemetry: the search goes on after recovery.
            let restores = case.settings.mitigation == Mitigation::Release;
            if is_sure || restores || case.settings.method != Method::Walk || round == ROUNDS {
                return Ok((conclusion, round, seconds));
            }
            let pause = (BETWEEN / f64::from(self.plan.time_scale.max(1))).max(BETWEEN_AT_LEAST);
            log.tell(format!("telemetry may still arrive: searching again in {pause:.0} s"));
            self.clock.sleep(pause)?;
        }
    }

    /// The rollback that reverts one commit, and later commits too if they conflict. `None` if git does not know the
    /// commit.
    fn rollback_of(&mut self, case: &Case<'_>, commit: &str, subject: &str) -> Answer<Option<Rollback>> {
        let Some(commit) = self.repository.find(commit)? else { return Ok(None) };
        let short = commit.get(..12).unwrap_or(&commit).to_owned();
        let subject = if subject.is_empty() { String::new() } else { format!(" ({subject})") };
        let rollback = match self.repository.revert(&case.broken.release.deployed, &commit)? {
            Some(revision) => {
                Some(Rollback { what: format!("{short}{subject} is reverted"), commit: Some(commit), revision })
            }
            None => self.repository.find(&format!("{commit}^"))?.map(|revision| {
                let what = format!("everything since {short}{subject} is rolled back");
                Rollback { what, commit: None, revision }
            }),
        };
        Ok(rollback)
    }

    /// Deploys a rollback and watches whether it helps.
    pub(super) fn roll_back(&mut self, case: &Case<'_>, rollback: Rollback, log: &mut Log<'_>) -> Answer<Tried> {
        let Rollback { what, commit, revision } = rollback;
        log.tell(format!("{what}: building and deploying"));
        let began = self.clock.now();
        let is_whole = revision == case.settings.good && self.standing == case.broken.release.deployed;
        let services = self.bring(&revision, true)?;
        if is_whole && services.is_empty() && !case.broken.services.is_empty() {
            let changed = case.broken.services.join(", ");
            return Err(Trouble(format!(
                "the rollback changed no service, but the release changed {changed}: does another drill build in the \
                 same folder?"
            )));
        }
        let ended = self.clock.now();
        log.tell("the rollback serves");
        let tried = self.watched(case, Attempt::of(what, commit, began, ended), 0.0)?;
        if tried.recovered.is_none() {
            log.tell("it did not help");
        }
        Ok(tried)
    }

    pub(super) fn end_outage(&mut self, case: &Case<'_>, name: &str, log: &mut Log<'_>) -> Answer<Tried> {
        let began = self.clock.now();
        self.site.inject(name, Phase::End)?;
        let ended = self.clock.now();
        log.tell("the outage is over");
        self.watched(case, Attempt::of("the outage is ended".to_owned(), None, began, ended), REUNION)
    }

    /// Watches whether an attempt helps, for a given number of seconds more than after a rollback.
    fn watched(&self, case: &Case<'_>, attempt: Attempt, more: f64) -> Answer<Tried> {
        let (slo, scale, zero) = (case.slo, self.plan.time_scale, case.broken.ended);
        let recovered = self.watch().recovered(slo, &case.alert.labels, recovery(slo, scale) + more)?;
        let drilled = self.clock.now() - attempt.ended;
        let watched = Watched { drilled, full: recovery_in_full(slo, scale) + more };
        let attempt = Attempt {
            began: attempt.began - zero,
            ended: attempt.ended - zero,
            helped: recovered.is_some(),
            watched: recovered.is_none().then_some(watched),
            ..attempt
        };
        Ok(Tried { attempt, recovered })
    }
}

/// Seconds in which an objective must recover: the base window must pass, two evaluations must confirm it, and
/// telemetry must arrive. Part of the wait for telemetry does not shrink with the windows.
pub(super) fn recovery(slo: &SloPlan, scale: u32) -> f64 {
    let windows = slo.timing.base.seconds() + 3.0 * slo.timing.evaluation.seconds();
    windows + (ARRIVAL / f64::from(scale.max(1))).max(ARRIVAL_AT_LEAST)
}

/// The seconds in which an objective must recover on the windows of production.
pub(super) fn recovery_in_full(slo: &SloPlan, scale: u32) -> f64 {
    let windows = slo.timing.base.seconds() + 3.0 * slo.timing.evaluation.seconds();
    windows * f64::from(scale.max(1)) + ARRIVAL
}

/// The search as the record holds it, judged against the faulty commits.
pub(super) fn searched(conclusion: &Conclusion, looked: Looked, case: &Case<'_>) -> Search {
    let (rank, confident_and_wrong) = judged(conclusion, case);
    Search {
        verdict: conclusion.verdict,
        suspects: conclusion.suspects.clone(),
        began: looked.began,
        ended: looked.ended,
        seconds: looked.seconds,
        rounds: looked.rounds,
        trace_id: conclusion.trace_id.clone(),
        rank,
        names_function: names_function(conclusion, case),
        confident_and_wrong,
    }
}

/// The best rank of a faulty commit, and whether the conclusion is certain and wrong.
fn judged(conclusion: &Conclusion, case: &Case<'_>) -> (Option<usize>, bool) {
    let bad = &case.broken.release.bad;
    let rank = conclusion.suspects.iter().position(|suspect| bad.contains(&suspect.commit)).map(|at| at + 1);
    let is_wrong = match (conclusion.verdict, case.fault) {
        (Verdict::NotCertain, _) | (Verdict::NoCodeChange, Fault::Outage(_)) => false,
        (Verdict::Commit, Fault::Patch(_) | Fault::Several(_)) => rank != Some(1),
        (Verdict::Healthy | Verdict::Commit | Verdict::NoCodeChange, _) => true,
    };
    (rank, is_wrong)
}

/// Whether a function that a patch names as faulty was named; `None` if no patch names one, or the search looks for
/// none.
fn names_function(conclusion: &Conclusion, case: &Case<'_>) -> Option<bool> {
    let functions: Vec<String> = opened(case.fault).into_iter().map(|opened| opened.function).collect();
    let mut faulty = functions.iter().filter(|function| !function.is_empty()).peekable();
    let looks = case.settings.method == Method::Walk && faulty.peek().is_some();
    looks.then(|| {
        faulty.any(|function| {
            conclusion.functions.iter().any(|named| {
                // A closure belongs to its function.
                let named = named.split("::{{closure}}").next().unwrap_or_default();
                named == function
                    || named.ends_with(&format!("::{function}"))
                    || function.ends_with(&format!("::{named}"))
            })
        })
    })
}

/// A conclusion in one line, without a hint whether the conclusion is right.
pub(super) fn said(conclusion: &Conclusion) -> String {
    let first = conclusion.suspects.first();
    let suspect = first.map(|it| format!("{} {}", it.commit.get(..12).unwrap_or(&it.commit), it.subject));
    match (conclusion.verdict, suspect) {
        (Verdict::Commit, Some(suspect)) => suspect,
        (Verdict::NotCertain, Some(suspect)) => {
            format!("not certain; first of {} suspects: {suspect}", conclusion.suspects.len())
        }
        (verdict, _) => verdict.said().to_owned(),
    }
}
