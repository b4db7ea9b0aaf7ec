//! `emberline gameday`.

use crate::Status;
use crate::args::Gameday;
use crate::failure::{Failure, Result};

/// To come.
pub(crate) fn run(gameday: &Gameday, _quiet: bool) -> Result<Status> {
    Err(Failure::new(format!("{} is not read yet", gameday.specs.specs.display())))
}
