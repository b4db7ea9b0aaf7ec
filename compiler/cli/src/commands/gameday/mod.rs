//! `emberline gameday`: drills, one or a series, with their write-ups.

mod files;
mod folder;
mod learn;
mod person;
mod sealed;
mod session;
mod stop;
mod strict;

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use emberline_core::model::{Drill, Pace};
use emberline_core::plan::Plan;
use emberline_drill::catalogue::{Catalogue, Fault};
use emberline_drill::chance::Chance;
use emberline_drill::drill::{Drilled, Settings};
use emberline_drill::record::{Method, Mitigation, Record};
use emberline_drill::series::{self, Kind};

use super::gate::{self, Gate, LOADED};
use crate::args::{FailOn, Format, Gameday, Mitigate, Reporting, Signal};
use crate::failure::{Failure, Result};
use crate::status::Status;
use crate::terminal;
use crate::world::shown;
use session::{Scratch, Session};
use stop::{ENDED, failure};

/// How often a drill of a series may break off before the series does.
const BREAKS: usize = 2;

/// What all drills of a run have in common.
struct Run<'r> {
    gameday: &'r Gameday,
    plan: &'r Plan,
    drill: &'r Drill,
    repository: PathBuf,
    catalogue: Catalogue,
    kind: Kind,
    /// The SHA-256 of the sealed file.
    sealed: Option<String>,
    /// The SHA-256 of this program, if it walks.
    program: Option<String>,
    seed: u64,
    quiet: bool,
}

/// Drills. Specs with errors are shown instead.
pub(crate) fn run(gameday: &Gameday, quiet: bool) -> Result<Status> {
    if let Some(path) = &gameday.learn_from {
        learn::propose(&gameday.specs, &learn::read(path)?, Some(path), quiet)?;
        return Ok(Status::Clean);
    }
    let mut gate = Gate::open_at(&gameday.specs, Pace::Drill(gameday.time_scale), LOADED)?;
    let Some(plan) = gate.plan.take() else {
        let reporting = Reporting { format: Format::Human, fail_on: FailOn::Error, today: None };
        gate::show(&gate.found(), &reporting, true)?;
        return Ok(Status::Findings);
    };
    let Some(drill) = &plan.drill else {
        return Err(Failure::new(format!("the policy of {} has no `drill`", gameday.specs.shown())).help(
            "add `drill` to policy.yaml, with the commands that start and deploy the system; `emberline schema policy` describes it",
        ));
    };
    let repository = repository(gameday, &plan)?;
    let mut catalogue = Catalogue::read(&repository, drill).map_err(failure)?;
    let sealed = gameday.sealed.as_deref().map(sealed::Sealed::read).transpose()?;
    let sealed = sealed.map(|sealed| {
        if !quiet {
            terminal::say(&format!("sealed: sha256 {}", sealed.hash));
        }
        sealed.replace(&mut catalogue)
    });
    let mut without: Vec<Signal> = gameday.without.clone();
    without.sort_unstable();
    without.dedup();
    let method = match (gameday.answer, without.contains(&Signal::Traces)) {
        (true, _) => Method::Person,
        (false, true) => Method::Trial,
        (false, false) => Method::Walk,
    };
    let seed = match &gameday.series {
        Some(folder) => files::seed(folder, gameday.seed)?,
        None => gameday.seed.unwrap_or_else(Chance::seed),
    };
    ctrlc::set_handler(|| ENDED.store(true, Ordering::Relaxed))
        .map_err(|cause| Failure::new(format!("cannot listen for interrupts: {cause}")))?;
    let without = without.into_iter().map(|signal| signal.word().to_owned()).collect();
    let mitigation = match gameday.mitigate {
        Mitigate::Release => Mitigation::Release,
        Mitigate::OneCommit => Mitigation::OneCommit,
    };
    let program = (method == Method::Walk).then(sealed::program).transpose()?;
    let kind = Kind { method, mitigation, sealed: sealed.is_some(), without };
    let run = Run { gameday, plan: &plan, drill, repository, catalogue, kind, sealed, program, seed, quiet };
    let mut scratch = Scratch::new(gameday.scratch.as_deref())?;
    let ended = match &gameday.series {
        Some(folder) => run.series(folder, &mut scratch),
        None => run.drills(&mut scratch),
    };
    if let Err(failed) = ended {
        let folder = scratch.keep();
        let mut help = format!("the output of every command is in {}", shown(&folder.join("logs")));
        if gameday.series.is_none() {
            help.push_str(&format!("; `--seed {seed}` draws the same fault and history again"));
        }
        return Err(
            Failure::new(failed.what).help(failed.help.map_or(help.clone(), |other| format!("{other}; {help}")))
        );
    }
    ended
}

impl Run<'_> {
    /// One drill after the other, each written up if that was asked for.
    fn drills(&self, scratch: &mut Scratch) -> Result<Status> {
        let mut session = None;
        let mut status = Status::Clean;
        for index in 0..self.gameday.drills {
            let drilled = self.one(&mut session, scratch, index, &index_name(&self.kind, index))?;
            let record = &drilled.record;
            let mut recorded = None;
            if let (Some(out), Some(session)) = (&self.gameday.out, &session) {
                let out = if self.gameday.drills > 1 { out.join(&record.id) } else { out.clone() };
                files::incident(&out, self.gameday.incident.as_deref(), &drilled, session, self.plan, self.quiet)?;
                recorded = record.page.as_ref().map(|_| out.join("drill.json"));
            }
            status = worse(status, self.close(record, recorded.as_deref())?);
        }
        // Not before: it tells of the drills that are still to come.
        terminal::print(|out| writeln!(out, "seed {}", self.seed))?;
        Ok(status)
    }

    /// Drills whose records a folder does not hold yet; then what all its records say together.
    fn series(&self, folder: &Path, scratch: &mut Scratch) -> Result<Status> {
        let mut session = None;
        let mut status = Status::Clean;
        let missing = series::missing(folder, &self.kind, self.gameday.drills);
        self.say(&format!("{}: {} of {} drills to go", shown(folder), missing.len(), self.gameday.drills));
        let records = series::read(folder).map_err(failure)?;
        if let Some(other) = series::walked_by_another(&records, &self.kind, self.program.as_deref())
            && !missing.is_empty()
        {
            return Err(Failure::new(format!("another build of emberline walked {} of this series", other.id))
                .help("continue with that build, or name another folder: a series holds one walk"));
        }
        for index in missing {
            let id = self.kind.id(index);
            let drilled = self.patiently(&mut session, scratch, index, &id, folder)?;
            files::keep(folder, &drilled)?;
            let recorded = folder.join(series::file(&drilled.record.id));
            status = worse(status, self.close(&drilled.record, Some(&recorded))?);
            files::summary(folder)?;
        }
        drop(session);
        let table = files::summary(folder)?;
        terminal::print(|out| out.write_all(table.as_bytes()))?;
        Ok(status)
    }

    /// A drill that is begun again, on a new system, where it breaks off.
    fn patiently<'s>(
        &'s self,
        session: &mut Option<Session<'s>>,
        scratch: &mut Scratch,
        index: usize,
        id: &str,
        folder: &Path,
    ) -> Result<Drilled> {
        let mut breaks = 0;
        loop {
            let failed = match self.one(session, scratch, index, id) {
                Ok(drilled) => return Ok(drilled),
                Err(failed) => failed,
            };
            *session = None;
            if ENDED.load(Ordering::Relaxed) {
                return Err(failed);
            }
            breaks += 1;
            files::broken(folder, id, breaks, &failed.what)?;
            if breaks > BREAKS {
                return Err(failed);
            }
            terminal::say(&format!("{id} broke off and starts again on a new system: {}", failed.what));
        }
    }

    /// One drill on the system that runs, which is started where none does.
    fn one<'s>(
        &'s self,
        session: &mut Option<Session<'s>>,
        scratch: &mut Scratch,
        index: usize,
        id: &str,
    ) -> Result<Drilled> {
        let fault = self.fault(index)?;
        if self.gameday.fresh {
            *session = None;
        }
        let session = match session {
            Some(session) => session,
            None => session
                .insert(Session::start(self.plan, self.drill, &self.repository, scratch, &|line| self.say(line))?),
        };
        let settings = Settings {
            id: id.to_owned(),
            method: self.kind.method,
            without: self.kind.without.clone(),
            seed: self.seed,
            index,
            severity: self.gameday.severity.clone(),
            warm_up: f64::from(self.gameday.warm_up),
            honest: self.gameday.honest,
            patience: self.gameday.patience.map(f64::from),
            good: session.good.clone(),
            mitigation: self.kind.mitigation,
            probes: self.gameday.probes,
            program: self.program.clone(),
            sealed: self.sealed.clone(),
        };
        self.say(&format!("{id}: the fault is sealed until the end"));
        session.drill(&fault, &self.catalogue.honest, &settings, &|line| self.say(line)).map_err(failure)
    }

    fn fault(&self, index: usize) -> Result<Fault> {
        let gameday = self.gameday;
        let fault = match (&gameday.fault, &gameday.outage) {
            (Some(name), _) => self.catalogue.fault(name),
            (_, Some(name)) => self.catalogue.outage(name),
            _ => self.catalogue.draw(self.seed, index),
        };
        fault.map_err(failure)
    }

    /// Opens what was sealed, learns from it, and judges. `recorded` is the file of the record, if it is kept.
    fn close(&self, record: &Record, recorded: Option<&Path>) -> Result<Status> {
        let text = files::opened(record);
        terminal::print(|out| out.write_all(text.as_bytes()))?;
        if self.gameday.learn {
            learn::propose(&self.gameday.specs, record, recorded, self.quiet)?;
        }
        let missed = if self.gameday.strict { strict::missed(record) } else { Vec::new() };
        for what in &missed {
            terminal::say(&format!("{}: missed: {what}", record.id));
        }
        let is_wrong = !missed.is_empty() || record.search.as_ref().is_none_or(|search| search.confident_and_wrong);
        Ok(if is_wrong || !record.is_mended() { Status::Findings } else { Status::Clean })
    }

    fn say(&self, line: &str) {
        if !self.quiet {
            terminal::say(line);
        }
    }
}

/// The name of a drill that belongs to no series.
fn index_name(kind: &Kind, index: usize) -> String {
    Kind { without: Vec::new(), ..kind.clone() }.id(index)
}

fn worse(one: Status, other: Status) -> Status {
    if one == Status::Clean { other } else { one }
}

/// The repository that the services say they are in, from the working directory.
fn repository(gameday: &Gameday, plan: &Plan) -> Result<PathBuf> {
    if let Some(path) = &gameday.repository {
        return Ok(path.clone());
    }
    let mut named: Vec<&str> = plan.services.iter().filter_map(|service| service.about.repository.as_deref()).collect();
    named.sort_unstable();
    named.dedup();
    match named.as_slice() {
        [] => Ok(PathBuf::from(".")),
        [one] => Ok(PathBuf::from(one)),
        several => Err(Failure::new(format!("the services are in several repositories: {}", several.join(", ")))
            .help("`--repository` names the one that is drilled")),
    }
}
