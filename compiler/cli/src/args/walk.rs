//! What `emberline walk` takes.

use std::path::PathBuf;

use clap::Args;

use super::{Access, ReportFormat, Specs};

/// `emberline walk`.
#[derive(Debug, Args)]
pub(crate) struct Walk {
    #[command(flatten)]
    pub(crate) specs: Specs,
    /// Walk a frozen incident: a folder with `alert.json`, and with logs, metrics, traces and changes; asks no server
    #[arg(long, value_name = "FOLDER", conflicts_with_all = [
        "alert", "prometheus", "victoria_metrics", "ruler", "stores", "store", "tempo", "jaeger", "zipkin", "loki",
        "victoria_logs", "pyroscope", "grafana", "deployments", "repo", "out",
    ])]
    pub(crate) case: Option<PathBuf>,
    /// Walk this alert, by SERVICE/OBJECTIVE or a part of its name [default: the most severe firing alert]
    #[arg(long, value_name = "ALERT")]
    pub(crate) alert: Option<String>,
    /// Compress windows and intervals by this factor, as a drill that runs does [default: the policy's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) time_scale: Option<u32>,
    /// The Prometheus, Mimir or Thanos that evaluates the rules; the walk only reads
    #[arg(long, value_name = "URL", required_unless_present_any = ["victoria_metrics", "stores", "case"])]
    pub(crate) prometheus: Option<String>,
    /// VictoriaMetrics, instead of Prometheus; a cluster's address ends with `/select/TENANT/prometheus`
    #[arg(long, value_name = "URL", conflicts_with = "prometheus")]
    pub(crate) victoria_metrics: Option<String>,
    /// Who evaluates the rules, if the store of metrics does not: vmalert, Mimir's ruler, Thanos Ruler
    #[arg(long, value_name = "URL")]
    pub(crate) ruler: Option<String>,
    /// File (YAML or JSON) that names stores, each with its tenant and credentials; the other options win over it
    #[arg(long, value_name = "FILE")]
    pub(crate) stores: Option<PathBuf>,
    /// The store of the demo: traces, log lines and profiles
    #[arg(long, value_name = "URL")]
    pub(crate) store: Option<String>,
    /// Tempo, for traces; wins over the others
    #[arg(long, value_name = "URL")]
    pub(crate) tempo: Option<String>,
    /// Jaeger, for traces; wins over the store
    #[arg(long, value_name = "URL")]
    pub(crate) jaeger: Option<String>,
    /// Zipkin, for traces; wins over the store
    #[arg(long, value_name = "URL")]
    pub(crate) zipkin: Option<String>,
    /// Loki, for log lines; wins over the store
    #[arg(long, value_name = "URL")]
    pub(crate) loki: Option<String>,
    /// VictoriaLogs, for log lines; wins over the store
    #[arg(long, value_name = "URL")]
    pub(crate) victoria_logs: Option<String>,
    /// Pyroscope, for profiles; wins over the store
    #[arg(long, value_name = "URL")]
    pub(crate) pyroscope: Option<String>,
    /// Grafana, whose annotations tell what was deployed when
    #[arg(long, value_name = "URL", conflicts_with = "deployments")]
    pub(crate) grafana: Option<String>,
    /// Log of deployments: JSON lines with `time`, `service`, and `revision` or `version`
    #[arg(long, value_name = "FILE")]
    pub(crate) deployments: Option<PathBuf>,
    /// A clone of the source code with its history
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub(crate) repository: PathBuf,
    /// A clone of one service's source code, if it has a repository of its own; give it once for each service
    #[arg(long, value_name = "SERVICE=PATH")]
    pub(crate) repo: Vec<String>,
    /// Also write an artefact for each layer into this folder: JSON, Markdown and pictures
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    /// Also write the incident's evidence into this new or empty folder, with personal data and secrets masked
    #[arg(long, value_name = "FOLDER")]
    pub(crate) export: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) access: Access,
    /// How the walk is written to standard output
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: ReportFormat,
}
