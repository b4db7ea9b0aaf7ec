//! What became of a peer's specs: what maps, what changes and why, what cannot be imported, each with its places.

use std::fmt::Write;

use emberline_core::source::{Sources, Span};
use serde::Serialize;

/// What became of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// It has no counterpart, or is faulty.
    Cannot,
    /// It means something else here, or is said elsewhere.
    Changes,
    /// It means the same.
    Maps,
    /// It is no spec of the peer.
    Skipped,
}

/// A line of the report.
#[derive(Debug, Clone)]
pub struct Row {
    /// What became of it.
    pub kind: Kind,
    /// Where it stands in the peer's file.
    pub at: Span,
    /// What it is.
    pub what: String,
    /// Why it changes or cannot be imported, and what to do; empty if it maps.
    pub why: String,
    /// Its place among the written specs: file, and line from 1.
    pub into: Option<(String, usize)>,
    /// The field that it became, below the objective.
    pub(crate) field: &'static str,
    /// The objective that it belongs to, by the order of reading.
    pub(crate) objective: Option<usize>,
}

/// Collects rows while specs are read.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) all: Vec<Row>,
    pub(crate) objective: Option<usize>,
}

impl Rows {
    fn add(&mut self, kind: Kind, at: Span, what: String, why: String, field: &'static str) {
        self.all.push(Row { kind, at, what, why, into: None, field, objective: self.objective });
    }

    /// Something means the same as `field` below the objective.
    pub(crate) fn maps(&mut self, at: Span, what: impl Into<String>, field: &'static str) {
        self.add(Kind::Maps, at, what.into(), String::new(), field);
    }

    /// Something means something else, or is said elsewhere.
    pub(crate) fn changes(&mut self, at: Span, what: impl Into<String>, why: impl Into<String>, field: &'static str) {
        self.add(Kind::Changes, at, what.into(), why.into(), field);
    }

    /// Something cannot be imported.
    pub(crate) fn cannot(&mut self, at: Span, what: impl Into<String>, why: impl Into<String>) {
        self.add(Kind::Cannot, at, what.into(), why.into(), "");
    }

    /// Something is no spec of the peer.
    pub(crate) fn skipped(&mut self, at: Span, what: impl Into<String>) {
        self.add(Kind::Skipped, at, what.into(), String::new(), "");
    }
}

/// What became of everything.
#[derive(Debug, Default)]
pub struct Report {
    /// The rows, by file and place.
    pub rows: Vec<Row>,
    /// What holds for every objective of the peer.
    pub notes: Vec<&'static str>,
    /// How many objectives were imported.
    pub imported: usize,
    /// How many objectives were refused.
    pub refused: usize,
}

/// A row with its places as people read them.
#[derive(Serialize)]
struct Shown<'r> {
    kind: Kind,
    path: &'r str,
    line: usize,
    column: usize,
    what: &'r str,
    #[serde(skip_serializing_if = "str::is_empty")]
    why: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    into: Option<String>,
}

impl Report {
    /// Whether anything could not be imported.
    #[must_use]
    pub fn has_refused(&self) -> bool {
        self.refused > 0 || self.rows.iter().any(|row| row.kind == Kind::Cannot)
    }

    /// The report as text: a line for each row, then what holds for all, then the counts.
    #[must_use]
    pub fn text(&self, sources: &Sources) -> String {
        let mut out = String::new();
        for row in &self.rows {
            let Shown { kind, path, line, column, what, why, into } = shown(row, sources);
            let word = match kind {
                Kind::Cannot => "cannot",
                Kind::Changes => "changes",
                Kind::Maps => "maps",
                Kind::Skipped => "skipped",
            };
            let into = into.map(|into| format!(" -> {into}")).unwrap_or_default();
            let why = if why.is_empty() { String::new() } else { format!(": {why}") };
            let _ = writeln!(out, "{path}:{line}:{column}: {word}: {what}{into}{why}");
        }
        if self.imported > 0 {
            for note in &self.notes {
                let _ = writeln!(out, "note: {note}");
            }
        }
        let _ = writeln!(out, "{} imported, {} refused", self.imported, self.refused);
        out
    }

    /// The report as JSON.
    #[must_use]
    pub fn json(&self, sources: &Sources) -> String {
        let rows: Vec<Shown<'_>> = self.rows.iter().map(|row| shown(row, sources)).collect();
        let value = serde_json::json!({
            "rows": rows,
            "notes": self.notes,
            "summary": {"imported": self.imported, "refused": self.refused},
        });
        format!("{value:#}\n")
    }
}

fn shown<'r>(row: &'r Row, sources: &'r Sources) -> Shown<'r> {
    let source = sources.get(row.at.source);
    let position = source.position(row.at.start as usize);
    Shown {
        kind: row.kind,
        path: &source.path,
        line: position.line,
        column: position.column,
        what: &row.what,
        why: &row.why,
        into: row.into.as_ref().map(|(file, line)| format!("{file}:{line}")),
    }
}
