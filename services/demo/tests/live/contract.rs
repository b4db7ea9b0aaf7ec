//! The metrics contract: every metric and every label that a spec declares is exported by its service, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use demo::ask;
use demo::system::Addresses;
use serde::Deserialize;
use serde_json::Value;

use crate::judge::Judge;

/// The part of a spec that is judged here.
#[derive(Deserialize)]
struct Spec {
    service: String,
    #[serde(default)]
    metrics: BTreeMap<String, Metric>,
}

#[derive(Deserialize)]
struct Metric {
    r#type: String,
    unit: Option<String>,
    #[serde(default)]
    labels: BTreeMap<String, Value>,
}

impl Metric {
    /// Its name in Prometheus by OpenTelemetry's translation, as far as the demo's metrics need it.
    fn series(&self, name: &str) -> String {
        let unit = if self.unit.as_deref() == Some("s") { "_seconds" } else { "" };
        let end = match self.r#type.as_str() {
            "counter" => "_total",
            "histogram" => "_count",
            _ => "",
        };
        format!("{}{unit}{end}", name.replace('.', "_"))
    }
}

/// Labels that come from Prometheus and the collector.
const AMBIENT: [&str; 5] = ["__name__", "job", "instance", "service_name", "le"];
/// Metrics that are made of spans and of resources.
const DERIVED: [&str; 4] = ["traces_span_metrics_", "exemplars_", "target_info", "slo:"];

pub(crate) fn check(at: &Addresses, specs: &Path, judge: &mut Judge) -> Result<()> {
    let (mut metrics, mut labels) = (0, 0);
    for service in ["frontend", "checkout", "payments"] {
        let path = specs.join(format!("{service}.yaml"));
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let spec: Spec = serde_yaml::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        let url = format!("http://{}/api/v1/series", at.prometheus);
        let answer = ask::json(&url, &[("match[]", &format!("{{job=\"{}\"}}", spec.service))])?;
        let mut exported: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for series in answer["data"].as_array().context("no list of series")? {
            let series = series.as_object().context("a series without labels")?;
            let name = series["__name__"].as_str().unwrap_or_default().to_owned();
            if !DERIVED.iter().any(|derived| name.starts_with(derived)) {
                let names = series.keys().filter(|label| !AMBIENT.contains(&label.as_str())).cloned();
                exported.entry(name).or_default().extend(names);
            }
        }
        let declared: BTreeMap<String, BTreeSet<String>> = spec
            .metrics
            .iter()
            .map(|(name, metric)| {
                (metric.series(name), metric.labels.keys().map(|label| label.replace('.', "_")).collect())
            })
            .collect();
        for (name, wanted) in &declared {
            metrics += 1;
            labels += wanted.len();
            judge.holds(exported.get(name) == Some(wanted), || {
                format!("{service}: {name} has the labels {:?}, declared are {wanted:?}", exported.get(name))
            });
        }
        for name in exported.keys() {
            let base =
                ["_bucket", "_sum"].iter().find_map(|end| name.strip_suffix(end)).map(|base| format!("{base}_count"));
            judge.holds(declared.contains_key(name) || base.is_some_and(|base| declared.contains_key(&base)), || {
                format!("{service} exports {name}, which no spec declares")
            });
        }
    }
    println!("contract: {metrics} declared metrics with {labels} labels are exported, and nothing else");
    Ok(())
}
