//! One drill, from a healthy system to a healthy system: inject a fault, wait for the alert, search for the cause,
//! roll back, wait for recovery, and look for the commit. Every wait has a limit.

use emberline_core::plan::SloPlan;
use emberline_walk::source::{Alert, Answer, Labels, Trouble};

use super::catalogue::Fault;
use super::chance::Chance;
use super::cure::{Case, said, searched};
use super::evidence::Evidence;
use super::history::{self, Wanted};
use super::log::Log;
use super::patch::Patch;
use super::record::{Attempt, FaultRecord, Impact, Method, Outcome, Page, Record, ReleaseRecord, Times, Verdict};
use super::release::Healthy;
use super::search::Scene;
use super::site::Phase;
use super::stage::{Broken, opened};
use super::watch::{clears_after, fires_after, share};

pub use super::stage::{Drill, Drilled, Settings};

impl Drill<'_> {
    /// Runs the drill.
    ///
    /// # Errors
    /// When the system, its Prometheus or git fails, or the drill is interrupted. The system is then in an
    /// unknown state.
    pub fn run(&mut self, fault: &Fault, honest: &[Patch], settings: &Settings) -> Answer<Drilled> {
        let mut log = Log::new(self.clock, self.say);
        self.become_healthy(settings, &mut log)?;
        let broken = self.break_it(fault, honest, settings, &mut log)?;
        log.zero(broken.ended);
        let patience = settings.patience.unwrap_or_else(|| self.patience(&settings.severity));
        let Some(alert) = self.watch().page(&settings.severity, patience)? else {
            log.tell(format!("no alert fired within {patience:.0} s"));
            self.undo(fault, settings, &mut log)?;
            return Ok(self.undetected(fault, settings, broken, log));
        };
        let seen = self.clock.now();
        let slo = self.watch().slo_of(&alert)?;
        log.tell(format!("{} fires: {} {}", alert.name, slo.service, slo.name));
        let case = Case { fault, slo, alert: &alert, settings, broken: &broken };
        let mut fixed = self.fix(&case, &mut log)?;
        let cure = fixed.attempts.iter().find(|attempt| attempt.helped).map(|attempt| attempt.ended + broken.ended);
        let burn = self.watch().burn_of(slo, &alert);
        let lasted = self.lasted(slo, &fixed.attempts).map_or_else(|| self.clock.now(), |at| at + broken.ended);
        let error_ratio = self.error_ratio(slo, &alert, broken.ended, lasted)?;
        let grace = slo.timing.evaluation.seconds() + 30.0;
        let computed = burn.zip(error_ratio).and_then(|(burn, ratio)| fires_after(slo, burn, ratio));
        let fires = Times::of(computed, grace, Some(seen - broken.ended));
        let computed = burn.zip(error_ratio).and_then(|(burn, ratio)| clears_after(slo, burn, ratio));
        let clears = Times::of(computed, 60.0, None);
        let patience = clears.limit.map_or_else(|| self.calm_down(), |limit| limit + 120.0);
        let cleared = self.watch().cleared(&alert, patience)?;
        log.tell(match cleared {
            Some(_) => "the alert has resolved".to_owned(),
            None => format!("the alert still fires after {patience:.0} s"),
        });
        let clears = Times::of(computed, 60.0, cleared.zip(cure).map(|(cleared, cure)| cleared - cure));
        let impact =
            self.impact(slo, &alert, broken.ended, fixed.recovered.unwrap_or_else(|| self.clock.now()), error_ratio)?;
        let evidence = Evidence::gather(self.metrics, slo, &alert, broken.began, self.clock.now())?;
        let cause = self.find_cause(&case, &mut fixed, &mut log)?;
        let search = searched(&fixed.conclusion, fixed.looked, &case);
        let page = page(&alert, slo, seen - broken.ended, broken.ended);
        let record = Record {
            page: Some(page),
            detected: Some(seen - broken.ended),
            recovered: fixed.recovered.map(|at| at - broken.ended),
            cleared: cleared.map(|at| at - broken.ended),
            outcome: fixed.outcome,
            fires,
            clears,
            impact,
            slow: super::notes::slow(&search, &fixed.attempts, &fixed.conclusion.gaps),
            attempts: fixed.attempts,
            search: Some(search),
            ..self.blank(fault, settings, &broken, log)
        };
        let record = Record { cause: cause.map(|cause| cause.judged(&record.release)), ..record };
        Ok(Drilled { record, evidence, artefacts: fixed.conclusion.artefacts })
    }

    /// Deploys the good revision, waits until no alert fires, and lets healthy traffic pass.
    fn become_healthy(&mut self, settings: &Settings, log: &mut Log<'_>) -> Answer<()> {
        if self.standing != settings.good {
            log.tell("the good revision is deployed again");
            self.bring(&settings.good, false)?;
        }
        let severity = &settings.severity;
        if !self.watch().quiet(severity, self.calm_down())? {
            let firing = self.watch().firing(severity)?;
            let named: Vec<String> = firing.iter().map(|alert| format!("{} {:?}", alert.name, alert.labels)).collect();
            return Err(Trouble(format!("an alert fires before the fault: {}", named.join("; "))));
        }
        if !self.watch().sees_events(self.calm_down())? {
            return Err(Trouble(
                "no objective has counted an event: is there load, and do its metrics reach Prometheus?".to_owned(),
            ));
        }
        log.tell(format!("healthy traffic for {:.0} s", settings.warm_up));
        let until = self.clock.now() + settings.warm_up;
        while self.clock.now() < until {
            self.clock.sleep((until - self.clock.now()).min(5.0))?;
            self.site.check()?;
        }
        match self.watch().firing(severity)?.first() {
            None => Ok(()),
            Some(alert) => Err(Trouble(format!("{} fires before the fault", alert.name))),
        }
    }

    /// Makes a release and deploys it. An outage starts after an honest release has run for a while.
    fn break_it(&mut self, fault: &Fault, honest: &[Patch], settings: &Settings, log: &mut Log<'_>) -> Answer<Broken> {
        let mut chance = Chance::new(settings.seed.wrapping_add(settings.index as u64 * 0x9e37));
        let now = self.clock.now();
        let wanted = Wanted { bad: fault.patches(), honest, many: settings.honest, now };
        let release = history::release(self.repository, &settings.good, &wanted, &mut chance)?;
        let burn_before = self.watch().burning(&settings.severity, now)?;
        let mut older = (self.clock.now(), self.clock.now(), Vec::new());
        for revision in &release.earlier {
            log.tell("a release is deployed, and another one will follow");
            let began = self.clock.now();
            let services = self.bring(revision, false)?;
            older = (began, self.clock.now(), services);
        }
        log.tell(match release.earlier.is_empty() {
            true => format!("a release of {} commits is deployed", release.commits.len()),
            false => "the last release is deployed".to_owned(),
        });
        let mut began = self.clock.now();
        let services = match release.deployed == self.standing {
            true => Vec::new(),
            false => self.bring(&release.deployed, false)?,
        };
        let mut ended = self.clock.now();
        let mut healthy = None;
        log.tell(match fault {
            Fault::Patch(_) | Fault::Several(_) => "the release serves",
            Fault::Outage(_) => "the release serves; healthy traffic continues",
        });
        if let Fault::Outage(name) = fault {
            self.clock.sleep(settings.warm_up)?;
            healthy = self.walk_in_health(settings, log)?;
            began = self.clock.now();
            self.site.inject(name, Phase::Begin)?;
            ended = self.clock.now();
            log.note("the outage has started");
        }
        if let Some(onset) = fault.onset() {
            // The delay counts from the start of a process, and a later release starts it anew.
            let restarted = older.2.is_empty() || services.iter().any(|service| older.2.contains(service));
            let since = if restarted { ended } else { older.1 };
            (began, ended) = (older.0, since + onset);
            log.note("the fault of the older release takes effect about now");
            self.clock.sleep((ended - self.clock.now()).max(0.0))?;
        }
        Ok(Broken { release, services, burn_before, healthy, began, ended })
    }

    /// Walks once for each objective while a harmless release serves; only the walk does.
    fn walk_in_health(&mut self, settings: &Settings, log: &mut Log<'_>) -> Answer<Option<Healthy>> {
        if settings.method != Method::Walk {
            return Ok(None);
        }
        let now = self.clock.now();
        let mut healthy = Healthy { walks: 0, accused: 0 };
        for slo in self.plan.slos() {
            let labels = [("service", &slo.service), ("slo", &slo.name)];
            let labels = labels.map(|(name, value)| (name.to_owned(), value.clone())).into();
            let alert = Alert { name: String::new(), fires: false, since: now, labels, annotations: Labels::new() };
            let scene = Scene { alert: &alert, now, good: &settings.good, deployed: &self.standing };
            let conclusion = self.search.look(&scene)?;
            healthy.walks += 1;
            if conclusion.verdict != Verdict::Healthy {
                healthy.accused += 1;
                log.tell(format!("a walk of healthy {} {}: {}", slo.service, slo.name, said(&conclusion)));
            }
        }
        Ok(Some(healthy))
    }

    /// Ends a fault for which no alert fired.
    fn undo(&mut self, fault: &Fault, settings: &Settings, log: &mut Log<'_>) -> Answer<()> {
        if let Fault::Outage(name) = fault {
            self.site.inject(name, Phase::End)?;
        }
        log.tell("the good revision is deployed again");
        self.bring(&settings.good, true).map(drop)
    }

    /// How long the fault lasted undisturbed, in seconds from T+0: until the rollback that helped. Restarts of that
    /// rollback count only if there is not enough data without them. `None` if nothing helped.
    fn lasted(&self, slo: &SloPlan, attempts: &[Attempt]) -> Option<f64> {
        let cure = attempts.iter().find(|attempt| attempt.helped)?;
        let enough = slo.timing.base.seconds() + 5.0 * slo.timing.evaluation.seconds();
        Some(if cure.began >= enough { cure.began } else { cure.ended })
    }

    /// The share of bad events during the fault, up to `end`, without the ramp of the base window if the fault
    /// lasted longer. The recorded rate of a short fault still rises at its end: then all bad events until now are
    /// divided by the events of the fault's duration.
    fn error_ratio(&self, slo: &SloPlan, alert: &Alert, start: f64, end: f64) -> Answer<Option<f64>> {
        let base = slo.timing.base.seconds();
        let whole = start + base;
        let (from, until) = if end - whole >= base { (whole, end) } else { (start, self.clock.now().max(end)) };
        let counted = self.watch().counted(slo, &alert.labels, from, until)?;
        let of_fault = ((end - from) / (until - from).max(1.0)).clamp(0.0, 1.0);
        let events = counted.events * of_fault;
        Ok((events > 0.0).then(|| (counted.bad / events).min(1.0)))
    }

    fn impact(&self, slo: &SloPlan, alert: &Alert, start: f64, end: f64, error_ratio: Option<f64>) -> Answer<Impact> {
        // The base window still counts events within its range.
        let end = end + slo.timing.base.seconds();
        let counted = self.watch().counted(slo, &alert.labels, start, end)?;
        let allowed = counted.events / (end - start).max(1.0) * slo.window_real.seconds() * share(slo.budget);
        Ok(Impact {
            error_ratio,
            events: counted.events.round(),
            bad_events: counted.bad.round(),
            budget_spent: (allowed > 0.0).then(|| counted.bad / allowed),
        })
    }

    /// The time limit for the alert in seconds: the long window of the fastest alert, and two minutes.
    fn patience(&self, severity: &str) -> f64 {
        let slos = self.plan.slos();
        let burns = slos.flat_map(|slo| &slo.burns).filter(|burn| burn.severity == severity);
        let shortest = burns.map(|burn| burn.long.real.seconds()).min_by(f64::total_cmp);
        shortest.unwrap_or(3_600.0) + 120.0
    }

    /// The time limit until no alert fires in a healthy system, in seconds: the longest short window of a paging
    /// alert, and `keep_firing_for`.
    fn calm_down(&self) -> f64 {
        let scale = f64::from(self.plan.time_scale.max(1));
        2_700.0 / scale + 300.0
    }

    fn undetected(&self, fault: &Fault, settings: &Settings, broken: Broken, log: Log<'_>) -> Drilled {
        let record = self.blank(fault, settings, &broken, log);
        Drilled { record, evidence: Evidence::default(), artefacts: Vec::new() }
    }

    /// The record of a drill without an alert.
    fn blank(&self, fault: &Fault, settings: &Settings, broken: &Broken, log: Log<'_>) -> Record {
        let mut opened = opened(fault).into_iter();
        let mut bad = broken.release.bad.iter().cloned();
        Record {
            version: 1,
            id: settings.id.clone(),
            began: broken.ended,
            date: history::written(broken.ended),
            time_scale: self.plan.time_scale,
            method: settings.method,
            without: settings.without.clone(),
            program: settings.program.clone(),
            seed: settings.seed,
            fault: FaultRecord {
                name: fault.name(),
                outage: matches!(fault, Fault::Outage(_)),
                sealed: settings.sealed.clone(),
                opened: opened.next().unwrap_or_default(),
                also: opened.collect(),
            },
            release: ReleaseRecord {
                good: broken.release.good.clone(),
                deployed: broken.release.deployed.clone(),
                bad: bad.next(),
                also_bad: bad.collect(),
                earlier: broken.release.earlier.clone(),
                commits: broken.release.commits.clone(),
                services: broken.services.clone(),
                burn_before: broken.burn_before,
                healthy: broken.healthy,
            },
            change_began: broken.began - broken.ended,
            timeline: log.moments(),
            page: None,
            search: None,
            mitigation: settings.mitigation,
            cause: None,
            attempts: Vec::new(),
            outcome: Outcome::Undetected,
            detected: None,
            recovered: None,
            cleared: None,
            fires: Times::default(),
            clears: Times::default(),
            impact: Impact::default(),
            slow: Vec::new(),
        }
    }
}

fn page(alert: &Alert, slo: &SloPlan, seen: f64, zero: f64) -> Page {
    let label = |name: &str| alert.labels.get(name).cloned().unwrap_or_default();
    Page {
        alert: alert.name.clone(),
        service: slo.service.clone(),
        slo: slo.name.clone(),
        severity: label("severity"),
        long_window: label("long_window"),
        short_window: label("short_window"),
        since: alert.since - zero,
        seen,
    }
}
