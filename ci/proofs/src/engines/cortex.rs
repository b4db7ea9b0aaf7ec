//! Cortex in one process: rules go into its ruler by the HTTP API, so that its limits hold.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{agent, answers};
use crate::process::{Running, free_port};
use crate::tools::tool;

/// The running Cortex.
pub struct Cortex {
    _process: Running,
    /// Its address.
    pub url: String,
    _folder: TempDir,
}

/// The default of Mimir and of managed Cortex (`ruler_max_rules_per_rule_group`).
pub const MOST_RULES_A_GROUP: usize = 20;

impl Cortex {
    /// Starts one. `evaluation` is how often groups without an interval are evaluated.
    ///
    /// # Errors
    /// When it cannot be had, or does not come up.
    pub fn start(evaluation: Duration) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (http, grpc) = (free_port()?, free_port()?);
        let url = format!("http://127.0.0.1:{http}");
        let path = folder.path().join("cortex.yaml");
        fs::write(&path, config(folder.path(), http, grpc, evaluation).to_string())?;
        let mut command = Command::new(tool("cortex")?);
        command.arg(format!("-config.file={}", path.display())).current_dir(folder.path());
        let mut process = Running::start("cortex", &mut command, &folder.path().join("log"))?;
        process.wait_until("ready", Duration::from_secs(180), || answers(&format!("{url}/ready")))?;
        Ok(Self { _process: process, url, _folder: folder })
    }

    /// Hands a group to the ruler; gives why it was refused.
    ///
    /// # Errors
    /// When Cortex does not answer.
    pub fn refuses(&self, namespace: &str, group: &serde_yaml::Value) -> Result<Option<String>> {
        let url = format!("{}/api/v1/rules/{namespace}", self.url);
        let body = serde_yaml::to_string(group)?;
        let mut response = agent().post(&url).content_type("application/yaml").send(&body).context("asking Cortex")?;
        let said = response.body_mut().read_to_string().unwrap_or_default();
        Ok((!response.status().is_success()).then(|| format!("{}: {said}", response.status())))
    }
}

/// Everything in one process, its files below one folder, and nothing replicated.
fn config(folder: &std::path::Path, http: u16, grpc: u16, evaluation: Duration) -> Value {
    let below = |name: &str| folder.join(name).display().to_string();
    let ring = json!({"kvstore": {"store": "inmemory"}, "instance_addr": "127.0.0.1"});
    let files = |name: &str| json!({"backend": "filesystem", "filesystem": {"dir": below(name)}});
    let mut blocks = files("blocks");
    blocks["tsdb"] = json!({"dir": below("tsdb")});
    blocks["bucket_store"] = json!({"sync_dir": below("sync")});
    json!({
        "target": "all",
        "auth_enabled": false,
        "server": {
            "http_listen_address": "127.0.0.1", "http_listen_port": http,
            "grpc_listen_address": "127.0.0.1", "grpc_listen_port": grpc, "log_level": "warn",
        },
        "distributor": {"shard_by_all_labels": true, "ring": ring},
        "ingester": {"lifecycler": {
            "ring": {"kvstore": {"store": "inmemory"}, "replication_factor": 1},
            "address": "127.0.0.1", "join_after": "0s", "min_ready_duration": "0s", "final_sleep": "0s",
        }},
        "blocks_storage": blocks,
        "compactor": {"data_dir": below("compactor")},
        "store_gateway": {"sharding_enabled": false},
        "ruler_storage": files("rules"),
        "alertmanager_storage": files("alertmanagers"),
        "alertmanager": {"data_dir": below("alertmanager"), "external_url": "http://127.0.0.1/alertmanager"},
        "ruler": {
            "enable_api": true,
            "rule_path": below("ruler"),
            "evaluation_interval": format!("{}ms", evaluation.as_millis()),
            "poll_interval": "2s",
            "ring": ring,
        },
        "limits": {
            "ruler_max_rules_per_rule_group": MOST_RULES_A_GROUP,
            "ruler_max_rule_groups_per_tenant": 0,
            "ingestion_rate": 1_000_000, "ingestion_burst_size": 1_000_000,
            "max_global_series_per_metric": 0, "max_global_series_per_user": 0,
            "max_series_per_metric": 0, "max_series_per_user": 0,
        },
    })
}
