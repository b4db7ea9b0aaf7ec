//! How a run ends.

/// The exit status, as documented in `--help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nothing to complain of.
    Clean = 0,
    /// Findings at or above `--fail-on`.
    Findings = 1,
    /// The tool could not do its work: usage, input or output.
    Failed = 2,
    /// A capture says too little to judge by.
    Inconclusive = 3,
}
