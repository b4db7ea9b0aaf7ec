//! How a report is laid out: in columns, or as Markdown.

use std::fmt::Write as _;

use emberline_core::quantity::Duration;

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// In columns.
    Text,
    /// As Markdown.
    Markdown,
}

pub(super) const fn bullet(form: Form) -> &'static str {
    match form {
        Form::Text => "  ",
        Form::Markdown => "- ",
    }
}

pub(super) fn heading(text: &mut String, words: &str, form: Form) {
    let _ = match form {
        Form::Text => writeln!(text, "{words}"),
        Form::Markdown => writeln!(text, "## {words}\n"),
    };
}

pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent.abs() >= 100.0 { format!("{percent:.0}%") } else { format!("{percent:.1}%") }
}

/// A length of milliseconds, in whole seconds.
pub(super) fn length(millis: i64) -> String {
    Duration::from_secs(u64::try_from(millis.max(0) / 1_000).unwrap_or(0)).to_string()
}

pub(super) fn table(text: &mut String, head: &[&str], rows: &[Vec<String>], form: Form) {
    let escaped = |cell: &str| match form {
        Form::Text => cell.to_owned(),
        Form::Markdown => cell.replace('\\', "\\\\").replace('|', "\\|"),
    };
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| escaped(cell)).collect()).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(head.get(column).map(|cell| cell.len())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let padded: Vec<String> = padded.collect();
        let _ = match form {
            Form::Text => writeln!(text, "  {}", padded.join("  ").trim_end()),
            Form::Markdown => writeln!(text, "| {} |", padded.join(" | ")),
        };
    };
    line(&head.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
    if form == Form::Markdown {
        line(&widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>());
    }
    rows.iter().for_each(|row| line(row));
    text.push('\n');
}
