//! The release of a drill, as its record holds it.

use serde::{Deserialize, Serialize};

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// The full id of the commit.
    pub id: String,
    /// The first line of its message.
    pub subject: String,
    /// When the commit was made, unix seconds.
    pub time: i64,
}

/// The deployed release.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReleaseRecord {
    /// The revision that was good.
    pub good: String,
    /// The revision that was deployed.
    pub deployed: String,
    /// The faulty commit; `None` for an outage.
    pub bad: Option<String>,
    /// Further faulty commits, if several faults were deployed at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_bad: Vec<String>,
    /// The commits since the good revision, the newest first.
    pub commits: Vec<Commit>,
    /// Revisions that were deployed between the good one and the last one, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<String>,
    /// The services that were deployed again, if the command names them.
    pub services: Vec<String>,
    /// The highest burn rate over a long window before the change. Above 1, the window still held earlier errors, so
    /// the alert fired sooner.
    pub burn_before: Option<f64>,
    /// The walks of a healthy system that runs a harmless release; `None` if nobody walked then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healthy: Option<Healthy>,
}

/// Walks of a healthy system, one for each objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Healthy {
    /// How many walks.
    pub walks: usize,
    /// How many of them found an incident.
    pub accused: usize,
}

impl ReleaseRecord {
    /// All faulty commits; none for an outage.
    pub fn faulty(&self) -> impl Iterator<Item = &str> {
        self.bad.iter().chain(&self.also_bad).map(String::as_str)
    }
}

/// How long an unsuccessful attempt was watched, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    /// The duration in the drill.
    pub drilled: f64,
    /// The duration on the windows of production.
    pub full: f64,
}
