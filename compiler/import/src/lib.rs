//! Specs of other tools, as specs of ours, and a report of what became of every field.
//!
//! ```text
//! Sources ──sloth, pyrra, openslo──▶ Objective ──write──▶ specs that compile
//!                   └──────────report──────────────┘
//! ```
//!
//! A peer's room reads its documents into objectives, whose indicators are listed with the best first. The writer compiles
//! each objective alone and writes the first indicator that the compiler takes, so that everything written compiles.
//! Nothing is guessed: what has no counterpart is refused at its place, and the rest is imported.

mod alerts;
mod histogram;
mod objective;
mod openslo;
mod pyrra;
mod ratio;
mod report;
mod sloth;
mod tree;
mod write;

pub use emberline_core::spec::Peer;
pub use report::{Kind, Report, Row};
pub use write::File;

use emberline_core::source::{Sources, Span};
use emberline_core::yaml::{self, Node};

use report::Rows;
use tree::{Fields, find, items, text};

/// What was imported.
#[derive(Debug)]
pub struct Imported {
    /// The specs.
    pub files: Vec<File>,
    /// What became of everything.
    pub report: Report,
}

/// Imports every document of a peer. `lines`: how many lines the caller puts above each written text.
#[must_use]
pub fn import(sources: &Sources, peer: Peer, lines: usize) -> Imported {
    let mut rows = Rows::default();
    let parsed: Vec<(Span, Vec<Node>)> = sources
        .iter()
        .map(|(id, source)| {
            let parsed = yaml::parse(id, &source.text);
            for finding in parsed.findings {
                rows.cannot(finding.label.span, "this YAML is refused", finding.message);
            }
            (Span::new(id, 0..0), parsed.documents)
        })
        .collect();
    let mut documents: Vec<&Node> = Vec::new();
    for document in parsed.iter().flat_map(|(_, documents)| documents) {
        documents.extend(flattened(document));
    }
    documents.retain(|document| is_of(document, peer, &mut rows));
    let (read, objectives) = match peer {
        Peer::Sloth => sloth::read(sources, &documents, &mut rows),
        Peer::Pyrra => pyrra::read(sources, &documents, &mut rows),
        Peer::OpenSlo => openslo::read(sources, &documents, &mut rows),
    };
    let (files, mut report) = write::files(sources, read, objectives, rows, lines);
    report.notes.extend(match peer {
        Peer::Sloth => sloth::NOTES,
        Peer::Pyrra => pyrra::NOTES,
        Peer::OpenSlo => openslo::NOTES,
    });
    Imported { files, report }
}

/// The tool that the first document of a text belongs to, if it is one of those that are imported.
#[must_use]
pub fn recognised(document: &Node) -> Option<Peer> {
    flattened(document).into_iter().find_map(Peer::of)
}

/// A document, or the items of a Kubernetes list.
fn flattened(document: &Node) -> Vec<&Node> {
    let kind = find(document, "kind").and_then(text).unwrap_or_default();
    match find(document, "items") {
        Some(list) if kind.ends_with("List") => items(Some(list)).iter().collect(),
        _ => vec![document],
    }
}

/// Whether a document is the peer's; another one is reported.
fn is_of(document: &Node, peer: Peer, rows: &mut Rows) -> bool {
    match Peer::of(document) {
        Some(of) if of == peer => true,
        Some(other) => {
            let why = format!("import it with `emberline import {}`", other.word());
            rows.cannot(Fields::of(document).at, format!("this is {}", other.one()), why);
            false
        }
        None => {
            rows.skipped(Fields::of(document).at, format!("this is not {}", peer.one()));
            false
        }
    }
}
