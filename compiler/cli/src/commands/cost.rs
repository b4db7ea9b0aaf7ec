//! `emberline cost`.

use crate::Status;
use crate::args::Cost;
use crate::failure::{Failure, Result};

/// To come.
pub(crate) fn run(cost: &Cost, _quiet: bool) -> Result<Status> {
    Err(Failure::new(format!("{} is not read yet", cost.specs.specs.display())))
}
