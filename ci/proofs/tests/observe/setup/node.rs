//! node_exporter on this machine, with a backup that told it of its success.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use emberline_proofs::process::{Running, free_port};
use emberline_proofs::tools::tool;

/// A running node_exporter.
pub(super) struct Node {
    pub(super) address: String,
    _process: Running,
}

impl Node {
    /// Starts one that keeps its files in `folder`, and waits until it serves.
    pub(super) fn start(folder: &Path) -> Result<Self> {
        let told = folder.join("textfile");
        fs::create_dir_all(&told)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("a clock before 1970")?.as_secs();
        let success = "backup_last_success_timestamp_seconds";
        let text = format!("# TYPE {success} gauge\n{success}{{backup=\"orders\"}} {now}\n");
        fs::write(told.join("backup.prom"), text)?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let mut command = Command::new(tool("node_exporter")?);
        command
            .arg(format!("--web.listen-address={address}"))
            .arg(format!("--collector.textfile.directory={}", told.display()))
            // Overlays count as well, so that `/` is there in a container, too.
            .arg("--collector.filesystem.fs-types-exclude=^(cgroup2?|devpts|mqueue|proc|sysfs)$");
        let mut process = Running::start("node_exporter", &mut command, &folder.join("node_exporter.log"))?;
        let url = format!("http://{address}/metrics");
        process.wait_until("serving", Duration::from_secs(30), || ureq::get(&url).call().is_ok())?;
        Ok(Self { address, _process: process })
    }
}
