//! The configurations of Prometheus and Alertmanager, as typed values behind a serializer.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

use super::{Addresses, Copies};

#[derive(Serialize)]
struct Prometheus {
    global: Global,
    rule_files: Vec<PathBuf>,
    alerting: Alerting,
    scrape_configs: Vec<Scrape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remote_write: Option<[Remote; 1]>,
}

#[derive(Serialize)]
struct Remote {
    url: String,
    queue_config: Queue,
}

#[derive(Serialize)]
struct Queue {
    batch_send_deadline: &'static str,
}

#[derive(Serialize)]
struct Global {
    scrape_interval: String,
    evaluation_interval: String,
    scrape_protocols: [&'static str; 3],
    scrape_native_histograms: bool,
}

#[derive(Serialize)]
struct Alerting {
    alertmanagers: [Targets; 1],
}

#[derive(Serialize)]
struct Targets {
    static_configs: [Addressed; 1],
}

#[derive(Serialize)]
struct Addressed {
    targets: Vec<String>,
}

#[derive(Serialize)]
struct Scrape {
    job_name: &'static str,
    honor_labels: bool,
    static_configs: [Addressed; 1],
}

/// Flags that the compiler generated, one a line; `#` begins a comment.
pub(super) fn flags(path: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
}

/// Writes what Prometheus scrapes, which rules it loads and where its alerts go; intervals as slos/policy.yaml has them, divided
/// by what a drill compresses time by.
pub(super) fn prometheus(
    at: &Addresses,
    generated: &Path,
    config: &Path,
    time_scale: u32,
    copies: Option<&Copies>,
) -> Result<PathBuf> {
    let real = |seconds: u32| format!("{}ms", seconds * 1_000 / time_scale);
    let addressed = |targets: &[&String]| [Addressed { targets: targets.iter().map(|&t| t.clone()).collect() }];
    let scrape = |job_name, targets: &[&String]| Scrape {
        job_name,
        // The gateway speaks for other processes: their job and instance stay what they are.
        honor_labels: true,
        static_configs: addressed(targets),
    };
    let file = Prometheus {
        global: Global {
            scrape_interval: real(15),
            evaluation_interval: real(30),
            // Protobuf brings native histograms, and exemplars as well.
            scrape_protocols: ["PrometheusProto", "OpenMetricsText1.0.0", "PrometheusText0.0.4"],
            scrape_native_histograms: true,
        },
        rule_files: rules(&generated.join("prometheus/rules"))?,
        alerting: Alerting { alertmanagers: [Targets { static_configs: addressed(&[&at.alertmanager]) }] },
        scrape_configs: vec![
            scrape("telemetry", &[&at.metrics]),
            scrape("otelcol", &[&at.agent_self, &at.gateway_self]),
        ],
        // Where time is compressed, the five seconds that samples wait by default are minutes.
        remote_write: copies.map(|copies| {
            [Remote { url: copies.metrics.clone(), queue_config: Queue { batch_send_deadline: "500ms" } }]
        }),
    };
    write(&file, config.join("prometheus.yaml"))
}

/// The rule files of services. Alerts on Prometheus and Alertmanager themselves (`watchers.d.yaml`) are left out: the demo
/// scrapes neither, and one of those alerts always fires. ci/proofs has them fire.
fn rules(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        // Stems of services have no dot.
        let of_service = path.file_stem().is_some_and(|stem| !stem.to_string_lossy().contains('.'));
        if of_service && path.extension().is_some_and(|end| end == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[derive(Serialize)]
struct Alertmanager {
    route: Route,
    receivers: [Receiver; 1],
}

#[derive(Serialize)]
struct Route {
    receiver: &'static str,
}

#[derive(Serialize)]
struct Receiver {
    name: &'static str,
}

/// Writes an Alertmanager that shows alerts and notifies nobody.
pub(super) fn alertmanager(config: &Path) -> Result<PathBuf> {
    let file = Alertmanager { route: Route { receiver: "nobody" }, receivers: [Receiver { name: "nobody" }] };
    write(&file, config.join("alertmanager.yaml"))
}

fn write(file: &impl Serialize, path: PathBuf) -> Result<PathBuf> {
    let text = serde_yaml::to_string(file).with_context(|| format!("writing {}", path.display()))?;
    fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}
