//! Sloth's published examples, by Sloth's own program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use emberline_proofs::process::run;
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::remote_write::Labels;
use emberline_proofs::rules::RuleFile;
use emberline_proofs::tools::tool;

use crate::compare::{Row, compare};
use crate::firing::{Fired, alerts, ticks};
use crate::imported;
use crate::month::{EVALUATION, intervals};
use crate::series::{Exported, Follows, Named, Values, scraped, values};

/// Metrics that an example reads, as they are exported.
pub struct Metrics {
    /// What is exported.
    exported: Exported,
    /// The error budget that rates of the month are multiples of, as a share.
    budget: f64,
    /// Events a second at noon.
    rate: f64,
}

/// An example, with what it reads.
pub struct Example {
    /// How it is called in the table.
    pub name: &'static str,
    /// Its file.
    file: &'static str,
    /// The catalogue of windows that it is generated with, and its period.
    windows: Option<(&'static str, &'static str)>,
    metrics: &'static [Metrics],
}

const REQUESTS: &str = "http_request_duration_seconds_count";
const OK: Named = (REQUESTS, &[("job", "myservice"), ("code", "200")]);
const FAILED: Named = (REQUESTS, &[("job", "myservice"), ("code", "503")]);
const MY_SERVICE: Exported = Exported::Counters(&[(OK, Follows::Good), (FAILED, Follows::Bad)]);

/// Examples whose queries or windows differ. Others, such as those for Kubernetes, have the same queries once more.
pub const EXAMPLES: &[Example] = &[
    Example {
        name: "getting-started, 7d, low traffic",
        file: "getting-started.yml",
        windows: Some(("windows/7d.yaml", "7d")),
        metrics: &[Metrics { exported: MY_SERVICE, budget: 0.001, rate: 1.0 }],
    },
    Example {
        name: "multifile",
        file: "multifile.yml",
        windows: None,
        metrics: &[Metrics { exported: MY_SERVICE, budget: 0.001, rate: 100.0 }],
    },
    Example {
        name: "kubernetes-apiserver",
        file: "kubernetes-apiserver.yml",
        windows: None,
        metrics: &[
            Metrics {
                exported: Exported::Counters(&[
                    (("apiserver_request_total", &[("verb", "GET"), ("code", "200")]), Follows::Good),
                    (("apiserver_request_total", &[("verb", "GET"), ("code", "500")]), Follows::Bad),
                ]),
                budget: 0.001,
                rate: 30.0,
            },
            Metrics {
                exported: Exported::Counters(&[
                    (("apiserver_request_duration_seconds_count", &[("verb", "GET")]), Follows::All),
                    (("apiserver_request_duration_seconds_bucket", &[("verb", "GET"), ("le", "0.4")]), Follows::Good),
                ]),
                budget: 0.01,
                rate: 30.0,
            },
        ],
    },
    Example {
        name: "home-wifi",
        file: "home-wifi.yml",
        windows: None,
        metrics: &[Metrics {
            exported: Exported::Below("unifipoller_client_satisfaction_ratio", 12, [0.001, 0.05]),
            budget: 0.001,
            rate: 1.0,
        }],
    },
    Example {
        name: "raw-home-wifi",
        file: "raw-home-wifi.yml",
        windows: None,
        metrics: &[Metrics {
            exported: Exported::Share("unifipoller_client_satisfaction_ratio", 3, 0.05),
            budget: 0.05,
            rate: 1.0,
        }],
    },
];

/// When a scrape comes after a multiple of the interval, in milliseconds: anywhere, as in a real Prometheus.
pub const PHASE: i64 = 4_321;

/// An alert's name by Sloth's labels.
pub fn theirs(labels: &Labels) -> Option<String> {
    let [service, slo, severity] = ["sloth_service", "sloth_slo", "sloth_severity"].map(|name| labels.get(name));
    Some(format!("{}/{} {}", service?, slo?, severity?))
}

/// An alert's name by our labels: those of burn rates have a long window.
pub fn ours(labels: &Labels) -> Option<String> {
    labels.get("long_window")?;
    let [service, slo, severity] = ["service", "slo", "severity"].map(|name| labels.get(name));
    Some(format!("{}/{} {}", service?, slo?, severity?))
}

impl Example {
    /// The rule file that Sloth generates.
    ///
    /// # Errors
    /// When Sloth cannot be had, or refuses the example.
    pub fn generated(&self, folder: &Path) -> Result<RuleFile> {
        let rules = folder.join("theirs.yaml");
        let mut command = Command::new(tool("sloth")?);
        command.arg("generate").arg("--input").arg(examples()?.join(self.file)).arg("--out").arg(&rules);
        if let Some((windows, period)) = self.windows {
            let catalogue = folder.join("windows");
            fs::create_dir(&catalogue)?;
            fs::copy(examples()?.join(windows), catalogue.join("windows.yaml"))?;
            command.arg("--slo-period-windows-path").arg(&catalogue).args(["--default-slo-period", period]);
        }
        run(&mut command).context("generating Sloth's rules")?;
        // Several documents give several: one list of groups holds them all.
        let text = fs::read_to_string(&rules)?;
        let mut groups = Vec::new();
        for document in serde_yaml::Deserializer::from_str(&text) {
            let document: serde_yaml::Value = serde::Deserialize::deserialize(document)?;
            groups.extend(document["groups"].as_sequence().context("a rule file without groups")?.clone());
        }
        let all = serde_yaml::Mapping::from_iter([("groups".into(), groups.into())]);
        fs::write(&rules, serde_yaml::to_string(&all)?)?;
        RuleFile::read(&rules)
    }

    /// Our rules for the same file.
    ///
    /// # Errors
    /// When it is not imported.
    pub fn imported(&self, folder: &Path) -> Result<Vec<RuleFile>> {
        let mut specs = vec![examples()?.join(self.file)];
        specs.extend(self.windows.map(|(windows, _)| examples().map(|folder| folder.join(windows))).transpose()?);
        imported("sloth", &specs.iter().map(PathBuf::as_path).collect::<Vec<_>>(), folder)
    }

    /// Every series that it reads, with its value at each scrape.
    pub fn values(&self) -> Values {
        let all = self.metrics.iter().zip(1..);
        all.flat_map(|(it, seed)| values(&it.exported, &intervals(it.budget, it.rate, seed))).collect()
    }

    /// The firings of both over the month, or over its first hours.
    ///
    /// # Errors
    /// When a program cannot be had, or refuses something.
    pub fn fires(&self, hours: Option<i64>, phase: i64) -> Result<[Fired; 2]> {
        let folder = tempfile::tempdir()?;
        let prometheus = Prometheus::start(&Config::default().every(EVALUATION))?;
        prometheus.write(&scraped(&self.values(), phase))?;
        let of_sloth = alerts(&prometheus, &self.generated(folder.path())?, ticks(hours), theirs)?;
        let mut of_ours = Fired::default();
        for file in self.imported(folder.path())? {
            of_ours.extend(alerts(&prometheus, &file, ticks(hours), ours)?);
        }
        Ok([of_sloth, of_ours])
    }

    /// Both held against each other.
    ///
    /// # Errors
    /// When a program cannot be had or refuses something, or when neither fires.
    pub fn compared(&self) -> Result<Vec<Row>> {
        let [theirs, ours] = self.fires(None, PHASE)?;
        ensure!(!theirs.fired.is_empty(), "no alert of Sloth fires for {}", self.name);
        Ok(compare(&theirs.fired, &ours.fired))
    }
}

fn examples() -> Result<PathBuf> {
    tool("sloth-examples")
}
