//! Copies: what is kept goes to stores of other makers as well, which answer in the place of the demo's own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Where copies go, and what a drill says of the stores that have them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copies {
    /// Where traces are taken, as OTLP over HTTP: `http://127.0.0.1:4318/v1/traces`.
    pub traces: String,
    /// Where log records are taken, as OTLP over HTTP.
    pub logs: To,
    /// Where Prometheus writes what it scrapes and records.
    pub metrics: String,
    /// Where these stores answer, in the form that `emberline walk --stores` reads.
    pub endpoints: Value,
}

/// An address with headers, such as a tenant's.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct To {
    /// The whole address.
    pub url: String,
    /// Headers of every request.
    pub headers: BTreeMap<String, String>,
}

impl Copies {
    /// Reads the file (JSON) that the variable `EMBERLINE_COPIES` names, if it is set.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn of_environment() -> Result<Option<Self>> {
        let Some(path) = std::env::var_os("EMBERLINE_COPIES") else { return Ok(None) };
        let path = PathBuf::from(path);
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        serde_json::from_str(&text).map(Some).with_context(|| format!("reading {}", path.display()))
    }

    /// Writes the configuration that is laid over the gateway's: two more pipelines, from what is kept.
    pub(super) fn overlay(&self, config: &Path) -> Result<PathBuf> {
        let overlay = json!({
            "exporters": {
                "otlp_http/copy-traces": {"traces_endpoint": self.traces},
                "otlp_http/copy-logs": {"logs_endpoint": self.logs.url, "headers": self.logs.headers},
            },
            "service": {"pipelines": {
                "traces/copy": {"receivers": ["forward/kept"], "exporters": ["otlp_http/copy-traces"]},
                "logs/copy": {"receivers": ["otlp"], "exporters": ["otlp_http/copy-logs"]},
            }},
        });
        let path = config.join("gateway-copies.yaml");
        // JSON is YAML.
        fs::write(&path, overlay.to_string()).with_context(|| format!("writing {}", path.display()))?;
        Ok(path)
    }
}
