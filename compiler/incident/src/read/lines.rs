//! `logs.ndjson`, a JSON object a line, and `patterns.json`, counts of log patterns.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::case::{Line, Pattern};
use super::json::{instant, objects, scalar, string};
use crate::fault::Fault;

const LOGS: &str = "logs.ndjson";
const PATTERNS: &str = "patterns.json";
/// A longer text is cut: a walk's memory and time are bounded.
const LONGEST: usize = 4000;

/// Reads log lines in the order of time.
pub(super) fn lines(text: &str) -> Result<Vec<Line>, Fault> {
    let mut found = Vec::new();
    for (index, row) in text.lines().enumerate() {
        let line = index + 1;
        if row.trim().is_empty() {
            continue;
        }
        let value: Value =
            serde_json::from_str(row).map_err(|cause| Fault::new(LOGS, Some(line), format!("no JSON: {cause}")))?;
        let Value::Object(fields) = value else {
            return Err(Fault::new(LOGS, Some(line), "a log line is an object"));
        };
        let at = instant(&fields, &["timestamp", "time"]).map_err(|why| Fault::new(LOGS, Some(line), why))?;
        let severity = severity(&string(&fields, &["severity_text", "severity", "level"]));
        let text = cut(string(&fields, &["msg", "message", "body"]));
        let service = string(&fields, &["service", "service.name"]);
        let used = ["timestamp", "time", "severity_text", "severity", "msg", "message", "body", "service", "trace_id"];
        let fields = flat(&fields, &used);
        found.push(Line { at, service, severity, text, fields, line });
    }
    // The text breaks ties, so that the order of lines in the file means nothing.
    found.sort_by(|a, b| (a.at, &a.service, &a.text, &a.fields).cmp(&(b.at, &b.service, &b.text, &b.fields)));
    Ok(found)
}

fn severity(text: &str) -> u8 {
    match text.to_ascii_uppercase().as_str() {
        "WARN" | "WARNING" => 1,
        "ERROR" | "ERR" | "FATAL" | "CRITICAL" | "PANIC" | "ALERT" | "EMERGENCY" => 2,
        _ => 0,
    }
}

/// Fields that are left, with those of objects inside, one level deep.
pub(super) fn flat(fields: &Map<String, Value>, used: &[&str]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (name, value) in fields {
        if used.contains(&name.as_str()) {
            continue;
        }
        if let Some(text) = scalar(value) {
            found.insert(name.clone(), cut(text));
        } else if let Value::Object(inner) = value {
            for (name, value) in inner {
                scalar(value).map(|text| found.insert(name.clone(), cut(text)));
            }
        }
    }
    found
}

fn cut(mut text: String) -> String {
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

/// Reads patterns of log lines.
pub(super) fn patterns(text: &str) -> Result<Vec<Pattern>, Fault> {
    let mut found: Vec<Pattern> = objects(PATTERNS, text)?
        .iter()
        .enumerate()
        .map(|(index, fields)| {
            let number = |name: &str| string(fields, &[name]).trim_start_matches('+').parse::<f64>().unwrap_or(0.0);
            Pattern {
                signature: cut(string(fields, &["signature", "pattern"])),
                service: string(fields, &["service"]),
                count: number("count"),
                more: number("delta_vs_baseline"),
                negative: string(fields, &["sentiment"]) == "negative",
                index: index + 1,
            }
        })
        .collect();
    found.sort_by(|a, b| (&a.service, &a.signature).cmp(&(&b.service, &b.signature)));
    Ok(found)
}
