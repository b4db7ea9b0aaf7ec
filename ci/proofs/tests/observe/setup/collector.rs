//! A collector that writes what it gets to a file, and serves its own metrics.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use emberline_proofs::process::{Running, free_port};
use emberline_proofs::tools::tool;

/// A running collector.
pub(super) struct Collector {
    /// Where it serves its own metrics.
    pub(super) address: String,
    /// Where it takes OTLP over HTTP.
    pub(super) otlp: String,
    _process: Running,
}

impl Collector {
    /// Starts one that keeps its files in `folder`, and waits until it serves. It captures into `capture`.
    pub(super) fn start(folder: &Path, capture: &Path) -> Result<Self> {
        let (own, http) = (free_port()?, free_port()?);
        let config = format!(
            "receivers: {{otlp: {{protocols: {{http: {{endpoint: '127.0.0.1:{http}'}}}}}}}}\n\
             exporters: {{file: {{path: '{}', flush_interval: 100ms}}}}\n\
             service:\n  telemetry: {{metrics: {{readers: \
             [{{pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {own}}}}}}}}}]}}}}\n  \
             pipelines: {{metrics: {{receivers: [otlp], exporters: [file]}}}}\n",
            capture.display()
        );
        let path = folder.join("collector.yaml");
        fs::write(&path, config)?;
        let mut command = Command::new(tool("otelcol")?);
        command.arg(format!("--config={}", path.display()));
        let mut process = Running::start("collector", &mut command, &folder.join("collector.log"))?;
        let agent: ureq::Agent =
            ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).build().into();
        let url = format!("http://127.0.0.1:{own}/metrics");
        process.wait_until("serving", Duration::from_secs(30), || agent.get(&url).call().is_ok())?;
        let (address, otlp) = (format!("127.0.0.1:{own}"), format!("http://127.0.0.1:{http}/v1/metrics"));
        Ok(Self { address, otlp, _process: process })
    }
}
