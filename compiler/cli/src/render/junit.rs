//! `JUnit` XML: a suite whose cases are the findings. Errors are failures; of what is milder the case passes and its output
//! says what was found, since the format knows no warning.

use std::io::{self, Write};

use emberline_prose::escape::{xml, xml_attribute};

use super::entry::entries;
use super::{Renderer, Report};
use crate::terminal::visible;

/// The format `junit`.
pub(crate) struct Junit;

impl Renderer for Junit {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let entries = entries(report);
        let failures = report.counts().errors;
        // A suite without a case would look as if nothing had been judged.
        let tests = entries.len().max(1);
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(out, "<testsuites name=\"emberline\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">")?;
        writeln!(
            out,
            "  <testsuite name=\"emberline\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">"
        )?;
        if entries.is_empty() {
            writeln!(out, "    <testcase classname=\"emberline\" name=\"no findings\"/>")?;
        }
        for entry in entries {
            let place = &entry.place;
            let at = format!("{}:{}:{}", place.path, place.line, place.column);
            let mut text = format!("{at}: {}", entry.message);
            for more in entry.notes.iter().map(String::as_str).chain(entry.hint) {
                text.push('\n');
                text.push_str(more);
            }
            writeln!(
                out,
                "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\">",
                escaped(entry.code),
                escaped(&format!("{at} {}", entry.fingerprint)),
                escaped(place.path),
                place.line
            )?;
            match entry.severity {
                "error" => writeln!(
                    out,
                    "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                    escaped(entry.code),
                    escaped(entry.message),
                    lines(&text)
                )?,
                mild => writeln!(out, "      <system-out>{}: {}</system-out>", escaped(mild), lines(&text))?,
            }
            writeln!(out, "    </testcase>")?;
        }
        writeln!(out, "  </testsuite>\n</testsuites>")
    }
}

/// Text for an element, where a line may end: some readers know no character reference there.
fn lines(text: &str) -> String {
    xml(&shown(text))
}

/// Text for an attribute.
fn escaped(text: &str) -> String {
    xml_attribute(&shown(text))
}

/// XML 1.0 can hold no control character at all, not even escaped, so they are shown as on a terminal.
fn shown(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { visible(c) }).collect()
}
