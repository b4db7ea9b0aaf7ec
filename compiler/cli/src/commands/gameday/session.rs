//! A system under drill, with the scratch folder that it lives in.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use emberline_core::emit::Emitter;
use emberline_core::model;
use emberline_core::plan::Plan;
use emberline_core::target::Target;
use emberline_drill::catalogue::Fault;
use emberline_drill::clock::Wall;
use emberline_drill::drill::{Drill, Drilled, Settings};
use emberline_drill::patch::Patch;
use emberline_drill::record::Method;
use emberline_drill::repository::Repository;
use emberline_drill::search::{Search, Trial};
use emberline_drill::site::{Commands, Place};
use emberline_drill::walker::Walker;
use emberline_walk::source::{Access, Answer, Connected, Endpoints, Trouble};

use super::person::Person;
use super::{ENDED, failure};
use crate::commands::gate::LOADED;
use crate::failure::{Failure, Result};
use crate::world::emission::Emission;
use crate::world::{shown, write};

/// The folder that drills work in.
pub(super) struct Scratch {
    folder: PathBuf,
    /// Locked as long as this lives, so that no other drill resets the clone.
    _lock: Option<File>,
    /// Removed with this, unless it was kept.
    temporary: Option<tempfile::TempDir>,
    /// The number of the last system that was started in it.
    systems: usize,
}

impl Scratch {
    /// The given folder, or a temporary one.
    pub(super) fn new(given: Option<&Path>) -> Result<Self> {
        if let Some(folder) = given {
            std::fs::create_dir_all(folder).map_err(|cause| Failure::io("cannot make the folder", folder, &cause))?;
            let folder = folder.canonicalize().map_err(|cause| Failure::io("cannot resolve", folder, &cause))?;
            let lock = Some(locked(&folder)?);
            return Ok(Self { folder, _lock: lock, temporary: None, systems: 0 });
        }
        let temporary = tempfile::Builder::new().prefix("emberline-gameday-").tempdir();
        let temporary = temporary.map_err(|cause| Failure::new(format!("cannot make a temporary folder: {cause}")))?;
        Ok(Self { folder: temporary.path().to_owned(), _lock: None, temporary: Some(temporary), systems: 0 })
    }

    /// A folder for the data of the next system, which no system has used: an earlier run may have kept its own.
    fn unused(&mut self) -> PathBuf {
        loop {
            self.systems += 1;
            let data = self.folder.join(format!("data-{}", self.systems));
            if !data.exists() {
                return data;
            }
        }
    }

    /// Leaves it where it is, for people to look into.
    pub(super) fn keep(&mut self) -> PathBuf {
        self.temporary.take().map_or_else(|| self.folder.clone(), tempfile::TempDir::keep)
    }
}

/// Locks a folder for one drill. The lock ends with the process, however it ends.
fn locked(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let failed = |cause: std::io::Error| Failure::io("cannot lock", &path, &cause);
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Failure::new(format!("the scratch folder {} is in use by another drill", shown(folder)))
                .help("wait for its end, or name another folder with `--scratch`"))
        }
        Err(TryLockError::Error(cause)) => Err(failed(cause)),
    }
}

/// A system that runs.
pub(super) struct Session<'s> {
    plan: &'s Plan,
    site: Commands<'s>,
    endpoints: Endpoints,
    connected: Connected,
    /// The clone that history is made in.
    pub(super) repository: Repository,
    /// What was compiled for the drill.
    pub(super) generated: PathBuf,
    /// The good revision.
    pub(super) good: String,
    standing: String,
    /// Where the evidence of a drill is kept before a rollback.
    evidence: PathBuf,
}

impl<'s> Session<'s> {
    /// Clones, compiles and starts.
    pub(super) fn start(
        plan: &'s Plan,
        drill: &'s model::Drill,
        origin: &Path,
        scratch: &mut Scratch,
        say: &dyn Fn(&str),
    ) -> Result<Self> {
        let data = scratch.unused();
        let folder = &scratch.folder;
        let clone = folder.join("clone");
        let (generated, logs) = (folder.join("generated"), folder.join("logs"));
        let evidence = folder.join("evidence");
        for folder in [&data, &logs] {
            std::fs::create_dir_all(folder).map_err(|cause| Failure::io("cannot make the folder", folder, &cause))?;
        }
        // A clone of before may hold half a build, which is worth more than a tidy folder.
        let repository = match clone.exists() {
            true => Repository::open(&clone, origin),
            false => Repository::clone(origin, &clone),
        };
        let repository = repository.map_err(failure)?;
        let good = repository.head().map_err(failure)?;
        compile(plan, &generated)?;
        say(&format!("the system starts at {} in {}", good.get(..12).unwrap_or(&good), shown(folder)));
        let place = Place { clone: &clone, generated: &generated, data: &data, logs: &logs };
        let site = Commands::start(drill, plan.time_scale, &good, place, &ENDED).map_err(failure)?;
        let strange = |cause: String| {
            Failure::new(format!("`start` printed {} instead of the addresses of the system: {cause}", site.endpoints))
        };
        // Files with credentials are named from the system's own folder.
        let endpoints = Endpoints::read(&site.endpoints, &data, &Access::default(), false).map_err(strange)?;
        say(&format!("it serves: {}", site.endpoints));
        let connected = Connected::new(&endpoints, Some(&clone)).map_err(strange)?;
        let mut session =
            Self { plan, site, endpoints, connected, repository, generated, standing: good.clone(), good, evidence };
        // A system that says which revision it serves may have been started at another.
        if let Some(other) = session.site.endpoints.get("revision").and_then(|it| it.as_str()) {
            other.clone_into(&mut session.standing);
        }
        Ok(session)
    }

    /// Runs one drill.
    pub(super) fn drill(
        &mut self,
        fault: &Fault,
        honest: &[Patch],
        settings: &Settings,
        say: &dyn Fn(&str),
    ) -> Answer<Drilled> {
        let sources = self.connected.sources();
        let clock = Wall { ended: &ENDED };
        let mut search: Box<dyn Search + '_> = match settings.method {
            Method::Walk => {
                let walker = Walker::new(self.plan, &self.endpoints, self.repository.folder(), &settings.without);
                Box::new(walker.map_err(Trouble)?)
            }
            Method::Trial => {
                Box::new(Trial { plan: self.plan, metrics: sources.metrics, repository: &self.repository })
            }
            Method::Person => Box::new(Person::new(&self.endpoints, &self.repository, &ENDED)),
        };
        let mut drill = Drill {
            plan: self.plan,
            metrics: sources.metrics,
            clock: &clock,
            site: &mut self.site,
            repository: &self.repository,
            search: search.as_mut(),
            say,
            keep: &|files| {
                super::folder::put(&self.evidence.join(&settings.id), files).map_err(|failed| Trouble(failed.what))
            },
            standing: self.standing.clone(),
        };
        let drilled = drill.run(fault, honest, settings);
        self.standing = drill.standing;
        drilled
    }
}

/// Compiles what a system under drill loads.
fn compile(plan: &Plan, folder: &Path) -> Result<()> {
    let emitter = Emitter::new(plan);
    let emit = |unit: usize, targets: &[Target]| Ok(emitter.unit(unit, targets));
    let emission = Emission { units: plan.units(), only: Some(LOADED), emit: &emit };
    write::write(folder, &emission, false, &|| {}).map(drop)
}
