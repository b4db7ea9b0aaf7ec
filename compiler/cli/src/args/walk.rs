//! What `emberline walk` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Access, Specs};

/// `emberline walk`.
#[derive(Debug, Args)]
pub(crate) struct Walk {
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// Walk this alert, by SERVICE/OBJECTIVE or a part of its name [default: the most severe firing alert]
    #[arg(long, value_name = "ALERT")]
    pub(crate) alert: Option<String>,
    /// The Prometheus, Mimir or Thanos that evaluates the rules; the walk only reads
    #[arg(long, value_name = "URL")]
    pub(crate) prometheus: String,
    /// The store of the demo: traces, log lines and profiles
    #[arg(long, value_name = "URL")]
    pub(crate) store: Option<String>,
    /// Tempo, for traces; wins over the others
    #[arg(long, value_name = "URL")]
    pub(crate) tempo: Option<String>,
    /// Jaeger, for traces; wins over the store
    #[arg(long, value_name = "URL")]
    pub(crate) jaeger: Option<String>,
    /// Loki, for log lines; wins over the store
    #[arg(long, value_name = "URL")]
    pub(crate) loki: Option<String>,
    /// Pyroscope, for profiles; wins over the store
    #[arg(long, value_name = "URL")]
    pub(crate) pyroscope: Option<String>,
    /// A clone of the source code with its history
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub(crate) repository: PathBuf,
    /// Also write an artefact for each layer into this folder: JSON, Markdown and pictures
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) access: Access,
    /// How the walk is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: WalkFormat,
}

/// How a walk is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WalkFormat {
    /// For people: one or two lines for each layer, suspects, and actions
    Human,
    /// For programs: the whole walk
    Json,
    /// For an incident's channel or ticket
    Markdown,
}
