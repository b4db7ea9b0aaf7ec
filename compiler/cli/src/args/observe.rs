//! What `emberline observe` takes.

use clap::Args;
use emberline_core::quantity::{Date, Duration};

use super::access::duration;
use super::{Access, Specs};

/// What `emberline observe` does, in long.
pub(super) const ABOUT: &str = "\
Say what a source of metrics really exports: as a draft of `metrics:`, or as a snapshot

SOURCE is the address of a server with Prometheus's API (Mimir: up to and with `/prometheus`), the \
address of a page that ends with `/metrics`, a file with a page of metrics (text or OpenMetrics) or \
with OTLP (JSON lines or protobuf), or `-` for standard input.

A snapshot lies in `observed/` of the specs. `check` holds the specs against it, without any server. \
It lists no value of a label that looks personal or that differs between instances.";

/// `emberline observe`.
#[derive(Debug, Args)]
pub(crate) struct Observe {
    /// A server's address, a file, or `-`
    #[arg(value_name = "SOURCE")]
    pub(crate) source: String,
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// Only what this service exports; a snapshot of it is held against this service alone
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// Only series with this value of a label
    #[arg(long, value_name = "LABEL=VALUE")]
    pub(crate) r#match: Vec<String>,
    /// How far back a server is asked for series
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = duration)]
    pub(crate) over: Duration,
    /// Write a snapshot of this name instead of a draft
    #[arg(long, value_name = "NAME")]
    pub(crate) snapshot: Option<String>,
    /// The day of the snapshot, for tests [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", hide = true, value_parser = super::day)]
    pub(crate) today: Option<Date>,
    #[command(flatten)]
    pub(crate) access: Access,
}

/// What holds specs against a source.
#[derive(Debug, Clone, Args)]
pub(crate) struct Against {
    /// Hold the specs against what this source exports (a server's address, a file, `-`), instead of snapshots
    #[arg(long, value_name = "SOURCE")]
    pub(crate) against: Option<String>,
    /// How far back a server is asked for series
    #[arg(long, value_name = "DURATION", default_value = "1h", requires = "against", value_parser = duration)]
    pub(crate) over: Duration,
    #[command(flatten)]
    pub(crate) access: Access,
}
