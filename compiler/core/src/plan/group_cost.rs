//! The estimated cost of a rule group, as checks and shards read it.

use crate::quantity::Duration;

/// What one rule group costs.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupCost {
    /// The group's name.
    pub group: String,
    /// Seconds that an evaluation takes.
    pub seconds: f64,
    /// Between two evaluations, real.
    pub interval: Duration,
}
