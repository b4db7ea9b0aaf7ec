//! Findings for programs. The fields are stable: more may come, none goes.

use std::io::{self, Write};

use serde::Serialize;

use super::entry::{Entry, entries};
use super::{Renderer, Report};

/// The format `json`.
pub(crate) struct Json;

#[derive(Serialize)]
struct Document<'a> {
    findings: Vec<Entry<'a>>,
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
