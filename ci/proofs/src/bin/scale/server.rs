//! Prometheus as people run it: blocks of two hours, a month of retention. Its scrapes and rules begin once it has a history.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use emberline_proofs::exporter::Exporter;
use emberline_proofs::process::{Running, free_port};
use emberline_proofs::tools::tool;
use tempfile::TempDir;

use super::{Plan, specs};

/// Objectives whose counters one target exports.
const PER_TARGET: usize = 500;

/// A running Prometheus and what it scrapes.
pub(super) struct Server {
    // Before the folder: fields drop in order, and the process must be gone when its files are removed.
    process: Running,
    exporters: Vec<Exporter>,
    url: String,
    folder: TempDir,
}

impl Server {
    pub(super) fn start(plan: &Plan) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let config = folder.path().join("prometheus.yml");
        std::fs::write(&config, "global: {}\n")?;
        let mut command = Command::new(tool("prometheus")?);
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .args(["--web.enable-remote-write-receiver", "--web.enable-lifecycle"])
            .args(["--storage.tsdb.retention.time=60d", "--log.level=warn"]);
        let mut process = Running::start("prometheus", &mut command, &folder.path().join("log"))?;
        let url = format!("http://{address}");
        let ready = format!("{url}/-/ready");
        process.wait_until("ready", Duration::from_secs(60), || ureq::get(&ready).call().is_ok())?;
        let (since, raw) = (Instant::now(), plan.raw);
        let exporters = (0..plan.objectives)
            .step_by(PER_TARGET)
            .map(|first| {
                let objectives = first..plan.objectives.min(first + PER_TARGET);
                Exporter::start(move || specs::counters(objectives.clone(), raw, since))
            })
            .collect::<Result<_>>()?;
        Ok(Self { process, exporters, url, folder })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Scrapes from now on, and evaluates the rules of a folder.
    pub(super) fn evaluate(&self, rules: &Path) -> Result<()> {
        let targets: Vec<&str> = self.exporters.iter().map(Exporter::address).collect();
        let config = serde_json::json!({
            "global": {"scrape_interval": "15s", "evaluation_interval": "30s"},
            "rule_files": [rules.join("*.yaml")],
            "scrape_configs": [{"job_name": "app", "static_configs": [{"targets": targets}]}],
        });
        // JSON is YAML.
        std::fs::write(self.folder.path().join("prometheus.yml"), config.to_string())?;
        let response = ureq::post(&format!("{}/-/reload", self.url)).send_empty().context("loading the rules")?;
        ensure!(response.status().is_success(), "Prometheus refused the rules: {}", self.process.log_tail());
        Ok(())
    }

    /// What Prometheus says of itself.
    pub(super) fn metrics(&self) -> Result<String> {
        let mut response =
            ureq::get(&format!("{}/metrics", self.url)).call().context("reading Prometheus's metrics")?;
        Ok(response.body_mut().with_config().limit(1 << 30).read_to_string()?)
    }
}
