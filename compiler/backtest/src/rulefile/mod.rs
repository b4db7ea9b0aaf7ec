//! Rule files that people or other tools wrote, over the history of a source.
//!
//! Alerts and the records below them are evaluated from the file, as if it had been loaded all the time. Where that needs
//! what is not evaluated here, the server's own records serve, if it has recorded them since before the replay begins.

mod order;
mod read;
mod replay;
mod share;
#[cfg(test)]
mod tests;
mod verdict;

use serde::Serialize;

use crate::grid::Labels;
use crate::outcome::Firing;

pub use read::RuleFile;
pub use replay::replay;
pub use verdict::Verdict;

/// An alert of a rule file, and what it did.
#[derive(Debug, Serialize)]
pub struct Theirs {
    /// The file.
    pub file: String,
    /// The alert's line in it.
    pub line: usize,
    /// The rule group.
    pub group: String,
    /// `alertname`.
    pub alert: String,
    /// The label `severity`, as written; empty if there is none.
    pub severity: String,
    /// The rule's labels, as written.
    pub labels: Labels,
    /// What it can do, by its expression.
    pub verdict: Verdict,
    /// Each time that it fired, in order of series and then of time.
    pub firings: Vec<Firing>,
    /// Why it was not replayed, in a sentence without a full stop.
    pub not_replayed: Option<String>,
    /// Selectors of the alert and its records that found no sample in the time of the replay.
    pub without_samples: Vec<String>,
    /// Which records were taken from the server, since they are not evaluated here.
    pub recorded_by_server: Vec<String>,
}
