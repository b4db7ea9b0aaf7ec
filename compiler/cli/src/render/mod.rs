//! Findings as text. A format is one file here with one [`Renderer`]; nothing else knows of formats.

pub(crate) mod entry;
mod excerpt;
mod github;
mod gitlab;
mod human;
mod json;
mod junit;
mod places;
mod report;
mod sarif;

pub(crate) use human::counted;
pub(crate) use json::Json;
pub(crate) use report::{Counts, Renderer, Report};

use crate::args::Format;

/// The renderer of a format.
pub(crate) fn renderer(format: Format) -> Box<dyn Renderer> {
    compiled(format, Vec::new())
}

/// The renderer for a run that removed these files. Only `json` has a place for them: the other formats for programs know
/// nothing but findings.
pub(crate) fn compiled(format: Format, removed: Vec<String>) -> Box<dyn Renderer> {
    match format {
        Format::Human => Box::new(human::Human::styled()),
        Format::Json => Box::new(json::Json { removed, ..json::Json::default() }),
        Format::Sarif => Box::new(sarif::Sarif),
        Format::Github => Box::new(github::Github),
        Format::Gitlab => Box::new(gitlab::Gitlab),
        Format::Junit => Box::new(junit::Junit),
    }
}

#[cfg(test)]
mod tests;
