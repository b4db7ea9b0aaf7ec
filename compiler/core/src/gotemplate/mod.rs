//! Templates of Go's `text/template`, as Prometheus and Alertmanager read them in labels, annotations and addresses.
//!
//! A template at fault makes Prometheus refuse the whole rule file, so faults are found here, by the same grammar: [`lex`]
//! and [`parse`] follow the documentation of `text/template`, and a test holds them against promtool.

mod lex;
mod parse;
mod reader;

use crate::code;
use crate::finding::Finding;
use crate::source::Span;
use reader::Fault;
pub(crate) use reader::Reader;

/// The first fault of a template, if it has any.
pub(crate) fn fault(text: &str, reader: Reader) -> Option<Fault> {
    read(text, reader).err()
}

/// The names of templates that a template calls and does not define, or its first fault.
pub(crate) fn read(text: &str, reader: Reader) -> Result<Vec<String>, Fault> {
    parse::parse(text, reader)
}

/// A fault as a finding about the text at `place`.
pub(crate) fn finding(fault: &Fault, text: &str, place: Span, reader: Reader) -> Finding {
    let before = text.get(..fault.at).unwrap_or(text).chars().count();
    let who = reader.product();
    Finding::new(&code::INVALID_VALUE, place, format!("{who} cannot read this template: {}", fault.message))
        .label(format!("at its character {}", before + 1))
        .note(format!("{who} refuses a whole file for such a text, or sends an error in its place"))
        .hint("for braces that stand for themselves write `{{ \"{{\" }}`")
}

/// A text that templates leave as it is.
pub(crate) fn literal(text: &str) -> String {
    text.replace("{{", "{{\"{{\"}}")
}

#[cfg(test)]
mod tests;
