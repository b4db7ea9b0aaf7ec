//! Findings as every format for programs has them: lines, columns and fingerprints.

use std::collections::HashMap;

use emberline_core::finding::{Finding, Label};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Report;
use super::places::Places;

/// Every finding of a report, in its order.
pub(crate) fn entries<'a>(report: &Report<'a>) -> Vec<Entry<'a>> {
    let mut places = Places::new(report.sources);
    let mut seen = HashMap::new();
    report.findings.iter().map(|finding| entry(finding, &mut places, &mut seen)).collect()
}

/// A finding with its place in numbers and the fingerprint that tells it from all others.
#[derive(Debug, Serialize)]
pub(crate) struct Entry<'a> {
    pub(crate) code: &'a str,
    pub(crate) severity: &'a str,
    pub(crate) message: &'a str,
    #[serde(flatten)]
    pub(crate) place: Place<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<&'a str>,
    pub(crate) fingerprint: String,
    pub(crate) notes: &'a [String],
    pub(crate) related: Vec<Related<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trace_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) span_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) edge: Option<&'a str>,
}

/// Another place that matters.
#[derive(Debug, Serialize)]
pub(crate) struct Related<'a> {
    pub(crate) message: &'a str,
    #[serde(flatten)]
    pub(crate) place: Place<'a>,
}

/// Lines and columns count from 1, columns in characters; the end is the last character's place.
#[derive(Debug, Serialize)]
pub(crate) struct Place<'a> {
    pub(crate) path: &'a str,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) end_line: usize,
    pub(crate) end_column: usize,
}

/// Which finding this is among those of the same code, path and message.
type Seen<'a> = HashMap<(&'a str, &'a str, &'a str), usize>;

fn entry<'a>(finding: &'a Finding, places: &mut Places<'a>, seen: &mut Seen<'a>) -> Entry<'a> {
    let place = place(&finding.label, places);
    let occurrence = seen.entry((finding.code.id, place.path, &finding.message)).or_default();
    *occurrence += 1;
    let evidence = finding.evidence.as_deref();
    Entry {
        trace_id: evidence.and_then(|evidence| evidence.trace_id.as_deref()),
        span_id: evidence.and_then(|evidence| evidence.span_id.as_deref()),
        service: evidence.map(|evidence| evidence.service.as_str()),
        edge: evidence.and_then(|evidence| evidence.edge.as_deref()),
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
