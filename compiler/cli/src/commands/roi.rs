//! `emberline roi`.

use emberline_money::{bill, drills, returns};

use super::cost::{failed, meant, measured, put, sound, terms};
use crate::args::Roi;
use crate::failure::Result;
use crate::status::Status;
use crate::world::shown;

/// Shows what shorter incidents are worth against what telemetry costs.
pub(crate) fn run(roi: &Roi, quiet: bool) -> Result<Status> {
    let Some(specs) = meant(&roi.specs)? else { return Ok(Status::Findings) };
    let volumes = measured(&roi.volumes.measured)?;
    let terms = terms(&specs)?;
    let bill = bill::bill(&shown(&roi.volumes.measured), &volumes, &terms).map_err(failed)?;
    let drills = roi.series.as_deref().map(drills::read).transpose().map_err(failed)?;
    let returns = returns::returns(&specs.sources, &terms, &bill, drills).map_err(failed)?;
    put(roi.format, &returns, |form| returns.show(form))?;
    Ok(sound(&bill, quiet))
}
