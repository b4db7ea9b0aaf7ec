//! Why a file cannot be edited, where, and what to do.

/// Why a file cannot be edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The byte of the file at which the reason stands.
    pub at: usize,
    /// A lower-case sentence without a full stop.
    pub what: String,
    /// One action.
    pub help: String,
}

impl Refused {
    pub(super) fn new(at: usize, what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { at, what: what.into(), help: help.into() }
    }
}

/// Without a route the file is no configuration of Alertmanager.
pub(super) fn no_route(at: usize) -> Refused {
    Refused::new(
        at,
        "the file has no `route:`",
        "name the configuration that Alertmanager is started with (`--config.file`), such as alertmanager.yml",
    )
}
