//! The places in the code that telemetry points to, and how directly.

use serde::Serialize;

use super::place::Place;

/// The role of a place in the fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The place uses CPU time.
    Computes,
    /// An error arises at the place.
    Fails,
    /// The place waits.
    Waits,
    /// The place makes the increased calls.
    Calls,
    /// The place is the callee of the increased calls.
    Called,
    /// The place makes fewer calls, or takes less time.
    Skips,
    /// The place sets or sends values that healthy requests do not have.
    Differs,
    /// The place is above a place of another role: a caller on the stack, or an outer span.
    Above,
}

impl Role {
    /// The role as a verb.
    #[must_use]
    pub fn verb(self) -> &'static str {
        match self {
            Self::Computes => "computes",
            Self::Fails => "fails",
            Self::Waits => "waits",
            Self::Calls => "makes more calls",
            Self::Called => "is called more often",
            Self::Skips => "does less",
            Self::Differs => "has other values",
            Self::Above => "calls such code",
        }
    }
}

/// A place in the code that evidence points to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Site {
    /// The service.
    pub service: String,
    /// The place as telemetry names it.
    pub place: Place,
    /// The place's role in the fault.
    pub role: Role,
    /// How directly evidence points to the place, from 0 to 1.
    pub weight: f64,
    /// Lines that evidence points to, with their shares; empty for the whole function.
    pub lines: Vec<(usize, f64)>,
    /// The evidence in a few words.
    pub why: String,
}

impl Site {
    /// Whether the site names a function, or a line of a file.
    pub(super) fn is_found(&self) -> bool {
        !self.place.function.is_empty() || (!self.place.file.is_empty() && self.place.line > 0)
    }
}

/// Joins sites of the same function and role into the heaviest one. The heaviest sites come first.
pub(super) fn join(sites: Vec<Site>) -> Vec<Site> {
    let mut joined: Vec<Site> = Vec::new();
    for site in sites.into_iter().filter(Site::is_found) {
        let is_same = |other: &&mut Site| {
            other.service == site.service
                && other.role == site.role
                && other.place.function == site.place.function
                && (!site.place.function.is_empty() || other.place == site.place)
        };
        match joined.iter_mut().find(is_same) {
            Some(other) if other.weight >= site.weight => {
                if other.lines.is_empty() {
                    other.lines = site.lines;
                }
            }
            Some(other) => *other = site,
            None => joined.push(site),
        }
    }
    joined.sort_by(|a, b| {
        b.weight.total_cmp(&a.weight).then(a.role.cmp(&b.role)).then(a.place.function.cmp(&b.place.function))
    });
    joined.truncate(MOST);
    joined
}

/// The most sites that are followed into the code.
const MOST: usize = 16;
