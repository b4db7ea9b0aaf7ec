//! What a case holds.

use std::collections::BTreeMap;

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
