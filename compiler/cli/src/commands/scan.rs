//! `emberline scan`: secrets and personal data in files, before they are committed.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use emberline_core::code::{PII_IN_FILE, SECRET_IN_FILE};
use emberline_core::finding::{self, Finding};
use emberline_core::source::{Sources, Span};
use emberline_evidence::sensitive::{self, Origin};
use ignore::WalkBuilder;

use super::gate::{show, status};
use super::known::without_known;
use crate::args::Scan;
use crate::failure::{Failure, Result};
use crate::render::Report;
use crate::status::Status;
use crate::terminal;
use crate::world::{git, shown};

/// What is read of one file: a larger one is scanned up to here, and that is said.
const READ_AT_MOST: usize = 32 << 20;
/// Bytes in which a text has no NUL.
const PROBED: usize = 8 << 10;

/// Reports what was found; nothing of it is ever shown whole, neither in messages nor in the lines around it.
pub(crate) fn run(scan: &Scan, quiet: bool) -> Result<Status> {
    let mut found = Found::default();
    if scan.staged {
        for (path, bytes) in git::staged()? {
            found.file(path, &bytes);
        }
    } else {
        let here = [PathBuf::from(".")];
        for path in if scan.paths.is_empty() { &here[..] } else { &scan.paths[..] } {
            found.tree(path)?;
        }
    }
    let Found { sources, mut findings, cut } = found;
    if !quiet {
        for path in &cut {
            terminal::say(&format!("{}: only the first 32 MiB were scanned", terminal::clean(path)));
        }
    }
    finding::sort(&mut findings);
    let all = Report { sources: &sources, findings: &findings, waived: 0 };
    let (left, held) = without_known(&all, &scan.known, quiet)?;
    show(&Report { sources: &sources, findings: &left, waived: held }, &scan.reporting, !quiet)?;
    Ok(status(&left, &scan.reporting))
}

/// What was found so far.
#[derive(Default)]
struct Found {
    /// Of a file with findings its text, in which nothing found can be read; of all others the path alone.
    sources: Sources,
    findings: Vec<Finding>,
    /// Files that were too long.
    cut: Vec<String>,
}

impl Found {
    /// A file, or every file below a folder: hidden ones too, but not what git ignores, nor git's own.
    fn tree(&mut self, path: &Path) -> Result<()> {
        let mut files = Vec::new();
        for entry in WalkBuilder::new(path)
            .hidden(false)
            .require_git(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .build()
        {
            let entry = entry.map_err(|cause| {
                Failure::new(format!("cannot scan {}: {cause}", shown(path))).help("name files and folders that exist")
            })?;
            if entry.file_type().is_some_and(|kind| kind.is_file()) {
                files.push(entry.into_path());
            }
        }
        files.sort();
        for file in files {
            let bytes = read(&file)?;
            self.file(shown(&file), &bytes);
        }
        Ok(())
    }

    fn file(&mut self, path: String, bytes: &[u8]) {
        let is_cut = bytes.len() > READ_AT_MOST;
        let bytes = &bytes[..bytes.len().min(READ_AT_MOST)];
        if bytes[..bytes.len().min(PROBED)].contains(&0) {
            self.sources.add(path, "");
            return;
        }
        if is_cut {
            self.cut.push(path.clone());
        }
        let text = String::from_utf8_lossy(bytes);
        let hits = sensitive::scan(&text, Origin::File);
        if hits.is_empty() {
            self.sources.add(path, "");
            return;
        }
        let hidden = sensitive::masked(&text, &hits);
        let source = self.sources.add(path, hidden.clone());
        for hit in hits {
            let code = if hit.kind.is_secret() { &SECRET_IN_FILE } else { &PII_IN_FILE };
            let seen = hidden.get(hit.range.clone()).unwrap_or_default().trim_end_matches('*');
            let about = if seen.is_empty() { String::new() } else { format!(", `{seen}…`") };
            let finding = Finding::new(
                code,
                Span::new(source, hit.range.clone()),
                format!("found {}{about}, {} characters", hit.kind.words(), hit.range.len()),
            );
            self.findings.push(match hit.kind.is_secret() {
                true => finding
                    .label("not for a repository")
                    .hint("read it from the environment; if it was ever pushed, revoke it first"),
                false => finding
                    .label("personal data")
                    .hint("invent it: addresses at `example.com`, numbers made by the test"),
            });
        }
    }
}

/// At most one byte more than is scanned, so that a longer file is noticed.
fn read(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(READ_AT_MOST as u64 + 1).read_to_end(&mut bytes))
        .map_err(|cause| Failure::io("cannot read", path, &cause))?;
    Ok(bytes)
}
