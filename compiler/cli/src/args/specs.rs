//! Where the specs are: what nearly every command takes.

use std::path::PathBuf;

use clap::Args;

/// Where the specs are.
#[derive(Debug, Args)]
pub(crate) struct Specs {
    /// Folder of specs (every .yaml and .yml below it, hidden ones excepted), or one file
    #[arg(long, value_name = "PATH", default_value = "slos")]
    pub(crate) specs: PathBuf,
}
