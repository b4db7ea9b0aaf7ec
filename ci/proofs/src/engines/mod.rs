//! The engines that a team may run instead of, or beside, a Prometheus: each started as its manual says, on loopback.
//!
//! - [`vmalert`]: VictoriaMetrics and its ruler. [`thanos`]: Thanos's receiver, querier and ruler. [`cortex`]: Cortex
//!   in one process, whose ruler is Mimir's older sibling.
//! - [`units`] runs one story in the unit-test runner of Prometheus and of vmalert, [`times`] compares when alerts fired.
//! - [`traces`]: Jaeger and Zipkin.
//! - [`admission`]: the Prometheus Operator's webhook. [`kubeconform`]: objects against the definitions of operators and of
//!   Kubernetes. [`perses`]: dashboards against Perses's linter.

pub mod admission;
pub mod cortex;
pub mod kubeconform;
pub mod perses;
pub mod thanos;
pub mod times;
pub mod traces;
pub mod units;
pub mod vmalert;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::process::run;
use crate::tools::emberline;

/// A ruler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Prometheus itself, which the others are held against.
    Prometheus,
    /// Thanos Ruler.
    Thanos,
    /// Cortex's ruler, by its HTTP API.
    Cortex,
    /// VictoriaMetrics' vmalert.
    Vmalert,
}

impl Engine {
    /// The target of the compiler that this engine loads, and the folder below `generated/` that the target writes.
    #[must_use]
    pub fn target(self) -> (&'static str, &'static str) {
        match self {
            Self::Prometheus => ("rules", "prometheus/rules"),
            Self::Thanos => ("thanos", "thanos"),
            Self::Cortex => ("mimir", "mimir"),
            Self::Vmalert => ("vmalert", "vmalert"),
        }
    }

    /// The rule files for this engine below what the compiler wrote, by name.
    ///
    /// # Errors
    /// When there is none.
    pub fn files(self, generated: &Path) -> Result<Vec<PathBuf>> {
        yaml_files(&generated.join(self.target().1))
    }
}

/// Compiles a folder of specs into `out`, by some targets.
///
/// # Errors
/// When the compiler refuses a spec, with its findings.
pub fn compile(specs: &Path, out: &Path, targets: &str) -> Result<()> {
    let mut command = Command::new(emberline()?);
    command.args(["compile", "--only", targets, "--specs"]).arg(specs).arg("--out").arg(out);
    run(&mut command).map(drop).with_context(|| format!("compiling {}", specs.display()))
}

/// The YAML files of a folder, by name.
///
/// # Errors
/// When it cannot be read or holds none.
pub fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut files = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    files.retain(|path| path.extension().is_some_and(|end| end == "yaml"));
    files.sort();
    ensure!(!files.is_empty(), "{} holds no YAML file", folder.display());
    Ok(files)
}

/// A client for servers on loopback, which gives answers of any status.
#[must_use]
pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(60)))
        .http_status_as_error(false)
        .build()
        .into()
}

/// Whether a server answers an address with success.
#[must_use]
pub fn answers(url: &str) -> bool {
    agent().get(url).call().is_ok_and(|response| response.status().is_success())
}

/// The `data` of a Prometheus API's answer.
///
/// # Errors
/// When there is no answer, or it is an error.
pub fn data(url: &str) -> Result<Value> {
    let mut response = agent().get(url).call().with_context(|| format!("asking {url}"))?;
    let mut body: Value = response.body_mut().with_config().limit(256 << 20).read_json()?;
    ensure!(body["status"] == "success", "{url} answered {}: {body}", response.status());
    Ok(body["data"].take())
}

/// Waits until a ruler holds so many rules; gives how many it holds in the end, and those that it could not evaluate.
///
/// # Errors
/// When the ruler does not answer.
pub fn comes_to_hold(url: &str, expected: usize) -> Result<(usize, Vec<String>)> {
    let limit = Instant::now() + Duration::from_secs(180);
    loop {
        let (held, sick) = loaded(url)?;
        if held == expected || Instant::now() > limit {
            return Ok((held, sick));
        }
        std::thread::sleep(Duration::from_secs(2));
    }
}

/// Waits until a ruler has evaluated every rule once; gives how many it holds, and those that it could not evaluate. A
/// fault that loads, such as a parameter that the store refuses, shows here only.
///
/// # Errors
/// When the ruler does not answer, or has not evaluated them all within some minutes.
pub fn comes_to_evaluate(url: &str, limit: Duration) -> Result<(usize, Vec<String>)> {
    let limit = Instant::now() + limit;
    loop {
        let answer = data(url)?;
        let groups = answer["groups"].as_array().with_context(|| format!("{url} answered without groups"))?;
        let rules = groups.iter().filter_map(|group| group["rules"].as_array()).flatten();
        let is_due = |rule: &&Value| {
            let error = rule["lastError"].as_str().unwrap_or_default();
            rule["lastEvaluation"].as_str().is_none_or(|at| at.starts_with("0001-"))
                || BUSY.iter().any(|sign| error.contains(sign))
        };
        let due = rules.filter(is_due).count();
        if due == 0 {
            return loaded(url);
        }
        ensure!(Instant::now() < limit, "{due} rules have not been evaluated");
        std::thread::sleep(Duration::from_secs(10));
    }
}

/// What a store answers that has too much to do: of the rule that says nothing, so its next evaluation counts.
const BUSY: [&str; 4] = [
    "unexpected response code 429",
    "server closed idle connection",
    "context deadline exceeded",
    "cannot execute query in less than",
];

/// How many rules a ruler holds, and those that could not be evaluated with what they complain of.
///
/// # Errors
/// When the ruler does not answer, or its answer has no groups.
pub fn loaded(url: &str) -> Result<(usize, Vec<String>)> {
    let data = data(url)?;
    let groups = data["groups"].as_array().with_context(|| format!("{url} answered without groups"))?;
    let rules: Vec<&Value> = groups.iter().filter_map(|group| group["rules"].as_array()).flatten().collect();
    let is_sick = |rule: &&&Value| rule["lastError"].as_str().is_some_and(|error| !error.is_empty());
    let sick = rules.iter().filter(is_sick).map(|rule| format!("{}: {}", rule["name"], rule["lastError"]));
    Ok((rules.len(), sick.collect()))
}
