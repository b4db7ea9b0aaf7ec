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

/// A hop that answers most of its calls tells how the clocks differ. What its callee begins beside an unanswered call is then
/// no request that lost its header; what it begins within is one.
#[test]
fn answered_calls_tell_other_requests_from_lost_headers() {
    let codes = |sketch: &str| -> Vec<&str> { found("web -> shop", sketch).iter().map(|(_, code, _)| *code).collect() };
    assert_eq!(codes(broken::ONE_OF_FIVE), ["missing-hop"]);
    let within = broken::ONE_OF_FIVE.replace("at=420", "at=403 took=2");
    assert_eq!(codes(&within), ["broken-propagation", "missing-hop"]);
    // Too few calls tell nothing, and clocks that differ are tolerated.
    let one = broken::ONE_OF_FIVE.split("\n\n").skip(3).collect::<Vec<_>>().join("\n\n");
    assert_eq!(codes(&one), ["broken-propagation", "missing-hop"]);
    let late = broken::ONE_OF_FIVE
        .replace("    shop SERVER at=100", "    shop SERVER at=120")
        .replace("    shop SERVER at=300", "    shop SERVER at=312");
    assert_eq!(codes(&late), ["broken-propagation", "missing-hop"]);
}

/// Messages are judged by themselves: none stands for the answer to a call.
#[test]
fn a_message_is_no_answer() {
    let sketch = "web SERVER /\n  web CLIENT shop\n\nshop CONSUMER link=1\n\nshop SERVER at=5 took=1";
    let wanted = ["broken-propagation", "missing-hop"].map(|code| (Severity::Error, code, "web -> shop".to_owned()));
    assert_eq!(found("web -> shop; web ~> shop", sketch), wanted);
    let messages = sketch.lines().take(4).collect::<Vec<_>>().join("\n");
    assert_eq!(found("web -> shop; web ~> shop", &messages), wanted[1..]);
}
