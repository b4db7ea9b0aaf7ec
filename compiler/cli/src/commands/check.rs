//! `emberline check`: the static gate.

use super::gate::Gate;
use crate::Status;
use crate::args::Check;
use crate::failure::Result;

/// Reports everything that is wrong with the specs.
pub(crate) fn run(check: &Check, quiet: bool) -> Result<Status> {
    let gate = Gate::open(&check.specs.specs, false)?;
    gate.report(&check.reporting, !quiet)?;
    Ok(gate.status(&check.reporting))
}
