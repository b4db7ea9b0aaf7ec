//! What `emberline backtest` takes.

use std::path::PathBuf;

use clap::Args;
use emberline_backtest::moment;
use emberline_core::quantity::Percent;
use rust_decimal::Decimal;

use super::{Access, ReportFormat, Specs};

pub(super) const ABOUT: &str = "\
Replay the compiled rules over the history of a Prometheus: which alerts would have fired

The server evaluates what reads raw series, at the moments at which it would evaluate the rules. Everything above is \
evaluated here as Prometheus would: windows, thresholds, `for`, `keep_firing_for`. For each objective the report says \
when each alert would have fired, and how much error budget was spent meanwhile. It also says how often people would \
be told at other targets.

`--rules` replays alerts that others wrote over the same history. It also says of each whether it can fire at all, \
and how long after the beginning and the end of a total outage it fires and clears. The exit status is 2 if an \
objective or an alert could not be replayed.";

/// `emberline backtest`.
#[derive(Debug, Args)]
pub(crate) struct Backtest {
    /// The address of a server with Prometheus's API; that of Mimir ends with `/prometheus`
    #[arg(long, value_name = "SOURCE")]
    pub(crate) against: String,
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// How many days are replayed
    #[arg(long, value_name = "N", default_value = "30", value_parser = clap::value_parser!(u32).range(1..=400))]
    pub(crate) days: u32,
    /// Where the replay ends, such as 2026-11-27T10:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) until: Option<i64>,
    /// Replay only these objectives: a service, or a service and an objective
    #[arg(long, value_name = "SERVICE[/SLO]")]
    pub(crate) only: Vec<String>,
    /// Also replay the alerts of this rule file: of Prometheus, or a `PrometheusRule` of Kubernetes. With rule files, specs are
    /// not needed
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,
    /// Targets to compare [default: 99%, 99.5%, 99.9%, 99.95% and the objective's own]
    #[arg(long, value_name = "PERCENT,…", value_delimiter = ',', value_parser = target)]
    pub(crate) targets: Vec<Decimal>,
    /// Incidents (YAML or JSON) that alerts should have found: a list of `from`, `to`, and perhaps `severity`, `service`, `slo`
    #[arg(long, value_name = "FILE")]
    pub(crate) incidents: Option<PathBuf>,
    /// Also write what the recording rules would have recorded to a new file, or to `backfill.om` in a folder: OpenMetrics, of
    /// which `promtool tsdb create-blocks-from openmetrics` makes blocks
    #[arg(long, value_name = "FILE|FOLDER")]
    pub(crate) backfill: Option<PathBuf>,
    /// How the report is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: ReportFormat,
    #[command(flatten)]
    pub(crate) access: Access,
}

pub(super) fn time(text: &str) -> Result<i64, String> {
    moment::read(text).ok_or_else(|| "expected a time such as `2026-11-27T10:00:00Z`".to_owned())
}

fn target(text: &str) -> Result<Decimal, String> {
    let share = Percent::parse(text.trim())
        .map(Percent::share)
        .map_err(|malformed| format!("expected {}", malformed.expected))?;
    if share > Decimal::ZERO && share < Decimal::ONE {
        Ok(share)
    } else {
        Err("a target lies between 0% and 100%".to_owned())
    }
}
