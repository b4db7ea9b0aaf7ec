//! How the reports of commands are written.

use clap::ValueEnum;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For a terminal.
    Human,
    /// For programs; the fields are stable.
    Json,
    /// For a page, a ticket or a pull request.
    Markdown,
}
