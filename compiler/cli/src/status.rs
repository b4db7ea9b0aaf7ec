//! How a run ends.

/// The exit status, as documented in `--help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// No finding at or above `--fail-on`.
    Clean = 0,
    /// Findings at or above `--fail-on`.
    Findings = 1,
    /// The tool could not do its work: usage, input or output.
    Failed = 2,
    /// A capture has not enough data to judge.
    Inconclusive = 3,
}
