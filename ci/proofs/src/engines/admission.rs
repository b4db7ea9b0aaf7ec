//! The Prometheus Operator's admission webhook, asked as Kubernetes' API server asks it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{agent, answers};
use crate::process::{Running, free_port};
use crate::tools::tool;

/// The running webhook.
pub struct Webhook {
    _process: Running,
    url: String,
    _folder: TempDir,
}

impl Webhook {
    /// Starts it, without TLS since it is asked on loopback.
    ///
    /// # Errors
    /// When it cannot be had, or does not come up.
    pub fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let mut command = Command::new(tool("admission-webhook")?);
        command.args(["--web.enable-tls=false", "--web.listen-address", &address]);
        let mut process = Running::start("admission-webhook", &mut command, &folder.path().join("log"))?;
        let url = format!("http://{address}");
        process.wait_until("ready", Duration::from_secs(30), || answers(&format!("{url}/healthz")))?;
        Ok(Self { _process: process, url, _folder: folder })
    }

    /// Why the webhook refuses a `PrometheusRule` or an `AlertmanagerConfig`; nothing if it admits the object.
    ///
    /// # Errors
    /// When the object is of another kind, or the webhook does not answer the review.
    pub fn refuses(&self, object: &Value) -> Result<Option<String>> {
        let (version, resource) = match object["kind"].as_str() {
            Some("PrometheusRule") => ("v1", "prometheusrules"),
            Some("AlertmanagerConfig") => ("v1alpha1", "alertmanagerconfigs"),
            kind => bail!("the webhook does not judge {kind:?}"),
        };
        let kind = json!({"group": "monitoring.coreos.com", "version": version, "kind": object["kind"]});
        let path = format!("admission-{resource}/validate");
        let resource = json!({"group": "monitoring.coreos.com", "version": version, "resource": resource});
        let review = json!({
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "request": {"uid": "1", "operation": "CREATE", "kind": kind, "resource": resource, "object": object},
        });
        let url = format!("{}/{path}", self.url);
        let mut response = agent()
            .post(&url)
            // Exactly this type, without a character set.
            .header("Content-Type", "application/json")
            .send(review.to_string())
            .context("asking the webhook")?;
        let said = response.body_mut().read_to_string().context("reading the webhook's answer")?;
        let answer: Value = serde_json::from_str(&said)
            .with_context(|| format!("the webhook answered {} without a verdict: {said}", response.status()))?;
        let allowed = answer["response"]["allowed"].as_bool().with_context(|| format!("no verdict: {answer}"))?;
        Ok((!allowed).then(|| answer["response"]["status"].to_string()))
    }
}

/// The objects of a file, one a document.
///
/// # Errors
/// When the file cannot be read, or is no YAML.
pub fn objects(path: &Path) -> Result<Vec<Value>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let read = |document| Value::deserialize(document).with_context(|| format!("in {}", path.display()));
    serde_yaml::Deserializer::from_str(&text).map(read).collect()
}
