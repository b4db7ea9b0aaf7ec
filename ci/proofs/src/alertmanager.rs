//! A real Alertmanager, and what it holds at this moment.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::process::{Running, free_port};
use crate::remote_write::Labels;
use crate::tools::tool;

#[derive(Serialize)]
struct Config {
    global: Global,
    route: Route,
    receivers: Vec<Receiver>,
}

#[derive(Serialize)]
struct Global {
    resolve_timeout: &'static str,
}

#[derive(Serialize)]
struct Route {
    receiver: &'static str,
    group_by: Vec<&'static str>,
    group_wait: &'static str,
    group_interval: &'static str,
}

#[derive(Serialize)]
struct Receiver {
    name: &'static str,
}

/// An alert as the API shows it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    /// What identifies it.
    pub labels: Labels,
    /// When its expression first held, by Prometheus's clock.
    pub starts_at: String,
    /// Whether it is told, and if not, why.
    pub status: Status,
    /// Who gets it.
    pub receivers: Vec<Receives>,
}

/// What holds an alert back.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Alerts that mute it.
    pub inhibited_by: Vec<String>,
}

/// A receiver of an alert.
#[derive(Clone, Debug, Deserialize)]
pub struct Receives {
    /// Its name.
    pub name: String,
}

/// A running Alertmanager that notifies nobody.
pub struct Alertmanager {
    _process: Running,
    address: String,
    _folder: TempDir,
    agent: ureq::Agent,
}

impl Alertmanager {
    /// Starts one and waits until it serves.
    ///
    /// # Errors
    /// When Alertmanager cannot be had, or does not come up.
    pub fn start() -> Result<Self> {
        Self::start_with(&serde_yaml::to_string(&config()).context("writing Alertmanager's configuration")?)
    }

    /// Starts one with this configuration.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_with(configuration: &str) -> Result<Self> {
        let folder = tempfile::tempdir().context("making Alertmanager's folder")?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let path = folder.path().join("alertmanager.yml");
        std::fs::write(&path, configuration).with_context(|| format!("writing {}", path.display()))?;
        let mut command = Command::new(tool("alertmanager")?);
        command
            .arg(format!("--config.file={}", path.display()))
            .arg(format!("--storage.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            // One instance: no gossip, and no port for it.
            .arg("--cluster.listen-address=");
        let mut process = Running::start("alertmanager", &mut command, &folder.path().join("log"))?;
        let agent: ureq::Agent =
            ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).build().into();
        let ready = format!("http://{address}/-/ready");
        process.wait_until("ready", Duration::from_secs(30), || agent.get(&ready).call().is_ok())?;
        Ok(Self { _process: process, address, _folder: folder, agent })
    }

    /// Where Prometheus sends alerts.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Fires alerts with these labels, as Prometheus would.
    ///
    /// # Errors
    /// When Alertmanager does not take them.
    pub fn fire(&self, alerts: &[Labels]) -> Result<()> {
        let alerts: Vec<_> = alerts.iter().map(|labels| serde_json::json!({"labels": labels})).collect();
        let url = format!("http://{}/api/v2/alerts", self.address);
        self.agent.post(&url).send_json(&alerts).context("sending alerts")?;
        Ok(())
    }

    /// The alerts that are firing now. Resolved ones are not listed, so an alert's absence is its end.
    ///
    /// # Errors
    /// When Alertmanager does not answer.
    pub fn firing(&self) -> Result<Vec<Alert>> {
        let url = format!("http://{}/api/v2/alerts", self.address);
        self.agent.get(&url).call()?.body_mut().read_json().context("reading the alerts")
    }
}

/// The times under test are those of the API, which shows an alert as it arrives and drops it as Prometheus says that it
/// ended; grouping only delays notifications. `resolve_timeout` serves senders that give no end, which Prometheus does:
/// it is set long so that it cannot be what clears an alert.
fn config() -> Config {
    Config {
        global: Global { resolve_timeout: "1h" },
        route: Route {
            receiver: "nobody",
            group_by: vec!["alertname", "service", "slo"],
            group_wait: "1s",
            group_interval: "1s",
        },
        receivers: vec![Receiver { name: "nobody" }],
    }
}
