//! What `emberline codeowners` takes.

use std::path::PathBuf;

use clap::Args;

use super::Specs;

/// `emberline codeowners`.
///
/// The lines for folders of specs and of output go between comments at the end of the file, and every other byte of it
/// stays. Without `--write` the change is shown.
#[derive(Debug, Args)]
pub(crate) struct Codeowners {
    /// The file [default: the one that the repository has, else CODEOWNERS]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// Folder that artefacts are written to
    #[arg(long, value_name = "FOLDER", default_value = "generated")]
    pub(crate) out: PathBuf,
    /// Write the file
    #[arg(long)]
    pub(crate) write: bool,
    /// Write nothing, and exit 1 if the file lacks a line or has one too many
    #[arg(long, conflicts_with = "write")]
    pub(crate) check: bool,
}
