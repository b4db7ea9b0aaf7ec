//! What `emberline gameday` takes.

use clap::Args;

use super::Specs;

/// `emberline gameday`.
#[derive(Debug, Args)]
pub(crate) struct Gameday {
    #[command(flatten)]
    pub(crate) specs: Specs,
}
