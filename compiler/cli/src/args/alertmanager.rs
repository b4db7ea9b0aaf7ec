//! What `emberline alertmanager` takes.

use std::path::PathBuf;

use clap::Args;

use super::Specs;

/// `emberline alertmanager`.
///
/// Our routes, inhibitions and receivers go between comments, and every other byte of the file stays. Without `--write`
/// only the difference is printed. Run again after the specs changed, it replaces what is between the comments.
#[derive(Debug, Args)]
pub(crate) struct Alertmanager {
    /// The configuration of an Alertmanager, such as alertmanager.yml
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// Write the file, rather than only print how it would change
    #[arg(long, conflicts_with = "check")]
    pub(crate) write: bool,
    /// Write nothing, and exit 1 if the file would change
    #[arg(long)]
    pub(crate) check: bool,
    /// Take our part out of the file, whatever the specs say
    #[arg(long)]
    pub(crate) remove: bool,
}
