//! Stores as teams run them: real engines, each behind a reverse proxy with TLS, a path of its own and credentials.
//!
//! - [`Door`] is such a proxy, and [`Doors`] are those of a team. [`VictoriaLogs`] is started as its manual says, on loopback, as are Jaeger and Zipkin
//!   ([`Traces`](crate::engines::traces::Traces)); [`Vmalert`](crate::engines::vmalert::Vmalert) is VictoriaMetrics with
//!   its ruler.
//! - [`incident`] tells an incident of the demo into them: the fault of `ci/faults` among honest commits, in a
//!   repository of the demo's own sources. [`System`] is all of it together, and the commands that look at it.

pub mod door;
pub mod doors;
pub mod incident;
pub mod system;

pub use door::{Authority, Door, Keys};
pub use doors::Doors;
pub use system::System;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::engines::{agent, answers};
use crate::process::{Running, free_port};
use crate::tools::tool;

/// How long an engine may take until it serves, on a busy machine.
const STARTING: Duration = Duration::from_secs(180);

/// The tenant whose log lines are written, as VictoriaLogs writes it.
pub const TENANT: (&str, &str) = ("7", "1");

/// Sends a body, and wants it accepted.
fn send(url: &str, kind: &str, headers: &[(&str, &str)], body: &str) -> Result<()> {
    let mut request = agent().post(url).header("Content-Type", kind);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut response = request.send(body).with_context(|| format!("sending to {url}"))?;
    let said = response.body_mut().read_to_string().unwrap_or_default();
    ensure!(response.status().is_success(), "{url} answered {}: {said}", response.status());
    Ok(())
}

/// A VictoriaLogs.
pub struct VictoriaLogs {
    _process: Running,
    /// Its address.
    pub url: String,
    _folder: TempDir,
}

impl VictoriaLogs {
    /// Starts one and waits until it serves.
    ///
    /// # Errors
    /// When it cannot be had, or does not come up.
    pub fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let mut command = Command::new(tool("victoria-logs")?);
        command
            .arg(format!("-storageDataPath={}", folder.path().join("data").display()))
            .arg(format!("-httpListenAddr={address}"))
            .args(["-retentionPeriod=100y", "-loggerLevel=WARN"]);
        let mut process = Running::start("victoria-logs", &mut command, &folder.path().join("log"))?;
        let url = format!("http://{address}");
        process.wait_until("ready", STARTING, || answers(&format!("{url}/health")))?;
        Ok(Self { _process: process, url, _folder: folder })
    }

    /// Sends log lines of [`TENANT`], each with `_time`, `_msg` and its fields, and waits until they can be found.
    ///
    /// # Errors
    /// When they are refused, or do not show.
    pub fn take(&self, lines: &[Value]) -> Result<()> {
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let tenant = [("AccountID", TENANT.0), ("ProjectID", TENANT.1)];
        let url = format!("{}/insert/jsonline?_stream_fields=service.name", self.url);
        send(&url, "application/stream+json", &tenant, &body)?;
        // Lines become visible within a second.
        for _ in 0..100 {
            let count = agent()
                .get(format!("{}/select/logsql/query", self.url))
                .query("query", "*")
                .header("AccountID", TENANT.0)
                .header("ProjectID", TENANT.1)
                .call()?
                .body_mut()
                .read_to_string()?
                .lines()
                .count();
            if count >= lines.len() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        anyhow::bail!("the log lines did not show within 10 s")
    }
}

/// Writes a secret into a file, and gives the file's name.
///
/// # Errors
/// When it cannot be written.
pub fn kept(folder: &Path, name: &str, secret: &str) -> Result<String> {
    std::fs::write(folder.join(name), format!("{secret}\n"))?;
    Ok(name.to_owned())
}
