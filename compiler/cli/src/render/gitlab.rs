//! GitLab's code quality report: a JSON list, from which merge requests show what is new.

use std::io::{self, Write};

use serde::Serialize;

use super::entry::entries;
use super::{Renderer, Report};

/// The format `gitlab`.
pub(crate) struct Gitlab;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

impl Renderer for Gitlab {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let issues: Vec<Issue<'_>> = entries(report)
            .into_iter()
            .map(|entry| Issue {
                description: match entry.hint {
                    Some(hint) => format!("{}; {hint}", entry.message),
                    None => entry.message.to_owned(),
                },
                check_name: entry.code,
                fingerprint: entry.fingerprint,
                // GitLab's words, of info, minor, major, critical and blocker.
                severity: match entry.severity {
                    "error" => "critical",
                    "warning" => "minor",
                    _ => "info",
                },
                location: Location {
                    path: entry.place.path,
                    lines: Lines { begin: entry.place.line, end: entry.place.end_line },
                },
            })
            .collect();
        serde_json::to_writer_pretty(&mut *out, &issues)?;
        writeln!(out)
    }
}
