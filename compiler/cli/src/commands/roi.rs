//! `emberline roi`.

use crate::Status;
use crate::args::Roi;
use crate::failure::{Failure, Result};

/// To come.
pub(crate) fn run(roi: &Roi, _quiet: bool) -> Result<Status> {
    Err(Failure::new(format!("{} is not read yet", roi.specs.specs.display())))
}
