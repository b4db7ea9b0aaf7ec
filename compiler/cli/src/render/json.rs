//! Findings for programs. The fields are stable: more may come, none goes.

use std::io::{self, Write};

use serde::Serialize;

use super::entry::{Entry, entries};
use super::{Renderer, Report};

/// The format `json`.
#[derive(Default)]
pub(crate) struct Json {
    /// Files that the run removed, as people are shown them.
    pub(crate) removed: Vec<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    findings: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    removed: &'a [String],
    summary: Summary,
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
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }
}
