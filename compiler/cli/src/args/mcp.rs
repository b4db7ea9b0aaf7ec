//! What `emberline mcp` takes.

use std::path::PathBuf;

use clap::Args;

use super::{Access, Specs};

/// What `emberline mcp` does, in long.
pub(super) const ABOUT: &str = "\
Serve an assistant: objectives, budgets, codes, backtests and walks as tools that only read

An assistant starts this command and speaks the Model Context Protocol over standard input and output. The tools \
change nothing, neither files nor servers. Which server and which stores they ask is said here, and no tool can be \
told another. Files that a tool is given lie below the current folder.";

/// `emberline mcp`.
#[derive(Debug, Args)]
pub(crate) struct Mcp {
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// A server with Prometheus's API, for budgets, backtests and walks
    #[arg(long, value_name = "URL")]
    pub(crate) against: Option<String>,
    /// File (YAML or JSON) that names the stores of walks, as `walk --stores` takes it
    #[arg(long, value_name = "FILE")]
    pub(crate) stores: Option<PathBuf>,
    /// A clone of the source code with its history, for walks
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub(crate) repository: PathBuf,
    #[command(flatten)]
    pub(crate) access: Access,
}
