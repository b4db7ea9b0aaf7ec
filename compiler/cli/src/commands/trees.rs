//! The folders that `compile` writes: one, or with teams one for each team, so that a team's change touches its own alone.
//!
//! ```text
//! generated/…              the whole, if one policy holds for all services; else the services of no team
//! generated/teams/TEAM/…   the services of a team, with a manifest of their own
//! generated/organisation/… what all teams share, written with `--organisation`
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use emberline_core::emit::{Artefact, Emitter};
use emberline_core::plan::{Part, Plan};
use emberline_core::suggest;
use emberline_core::target::Target;
use emberline_pages::Notes;

use crate::args::Compile;
use crate::failure::{Failure, Result};
use crate::terminal;
use crate::world::tree::{ORGANISATION, TEAMS, folders};
use crate::world::{manifest, shown};

/// A folder of the output, and what goes into it.
pub(super) struct Tree {
    /// Its path below the output folder, empty for the whole.
    pub(super) below: String,
    kind: Kind,
}

/// What goes into a folder.
enum Kind {
    /// All units of a plan. The process ends when `compile` returns: taking the plan of a large organisation apart would
    /// only delay that.
    Plan(Box<ManuallyDrop<Plan>>),
    /// What all teams share, as one unit.
    Shared(Vec<Artefact>),
    /// Nothing: the specs are gone.
    Nothing,
}

impl Tree {
    /// How many units are emitted.
    pub(super) fn units(&self) -> usize {
        match &self.kind {
            Kind::Plan(plan) if plan.services.is_empty() && plan.part != Part::Whole => 0,
            Kind::Plan(plan) => plan.units(),
            Kind::Shared(_) => 1,
            Kind::Nothing => 0,
        }
    }

    /// Whether its specs are gone.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.kind, Kind::Nothing)
    }

    /// The artefacts of a unit; `only` for what the command line asks for rather than the policy.
    pub(super) fn emit(
        &self,
        emitter: Option<&Emitter<'_>>,
        unit: usize,
        only: Option<&[Target]>,
        notes: &Notes,
    ) -> Result<Vec<Artefact>> {
        let (plan, emitter) = match (&self.kind, emitter) {
            (Kind::Plan(plan), Some(emitter)) => (plan, emitter),
            (Kind::Shared(artefacts), _) => return Ok(artefacts.clone()),
            _ => return Ok(Vec::new()),
        };
        let targets = only.unwrap_or(&plan.targets);
        let mut artefacts = emitter.unit(unit, targets);
        if targets.contains(&Target::Runbooks) {
            artefacts.extend(emberline_pages::emit(plan, unit, notes).map_err(Failure::bug)?);
        }
        Ok(artefacts)
    }

    /// The folder.
    pub(super) fn root(&self, out: &Path) -> PathBuf {
        if self.below.is_empty() { out.to_owned() } else { out.join(&self.below) }
    }
}

/// What writes the rules of each folder, where it has any. Proofs that teams have in common are worked out once.
pub(super) fn emitters(trees: &[Tree]) -> Vec<Option<Emitter<'_>>> {
    let mut emitters: Vec<Option<Emitter<'_>>> = Vec::with_capacity(trees.len());
    for tree in trees {
        let emitter = match (&tree.kind, emitters.iter().flatten().next()) {
            (Kind::Plan(plan), Some(first)) => Some(first.beside(plan)),
            (Kind::Plan(plan), None) => Some(Emitter::new(plan)),
            (Kind::Shared(_) | Kind::Nothing, _) => None,
        };
        emitters.push(emitter);
    }
    emitters
}

/// What all teams share.
fn shared(compile: &Compile, plan: &Plan) -> Result<Vec<Artefact>> {
    let targets = if compile.only.is_empty() { &plan.targets } else { &compile.only };
    let unit = plan.services.len();
    let mut artefacts = Emitter::new(plan).unit(unit, targets);
    // The pages of services are in the folders of teams; those of finding codes and of alerts on the ruler are here.
    if targets.contains(&Target::Runbooks) {
        artefacts.extend(emberline_pages::emit(plan, unit, &Notes::default()).map_err(Failure::bug)?);
    }
    Ok(artefacts)
}

/// The folders that a run writes.
pub(super) fn of(compile: &Compile, plan: Plan, quiet: bool) -> Result<Vec<Tree>> {
    let has_teams = !plan.teams.is_empty();
    let known: Vec<String> = plan.teams.iter().map(|team| team.name.clone()).collect();
    if let Some(team) = compile.team.as_ref().filter(|team| !known.contains(team)) {
        let help = suggest::did_you_mean(team, known.iter().map(String::as_str));
        return Err(Failure::new(format!("there is no team `{team}`")).help(help.unwrap_or_else(|| {
            "a team is a folder of specs with a `policy.yaml`, named by its path below the specs".to_owned()
        })));
    }
    let shared = (has_teams && compile.organisation).then(|| shared(compile, &plan)).transpose()?;
    let mut trees = Vec::new();
    for part in plan.by_team() {
        let below = match &part.part {
            Part::Team(team) if !team.is_empty() => format!("{TEAMS}/{team}"),
            Part::Team(_) | Part::Whole => String::new(),
        };
        trees.push(Tree { below, kind: Kind::Plan(Box::new(ManuallyDrop::new(part))) });
    }
    if let Some(team) = &compile.team {
        trees.retain(|tree| tree.below == format!("{TEAMS}/{team}"));
        return Ok(trees);
    }
    let mut written: BTreeSet<String> = trees.iter().map(|tree| tree.below.clone()).collect();
    if let Some(shared) = shared {
        trees.push(Tree { below: ORGANISATION.to_owned(), kind: Kind::Shared(shared) });
    } else if has_teams && compile.out.join(ORGANISATION).join(manifest::NAME).exists() && !compile.check && !quiet {
        terminal::say(&format!("{ORGANISATION}/ was left alone: `--organisation` writes what all teams share"));
    }
    if has_teams {
        written.insert(ORGANISATION.to_owned());
    }
    // Teams that are gone: what was written for them goes.
    for below in folders(&compile.out)?.difference(&written).filter(|below| !below.is_empty()) {
        trees.push(Tree { below: below.clone(), kind: Kind::Nothing });
    }
    Ok(trees)
}

/// Fails if a folder between the output folder and `root`, or `root` itself, is a link: it could lead to another owner's
/// files. The output folder may be one, since the user named it.
pub(super) fn refuse_links(out: &Path, root: &Path) -> Result<()> {
    match root.ancestors().take_while(|folder| *folder != out).find(|folder| folder.is_symlink()) {
        None => Ok(()),
        Some(link) => Err(Failure::new(format!("{} is a link", shown(link)))
            .help("replace the link with a folder: emberline writes only into its own folders below `--out`")),
    }
}

/// Removes the folder of a team that is gone, as far as it is ours: its manifest, and the folders that become empty.
pub(super) fn leave(out: &Path, root: &Path) -> Result<()> {
    if out == root {
        return Ok(());
    }
    let manifest = root.join(manifest::NAME);
    match fs::remove_file(&manifest) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => {
            return Err(Failure::io("cannot remove", &manifest, &cause));
        }
        _ => {}
    }
    for folder in root.ancestors().take_while(|folder| *folder != out) {
        // The removal fails on the first folder that is not empty.
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
    Ok(())
}
