//! What is rendered, and by what.

use std::io::{self, Write};

use emberline_core::finding::{Finding, Severity};
use emberline_core::source::Sources;

/// What a run found.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    /// The texts that the findings point into.
    pub(crate) sources: &'a Sources,
    /// Everything found, in the order it is shown.
    pub(crate) findings: &'a [Finding],
    /// How many more there would be without waivers.
    pub(crate) waived: usize,
}

/// How many findings there are of each severity.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) notes: usize,
}

impl Report<'_> {
    /// How many findings there are of each severity.
    pub(crate) fn counts(&self) -> Counts {
        let of = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        Counts { errors: of(Severity::Error), warnings: of(Severity::Warning), notes: of(Severity::Note) }
    }
}

/// A format that findings are written in.
pub(crate) trait Renderer {
    /// Writes the whole report. Colours may be written freely: the stream strips them where they do not belong.
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()>;
}
