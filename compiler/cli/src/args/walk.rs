//! What `emberline walk` takes.

use clap::Args;

use super::Specs;

/// `emberline walk`.
#[derive(Debug, Args)]
pub(crate) struct Walk {
    #[command(flatten)]
    pub(crate) specs: Specs,
}
