//! What one source tells of a service's revisions.

use std::collections::{BTreeMap, BTreeSet};

/// What one source tells of a service.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Known {
    /// The source, as people call it.
    pub(super) by: String,
    /// The current revision, as the source names it.
    pub(super) now: Option<String>,
    /// The revision before the onset.
    pub(super) before: Option<String>,
    /// The revision that each one replaced when it last began, whenever that was.
    pub(super) previous: BTreeMap<String, String>,
    /// Revisions that ran before the time that the source was asked about.
    pub(super) older: BTreeSet<String>,
    /// When each revision was first seen, unix seconds.
    pub(super) first_seen: BTreeMap<String, f64>,
}

impl Known {
    /// The revision that the current one replaced.
    pub(super) fn replaced(&self) -> Option<&String> {
        self.previous.get(self.now.as_ref()?)
    }
}
