//! Sources of evidence. Each kind has one trait, so that a walk does not depend on the product that answers.
//!
//! Times are unix seconds (`f64`) for people and Prometheus. Spans, log lines and samples have unix nanoseconds
//! (`u64`), as in OTLP. Labels and attributes are texts, sorted by key.

mod assembling;
mod command;
mod connect;
mod data;
mod deployments;
mod git;
#[cfg(test)]
mod hostile;
mod jaeger;
mod loki;
mod otlp;
mod patch;
mod prometheus;
mod pyroscope;
mod reading;
mod store;
mod tempo;
mod victorialogs;
mod zipkin;

pub use connect::{Connected, Endpoints, Product};
pub use deployments::{DeploymentLog, Grafana};
pub use emberline_observe::http::{Access, Answer, Door, Trouble};
pub use git::Git;
pub use jaeger::Jaeger;
pub use loki::Loki;
pub use prometheus::Prometheus;
pub use pyroscope::Pyroscope;
pub(crate) use reading::rfc3339;
pub use store::Store;
pub use tempo::Tempo;
pub use victorialogs::VictoriaLogs;
pub use zipkin::Zipkin;

pub use data::{
    Alert, BlamedLine, Change, Commit, Deployed, Event, Exemplar, Frame, Hunk, LogLine, Point, Sample, Search, Series,
    Span, SpanKind, Trace,
};

use std::collections::BTreeMap;

/// Labels of a series, or attributes of a span, event or log line.
pub type Labels = BTreeMap<String, String>;

/// Rules, alerts and time series: Prometheus, or a product with the same HTTP API (Mimir, Thanos, VictoriaMetrics).
pub trait Metrics {
    /// The source's name and address, as messages show them.
    fn name(&self) -> String;
    /// Every pending or firing alert.
    ///
    /// # Errors
    /// When the answer is missing or undocumented.
    fn alerts(&self) -> Answer<Vec<Alert>>;
    /// The value of a query at a time.
    ///
    /// # Errors
    /// When the answer is missing or undocumented, or the source refuses the query.
    fn instant(&self, query: &str, at: f64) -> Answer<Vec<Series>>;
    /// The values of a query over a range, one every `step` seconds. Prometheus allows 11,000 points per series. Beyond
    /// that limit, the step grows to a multiple of `step`.
    ///
    /// # Errors
    /// When the answer is missing or undocumented, or the source refuses the query.
    fn range(&self, query: &str, start: f64, end: f64, step: f64) -> Answer<Vec<Series>>;
    /// Whether the product keeps exemplars. Without them, a walk searches for traces.
    fn has_exemplars(&self) -> bool {
        true
    }
    /// Exemplars of the time series that match a selector.
    ///
    /// # Errors
    /// When the answer is missing or undocumented.
    fn exemplars(&self, selector: &str, start: f64, end: f64) -> Answer<Vec<Exemplar>>;
}

/// Traces: this project's store, Tempo, Jaeger, Zipkin.
pub trait Traces {
    /// The source's name and address, as messages show them.
    fn name(&self) -> String;
    /// All spans of a trace; `None` if the source does not have the trace.
    ///
    /// # Errors
    /// When the answer is missing or undocumented.
    fn trace(&self, id: &str) -> Answer<Option<Trace>>;
    /// Ids of matching traces, the latest first.
    ///
    /// # Errors
    /// When the answer is missing or undocumented.
    fn search(&self, wanted: &Search) -> Answer<Vec<String>>;
    /// The address of a page that shows a trace to people; `None` if the store has no pages.
    fn page(&self, _id: &str) -> Option<String> {
        None
    }
}

/// Log lines: this project's store, Loki, VictoriaLogs.
pub trait Logs {
    /// The source's name and address, as messages show them.
    fn name(&self) -> String;
    /// The log lines of a trace, ordered by time. The trace begins and ends about `between` (unix seconds).
    ///
    /// # Errors
    /// When the answer is missing or undocumented.
    fn of_trace(&self, trace_id: &str, between: (f64, f64)) -> Answer<Vec<LogLine>>;
}

/// Profiles of CPU time: this project's store, Pyroscope.
pub trait Profiles {
    /// The source's name and address, as messages show them.
    fn name(&self) -> String;
    /// Samples taken for a trace, the most frequent stack first. The caller passes the whole trace, because Pyroscope
    /// finds profiles only by span and service.
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
    /// The place of the repository, as messages show it.
    fn name(&self) -> String;
    /// The full id of a revision; `None` if the revision is unknown.
    ///
    /// # Errors
    /// When the repository or the program git is missing.
    fn resolve(&self, revision: &str) -> Answer<Option<String>>;
    /// Every tag, by name.
    ///
    /// # Errors
    /// When the repository or the program git is missing.
    fn tags(&self) -> Answer<Vec<String>>;
    /// The full ids of all commits that begin with these hexadecimal digits.
    ///
    /// # Errors
    /// When the repository or the program git is missing.
    fn beginning(&self, digits: &str) -> Answer<Vec<String>>;
    /// The commits that `to` has and `from` lacks, the newest first. A merge is one of them only if it changes more than
    /// git's automatic merge does.
    ///
    /// # Errors
    /// When a revision is unknown.
    fn commits(&self, from: &str, to: &str) -> Answer<Vec<Commit>>;
    /// The changes of a commit, file by file, without context lines. Those of a merge are against git's automatic merge.
    ///
    /// # Errors
    /// When the revision is unknown.
    fn changes(&self, commit: &str) -> Answer<Vec<Change>>;
    /// A file's text at a revision; `None` if the revision has no such file.
    ///
    /// # Errors
    /// When the revision is unknown.
    fn file(&self, revision: &str, path: &str) -> Answer<Option<String>>;
    /// Every path of a revision below `folder` (empty for all paths).
    ///
    /// # Errors
    /// When the revision is unknown.
    fn paths(&self, revision: &str, folder: &str) -> Answer<Vec<String>>;
    /// The commits that wrote the lines `first..=last` (from 1) of a file, as of a revision.
    ///
    /// # Errors
    /// When the revision or the file is unknown.
    fn blame(&self, revision: &str, path: &str, first: usize, last: usize) -> Answer<Vec<BlamedLine>>;
}

/// What was deployed when: Grafana's annotations, a log of deployments.
pub trait Deployments {
    /// The source's name and place, as messages show them.
    fn name(&self) -> String;
    /// The deployments between two times (unix seconds), ordered by time.
    ///
    /// # Errors
    /// When the answer is missing or undocumented.
    fn between(&self, start: f64, end: f64) -> Answer<Vec<Deployed>>;
}

/// Repositories of services that have one of their own.
pub type Repositories = BTreeMap<String, Box<dyn History>>;

/// All sources of a walk. The walk reports absent sources.
#[derive(Clone, Copy)]
pub struct Sources<'s> {
    /// Rules, alerts, time series.
    pub metrics: &'s dyn Metrics,
    /// Traces.
    pub traces: Option<&'s dyn Traces>,
    /// Log lines.
    pub logs: Option<&'s dyn Logs>,
    /// Profiles.
    pub profiles: Option<&'s dyn Profiles>,
    /// The source code's history, of every service without a repository of its own.
    pub history: Option<&'s dyn History>,
    /// Repositories of single services.
    pub repositories: Option<&'s Repositories>,
    /// What was deployed when.
    pub deployments: Option<&'s dyn Deployments>,
}

impl<'s> Sources<'s> {
    /// The history of a service's source code.
    #[must_use]
    pub fn history_of(&self, service: &str) -> Option<&'s dyn History> {
        let own = self.repositories.and_then(|all| all.get(service)).map(AsRef::as_ref);
        own.or(self.history)
    }
}
