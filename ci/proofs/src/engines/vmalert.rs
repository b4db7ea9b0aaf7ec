//! VictoriaMetrics and vmalert.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use super::answers;
use crate::process::{Running, free_port};
use crate::tools::tool;

/// Why vmalert refuses groups of a rule file, a line for each; nothing if it takes the file.
///
/// # Errors
/// When vmalert cannot be had or started, or refuses the file without a reason.
pub fn refuses(file: &Path) -> Result<Vec<String>> {
    let output = Command::new(tool("vmalert")?)
        .args(["-dryRun", "-loggerFormat=json", "-loggerLevel=ERROR", "-rule"])
        .arg(file)
        .stdin(Stdio::null())
        .output()
        .context("starting vmalert")?;
    if output.status.success() {
        return Ok(Vec::new());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let fatal: Value = said.lines().last().map(serde_json::from_str).context("vmalert gave no reason")??;
    let reason = fatal["msg"].as_str().with_context(|| format!("vmalert gave no reason: {said}"))?;
    // The first line counts the others.
    let groups: Vec<_> = reason.lines().skip(1).map(str::to_owned).collect();
    ensure!(!groups.is_empty(), "vmalert refuses {}: {reason}", file.display());
    Ok(groups)
}

/// A VictoriaMetrics.
pub struct VictoriaMetrics {
    _process: Running,
    /// Its address.
    pub url: String,
    _folder: TempDir,
}

impl VictoriaMetrics {
    /// Starts one and waits until it serves.
    ///
    /// # Errors
    /// When it cannot be had, or does not come up.
    pub fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let url = format!("http://{address}");
        let mut command = Command::new(tool("victoria-metrics")?);
        command
            .arg(format!("-storageDataPath={}", folder.path().join("data").display()))
            .arg(format!("-httpListenAddr={address}"))
            .args(["-retentionPeriod=100y", "-search.latencyOffset=0s", "-loggerLevel=WARN"])
            // Thirty thousand rules of a minute, on two cores that others use: they wait rather than fail.
            .args(["-search.maxQueueDuration=2m", "-search.maxQueryDuration=2m"]);
        let mut process = Running::start("victoria-metrics", &mut command, &folder.path().join("store.log"))?;
        process.wait_until("ready", Duration::from_secs(180), || answers(&format!("{url}/health")))?;
        Ok(Self { _process: process, url, _folder: folder })
    }
}

/// A VictoriaMetrics and a vmalert that reads from it and records into it.
pub struct Vmalert {
    // Before the database: fields drop in order, and who reads ends first.
    _process: Running,
    /// VictoriaMetrics' address, to write to.
    pub store: String,
    /// vmalert's address, to ask for alerts.
    pub url: String,
    _database: VictoriaMetrics,
    _folder: TempDir,
}

impl Vmalert {
    /// Starts both. `evaluation` is how often groups without an interval are evaluated.
    ///
    /// # Errors
    /// When one cannot be had, or does not come up.
    pub fn start(rules: &[PathBuf], evaluation: Duration) -> Result<Self> {
        let (folder, database) = (tempfile::tempdir()?, VictoriaMetrics::start()?);
        let (ruler, store) = (format!("127.0.0.1:{}", free_port()?), database.url.clone());
        let url = format!("http://{ruler}");
        let mut command = Command::new(tool("vmalert")?);
        command
            .args(rules.iter().map(|file| format!("-rule={}", file.display())))
            .arg(format!("-datasource.url={store}"))
            .arg(format!("-remoteWrite.url={store}"))
            .arg(format!("-httpListenAddr={ruler}"))
            .arg(format!("-evaluationInterval={}ms", evaluation.as_millis()))
            // Samples reach this store at once. By default vmalert evaluates half a minute in the past, and hands
            // recorded samples on every two seconds.
            .args(["-rule.evalDelay=0s", "-remoteWrite.flushInterval=100ms"])
            // It keeps the last evaluation of a rule only: its answer about thirty thousand rules is long enough.
            .args(["-rule.updateEntriesLimit=1", "-notifier.blackhole", "-loggerLevel=WARN"]);
        let mut vmalert = Running::start("vmalert", &mut command, &folder.path().join("vmalert.log"))?;
        vmalert.wait_until("ready", Duration::from_secs(180), || answers(&format!("{url}/health")))?;
        Ok(Self { _process: vmalert, store, url, _database: database, _folder: folder })
    }
}
