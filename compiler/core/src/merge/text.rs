//! The lists that we edit, and lines of a text.

use crate::source::{SourceId, Sources};

/// A list of the configuration that holds a part of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Routes,
    InhibitRules,
    Receivers,
    TimeIntervals,
}

impl List {
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Routes => "routes",
            Self::InhibitRules => "inhibit_rules",
            Self::Receivers => "receivers",
            Self::TimeIntervals => "time_intervals",
        }
    }
}

/// Whose text is read: the same for all, as places here are bytes.
pub(super) fn source() -> SourceId {
    Sources::default().add("", "")
}

/// The byte behind the line that this byte is in.
pub(super) fn line_after(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// How lines end in this text.
pub(super) fn line_end(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Each line without its end, behind the byte at which it begins.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches(['\n', '\r']))
    })
}
