//! Stores of traces that are not Tempo: Jaeger and Zipkin, each with its memory only.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{agent, answers};
use crate::process::{Running, free_port};
use crate::tools::tool;

/// A running store.
pub struct Traces {
    _process: Running,
    /// Where spans are sent: OTLP in JSON for Jaeger, Zipkin's JSON for Zipkin.
    pub intake: String,
    /// Where traces are asked for, without the path below which it serves.
    pub url: String,
    _folder: TempDir,
}

impl Traces {
    /// Starts Jaeger, version 2, which serves below a path such as `/jaeger`, or below none.
    ///
    /// # Errors
    /// When it cannot be had, or does not come up.
    pub fn jaeger(below: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = || free_port().map(|port| format!("127.0.0.1:{port}"));
        let (otlp, http, grpc) = (address()?, address()?, address()?);
        let config = json!({
            "service": {
                "extensions": ["jaeger_storage", "jaeger_query"],
                "pipelines": {"traces": {"receivers": ["otlp"], "exporters": ["jaeger_storage_exporter"]}},
                "telemetry": {"metrics": {"level": "none"}, "logs": {"level": "warn"}},
            },
            "extensions": {
                "jaeger_storage": {"backends": {"memory": {"memory": {"max_traces": 100_000}}}},
                "jaeger_query": {
                    "storage": {"traces": "memory"}, "base_path": below,
                    "http": {"endpoint": http}, "grpc": {"endpoint": grpc},
                },
            },
            "receivers": {"otlp": {"protocols": {"http": {"endpoint": otlp}}}},
            "exporters": {"jaeger_storage_exporter": {"trace_storage": "memory"}},
        });
        let path = folder.path().join("jaeger.yaml");
        fs::write(&path, config.to_string())?;
        let mut command = Command::new(tool("jaeger")?);
        command.arg("--config").arg(&path);
        let mut process = Running::start("jaeger", &mut command, &folder.path().join("log"))?;
        let url = format!("http://{http}");
        process.wait_until("ready", Duration::from_secs(180), || answers(&format!("{url}{below}/api/services")))?;
        Ok(Self { _process: process, intake: format!("http://{otlp}/v1/traces"), url, _folder: folder })
    }

    /// Starts Zipkin.
    ///
    /// # Errors
    /// When it cannot be had, or does not come up.
    pub fn zipkin() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let mut command = Command::new(tool("zipkin")?);
        // The wrapper becomes the Java process, so that ending it ends Zipkin.
        command.env("QUERY_PORT", port.to_string());
        let mut process = Running::start("zipkin", &mut command, &folder.path().join("log"))?;
        let url = format!("http://127.0.0.1:{port}");
        process.wait_until("ready", Duration::from_secs(240), || answers(&format!("{url}/health")))?;
        Ok(Self { _process: process, intake: format!("{url}/api/v2/spans"), url, _folder: folder })
    }

    /// Sends spans.
    ///
    /// # Errors
    /// When the store refuses them.
    pub fn send(&self, spans: &Value) -> Result<()> {
        let mut response = agent().post(&self.intake).send_json(spans).context("sending spans")?;
        let said = response.body_mut().read_to_string().unwrap_or_default();
        ensure!(response.status().is_success(), "{} refused spans ({}): {said}", self.intake, response.status());
        Ok(())
    }

    /// What the store answers to a path.
    ///
    /// # Errors
    /// When it does not answer with success.
    pub fn ask(&self, path: &str) -> Result<Value> {
        let mut response =
            agent().get(format!("{}{path}", self.url)).call().with_context(|| format!("asking {path}"))?;
        ensure!(response.status().is_success(), "{path} was answered {}", response.status());
        response.body_mut().read_json().with_context(|| format!("reading the answer to {path}"))
    }
}
