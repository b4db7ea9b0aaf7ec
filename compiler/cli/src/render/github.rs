//! GitHub's workflow commands: a runner that sees one on standard output shows it beside the line of a pull request.
//!
//! A command ends with its line, and `%`, `,` and `:` have a meaning inside of it, so everything that came from a spec is
//! escaped as GitHub's own toolkit does it (`@actions/core`, `command.ts`). The summary line comes first and is nothing
//! that a runner would obey.

use std::io::{self, Write};

use super::entry::entries;
use super::{Renderer, Report};
use crate::terminal::visible;

/// The format `github`.
pub(crate) struct Github;

impl Renderer for Github {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        for entry in entries(report) {
            let command = if entry.severity == "note" { "notice" } else { entry.severity };
            let place = entry.place;
            let mut message = entry.message.to_owned();
            for more in entry.notes.iter().map(String::as_str).chain(entry.hint) {
                message.push('\n');
                message.push_str(more);
            }
            write!(out, "::{command} file={},line={}", property(place.path), place.line)?;
            write!(out, ",endLine={}", place.end_line)?;
            // GitHub takes columns only of places within one line.
            if place.line == place.end_line {
                write!(out, ",col={},endColumn={}", place.column, place.end_column)?;
            }
            writeln!(out, ",title={}::{}", property(entry.code), data(&message))?;
        }
        Ok(())
    }
}

/// The text of a command.
fn data(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '%' => escaped.push_str("%25"),
            '\r' => escaped.push_str("%0D"),
            '\n' => escaped.push_str("%0A"),
            // A log is shown in terminals and browsers too.
            other => escaped.push(visible(other)),
        }
    }
    escaped
}

/// A property of a command, which a colon or a comma would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
