//! How the cause of a drill's incident was found, as its record holds it.

use serde::{Deserialize, Serialize};

use super::release::{ReleaseRecord, Watched};

/// The search for the commit, most of which runs after recovery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// Seconds from T+0 until the cause was known; `None` if it was not found. The wait for the alert to resolve is
    /// left out: a team looks for the commit on a stage of its own meanwhile.
    pub found: Option<f64>,
    /// What led to it.
    pub how: How,
    /// The commits that were found; none if no release is the cause.
    pub commits: Vec<String>,
    /// Whether that is right: every commit that was found is faulty, or none is and none was found.
    pub right: bool,
    /// Whether all faulty commits were found.
    pub all: bool,
    /// Revisions that were deployed to find it, in order.
    pub probes: Vec<Probe>,
}

/// What led to the cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// A certain answer of the search. A deployment without the named commit confirmed it, if the drill allows one.
    Search,
    /// Deployed versions, halved until one commit was left.
    Bisect,
    /// The commit whose revert helped.
    OneByOne,
    /// No rollback of a release helped, or the same release was good when it was deployed again.
    NoRelease,
    /// Nothing did.
    NotFound,
}

/// A revision that was deployed to see whether it is faulty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// What was deployed, in a sentence without a full stop.
    pub what: String,
    /// The revision.
    pub revision: String,
    /// Whether the objective was missed.
    pub bad: bool,
    /// Seconds of its deployment, which the time scale does not compress.
    pub deployed: f64,
    /// How long it was watched, in seconds.
    pub watched: Watched,
}

impl Cause {
    /// Judges the commits that were found.
    pub(super) fn judged(mut self, release: &ReleaseRecord) -> Self {
        let faulty: Vec<&str> = release.faulty().collect();
        let is_faulty = |commit: &String| faulty.contains(&commit.as_str());
        self.right = self.found.is_some()
            && if faulty.is_empty() { self.commits.is_empty() } else { self.commits.iter().any(is_faulty) }
            && self.commits.iter().all(is_faulty);
        self.all = self.right && faulty.iter().all(|bad| self.commits.iter().any(|commit| commit == bad));
        self
    }
}
