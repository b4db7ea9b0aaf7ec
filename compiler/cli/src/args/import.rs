//! What `emberline import` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use emberline_import::Peer;

pub(super) const ABOUT: &str = "\
Write specs for the objectives of another tool

Reads Sloth's `prometheus/v1` and its PrometheusServiceLevel, Pyrra's ServiceLevelObjective, and OpenSLO's v1 and \
v1alpha. The report says what maps, what changes and why, and what cannot be imported, with the places in both files. \
Every spec that is written compiles. The exit status is 1 if anything could not be imported; the rest is written.";

/// `emberline import`.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The tool that the specs are written for
    #[arg(value_name = "TOOL")]
    pub(crate) peer: PeerWord,
    /// Files, or folders of `*.yaml` and `*.yml`
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Folder that the specs are written to; no file in it is replaced
    #[arg(long, value_name = "FOLDER", default_value = "slos")]
    pub(crate) out: PathBuf,
    /// Write nothing but the report
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// How the report is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: ImportFormat,
}

/// A tool whose specs are imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PeerWord {
    /// Sloth
    Sloth,
    /// Pyrra
    Pyrra,
    /// OpenSLO
    Openslo,
}

impl From<PeerWord> for Peer {
    fn from(word: PeerWord) -> Self {
        match word {
            PeerWord::Sloth => Self::Sloth,
            PeerWord::Pyrra => Self::Pyrra,
            PeerWord::Openslo => Self::OpenSlo,
        }
    }
}

/// How the report of an import is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportFormat {
    /// A line for each field
    Human,
    /// One JSON object
    Json,
}
