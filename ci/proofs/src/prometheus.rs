//! A real Prometheus on a port of its own: its configuration, its queries, its rules' health.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::{Running, free_port};
use crate::remote_write::{self, Labels, Observed, Series};
use crate::rules::EVALUATION;
use crate::tools::tool;

/// The scrape interval of a proof that scrapes.
pub const SCRAPE: Duration = Duration::from_secs(15);

/// What Prometheus is told, as typed values; the file is only ever written by a serializer.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Config {
    global: Global,
    rule_files: Vec<PathBuf>,
    scrape_configs: Vec<Scrape>,
    alerting: Alerting,
    #[serde(skip_serializing_if = "Option::is_none")]
    otlp: Option<Otlp>,
}

#[derive(Clone, Debug, Serialize)]
struct Otlp {
    translation_strategy: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct Global {
    scrape_interval: String,
    evaluation_interval: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_query_offset: Option<String>,
}

impl Default for Global {
    fn default() -> Self {
        let text = |duration: Duration| format!("{}s", duration.as_secs());
        Self { scrape_interval: text(SCRAPE), evaluation_interval: text(EVALUATION), rule_query_offset: None }
    }
}

#[derive(Clone, Debug, Serialize)]
struct Scrape {
    job_name: String,
    /// The labels `job` and `instance` that a target exposes stand, instead of the target's own.
    honor_labels: bool,
    scrape_native_histograms: bool,
    static_configs: Vec<Targets>,
}

#[derive(Clone, Debug, Serialize)]
struct Targets {
    targets: Vec<String>,
    labels: Labels,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Alerting {
    alertmanagers: Vec<AlertmanagerTargets>,
}

#[derive(Clone, Debug, Serialize)]
struct AlertmanagerTargets {
    static_configs: Vec<Targets>,
}

impl Config {
    /// Keeps the names of OTLP metrics as they are, dots and all.
    #[must_use]
    pub fn untranslated(mut self) -> Self {
        self.otlp = Some(Otlp { translation_strategy: "NoTranslation" });
        self
    }

    /// Scrapes so often.
    #[must_use]
    pub fn every(mut self, interval: Duration) -> Self {
        self.global.scrape_interval = format!("{}s", interval.as_secs());
        self
    }

    /// Evaluates rules, and records what they give, as of so long ago.
    #[must_use]
    pub fn late(mut self, offset: Duration) -> Self {
        self.global.rule_query_offset = Some(format!("{}s", offset.as_secs()));
        self
    }

    /// Loads a rule file.
    #[must_use]
    pub fn rules(mut self, path: &Path) -> Self {
        self.rule_files.push(path.to_owned());
        self
    }

    /// Scrapes `address` as `job`, under the instance name that the backfilled history bears.
    #[must_use]
    pub fn scrape(self, job: &str, address: &str, labels: Labels) -> Self {
        self.scrape_with(job, address, labels, false)
    }

    /// The same, and keeps the native form of histograms that have one.
    #[must_use]
    pub fn scrape_native(self, job: &str, address: &str, labels: Labels) -> Self {
        self.scrape_with(job, address, labels, true)
    }

    fn scrape_with(mut self, job: &str, address: &str, labels: Labels, scrape_native_histograms: bool) -> Self {
        let targets = Targets { targets: vec![address.to_owned()], labels };
        self.scrape_configs.push(Scrape {
            job_name: job.to_owned(),
            honor_labels: false,
            scrape_native_histograms,
            static_configs: vec![targets],
        });
        self
    }

    /// Scrapes a collector at `address`, which speaks for the services behind it.
    #[must_use]
    pub fn scrape_collector(mut self, address: &str) -> Self {
        self.scrape_configs.push(Scrape {
            job_name: "collector".to_owned(),
            honor_labels: true,
            scrape_native_histograms: true,
            static_configs: vec![Targets { targets: vec![address.to_owned()], labels: Labels::new() }],
        });
        self
    }

    /// Sends alerts to `address`.
    #[must_use]
    pub fn alerts_to(mut self, address: &str) -> Self {
        let targets = Targets { targets: vec![address.to_owned()], labels: Labels::new() };
        self.alerting.alertmanagers.push(AlertmanagerTargets { static_configs: vec![targets] });
        self
    }
}

/// A running Prometheus with a database of its own; both go when it is dropped.
pub struct Prometheus {
    // Before the folder: fields drop in order, and the process must be gone when its files are removed.
    process: Running,
    url: String,
    folder: TempDir,
    agent: ureq::Agent,
}

/// What one query answered: the series, and how many samples it had to look at.
pub struct Answer {
    /// Series with their samples; an instant query has one each.
    pub series: Vec<Series>,
    /// `totalQueryableSamples` of the statistics.
    pub samples_touched: u64,
}

/// The health of a loaded rule.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleHealth {
    /// Record or alert name.
    pub name: String,
    /// `ok`, `err` or, before the first evaluation, `unknown`.
    pub health: String,
    /// What the last evaluation complained about.
    #[serde(default)]
    pub last_error: String,
}

impl Prometheus {
    /// Starts one and waits until it serves.
    ///
    /// # Errors
    /// When Prometheus cannot be had, or does not come up.
    pub fn start(config: &Config) -> Result<Self> {
        // History is written series by series. A head block that spans it all takes every series from its
        // beginning, and is not compacted in the middle of a measurement.
        let wide = ["--storage.tsdb.min-block-duration=200d", "--storage.tsdb.max-block-duration=200d"];
        Self::open(config, &wide, |_| Ok(()))
    }

    /// Starts one with Prometheus's own block lengths, over blocks that `fill` puts into the folder of its data.
    ///
    /// # Errors
    /// As [`Self::start`], and when `fill` fails.
    pub fn over_blocks(config: &Config, fill: impl FnOnce(&Path) -> Result<()>) -> Result<Self> {
        Self::open(config, &[], fill)
    }

    fn open(config: &Config, more: &[&str], fill: impl FnOnce(&Path) -> Result<()>) -> Result<Self> {
        let folder = tempfile::tempdir().context("making Prometheus's folder")?;
        fill(&folder.path().join("data"))?;
        let address = format!("127.0.0.1:{}", free_port()?);
        let url = format!("http://{address}");
        write_config(folder.path(), config)?;
        let mut command = Command::new(tool("prometheus")?);
        command
            .arg(format!("--config.file={}", folder.path().join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .args(["--web.enable-remote-write-receiver", "--web.enable-otlp-receiver", "--web.enable-lifecycle"])
            .args(more)
            .args(["--storage.tsdb.retention.time=400d", "--log.level=warn"]);
        let process = Running::start("prometheus", &mut command, &folder.path().join("log"))?;
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(120)))
            .http_status_as_error(false)
            .build()
            .into();
        let mut started = Self { process, url, folder, agent };
        let (agent, ready) = (started.agent.clone(), format!("{}/-/ready", started.url));
        // Thirty thousand rules are read before it is ready.
        started.process.wait_until("ready", Duration::from_secs(180), || {
            agent.get(&ready).call().is_ok_and(|response| response.status().is_success())
        })?;
        Ok(started)
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Replaces the configuration of the running server, keeping its history.
    ///
    /// # Errors
    /// When Prometheus refuses it.
    pub fn reload(&self, config: &Config) -> Result<()> {
        write_config(self.folder.path(), config)?;
        let url = format!("{}/-/reload", self.url);
        let mut response = self.agent.post(&url).send_empty().context("reloading Prometheus")?;
        let said = response.body_mut().read_to_string().unwrap_or_default();
        ensure!(response.status().is_success(), "Prometheus refused its configuration: {said}\n{}", self.log_tail());
        Ok(())
    }

    /// Writes history.
    ///
    /// # Errors
    /// When a sample is refused.
    pub fn write(&self, series: &[Series]) -> Result<()> {
        remote_write::write(&self.url, series)
    }

    /// Writes a history of native histograms.
    ///
    /// # Errors
    /// When a sample is refused.
    pub fn write_observed(&self, series: &[Observed]) -> Result<()> {
        remote_write::write_observed(&self.url, series)
    }

    /// Evaluates `expr` at one instant (milliseconds since the epoch).
    ///
    /// # Errors
    /// When the query fails.
    pub fn query(&self, expr: &str, at: i64) -> Result<Answer> {
        self.ask("query", &[("query", expr), ("time", &instant(at)), ("stats", "all")])
            .with_context(|| format!("asking for {expr}"))
    }

    /// Evaluates `expr` at `start`, `start + step`, … `end`, as rules are evaluated at their ticks.
    ///
    /// # Errors
    /// When the query fails.
    pub fn query_range(&self, expr: &str, start: i64, end: i64, step: Duration) -> Result<Answer> {
        let step = step.as_secs_f64().to_string();
        self.ask("query_range", &[("query", expr), ("start", &instant(start)), ("end", &instant(end)), ("step", &step)])
            .with_context(|| format!("asking for a range of {expr}"))
    }

    fn ask(&self, what: &str, form: &[(&str, &str)]) -> Result<Answer> {
        let url = format!("{}/api/v1/{what}", self.url);
        let mut response = self.agent.post(&url).send_form(form.iter().copied())?;
        // A month of a series at 30 s is a few megabytes of text.
        let body: Value = response.body_mut().with_config().limit(256 << 20).read_json()?;
        ensure!(body["status"] == "success", "Prometheus answered {}: {}", response.status(), body["error"]);
        let result = body["data"]["result"].as_array().context("an answer without a result")?;
        let series = result.iter().map(decode).collect::<Result<_>>()?;
        let samples_touched = body["data"]["stats"]["samples"]["totalQueryableSamples"].as_u64().unwrap_or_default();
        Ok(Answer { series, samples_touched })
    }

    /// Waits until every loaded rule was evaluated, and gives their health.
    ///
    /// # Errors
    /// When some rule is not evaluated within `limit`.
    pub fn evaluated_rules(&self, limit: Duration) -> Result<Vec<RuleHealth>> {
        let started = Instant::now();
        loop {
            let rules = self.rules()?;
            let waiting = rules.iter().filter(|rule| rule.health == "unknown").count();
            if !rules.is_empty() && waiting == 0 {
                return Ok(rules);
            }
            if started.elapsed() > limit {
                bail!("{waiting} of {} rules were not evaluated within {limit:?}\n{}", rules.len(), self.log_tail());
            }
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    fn rules(&self) -> Result<Vec<RuleHealth>> {
        let url = format!("{}/api/v1/rules", self.url);
        let mut body: Value = self.agent.get(&url).call()?.body_mut().read_json().context("reading the rules")?;
        let groups = body["data"]["groups"].as_array_mut().context("an answer without groups")?;
        groups
            .iter_mut()
            .map(|group| serde_json::from_value::<Vec<RuleHealth>>(group["rules"].take()).context("reading a group"))
            .collect::<Result<Vec<_>>>()
            .map(|groups| groups.into_iter().flatten().collect())
    }

    /// The last lines of Prometheus's log.
    #[must_use]
    pub fn log_tail(&self) -> String {
        self.process.log_tail()
    }
}

fn write_config(folder: &Path, config: &Config) -> Result<()> {
    let path = folder.join("prometheus.yml");
    let text = serde_yaml::to_string(config).context("writing Prometheus's configuration")?;
    std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since the epoch stay far below 2^53")]
fn instant(milliseconds: i64) -> String {
    format!("{:.3}", milliseconds as f64 / 1000.0)
}

fn decode(result: &Value) -> Result<Series> {
    let labels = serde_json::from_value(result["metric"].clone()).context("reading labels")?;
    let many = result["values"].as_array().map(Vec::as_slice);
    let samples = many.unwrap_or_else(|| std::slice::from_ref(&result["value"]));
    Ok(Series { labels, samples: samples.iter().map(decode_sample).collect::<Result<_>>()? })
}

#[expect(clippy::cast_possible_truncation, reason = "a timestamp, rounded")]
fn decode_sample(pair: &Value) -> Result<(i64, f64)> {
    let at = pair[0].as_f64().context("a sample without a time")?;
    let value = pair[1].as_str().context("a sample without a value")?;
    Ok(((at * 1000.0).round() as i64, value.parse().with_context(|| format!("`{value}` is no number"))?))
}
