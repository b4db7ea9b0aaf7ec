//! Captures: what passes the agent before redaction, the gateway before sampling, and the gateway after it.
//!
//! A second configuration is laid over each generated one. It adds pipelines with a file at their end and changes
//! nothing: the collector merges maps key by key. The raw capture is the one place where unredacted telemetry is
//! written, and only when somebody asked for it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Serialize;

#[derive(Serialize, Default)]
struct Overlay {
    exporters: BTreeMap<String, File>,
    service: Service,
}

#[derive(Serialize)]
struct File {
    path: String,
    flush_interval: &'static str,
}

#[derive(Serialize, Default)]
struct Service {
    pipelines: BTreeMap<String, Pipeline>,
}

#[derive(Serialize)]
struct Pipeline {
    receivers: [&'static str; 1],
    exporters: [String; 1],
}

impl Overlay {
    /// Writes `signal` as `receiver` gives it to `capture/stage/signal.jsonl`.
    fn tap(&mut self, capture: &Path, stage: &str, signal: &str, receiver: &'static str) -> Result<()> {
        let folder = capture.join(stage);
        fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        let path = folder.join(format!("{signal}.jsonl")).display().to_string();
        let exporter = format!("file/capture-{stage}-{signal}");
        self.exporters.insert(exporter.clone(), File { path, flush_interval: "200ms" });
        let pipeline = Pipeline { receivers: [receiver], exporters: [exporter] };
        self.service.pipelines.insert(format!("{signal}/capture-{stage}"), pipeline);
        Ok(())
    }

    fn write(&self, path: PathBuf) -> Result<PathBuf> {
        let text = serde_yaml::to_string(self).context("writing an overlay")?;
        fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }
}

/// Writes the overlays of agent and gateway into `config`, for captures in `capture`.
pub(super) fn overlays(capture: &Path, config: &Path) -> Result<(PathBuf, PathBuf)> {
    fs::create_dir_all(capture).with_context(|| format!("creating {}", capture.display()))?;
    // The collector runs elsewhere: a relative path would be another one.
    let capture = capture.canonicalize().with_context(|| format!("finding {}", capture.display()))?;
    let (mut agent, mut gateway) = (Overlay::default(), Overlay::default());
    for signal in ["traces", "logs", "metrics", "profiles"] {
        agent.tap(&capture, "raw", signal, "otlp")?;
        gateway.tap(&capture, "redacted", signal, "otlp")?;
    }
    gateway.tap(&capture, "kept", "traces", "forward/kept")?;
    Ok((agent.write(config.join("agent-capture.yaml"))?, gateway.write(config.join("gateway-capture.yaml"))?))
}
