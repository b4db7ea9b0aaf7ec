//! SARIF 2.1.0, which code scanning reads. Columns are counted in characters, as our findings count them.

use std::io::{self, Write};

use emberline_core::code::{self, Code};
use emberline_core::finding::Severity;
use serde_json::{Value, json};

use super::entry::{Entry, Place, entries};
use super::{Renderer, Report};

/// The format `sarif`.
pub(crate) struct Sarif;

/// The schema that a document names, as the standard gives its address.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

impl Renderer for Sarif {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let entries = entries(report);
        // Only the rules that are used: a document of a large organisation holds no catalogue.
        let mut used: Vec<&'static Code> =
            code::all().into_iter().filter(|code| entries.iter().any(|entry| entry.code == code.id)).collect();
        used.sort_by_key(|code| code.id);
        let results: Vec<Value> = entries.iter().map(|entry| result(entry, &used)).collect();
        let document = json!({
            "$schema": SCHEMA,
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {
                    "name": "emberline",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": used.iter().map(|code| rule(code)).collect::<Vec<_>>(),
                }},
                "columnKind": "unicodeCodePoints",
                "results": results,
            }],
        });
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }
}

fn rule(code: &Code) -> Value {
    json!({
        "id": code.id,
        "shortDescription": {"text": code.summary},
        "fullDescription": {"text": code.cause},
        "help": {"text": format!("{}\n\n{}", code.cause, code.remedy)},
        "defaultConfiguration": {"level": level(code.severity.word())},
    })
}

fn result(entry: &Entry<'_>, rules: &[&Code]) -> Value {
    let mut text = entry.message.to_owned();
    for more in entry.notes.iter().map(String::as_str).chain(entry.hint) {
        text.push('\n');
        text.push_str(more);
    }
    let related: Vec<Value> = entry
        .related
        .iter()
        .map(|related| {
            let mut location = location(&related.place);
            if !related.message.is_empty() {
                location["message"] = json!({"text": related.message});
            }
            location
        })
        .collect();
    let mut result = json!({
        "ruleId": entry.code,
        "ruleIndex": rules.iter().position(|code| code.id == entry.code),
        "level": level(entry.severity),
        "message": {"text": text},
        "locations": [location(&entry.place)],
        "partialFingerprints": {"emberline/v1": entry.fingerprint},
    });
    if !related.is_empty() {
        result["relatedLocations"] = Value::Array(related);
    }
    result
}

/// SARIF's end column is the one behind the last character.
fn location(place: &Place<'_>) -> Value {
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(place.path)},
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column + 1,
        },
    }})
}

/// SARIF's words are ours but for none.
fn level(severity: &str) -> &'static str {
    match severity {
        word if word == Severity::Error.word() => "error",
        word if word == Severity::Warning.word() => "warning",
        _ => "note",
    }
}

/// A path as a URI reference: what may not stand in one is percent-encoded, byte by byte.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    // A leading slash makes it the path of this machine.
    if uri.starts_with('/') { format!("file://{uri}") } else { uri }
}
