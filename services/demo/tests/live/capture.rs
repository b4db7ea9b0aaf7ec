//! What the file exporters wrote: OTLP as JSON, a batch a line.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

/// A span, as far as it is judged.
#[derive(Clone)]
pub(crate) struct Span {
    pub(crate) id: String,
    pub(crate) service: String,
    pub(crate) kind: u64,
    pub(crate) millis: f64,
}

/// One stage.
pub(crate) struct Capture {
    /// Spans by trace.
    pub(crate) traces: BTreeMap<String, Vec<Span>>,
    /// Everything as it was written, by file name.
    pub(crate) text: BTreeMap<String, String>,
}

impl Capture {
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let mut text = BTreeMap::new();
        for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            text.insert(name, fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?);
        }
        let mut traces: BTreeMap<String, Vec<Span>> = BTreeMap::new();
        for line in text.get("traces.jsonl").context("no traces were captured")?.lines() {
            let batch: Value = serde_json::from_str(line).context("a line that is no JSON")?;
            for resource in list(&batch, "resourceSpans") {
                let attributes = list(&resource["resource"], "attributes");
                let service = attributes.iter().find(|attribute| attribute["key"] == "service.name");
                let service = service.and_then(|it| it["value"]["stringValue"].as_str()).unwrap_or_default();
                for span in list(resource, "scopeSpans").iter().flat_map(|scope| list(scope, "spans")) {
                    let nanos = |key: &str| span[key].as_str().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
                    let took = nanos("endTimeUnixNano").saturating_sub(nanos("startTimeUnixNano"));
                    traces.entry(span["traceId"].as_str().unwrap_or_default().to_owned()).or_default().push(Span {
                        id: span["spanId"].as_str().unwrap_or_default().to_owned(),
                        service: service.to_owned(),
                        kind: span["kind"].as_u64().unwrap_or(0),
                        millis: took as f64 / 1e6,
                    });
                }
            }
        }
        Ok(Self { traces, text })
    }
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}
