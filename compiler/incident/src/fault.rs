//! Why a case cannot be read.

use std::fmt;

/// A file of a case that cannot be read, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file's name inside the case, as in `context/commits.json`.
    pub file: String,
    /// The line, counted from one, if the fault has a line.
    pub line: Option<usize>,
    /// What is wrong, in lower case and without a full stop.
    pub why: String,
}

impl Fault {
    pub(crate) fn new(file: &str, line: Option<usize>, why: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, why: why.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}: {}", self.file, self.why),
            None => write!(out, "{}: {}", self.file, self.why),
        }
    }
}

impl std::error::Error for Fault {}
