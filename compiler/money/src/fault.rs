//! Why an amount cannot be computed.

use std::fmt;

/// Why an amount cannot be computed, and one thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A lower-case sentence without a full stop.
    pub what: String,
    /// One action.
    pub help: Option<String>,
}

impl Fault {
    pub(crate) fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: Some(help.into()) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.what)
    }
}

impl std::error::Error for Fault {}
