//! The types of answers, common to all sources.

use serde::Serialize;

use super::Labels;

/// A value at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Unix seconds.
    pub time: f64,
    /// The value; never NaN or infinite, because sources leave such values out.
    pub value: f64,
}

/// A time series of a query's answer. An instant query gives one point.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// The series' labels.
    pub labels: Labels,
    /// The series' points, ordered by time.
    pub points: Vec<Point>,
}

impl Series {
    /// A label's value; empty if the label is missing, as in Prometheus.
    #[must_use]
    pub fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    /// The last value.
    #[must_use]
    pub fn last(&self) -> Option<f64> {
        self.points.last().map(|point| point.value)
    }
}

/// A pending or firing alert.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// `alertname`.
    pub name: String,
    /// Whether the alert fires; `false` if the alert is pending.
    pub fires: bool,
    /// When the alert's condition began to hold, in unix seconds.
    pub since: f64,
    /// The alert's labels, including `alertname`.
    pub labels: Labels,
    /// The alert's annotations.
    pub annotations: Labels,
}

/// A deployment, as whoever deployed told it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deployed {
    /// Unix seconds.
    pub time: f64,
    /// The service.
    pub service: String,
    /// The revision or the version; empty if it was not told.
    pub revision: String,
}

/// A measured value that points to its trace.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exemplar {
    /// The labels of its series.
    pub series: Labels,
    /// The trace: 32 hexadecimal digits.
    pub trace_id: String,
    /// The span; empty if unknown.
    pub span_id: String,
    /// The value; durations are in seconds.
    pub value: f64,
    /// Unix seconds.
    pub time: f64,
}

/// The kind of a span, by OTLP's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SpanKind {
    /// 0, 1 or unknown.
    Internal,
    /// 2.
    Server,
    /// 3.
    Client,
    /// 4.
    Producer,
    /// 5.
    Consumer,
}

/// An event within a span.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Unix nanoseconds.
    pub time: u64,
    /// The event's name, such as `exception`.
    pub name: String,
    /// The event's attributes.
    pub attributes: Labels,
}

/// A span.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Span {
    /// 16 hexadecimal digits.
    pub id: String,
    /// The id of the parent span; empty for a root.
    pub parent: String,
    /// `service.name`.
    pub service: String,
    /// The span's name.
    pub name: String,
    /// The span's kind.
    pub kind: SpanKind,
    /// Unix nanoseconds.
    pub start: u64,
    /// Unix nanoseconds.
    pub end: u64,
    /// Whether its status is an error.
    pub failed: bool,
    /// The span's attributes.
    pub attributes: Labels,
    /// The attributes of the span's resource: `service.version`, `vcs.ref.head.revision`.
    pub resource: Labels,
    /// The events within the span.
    pub events: Vec<Event>,
    /// Ids of the traces that the span links to.
    pub links: Vec<String>,
}

impl Span {
    /// The duration of the span in seconds.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "durations of requests: far below 2^53 ns")]
    pub fn seconds(&self) -> f64 {
        self.end.saturating_sub(self.start) as f64 / 1e9
    }
}

/// A trace: spans ordered by start. A trace has at least one span; ids are unique, and parents form no cycle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trace {
    /// 32 hexadecimal digits.
    pub id: String,
    /// The trace's spans.
    pub spans: Vec<Span>,
}

/// The criteria of a search for traces.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Search {
    /// A service that takes part in the trace.
    pub service: String,
    /// Unix seconds.
    pub start: f64,
    /// Unix seconds.
    pub end: f64,
    /// The minimum duration of the trace in seconds.
    pub min_seconds: Option<f64>,
    /// Whether a span of the trace failed.
    pub failed: Option<bool>,
    /// The most traces that the search returns.
    pub limit: usize,
}

/// A log line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogLine {
    /// Unix nanoseconds.
    pub time: u64,
    /// `service.name`.
    pub service: String,
    /// `INFO`, `ERROR`, …
    pub severity: String,
    /// The text of the line.
    pub body: String,
    /// The line's attributes: `code.function.name`, `exception.type`, …
    pub attributes: Labels,
    /// The trace that the line names as its own.
    pub trace_id: String,
    /// The span that the line names as its own.
    pub span_id: String,
}

/// A frame of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Frame {
    /// The function, with its path.
    pub function: String,
    /// The file as the profiler names it. The path is relative to the repository if the file is ours.
    pub file: String,
    /// The line, from 1; 0 if unknown.
    pub line: usize,
}

/// Samples at one stack.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sample {
    /// `service.name`.
    pub service: String,
    /// The current span of the samples; empty if unknown.
    pub span_id: String,
    /// The number of samples.
    pub count: u64,
    /// CPU time in nanoseconds.
    pub cpu_nanos: u64,
    /// The frames of the stack, the innermost first.
    pub frames: Vec<Frame>,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Commit {
    /// The commit's full id.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// The author of the commit.
    pub author: String,
    /// The commit time in unix seconds.
    pub time: i64,
}

/// The changes of a commit in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The path before the commit; `None` if the file is new.
    pub before: Option<String>,
    /// The path after the commit; `None` if the file is gone.
    pub after: Option<String>,
    /// The places where the two versions differ.
    pub hunks: Vec<Hunk>,
}

/// A place where two versions of a file differ. Lines count from 1. A side without lines has the number of the line
/// before the place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hunk {
    /// The first line before.
    pub old_start: usize,
    /// The removed lines.
    pub removed: Vec<String>,
    /// The first line after.
    pub new_start: usize,
    /// The added lines.
    pub added: Vec<String>,
}

/// A line with the commit that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlamedLine {
    /// The number of the line, from 1, as of the requested revision.
    pub line: usize,
    /// The full id of the commit that wrote the line.
    pub commit: String,
}
