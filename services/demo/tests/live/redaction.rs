//! What was planted is there before redaction and nowhere behind it: not on the wire, not in the store, not in metrics.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use demo::ask;
use demo::system::Addresses;

use crate::capture::Capture;
use crate::judge::Judge;

/// What the services and the load let slip, each with the captured signal that has it before redaction.
const PLANTED: [(&str, &str); 11] = [
    ("traces.jsonl", "@customers.example.org"),
    ("traces.jsonl", "%40customers.example.org"),
    ("traces.jsonl", "on-call.person@shop.example.net"),
    ("traces.jsonl", "4111 1111 1111 1111"),
    ("traces.jsonl", "378282246310005"),
    ("traces.jsonl", "VALUES ('o-"),
    ("logs.jsonl", "buys with Bearer "),
    ("logs.jsonl", "@customers.example.org"),
    ("logs.jsonl", "5555-5555-5555-4444"),
    ("logs.jsonl", "6011111111111117"),
    ("metrics.jsonl", "on-call.person@shop.example.net"),
];

pub(crate) fn captures(raw: &Capture, redacted: &Capture, kept: &Capture, judge: &mut Judge) {
    let mut planted = 0;
    for (signal, text) in PLANTED {
        let times = raw.text.get(signal).map_or(0, |raw| raw.matches(text).count());
        planted += times;
        judge.holds(times > 0, || format!("`{text}` was not planted in {signal}"));
        for (stage, capture) in [("redacted", redacted), ("kept", kept)] {
            for (name, after) in &capture.text {
                judge.holds(!after.contains(text), || format!("`{text}` is in {stage}/{name}"));
            }
        }
    }
    println!("redaction: {planted} planted texts before the agent, 0 accepted behind it");
}

/// The store's own files, byte by byte.
pub(crate) fn store(at: &Addresses, data: &Path, judge: &mut Judge) -> Result<()> {
    let stats = ask::json(&format!("http://{}/api/stats", at.store), &[])?;
    judge.holds(stats["file_bytes"].as_u64().is_some_and(|bytes| bytes > 0), || format!("an empty store: {stats}"));
    for entry in fs::read_dir(data).with_context(|| format!("reading {}", data.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if !name.starts_with("telemetry.db") {
            continue;
        }
        let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        for (_, text) in PLANTED {
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            judge.holds(!found, || format!("`{text}` is in the store's {name}"));
        }
    }
    Ok(())
}

/// The values of every label that Prometheus has.
pub(crate) fn metrics(at: &Addresses, judge: &mut Judge) -> Result<()> {
    let url = format!("http://{}/api/v1/series", at.prometheus);
    let series = ask::json(&url, &[("match[]", "{__name__=~\".+\"}")])?.to_string();
    judge.holds(series.len() > 1_000, || "Prometheus has no series".to_owned());
    for (_, text) in PLANTED {
        judge.holds(!series.contains(text), || format!("`{text}` is in a metric's label"));
    }
    Ok(())
}
