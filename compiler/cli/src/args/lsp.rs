//! What `emberline lsp` takes.

use std::path::PathBuf;

use clap::Args;

use super::{Against, Specs};

/// What `emberline lsp` does, in long.
pub(super) const ABOUT: &str = "\
Serve an editor: findings while you type, hover texts, completion, and the way to the rules

An editor starts this command and speaks the Language Server Protocol over standard input and output. \
Paths are relative to the editor's folder. Files that are not specs are ignored.";

/// `emberline lsp`.
#[derive(Debug, Args)]
pub(crate) struct Lsp {
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// Folder that `compile` writes to: where rules and pages of codes are looked for
    #[arg(long, value_name = "FOLDER", default_value = "generated")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) against: Against,
    /// Standard input and output, which are the default: some editors say so
    #[arg(long, hide = true)]
    pub(crate) stdio: bool,
}
