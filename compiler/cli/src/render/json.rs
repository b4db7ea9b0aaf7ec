//! Findings for programs. The fields are stable: more may come, none goes.

use std::collections::HashMap;
use std::io::{self, Write};

use emberline_core::finding::{Finding, Label};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::places::Places;
use super::{Renderer, Report};

/// The format `json`.
pub(crate) struct Json;

#[derive(Serialize)]
struct Document<'a> {
    findings: Vec<Entry<'a>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Entry<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    fingerprint: String,
    notes: &'a [String],
    related: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
}

/// Lines and columns count from 1, columns in characters; the end is the last character's place.
#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    notes: usize,
    waived: usize,
}

impl Renderer for Json {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut places = Places::new(report.sources);
        let mut seen = HashMap::new();
        let counts = report.counts();
        let document = Document {
            findings: report.findings.iter().map(|finding| entry(finding, &mut places, &mut seen)).collect(),
            summary: Summary {
                errors: counts.errors,
                warnings: counts.warnings,
                notes: counts.notes,
                waived: report.waived,
            },
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }
}

/// Which finding this is among those of the same code, path and message.
type Seen<'a> = HashMap<(&'a str, &'a str, &'a str), usize>;

fn entry<'a>(finding: &'a Finding, places: &mut Places<'a>, seen: &mut Seen<'a>) -> Entry<'a> {
    let place = place(&finding.label, places);
    let occurrence = seen.entry((finding.code.id, place.path, &finding.message)).or_default();
    *occurrence += 1;
    Entry {
        code: finding.code.id,
        severity: finding.severity.word(),
        message: &finding.message,
        fingerprint: fingerprint(finding.code.id, place.path, &finding.message, *occurrence),
        place,
        label: &finding.label.text,
        hint: finding.hint.as_deref(),
        notes: &finding.notes,
        related: finding
            .related
            .iter()
            .map(|label| Related { message: &label.text, place: self::place(label, places) })
            .collect(),
    }
}

fn place<'a>(label: &Label, places: &mut Places<'a>) -> Place<'a> {
    let (start, end) = places.positions(label.span);
    Place {
        path: places.path(label.span.source),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

/// What tells a finding from all others of a run and stays the same when lines above it come and go: it holds no place but
/// the path. 64 bits in hexadecimal; SHA-256, as no release of anything may change it.
pub(crate) fn fingerprint(code: &str, path: &str, message: &str, occurrence: usize) -> String {
    let mut hash = Sha256::new();
    for part in [code, path, message, &occurrence.to_string()] {
        hash.update(part);
        // No part of a finding holds this byte, so no two findings run together into one.
        hash.update([0]);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
