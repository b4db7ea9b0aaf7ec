//! Findings for programs. The fields are stable: more may come, none goes.

use std::io::{self, Write};

use emberline_evidence::capture::{Counts, Tally};
use serde::Serialize;

use super::entry::{Entry, entries};
use super::{Renderer, Report};

/// The format `json`.
#[derive(Default)]
pub(crate) struct Json {
    /// Files that the run removed, as people are shown them.
    pub(crate) removed: Vec<String>,
    /// The records of a capture, where there is one.
    pub(crate) records: Option<Counts>,
}

#[derive(Serialize)]
struct Document<'a> {
    findings: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    removed: &'a [String],
    summary: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<Records>,
}

/// How many records of each signal were read and how many were skipped.
#[derive(Serialize)]
struct Records {
    spans: Tally,
    log_records: Tally,
    data_points: Tally,
    profiles: Tally,
    /// Records whose signal nothing tells.
    unknown: Tally,
}

impl From<Counts> for Records {
    fn from(counts: Counts) -> Self {
        let Counts { spans, logs, points, profiles, unknown, .. } = counts;
        let unknown = Tally { read: 0, skipped: unknown };
        Self { spans, log_records: logs, data_points: points, profiles, unknown }
    }
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
        let counts = report.counts();
        let document = Document {
            findings: entries(report),
            removed: &self.removed,
            summary: Summary {
                errors: counts.errors,
                warnings: counts.warnings,
                notes: counts.notes,
                waived: report.waived,
            },
            records: self.records.map(Records::from),
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }
}
