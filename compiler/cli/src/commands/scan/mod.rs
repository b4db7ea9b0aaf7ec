//! `emberline scan`: secrets and personal data in files, before they are committed.

mod contacts;
mod search;

use emberline_core::code::{PII_IN_FILE, SECRET_IN_FILE};
use emberline_core::finding::{self, Finding, Severity};
use emberline_core::source::{Sources, Span};
use emberline_evidence::sensitive::{Kind, Values};
use rayon::prelude::*;

use super::conceal;
use super::gate::{show, status};
use super::known::{Judged, without_known};
use crate::args::Scan;
use crate::failure::{Failure, Result};
use crate::render::{Report, counted};
use crate::status::Status;
use crate::terminal;
use crate::world::{files, git};
use contacts::tells_contacts;
use search::{Searched, search};

/// The number of files whose findings are held at once before they are sorted.
const AT_ONCE: usize = 256;
/// The most files that a failure names.
const NAMED: usize = 10;

/// Reports secrets and personal data. No value is ever shown whole, neither in messages nor in the lines around it. A
/// file that cannot be read may hold anything, so it fails the run after everything else was shown.
pub(crate) fn run(scan: &Scan, quiet: bool) -> Result<Status> {
    let mut found = Found::default();
    if scan.staged {
        git::staged(|path, content| {
            let searched = search(content);
            found.take(path, searched.map_err(|cause| cause.to_string()));
            Ok(())
        })?;
    } else {
        found.files(files::inventory(&scan.paths)?);
    }
    let report = found.report();
    if !quiet {
        report.say();
    }
    let all = Report { sources: &report.sources, findings: &report.findings, waived: 0 };
    let (left, held) = without_known(&all, &scan.known, Judged { staged: scan.staged, base: None }, quiet)?;
    show(&Report { sources: &report.sources, findings: &left, waived: held }, &scan.reporting, !quiet)?;
    report.complete()?;
    Ok(status(&left, &scan.reporting))
}

/// The findings so far.
#[derive(Default)]
struct Found {
    /// Every scanned file by path. A file with findings has the pieces of lines around them, in which all values are
    /// masked.
    files: Vec<(String, Searched)>,
    absent: Vec<String>,
    /// Files that were not read, and why.
    unread: Vec<(String, String)>,
}

impl Found {
    fn files(&mut self, inventory: files::Inventory) {
        let files::Inventory { files, absent, unreadable } = inventory;
        self.absent = absent;
        self.unread = unreadable;
        for places in files.chunks(AT_ONCE) {
            let searched: Vec<_> = places
                .par_iter()
                .map(|place| match place.open() {
                    Ok(Some(file)) => Some(search(file)).transpose(),
                    Ok(None) => Ok(None),
                    Err(cause) => Err(cause),
                })
                .collect();
            for (place, searched) in places.iter().zip(searched) {
                if let Some(searched) = searched.transpose() {
                    self.take(place.shown(), searched.map_err(|cause| cause.to_string()));
                }
            }
        }
    }

    fn take(&mut self, path: String, searched: std::result::Result<Searched, String>) {
        match searched {
            Ok(searched) => self.files.push((path, searched)),
            Err(why) => self.unread.push((path, why)),
        }
    }

    /// The findings with their texts. Every other copy of a found value is hidden as well.
    fn report(self) -> Reported {
        let Self { files, absent, unread } = self;
        let mut everywhere = Values::default();
        for (_, searched) in &files {
            everywhere.take_telling(&searched.values);
        }
        let mut reported = Reported::default();
        for (path, Searched { parts, values, is_binary }) in files {
            let hide = |text: &str| conceal::text(text, &[&values, &everywhere]);
            let counts = |kind: Kind| kind != Kind::Email || !tells_contacts(&path);
            let path = hide(&path);
            reported.binaries += usize::from(is_binary);
            if parts.is_empty() {
                reported.sources.add(path, "");
                continue;
            }
            for part in parts {
                let source = reported.sources.add_part(path.clone(), hide(&part.text), part.start);
                let text = &reported.sources.get(source).text;
                let findings = part.hits.into_iter().filter(|(_, kind)| counts(*kind)).map(|(range, kind)| {
                    let seen = text.get(range.clone()).unwrap_or_default();
                    finding(kind, Span::new(source, range), seen)
                });
                reported.findings.extend(findings);
            }
        }
        finding::sort(&mut reported.findings);
        reported.absent = absent.iter().map(|path| conceal::text(path, &[&everywhere])).collect();
        let shown = |(path, why): (String, String)| format!("{}: {why}", conceal::text(&path, &[&everywhere]));
        reported.unread = unread.into_iter().map(shown).collect();
        reported
    }
}

fn finding(kind: Kind, span: Span, masked: &str) -> Finding {
    let seen = masked.trim_end_matches('*');
    let about = if seen.is_empty() { String::new() } else { format!(", `{seen}…`") };
    let message = format!("found {}{about}, {} characters", kind.words(), masked.len());
    if kind == Kind::TestCard {
        let mut note = Finding::new(&PII_IN_FILE, span, message).label("opens no account");
        note.severity = Severity::Note;
        note
    } else if kind.is_secret() {
        Finding::new(&SECRET_IN_FILE, span, message)
            .label("not for a repository")
            .hint("read it from the environment; if it was ever pushed, revoke it first")
    } else {
        Finding::new(&PII_IN_FILE, span, message)
            .label("personal data")
            .hint("invent it: addresses at `example.com`, numbers made by the test")
    }
}

/// The sources, findings and notices that the run shows.
#[derive(Default)]
struct Reported {
    sources: Sources,
    findings: Vec<Finding>,
    absent: Vec<String>,
    unread: Vec<String>,
    binaries: usize,
}

impl Reported {
    /// Says which files were read only in part, and which submodules are absent.
    fn say(&self) {
        if self.binaries > 0 {
            let of = counted(self.binaries, "binary file");
            terminal::say(&format!("{of}: only the plain text inside was scanned"));
        }
        for path in &self.absent {
            terminal::say(&format!("{}: not scanned, the submodule is not checked out", terminal::clean(path)));
        }
    }

    /// Fails if a file was not read.
    fn complete(&self) -> Result<()> {
        if self.unread.is_empty() {
            return Ok(());
        }
        let mut what = format!("{} not scanned", counted(self.unread.len(), "file"));
        for file in self.unread.iter().take(NAMED) {
            what += &format!("\n  {file}");
        }
        if self.unread.len() > NAMED {
            what += &format!("\n  and {} more", self.unread.len() - NAMED);
        }
        Err(Failure::new(what).help("make them readable, or name the files to scan"))
    }
}
