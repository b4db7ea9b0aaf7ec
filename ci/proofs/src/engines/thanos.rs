//! Thanos: a receiver that holds the raw series, a querier over it and over the ruler, and the ruler.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::answers;
use crate::process::{Running, free_port};
use crate::tools::tool;

/// The three programs.
pub struct Thanos {
    _processes: Vec<Running>,
    /// Where the receiver takes remote writes.
    pub receiver: String,
    /// The ruler's address, to ask for rules and alerts.
    pub url: String,
    _folder: TempDir,
}

impl Thanos {
    /// Starts them. `evaluation` is how often groups without an interval are evaluated.
    ///
    /// # Errors
    /// When Thanos cannot be had, or one of the three does not come up.
    pub fn start(rules: &[PathBuf], evaluation: Duration) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let program = tool("thanos")?;
        let at = |port: u16| format!("127.0.0.1:{port}");
        let mut ports = (0..7).map(|_| free_port()).collect::<Result<Vec<_>>>()?.into_iter().map(at);
        let mut port = || ports.next().context("seven ports are enough");
        let (write, receive_grpc, receive_http) = (port()?, port()?, port()?);
        let (query_http, query_grpc, rule_http, rule_grpc) = (port()?, port()?, port()?, port()?);
        let data = |name: &str| folder.path().join(name).display().to_string();
        let mut receive = Command::new(&program);
        receive
            .args(["receive", "--label=receive=\"one\"", "--log.level=warn", "--tsdb.path", &data("received")])
            .args(["--remote-write.address", &write, "--grpc-address", &receive_grpc, "--http-address", &receive_http])
            // It resolves no other receiver.
            .args(["--receive.local-endpoint", &receive_grpc]);
        let mut query = Command::new(&program);
        query
            .args(["query", "--log.level=warn", "--http-address", &query_http, "--grpc-address", &query_grpc])
            .args(["--query.replica-label=receive", "--query.replica-label=ruler"])
            .args([format!("--endpoint={receive_grpc}"), format!("--endpoint={rule_grpc}")]);
        let mut rule = Command::new(&program);
        rule.args(["rule", "--log.level=warn", "--label=ruler=\"one\"", "--data-dir", &data("ruled")])
            .args(["--http-address", &rule_http, "--grpc-address", &rule_grpc])
            .arg(format!("--eval-interval={}ms", evaluation.as_millis()))
            .arg(format!("--query=http://{query_http}"))
            .args(rules.iter().map(|file| format!("--rule-file={}", file.display())));
        let mut processes = Vec::new();
        for (name, mut command, http) in
            [("receive", receive, receive_http), ("query", query, query_http), ("rule", rule, rule_http.clone())]
        {
            let mut process =
                Running::start(&format!("thanos {name}"), &mut command, &folder.path().join(format!("{name}.log")))?;
            let ready = format!("http://{http}/-/ready");
            process.wait_until("ready", Duration::from_secs(120), || answers(&ready))?;
            processes.push(process);
        }
        let receiver = format!("http://{write}/api/v1/receive");
        Ok(Self { _processes: processes, receiver, url: format!("http://{rule_http}"), _folder: folder })
    }
}
