//! A team's stores with an incident in them, each behind a door of its own, and the commands that look at them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::VictoriaLogs;
use super::doors::{Doors, keeps_secrets};
use super::incident::Incident;
use crate::engines::agent;
use crate::engines::vmalert::Vmalert;
use crate::process::{Running, free_port};
use crate::remote_write;
use crate::tools::{emberline, workspace};

/// How often rules are evaluated, as they say themselves.
const EVALUATION: Duration = Duration::from_secs(30);

/// VictoriaMetrics with its ruler and VictoriaLogs, which hold the incident.
pub struct System {
    /// The incident.
    pub incident: Incident,
    /// The doors before the stores.
    pub doors: Doors,
    metrics: Vmalert,
    _logs: VictoriaLogs,
}

/// What a command said.
pub struct Said {
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl System {
    /// Starts the stores, tells the incident into them, and waits until the ruler's alert fires.
    ///
    /// # Errors
    /// When an engine cannot be had or does not come up, or no alert fires.
    pub fn start() -> Result<Self> {
        let mut doors = Doors::new()?;
        let incident = Incident::new(doors.folder())?;
        let metrics = Vmalert::start(&[rules(doors.folder())?], EVALUATION)?;
        remote_write::write(&metrics.store, &incident.metrics())?;
        let logs = VictoriaLogs::start()?;
        logs.take(&incident.logs())?;
        doors.metrics(&metrics.store)?;
        doors.ruler(&metrics.url)?;
        doors.logs(&logs.url)?;
        let system = Self { incident, doors, metrics, _logs: logs };
        system.await_alert()?;
        Ok(system)
    }

    /// Walks, and holds that no secret shows.
    ///
    /// # Errors
    /// When the program does not start, or a secret shows.
    pub fn walk(&self, format: &str) -> Result<Said> {
        let mut command = Command::new(emberline()?);
        command.args(["--color", "never", "walk", "--alert", "payments/booking", "--format", format, "--specs"]);
        command.arg(workspace().join("slos")).arg("--stores").arg(self.doors.stores()?);
        command.arg("--repository").arg(&self.incident.repository);
        said(command.stdin(Stdio::null()).output()?)
    }

    /// The walk as JSON.
    ///
    /// # Errors
    /// As [`Self::walk`], or when the walk could not begin.
    pub fn walked(&self) -> Result<Value> {
        let said = self.walk("json")?;
        serde_json::from_str(&said.out).with_context(|| format!("exit {}: {}", said.status, said.err))
    }

    /// What the preview tells of the firing alerts.
    ///
    /// # Errors
    /// When it does not serve, or a secret shows.
    pub fn previewed(&self) -> Result<(u16, String)> {
        let at = format!("127.0.0.1:{}", free_port()?);
        let log = self.doors.folder().join("preview.log");
        let mut command = Command::new(emberline()?);
        command.args(["preview", "--listen", &at, "--specs"]).arg(workspace().join("slos"));
        command.arg("--stores").arg(self.doors.stores()?);
        let mut preview = Running::start("preview", &mut command, &log)?;
        let url = format!("http://{at}/.live");
        preview.wait_until("serving", Duration::from_secs(60), || agent().get(&url).call().is_ok())?;
        let mut response = agent().get(&url).call()?;
        let told = (response.status().as_u16(), response.body_mut().read_to_string()?);
        keeps_secrets(&told.1)?;
        keeps_secrets(&std::fs::read_to_string(&log)?)?;
        Ok(told)
    }

    /// Whether what the ruler recorded of the alert can be found, which takes a moment longer.
    fn is_recorded(&self) -> Result<bool> {
        let query = r#"ALERTS{currency="JPY",alertstate="firing"}"#;
        let url = format!("{}/api/v1/query", self.metrics.store);
        // A walk asks for what is a second old.
        let answer: Value = agent()
            .get(&url)
            .query("query", query)
            .query("latency_offset", "2s")
            .query("nocache", "1")
            .call()?
            .body_mut()
            .read_json()?;
        Ok(answer["data"]["result"].as_array().is_some_and(|found| !found.is_empty()))
    }

    fn await_alert(&self) -> Result<()> {
        let began = Instant::now();
        loop {
            let answer: Value =
                agent().get(format!("{}/api/v1/alerts", self.metrics.url)).call()?.body_mut().read_json()?;
            let alerts = answer["data"]["alerts"].as_array().map(Vec::as_slice).unwrap_or_default();
            let fires = |alert: &Value| alert["state"] == "firing" && alert["labels"]["currency"] == "JPY";
            if alerts.iter().any(fires) && self.is_recorded()? {
                return Ok(());
            }
            if began.elapsed() > Duration::from_secs(120) {
                bail!("no alert fires after two minutes: {answer}");
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    }
}

/// The group of the objective, out of the rules that this repository has committed. vmalert refuses other groups of the
/// file, for functions that it does not know.
fn rules(folder: &Path) -> Result<PathBuf> {
    let file = workspace().join("generated/prometheus/rules/payments.yaml");
    let mut rules: serde_yaml::Value = serde_yaml::from_str(&std::fs::read_to_string(&file)?)?;
    let groups = rules["groups"].as_sequence_mut().context("no groups")?;
    groups.retain(|group| group["name"] == "payments/booking");
    ensure!(groups.len() == 1, "the group payments/booking is gone");
    let path = folder.join("rules.yaml");
    std::fs::write(&path, serde_yaml::to_string(&rules)?)?;
    Ok(path)
}

fn said(output: Output) -> Result<Said> {
    let Output { status, stdout, stderr } = output;
    let (out, err) = (String::from_utf8(stdout)?, String::from_utf8(stderr)?);
    keeps_secrets(&out)?;
    keeps_secrets(&err)?;
    Ok(Said { status: status.code().unwrap_or(-1), out, err })
}
