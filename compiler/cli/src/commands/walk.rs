//! `emberline walk`.

use crate::Status;
use crate::args::Walk;
use crate::failure::{Failure, Result};

/// To come.
pub(crate) fn run(walk: &Walk, _quiet: bool) -> Result<Status> {
    Err(Failure::new(format!("{} is not read yet", walk.specs.specs.display())))
}
