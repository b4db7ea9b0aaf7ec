//! A team's stores with an incident in them, each behind a door of its own, and the commands that look at them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tempfile::TempDir;

use super::incident::Incident;
use super::{Authority, Door, Keys, TENANT, VictoriaLogs, kept};
use crate::engines::agent;
use crate::engines::vmalert::Vmalert;
use crate::process::{Running, free_port};
use crate::remote_write;
use crate::tools::{emberline, workspace};

/// How often rules are evaluated, as they say themselves.
const EVALUATION: Duration = Duration::from_secs(30);

/// Secrets, one for each door; none may show anywhere.
const SECRETS: [&str; 4] = [
    concat!("vm-", "0penSesame-1"),
    concat!("vmalert-", "0penSesame-2"),
    concat!("vl-", "0penSesame-3"),
    concat!("tr-", "0penSesame-4"),
];

/// VictoriaMetrics with its ruler and VictoriaLogs, which hold the incident.
pub struct System {
    /// The incident.
    pub incident: Incident,
    /// The authority of every door.
    pub authority: Authority,
    folder: TempDir,
    lines: BTreeMap<&'static str, String>,
    metrics: Vmalert,
    logs: VictoriaLogs,
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
        let folder = tempfile::tempdir()?;
        let incident = Incident::new(folder.path())?;
        let metrics = Vmalert::start(&[rules(folder.path())?], EVALUATION)?;
        remote_write::write(&metrics.store, &incident.metrics())?;
        let logs = VictoriaLogs::start()?;
        logs.take(&incident.logs())?;
        let authority = Authority::new()?;
        std::fs::write(folder.path().join("ca.pem"), &authority.pem)?;
        let mut system = Self { incident, authority, folder, lines: BTreeMap::new(), metrics, logs };
        system.doors()?;
        system.await_alert()?;
        Ok(system)
    }

    fn doors(&mut self) -> Result<()> {
        let bearer = |secret: &str| Keys { authorization: Some(format!("Bearer {secret}")), ..Keys::default() };
        // The front of a cluster has the tenant in its path; one server answers below `/prometheus` as well.
        let path = format!("/vm/select/{}:{}/prometheus", TENANT.0, TENANT.1);
        let backend = format!("{}/prometheus", self.metrics.store);
        let door = Door::open(&self.authority, &path, &backend, bearer(SECRETS[0]))?;
        let token = kept(self.folder.path(), "metrics.token", SECRETS[0])?;
        let url = door.url.replace(&path, "/vm");
        self.name("victoria_metrics", &url, &format!("tenant: {}:{}, bearer_token_file: {token}", TENANT.0, TENANT.1));
        let door = Door::open(&self.authority, "/rules", &self.metrics.url, bearer(SECRETS[1]))?;
        let token = kept(self.folder.path(), "ruler.token", SECRETS[1])?;
        self.name("ruler", &door.url, &format!("bearer_token_file: {token}"));
        let user = format!("oncall:{}", SECRETS[2]);
        let keys = Keys {
            authorization: Some(format!("Basic {}", STANDARD.encode(&user))),
            headers: [("accountid", TENANT.0), ("projectid", TENANT.1)]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            certificate: false,
        };
        let door = Door::open(&self.authority, "/team/logs", &self.logs.url, keys)?;
        let file = kept(self.folder.path(), "logs.auth", &user)?;
        self.name("victoria_logs", &door.url, &format!("tenant: {}:{}, basic_auth_file: {file}", TENANT.0, TENANT.1));
        Ok(())
    }

    /// Puts a door before a store of traces, with a client's certificate and a header with a secret for keys.
    ///
    /// # Errors
    /// When the door cannot be opened.
    pub fn traces(&mut self, product: &'static str, path: &str, backend: &str) -> Result<()> {
        let headers = [("x-api-key".to_owned(), SECRETS[3].to_owned())].into();
        let keys = Keys { authorization: None, headers, certificate: true };
        let door = Door::open(&self.authority, path, backend, keys)?;
        let (certificate, key) = self.authority.client()?;
        let folder = self.folder.path();
        kept(folder, "client.pem", &certificate)?;
        kept(folder, "client.key", &key)?;
        kept(folder, "traces.key", SECRETS[3])?;
        let keys = "client_cert: client.pem, client_key: client.key, headers: {X-Api-Key: '@traces.key'}";
        self.name(product, &door.url, keys);
        Ok(())
    }

    fn name(&mut self, product: &'static str, url: &str, keys: &str) {
        self.lines.insert(product, format!("{product}: {{url: '{url}', ca_file: ca.pem, {keys}}}"));
    }

    /// Puts a store's line in.
    pub fn put(&mut self, product: &'static str, line: String) {
        self.lines.insert(product, line);
    }

    /// Puts another path into a store's line.
    pub fn rename(&mut self, product: &'static str, from: &str, to: &str) {
        if let Some(line) = self.lines.get_mut(product) {
            *line = line.replace(&format!("{from}'"), &format!("{to}'"));
        }
    }

    /// Leaves a store out.
    pub fn without(&mut self, product: &str) -> Option<String> {
        self.lines.remove(product)
    }

    /// Puts another text into a store's file, and gives the former text.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn swap(&self, file: &str, text: &str) -> Result<String> {
        let path = self.folder.path().join(file);
        let before = std::fs::read_to_string(&path)?;
        std::fs::write(&path, text)?;
        Ok(before)
    }

    /// The file of stores.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn stores(&self) -> Result<PathBuf> {
        let path = self.folder.path().join("stores.yaml");
        let mut text = String::new();
        for line in self.lines.values() {
            writeln!(text, "{line}")?;
        }
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// Walks, and holds that no secret shows.
    ///
    /// # Errors
    /// When the program does not start, or a secret shows.
    pub fn walk(&self, format: &str) -> Result<Said> {
        let mut command = Command::new(emberline()?);
        command.args(["--color", "never", "walk", "--alert", "payments/booking", "--format", format, "--specs"]);
        command.arg(workspace().join("slos")).arg("--stores").arg(self.stores()?);
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
        let log = self.folder.path().join("preview.log");
        let mut command = Command::new(emberline()?);
        command.args(["preview", "--listen", &at, "--specs"]).arg(workspace().join("slos"));
        command.arg("--stores").arg(self.stores()?);
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

/// Fails if a text shows a secret, or a part of one.
fn keeps_secrets(text: &str) -> Result<()> {
    ensure!(!text.contains("0penSesame"), "a secret shows: {text}");
    let user = STANDARD.encode(format!("oncall:{}", SECRETS[2]));
    ensure!(!text.contains(&user), "credentials show: {text}");
    Ok(())
}
