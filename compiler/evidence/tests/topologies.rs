//! How requests and messages really pass from service to service. Each row is a shape that instrumentation libraries make:
//! an honest one, which no error may accuse, or a broken one, which must be found at its hop.
//!
//! Rows cover the kind of a span × the kind of its parent × the protocol × how the request ended × how the peer is named.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]
#![allow(clippy::print_stdout, reason = "how many there are is asked for")]
#![allow(dead_code, reason = "the sketches of other tests need more")]

#[path = "topologies/broken.rs"]
mod broken;
#[path = "topologies/honest.rs"]
mod honest;
#[path = "topologies/short.rs"]
mod short;
mod sketch;

use emberline_core::finding::Severity;
use emberline_core::source::Sources;
use emberline_evidence::capture::{self, Capture, Room};
use emberline_evidence::judge::{Stage, judge};
use emberline_evidence::replay::Replay;

/// The specs that are written in short.
fn specs(short: &str) -> Sources {
    let mut sources = Sources::default();
    for (path, text) in short::specs(short) {
        sources.add(path, text);
    }
    sources
}

/// The findings of a sketch: severity, code, and edge or else service.
fn found(short: &str, sketch: &str) -> Vec<(Severity, &'static str, String)> {
    let sources = specs(short);
    let meaning = emberline_core::resolve(&sources);
    assert!(meaning.findings.iter().all(|finding| finding.severity != Severity::Error), "{:?}", meaning.findings);
    let told = |bytes: &[u8]| {
        let aside = || tempfile::tempfile().map(|file| Box::new(file) as Box<dyn Room>);
        let mut read = Capture::new(true, Replay::of(&meaning.telemetry), Box::new(aside));
        capture::read(&mut read, bytes).unwrap();
        let verdict = judge(&mut read, &meaning.model, Stage::Redacted).unwrap();
        assert!(!verdict.is_inconclusive, "{sketch}");
        let place = |finding: &emberline_core::finding::Finding| {
            let evidence = finding.evidence.as_ref();
            evidence.map_or(String::new(), |evidence| evidence.edge.clone().unwrap_or(evidence.service.clone()))
        };
        let all = verdict.findings.iter();
        all.map(|finding| (finding.severity, finding.code.id, place(finding))).collect::<Vec<_>>()
    };
    let lines = sketch::lines(sketch);
    let found = told(lines.as_bytes());
    assert_eq!(found, told(&sketch::protobuf(&lines)), "{sketch}");
    let backward: String = lines.lines().rev().map(|line| format!("{line}\n")).collect();
    assert_eq!(found, told(backward.as_bytes()), "the order of the capture decides: {sketch}");
    found
}

#[test]
fn honest_shapes_have_no_error() {
    let mut wrong = Vec::new();
    for (what, short, sketch) in honest::SHAPES {
        let found = found(short, sketch);
        if found.iter().any(|(severity, ..)| *severity == Severity::Error) {
            wrong.push(format!("{what}: {found:?}"));
        }
    }
    println!("topologies: {} honest shapes, {} of them accused", honest::SHAPES.len(), wrong.len());
    assert!(honest::SHAPES.len() >= 40);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn broken_shapes_are_found_at_their_hop() {
    let mut missed = Vec::new();
    for (what, short, sketch, code, hop) in broken::SHAPES {
        let found = found(short, sketch);
        let is_it =
            |(severity, id, at): &(Severity, &str, String)| *severity == Severity::Error && id == code && at == hop;
        if !found.iter().any(is_it) {
            missed.push(format!("{what}: wanted {code} at {hop}, found {found:?}"));
        }
    }
    println!("topologies: {} broken shapes, {} of them missed", broken::SHAPES.len(), missed.len());
    assert!(broken::SHAPES.len() >= 40);
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Remaining doubt is a note: neither an error nor silence.
#[test]
fn doubtful_shapes_are_noted() {
    for (what, short, sketch) in honest::DOUBTFUL {
        let found = found(short, sketch);
        assert!(
            !found.is_empty()
                && found.iter().all(|(severity, code, _)| *severity == Severity::Note && *code == "unproven-hop"),
            "{what}: {found:?}"
        );
    }
}
