//! The types of answers, common to all sources.

use serde::Serialize;

use super::Labels;

/// A value at a time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Unix seconds.
    pub time: f64,
    /// The value; never NaN or infinite, which are left out.
    pub value: f64,
}

/// A series of a query's answer; an instant query gives one point.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// Its labels.
    pub labels: Labels,
    /// Its points, in the order of time.
    pub points: Vec<Point>,
}

impl Series {
    /// A label's value; empty where there is none, as Prometheus has it.
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

/// An alert that is pending or fires.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// `alertname`.
    pub name: String,
    /// Whether it fires, rather than waits.
    pub fires: bool,
    /// Since when its condition holds, unix seconds.
    pub since: f64,
    /// Its labels, `alertname` among them.
    pub labels: Labels,
    /// Its annotations.
    pub annotations: Labels,
}

/// A measured value that points to the trace it was measured in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exemplar {
    /// The labels of its series.
    pub series: Labels,
    /// The trace: 32 hexadecimal digits.
    pub trace_id: String,
    /// The span; empty if unknown.
    pub span_id: String,
    /// The value; seconds, of a duration.
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

/// Something that happened within a span.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// Unix nanoseconds.
    pub time: u64,
    /// Its name, such as `exception`.
    pub name: String,
    /// Its attributes.
    pub attributes: Labels,
}

/// A span.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Span {
    /// 16 hexadecimal digits.
    pub id: String,
    /// Its parent's id; empty for a root.
    pub parent: String,
    /// `service.name`.
    pub service: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: SpanKind,
    /// Unix nanoseconds.
    pub start: u64,
    /// Unix nanoseconds.
    pub end: u64,
    /// Whether its status is an error.
    pub failed: bool,
    /// Its attributes.
    pub attributes: Labels,
    /// Those of its resource: `service.version`, `vcs.ref.head.revision`.
    pub resource: Labels,
    /// What happened within it.
    pub events: Vec<Event>,
    /// Ids of the traces that it links to.
    pub links: Vec<String>,
}

impl Span {
    /// How long it took, in seconds.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "durations of requests: far below 2^53 ns")]
    pub fn seconds(&self) -> f64 {
        self.end.saturating_sub(self.start) as f64 / 1e9
    }
}

/// A trace: spans in the order of their start. Empty traces are not kept; ids are unique, and parents form no circle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trace {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Its spans.
    pub spans: Vec<Span>,
}

/// Which traces are looked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Search {
    /// A service that takes part.
    pub service: String,
    /// Unix seconds.
    pub start: f64,
    /// Unix seconds.
    pub end: f64,
    /// Seconds that the trace took at least.
    pub min_seconds: Option<f64>,
    /// Whether a span failed.
    pub failed: Option<bool>,
    /// How many at most.
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
    /// The text.
    pub body: String,
    /// Its attributes: `code.function.name`, `exception.type`, …
    pub attributes: Labels,
    /// The trace that it says it belongs to.
    pub trace_id: String,
    /// The span that it says it belongs to.
    pub span_id: String,
}

/// A frame of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Frame {
    /// The function, with its path.
    pub function: String,
    /// The file as the profiler names it; relative to the repository where it is ours.
    pub file: String,
    /// The line, from 1; 0 where it is unknown.
    pub line: usize,
}

/// Samples at one stack.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sample {
    /// `service.name`.
    pub service: String,
    /// The span that was current; empty if unknown.
    pub span_id: String,
    /// How many samples.
    pub count: u64,
    /// CPU time in nanoseconds.
    pub cpu_nanos: u64,
    /// The innermost first.
    pub frames: Vec<Frame>,
}

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Commit {
    /// Its full id.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
    /// When it was committed, unix seconds.
    pub time: i64,
}

/// What a commit changed in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The file before; `None` if it is new.
    pub before: Option<String>,
    /// The file after; `None` if it is gone.
    pub after: Option<String>,
    /// Where it differs.
    pub hunks: Vec<Hunk>,
}

/// A place where two versions of a file differ. Lines count from 1; where a side has none, its number is that of the
/// line before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hunk {
    /// The first line before.
    pub old_start: usize,
    /// Lines that went.
    pub removed: Vec<String>,
    /// The first line after.
    pub new_start: usize,
    /// Lines that came.
    pub added: Vec<String>,
}

/// Who wrote a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlamedLine {
    /// The line, from 1, as of the revision that was asked for.
    pub line: usize,
    /// The full id of the commit that wrote it.
    pub commit: String,
}
