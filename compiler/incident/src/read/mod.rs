//! The evidence of a case, as its folder holds it.
//!
//! Only the files that are named here are opened. Files beside them, as an answer to an exercise, stay closed.

mod changes;
mod lines;
mod metrics;
mod spans;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use serde_json::{Map, Value};

use crate::clock;
use crate::fault::Fault;

/// No file of a case may be larger: a walk's memory is bounded.
const LARGEST: u64 = 128 << 20;

/// All evidence of a case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    pub(crate) alert: Alert,
    pub(crate) series: Vec<Series>,
    pub(crate) lines: Vec<Line>,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) spans: Vec<Span>,
    pub(crate) commits: Vec<Commit>,
    pub(crate) deploys: Vec<Deploy>,
    pub(crate) flags: Vec<Flag>,
    /// The files that the folder lacks.
    pub(crate) absent: Vec<String>,
}

/// The alert that fired.
#[derive(Debug, Clone, Default)]
pub(crate) struct Alert {
    pub(crate) service: String,
    pub(crate) metric: String,
    pub(crate) fired: Option<i64>,
    pub(crate) summary: String,
}

/// A metric of a service over time, in order.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) service: String,
    pub(crate) metric: String,
    pub(crate) points: Vec<Point>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(crate) at: i64,
    pub(crate) value: f64,
    pub(crate) line: usize,
}

/// A log line.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) at: i64,
    pub(crate) service: String,
    /// 0 for lines that tell of nothing bad, 1 for warnings, 2 for errors.
    pub(crate) severity: u8,
    pub(crate) text: String,
    /// Other fields, as text.
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) line: usize,
}

/// A pattern of log lines with its count.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    pub(crate) signature: String,
    pub(crate) service: String,
    pub(crate) count: f64,
    /// The count minus that of a usual period of the same length.
    pub(crate) more: f64,
    pub(crate) negative: bool,
    pub(crate) index: usize,
}

/// A span of a trace.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: Option<String>,
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) at: i64,
    pub(crate) millis: f64,
    pub(crate) failed: bool,
    /// The error's text and all attributes, as text.
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) index: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Commit {
    pub(crate) sha: String,
    pub(crate) at: Option<i64>,
    pub(crate) files: Vec<String>,
    pub(crate) diff: Option<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Deploy {
    pub(crate) at: i64,
    pub(crate) service: String,
    pub(crate) sha: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Flag {
    pub(crate) at: i64,
    pub(crate) flag: String,
    pub(crate) service: String,
    pub(crate) change: String,
}

/// Reads a case. Every file but `alert.json` may be absent.
pub(crate) fn case(folder: &Path) -> Result<Case, Fault> {
    let mut case = Case::default();
    let Some(alert) = text(folder, "alert.json")? else {
        return Err(Fault::new("alert.json", None, "the file is missing; a case needs its alert"));
    };
    case.alert = self::alert(&alert)?;
    let mut open = |name: &str| -> Result<Option<String>, Fault> {
        let found = text(folder, name)?;
        if found.is_none() {
            case.absent.push(name.to_owned());
        }
        Ok(found)
    };
    let metrics = open("metrics.csv")?;
    let logs = open("logs.ndjson")?;
    let patterns = open("patterns.json")?;
    let traces = open("traces.json")?;
    let commits = open("context/commits.json")?;
    let deploys = open("context/deploys.json")?;
    let flags = open("context/flags.json")?;
    case.series = metrics.map_or(Ok(Vec::new()), |text| metrics::series(&text))?;
    case.lines = logs.map_or(Ok(Vec::new()), |text| lines::lines(&text))?;
    case.patterns = patterns.map_or(Ok(Vec::new()), |text| lines::patterns(&text))?;
    case.spans = traces.map_or(Ok(Vec::new()), |text| spans::spans(&text))?;
    case.commits = commits.map_or(Ok(Vec::new()), |text| changes::commits(&text))?;
    case.deploys = deploys.map_or(Ok(Vec::new()), |text| changes::deploys(&text))?;
    case.flags = flags.map_or(Ok(Vec::new()), |text| changes::flags(&text))?;
    Ok(case)
}

fn alert(text: &str) -> Result<Alert, Fault> {
    let file = "alert.json";
    let value: Value = json(file, text)?;
    let Some(fields) = value.as_object() else {
        return Err(Fault::new(file, Some(1), "an alert is an object"));
    };
    let fired = fields.get("fired_at").or_else(|| fields.get("timestamp"));
    let fired = match fired {
        None | Some(Value::Null) => None,
        Some(value) => Some(
            clock::instant(value)
                .ok_or_else(|| Fault::new(file, None, format!("`fired_at` is no instant: {value}")))?,
        ),
    };
    Ok(Alert {
        service: string(fields, &["service"]),
        metric: string(fields, &["metric"]),
        fired,
        summary: string(fields, &["summary", "description"]),
    })
}

/// The text of a file, or nothing if there is no such file.
fn text(folder: &Path, name: &str) -> Result<Option<String>, Fault> {
    let path = folder.join(name);
    let io = |cause: std::io::Error| Fault::new(name, None, format!("the file cannot be read: {cause}"));
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(io(cause)),
    };
    // A pipe or a device would be read without an end.
    if !fs::metadata(&path).map_err(io)?.is_file() {
        return Err(Fault::new(name, None, "this is no regular file"));
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Fault::new(name, None, format!("the file is larger than {} MiB", LARGEST >> 20)));
    }
    String::from_utf8(bytes).map(Some).map_err(|cause| {
        let bytes = cause.as_bytes();
        let good = bytes.get(..cause.utf8_error().valid_up_to()).unwrap_or_default();
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        Fault::new(name, Some(line), "the text is not UTF-8")
    })
}

/// The JSON of a file, or the line where it ends to be JSON.
fn json(file: &str, text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|cause| Fault::new(file, Some(cause.line()), format!("no JSON: {cause}")))
}

/// The objects of a file that is a list of objects.
fn objects(file: &str, text: &str) -> Result<Vec<Map<String, Value>>, Fault> {
    let Value::Array(items) = json(file, text)? else {
        return Err(Fault::new(file, Some(1), "the file is no list"));
    };
    let mut found = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let Value::Object(fields) = item else {
            return Err(Fault::new(file, None, format!("entry {} is no object", index + 1)));
        };
        found.push(fields);
    }
    Ok(found)
}

/// The first of some fields that is there, as text.
fn string(fields: &Map<String, Value>, names: &[&str]) -> String {
    names.iter().find_map(|name| fields.get(*name).and_then(scalar)).unwrap_or_default()
}

/// A value that is no list and no object, as text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

/// The instant of an entry; an entry without one has no place in time.
fn instant(fields: &Map<String, Value>, names: &[&str]) -> Result<i64, String> {
    let Some(value) = names.iter().find_map(|name| fields.get(*name)) else {
        return Err(format!("`{}` is missing", names.first().unwrap_or(&"timestamp")));
    };
    clock::instant(value).ok_or_else(|| format!("{value} is no instant like `2026-06-18T15:03:00Z`"))
}
