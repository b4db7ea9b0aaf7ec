//! What `emberline cost` and `emberline roi` take.

use std::path::PathBuf;

use clap::Args;

use super::{ReportFormat, Specs};

/// `emberline cost`.
///
/// Prices come from prices.yaml, retention and traffic from the other specs, and volumes from a measurement. Exit status 1:
/// a failed or slow trace is missing after.
#[derive(Debug, Args)]
pub(crate) struct Cost {
    #[command(flatten)]
    pub(crate) specs: Specs,
    #[command(flatten)]
    pub(crate) volumes: Volumes,
    /// Estimate how the change of the specs since this revision changes a month's bill
    #[arg(long, value_name = "REVISION")]
    pub(crate) changed_since: Option<String>,
    /// How amounts are written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: ReportFormat,
}

/// `emberline roi`.
///
/// `business` in prices.yaml says what an incident costs.
#[derive(Debug, Args)]
pub(crate) struct Roi {
    #[command(flatten)]
    pub(crate) specs: Specs,
    #[command(flatten)]
    pub(crate) volumes: Volumes,
    /// Folder of drills with and without traces and profiles, as `emberline gameday --series` writes it [default:
    /// `business: {minutes_saved}`]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) series: Option<PathBuf>,
    /// How amounts are written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: ReportFormat,
}

/// What was measured.
#[derive(Debug, Args)]
pub(crate) struct Volumes {
    /// Counts of spans, log records, profiles and series before and after, as ci/cost/measure writes them
    #[arg(long, value_name = "FILE", default_value = "ci/cost/measured.json")]
    pub(crate) measured: PathBuf,
}
