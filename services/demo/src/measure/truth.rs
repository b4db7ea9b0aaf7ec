//! What every request sent, taken down in front of any sampling: a second configuration, laid over a collector's own, has it
//! write the traces that it receives into a file as well.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

use super::tap::Spans;

/// The name of the exporter: its own metrics are no telemetry of the system.
pub(super) const EXPORTER: &str = "file/truth";

/// Writes the overlay and gives its path, and that of the file that will hold the traces.
pub(super) fn overlay(folder: &Path) -> Result<(PathBuf, PathBuf)> {
    fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
    let folder = folder.canonicalize().with_context(|| format!("finding {}", folder.display()))?;
    let (config, traces) = (folder.join("truth.yaml"), folder.join("truth.jsonl"));
    let overlay = serde_json::json!({
        "exporters": {EXPORTER: {"path": traces, "flush_interval": "200ms"}},
        "service": {"pipelines": {"traces/truth": {"receivers": ["otlp"], "exporters": [EXPORTER]}}},
    });
    // JSON is YAML.
    fs::write(&config, overlay.to_string()).with_context(|| format!("writing {}", config.display()))?;
    Ok((config, traces))
}

/// Traces as they were sent.
pub(super) struct Truth {
    /// Ids of all spans, by trace.
    pub(super) spans: Spans,
    /// Traces with a request that was slower than its service's objective allows.
    pub(super) slow: BTreeSet<Vec<u8>>,
}

/// Reads what the overlay had written.
pub(super) fn read(traces: &Path, limits: &BTreeMap<String, f64>) -> Result<Truth> {
    let text = fs::read_to_string(traces).with_context(|| format!("reading {}", traces.display()))?;
    let mut truth = Truth { spans: Spans::new(), slow: BTreeSet::new() };
    for line in text.lines() {
        let batch: Value = serde_json::from_str(line).context("a captured line is no JSON")?;
        for resource in list(&batch, "resourceSpans") {
            let attributes = list(&resource["resource"], "attributes");
            let service = attributes.iter().find(|attribute| attribute["key"] == "service.name");
            let service = service.and_then(|it| it["value"]["stringValue"].as_str()).unwrap_or_default();
            for span in list(resource, "scopeSpans").iter().flat_map(|scope| list(scope, "spans")) {
                let (Some(trace), Some(id)) = (bytes(&span["traceId"]), bytes(&span["spanId"])) else { continue };
                let nanos = |key: &str| span[key].as_str().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
                let (start, end) = (nanos("startTimeUnixNano"), nanos("endTimeUnixNano"));
                // 2 is SPAN_KIND_SERVER.
                let is_server = span["kind"].as_u64() == Some(2);
                let took = end.saturating_sub(start) as f64 / 1e6;
                if is_server && limits.get(service).is_some_and(|limit| took > *limit) {
                    truth.slow.insert(trace.clone());
                }
                truth.spans.entry(trace).or_default().insert(id);
            }
        }
    }
    Ok(truth)
}

/// Bytes from hexadecimal digits.
pub(super) fn bytes(text: &Value) -> Option<Vec<u8>> {
    let text = text.as_str()?;
    (0..text.len() / 2).map(|at| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()).collect()
}

pub(super) fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// The part of a spec that says what is slow.
#[derive(Deserialize)]
struct Spec {
    service: Option<String>,
    #[serde(default)]
    slos: Vec<Slo>,
}

#[derive(Deserialize)]
struct Slo {
    sli: BTreeMap<String, serde_yaml::Value>,
}

/// The threshold of each service's latency objective in milliseconds, as the specs have it.
pub(super) fn limits(specs: &Path) -> Result<BTreeMap<String, f64>> {
    let mut limits = BTreeMap::new();
    for entry in fs::read_dir(specs).with_context(|| format!("reading {}", specs.display()))? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let spec: Spec = serde_yaml::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        let Some(service) = spec.service else { continue };
        for slo in spec.slos {
            let threshold = slo.sli.get("latency").and_then(|latency| latency["threshold"].as_str());
            if let Some(millis) = threshold.and_then(millis) {
                let known = limits.entry(service.clone()).or_insert(millis);
                *known = millis.min(*known);
            }
        }
    }
    Ok(limits)
}

/// `300ms` or `2s` in milliseconds.
fn millis(text: &str) -> Option<f64> {
    match text.strip_suffix("ms") {
        Some(millis) => millis.parse().ok(),
        None => text.strip_suffix('s')?.parse::<f64>().ok().map(|seconds| seconds * 1e3),
    }
}
