//! Generated files of two plans, to be compared.

use std::collections::BTreeMap;

use emberline_core::emit::{Artefact, Emitter};
use emberline_core::plan::{Part, Plan};
use emberline_core::target::Target;
use emberline_pages::Notes;
use rayon::prelude::*;

use crate::failure::{Failure, Result};
use crate::world::tree::TEAMS;

/// Every file that each of two plans gives, by path. Links to lines of specs are left out, and notes as well: neither is
/// meaning of the specs.
pub(super) fn of(plans: [Plan; 2]) -> Result<[BTreeMap<String, String>; 2]> {
    let [old, new] = plans.map(|plan| {
        let mut parts = plan.by_team();
        parts.iter_mut().for_each(Plan::forget_places);
        parts
    });
    // Proofs that both sides have in common are worked out once.
    let mut first: Option<Emitter<'_>> = None;
    let mut sides = [BTreeMap::new(), BTreeMap::new()];
    for (side, parts) in sides.iter_mut().zip([&old, &new]) {
        for part in parts {
            let emitter = first.as_ref().map_or_else(|| Emitter::new(part), |first| first.beside(part));
            side.extend(emitted(part, &emitter)?);
            first.get_or_insert(emitter);
        }
    }
    Ok(sides)
}

/// The files of one part of a plan.
fn emitted(plan: &Plan, emitter: &Emitter<'_>) -> Result<Vec<(String, String)>> {
    let below = match &plan.part {
        Part::Team(team) if !team.is_empty() => format!("{TEAMS}/{team}/"),
        Part::Team(_) | Part::Whole => String::new(),
    };
    let unit = |unit: usize| -> Result<Vec<Artefact>> {
        let mut files = emitter.unit(unit, &plan.targets);
        if plan.targets.contains(&Target::Runbooks) {
            files.extend(emberline_pages::emit(plan, unit, &Notes::default()).map_err(Failure::bug)?);
        }
        Ok(files)
    };
    let units: Vec<Vec<Artefact>> = (0..plan.units()).into_par_iter().map(unit).collect::<Result<_>>()?;
    Ok(units.into_iter().flatten().map(|file| (format!("{below}{}", file.path), file.text)).collect())
}
