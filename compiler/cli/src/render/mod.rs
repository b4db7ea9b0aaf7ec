//! Findings as text. A format is one file here with one [`Renderer`]; nothing else knows of formats.

pub(crate) mod entry;
mod excerpt;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod places;
mod sarif;

use std::io::{self, Write};

use emberline_core::finding::{Finding, Severity};
use emberline_core::source::Sources;

use crate::args::Format;
pub(crate) use human::counted;
pub(crate) use json::Json;

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

/// The renderer of a format.
pub(crate) fn renderer(format: Format) -> Box<dyn Renderer> {
    match format {
        Format::Human => Box::new(human::Human::styled()),
        Format::Json => Box::new(json::Json::default()),
        Format::Sarif => Box::new(sarif::Sarif),
        Format::Github => Box::new(github::Github),
        Format::Gitlab => Box::new(gitlab::Gitlab),
        Format::Junit => Box::new(junit::Junit),
    }
}

#[cfg(test)]
mod tests;
