//! What `emberline diff` takes.

use std::path::PathBuf;

use clap::Args;
use emberline_core::quantity::Date;

use super::{ReportFormat, Specs};

/// `emberline diff`.
///
/// Objectives, alerts and their times, the error budget and its history, time series and cost, waivers, weaknesses of the
/// gate, and generated files. Exit status 0 whether or not anything changes; 1 if the specs do not compile.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// A revision, whose common ancestor with the work tree is compared with, or a folder of specs
    #[arg(value_name = "REVISION|FOLDER")]
    pub(crate) before: String,
    /// The folder of specs after the change [default: --specs]
    #[arg(value_name = "FOLDER")]
    pub(crate) after: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// How changes are written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: ReportFormat,
    /// The day on which waivers are judged, for tests and for looking ahead [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", hide = true, value_parser = super::day)]
    pub(crate) today: Option<Date>,
}
