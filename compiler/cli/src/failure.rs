//! Why the tool could not do its work (exit status 2). What is wrong with a *spec* is a finding instead.

use std::fmt::Display;
use std::io;
use std::path::Path;

use crate::shown::shown;

/// The result of everything that touches the world.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// What could not be done, why, and one thing to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    /// A lower-case sentence without a full stop.
    pub(crate) what: String,
    /// One action.
    pub(crate) help: Option<String>,
}

impl Failure {
    /// A failure that has no remedy of its own.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), help: None }
    }

    /// `deed` (such as "cannot read") failed on `path`.
    pub(crate) fn io(deed: &str, path: &Path, cause: &io::Error) -> Self {
        Self::new(format!("{deed} {}: {cause}", shown(path)))
    }

    /// An invariant of the compiler is broken: the person at the terminal did nothing wrong.
    pub(crate) fn bug(what: impl Display) -> Self {
        Self::new(format!("internal error: {what}")).help("this is a bug in emberline; please report it with the specs")
    }

    /// With the action to take.
    #[must_use]
    pub(crate) fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}
