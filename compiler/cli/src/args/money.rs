//! What `emberline cost` and `emberline roi` take.

use clap::Args;

use super::Specs;

/// `emberline cost`.
#[derive(Debug, Args)]
pub(crate) struct Cost {
    #[command(flatten)]
    pub(crate) specs: Specs,
}

/// `emberline roi`.
#[derive(Debug, Args)]
pub(crate) struct Roi {
    #[command(flatten)]
    pub(crate) specs: Specs,
}
