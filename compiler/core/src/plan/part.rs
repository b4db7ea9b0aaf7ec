//! Which of the specs a plan is for.

/// What of the specs a plan is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// All services, under one policy or several.
    Whole,
    /// The services of a team, by its folders below the specs; empty for those that belong to no team.
    Team(String),
}
