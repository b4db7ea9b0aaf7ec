//! Places in the source code.

use serde::Serialize;

/// A place in the source code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The function as telemetry or the source code names it.
    pub function: String,
    /// The file, relative to the repository; empty if unknown.
    pub file: String,
    /// The line, from 1; 0 if unknown.
    pub line: usize,
}

impl Place {
    /// The place as people read it.
    #[must_use]
    pub fn words(&self) -> String {
        match (self.file.is_empty(), self.line) {
            (true, _) => self.function.clone(),
            (false, line) if self.function.is_empty() => format!("{}:{line}", self.file),
            (false, 0) => format!("{} ({})", self.function, self.file),
            (false, line) => format!("{} ({}:{line})", self.function, self.file),
        }
    }
}
