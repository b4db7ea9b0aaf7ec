//! Templates of Go's `text/template`, as Prometheus and Alertmanager read them in labels, annotations and addresses.
//!
//! A template at fault makes Prometheus refuse the whole rule file, so faults are found here, by the same grammar: [`lex`]
//! and [`parse`] follow the documentation of `text/template`, and a test holds them against promtool.

mod lex;
mod parse;
mod reader;

use reader::Fault;
pub(crate) use reader::Reader;

/// The first fault of a template, if it has any.
pub(crate) fn fault(text: &str, reader: Reader) -> Option<Fault> {
    parse::parse(text, reader).err()
}

#[cfg(test)]
mod tests;
