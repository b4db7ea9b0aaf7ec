//! Sources of evidence. One trait for each kind, so that a walk does not know which product answers.
//!
//! Times are unix seconds where people and Prometheus count (`f64`), and unix nanoseconds in spans, log lines and
//! samples (`u64`), as OTLP has them. Labels and attributes are texts, sorted by key.

mod assembling;
mod command;
mod connect;
mod data;
mod git;
#[cfg(test)]
mod hostile;
mod http;
mod jaeger;
mod loki;
mod otlp;
mod patch;
mod prometheus;
mod pyroscope;
mod reading;
mod store;
mod tempo;

pub use connect::{Connected, Endpoints};
pub use git::Git;
pub use jaeger::Jaeger;
pub use loki::Loki;
pub use prometheus::Prometheus;
pub use pyroscope::Pyroscope;
pub use store::Store;
pub use tempo::Tempo;

pub use data::{
    Alert, BlamedLine, Change, Commit, Event, Exemplar, Frame, Hunk, LogLine, Point, Sample, Search, Series, Span,
    SpanKind, Trace,
};

use std::collections::BTreeMap;
use std::fmt;

/// Labels of a series, or attributes of whatever has some.
pub type Labels = BTreeMap<String, String>;

/// Why a source could not answer: its name and the reason, in a sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble(pub String);

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Trouble {}

/// An answer, or why there is none.
pub type Answer<T> = Result<T, Trouble>;

/// Rules, alerts and series: a Prometheus, or whatever speaks its HTTP API (Mimir, Thanos).
pub trait Metrics {
    /// Its name and address, as messages show them.
    fn name(&self) -> String;
    /// Every alert that is pending or fires.
    ///
    /// # Errors
    /// When the answer is missing or undocumented.
    fn alerts(&self) -> Answer<Vec<Alert>>;
    /// The value of a query at a time.
    ///
    /// # Errors
    /// When the answer is missing or undocumented, or refuses the query.
    fn instant(&self, query: &str, at: f64) -> Answer<Vec<Series>>;
    /// The values of a query over a range, one every `step` seconds. If that exceeds the limit of Prometheus
    /// (11,000), only every second, third, … of them.
    ///
    /// # Errors
    /// When the answer is missing or undocumented, or refuses the query.
    fn range(&self, query: &str, start: f64, end: f64, step: f64) -> Answer<Vec<Series>>;
    /// Exemplars of the series that a selector names.
    ///
    /// # Errors
    /// When the answer is missing or undocumented.
    fn exemplars(&self, selector: &str, start: f64, end: f64) -> Answer<Vec<Exemplar>>;
}

/// Traces: this project's store, Tempo, Jaeger.
pub trait Traces {
    /// Its name and address, as messages show them.
    fn name(&self) -> String;
    /// All spans of a trace; `None` if it was not kept.
    ///
    /// # Errors
    /// When the answer is missing or undocumented.
    fn trace(&self, id: &str) -> Answer<Option<Trace>>;
    /// Ids of traces that match, the latest first.
    ///
    /// # Errors
    /// When the answer is missing or undocumented.
    fn search(&self, wanted: &Search) -> Answer<Vec<String>>;
}

/// Log lines: this project's store, Loki.
pub trait Logs {
    /// Its name and address, as messages show them.
    fn name(&self) -> String;
    /// The lines of a trace that begins and ends about `between` (unix seconds), in the order of time.
    ///
    /// # Errors
    /// When the answer is missing or undocumented.
    fn of_trace(&self, trace_id: &str, between: (f64, f64)) -> Answer<Vec<LogLine>>;
}

/// Profiles of CPU time: this project's store, Pyroscope.
pub trait Profiles {
    /// Its name and address, as messages show them.
    fn name(&self) -> String;
    /// Samples taken for a trace, the most frequent stack first. The whole trace is given, since Pyroscope knows
    /// spans and services only.
    ///
    /// # Errors
    /// When the answer is missing or undocumented.
    fn of_trace(&self, trace: &Trace) -> Answer<Vec<Sample>>;
    /// Samples of a service between two times (unix seconds), the most frequent stack first.
    ///
    /// # Errors
    /// When the answer is missing or undocumented.
    fn of_service(&self, service: &str, start: f64, end: f64) -> Answer<Vec<Sample>>;
}

/// The history of the source code: git.
pub trait History {
    /// Its place, as messages show it.
    fn name(&self) -> String;
    /// The full id of a revision; `None` if it is unknown.
    ///
    /// # Errors
    /// When there is no repository, or git is missing.
    fn resolve(&self, revision: &str) -> Answer<Option<String>>;
    /// The commits of `to` that `from` lacks, the newest first. Merges are left out.
    ///
    /// # Errors
    /// When a revision is unknown.
    fn commits(&self, from: &str, to: &str) -> Answer<Vec<Commit>>;
    /// What a commit changed, file by file, without context lines.
    ///
    /// # Errors
    /// When the revision is unknown.
    fn changes(&self, commit: &str) -> Answer<Vec<Change>>;
    /// A file's text at a revision; `None` if it has none there.
    ///
    /// # Errors
    /// When the revision is unknown.
    fn file(&self, revision: &str, path: &str) -> Answer<Option<String>>;
    /// Every path of a revision below `folder` (empty for all).
    ///
    /// # Errors
    /// When the revision is unknown.
    fn paths(&self, revision: &str, folder: &str) -> Answer<Vec<String>>;
    /// Who wrote the lines `first..=last` (from 1) of a file, as of a revision.
    ///
    /// # Errors
    /// When the revision or the file is unknown.
    fn blame(&self, revision: &str, path: &str, first: usize, last: usize) -> Answer<Vec<BlamedLine>>;
}

/// All sources of a walk. The walk reports absent ones.
#[derive(Clone, Copy)]
pub struct Sources<'s> {
    /// Rules, alerts, series.
    pub metrics: &'s dyn Metrics,
    /// Traces.
    pub traces: Option<&'s dyn Traces>,
    /// Log lines.
    pub logs: Option<&'s dyn Logs>,
    /// Profiles.
    pub profiles: Option<&'s dyn Profiles>,
    /// The source code's history.
    pub history: Option<&'s dyn History>,
}
