//! The evidence of a case, as its folder holds it.
//!
//! Only the files that are named here are opened. Files beside them, as an answer to an exercise, stay closed.

mod case;
mod changes;
mod json;
mod lines;
mod metrics;
mod spans;

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use serde_json::Value;

use crate::clock;
use crate::fault::Fault;
use json::{json, string};

pub(crate) use case::{Alert, Case, Commit, Deploy, Line, Point, Series, Span};

/// No file of a case may be larger: a walk's memory is bounded.
const LARGEST: u64 = 128 << 20;

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
