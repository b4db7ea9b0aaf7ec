//! Captures that the gate must refuse, each with a similar one that must pass, and honest captures.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]
#![allow(clippy::disallowed_methods, reason = "the seeds of the fuzzer are files")]

mod forms;
mod sketch;

use std::io::Write;

use emberline_core::code::{self, Example};
use emberline_evidence::capture;
use emberline_evidence::judge::Stage::{self, Kept, Raw, Redacted};

use sketch::{empty, found, judged, lines, meaning, protobuf};

const HONEST: &str = "\
web SERVER /buy
  web CLIENT shop
    shop SERVER /orders";

#[test]
fn examples_of_pages_yield_their_code_and_mended_nothing() {
    let mut examples = 0;
    for code in code::all() {
        let Example::Capture { .. } = code.example else { continue };
        examples += 1;
        let wrong = found(code.example.wrong(), Redacted);
        assert!(wrong.iter().any(|(id, _)| *id == code.id), "{}: {wrong:?}", code.id);
        let right = found(code.example.right(), Redacted);
        assert!(right.is_empty(), "{}: {right:?}", code.id);
    }
    assert!(examples >= 14, "{examples}");
}

#[test]
fn honest_captures_have_no_finding() {
    let honest: &[(&str, Stage, String)] = &[
        ("a request", Redacted, lines(HONEST)),
        ("an export that was retried", Redacted, lines(HONEST).repeat(2)),
        ("any order", Redacted, lines(HONEST).lines().rev().map(|line| format!("{line}\n")).collect()),
        (
            "a retried call",
            Redacted,
            lines("web SERVER /buy\n  web CLIENT shop status=2\n  web CLIENT shop\n    shop SERVER /orders"),
        ),
        (
            "a failed call that was made up for",
            Redacted,
            lines("web SERVER /buy\n  web CLIENT shop error.type=refused status=2"),
        ),
        (
            "a linked consumer with a trace of its own",
            Redacted,
            lines("shop SERVER /\n  shop PRODUCER\n\naudit CONSUMER link=1"),
        ),
        (
            "a consumer in its sender's trace",
            Redacted,
            lines("shop SERVER /\n  shop PRODUCER\n    mail CONSUMER at=60000"),
        ),
        ("an error that is marked", Redacted, lines("web SERVER / error.type=timeout status=2\nweb LOG severity=17")),
        (
            "an error of the customer",
            Redacted,
            lines("web SERVER / http.response.status_code=404\n  web CLIENT db.system.name=sqlite"),
        ),
        ("a background job", Redacted, lines("shop INTERNAL\n  shop CLIENT db.system.name=sqlite")),
        (
            "a browser's root",
            Redacted,
            lines("browser CLIENT\n  web SERVER /buy\n    web CLIENT shop\n      shop SERVER"),
        ),
        (
            "a clock 50 ms behind",
            Redacted,
            lines("web SERVER /buy at=50\n  web CLIENT shop at=50\n    shop SERVER at=0"),
        ),
        (
            "fan-out",
            Redacted,
            lines("web SERVER /buy\n  web CLIENT shop\n    shop SERVER\n  web CLIENT shop\n    shop SERVER"),
        ),
        ("a route without the call", Redacted, lines("web SERVER /healthz")),
        ("raw telemetry with an address", Raw, lines("web SERVER / user=a@example.com")),
        ("logs of traces that were not kept", Kept, lines("web SERVER /\nweb LOG trace=9\nweb PROFILE trace=9")),
    ];
    for (what, stage, lines) in honest {
        let verdict = judged(lines.as_bytes(), *stage);
        let found: Vec<_> = verdict.findings.iter().map(|finding| (finding.code.id, &finding.message)).collect();
        assert!(found.is_empty() && !verdict.is_inconclusive, "{what}: {found:?}");
    }
}

#[test]
fn a_missing_hop_names_the_call_and_the_likely_cause() {
    let verdict = judged(lines("web SERVER /buy\n  web CLIENT\n\nshop SERVER /orders").as_bytes(), Redacted);
    let missing = verdict.findings.iter().find(|finding| finding.code.id == "missing-hop").unwrap();
    let (sources, _) = meaning();
    let place = &sources.get(missing.label.span.source).text[missing.label.span.range()];
    assert_eq!(place, "shop");
    assert!(missing.notes[0].starts_with("likely cause: the header is not sent or not extracted"), "{missing:?}");
    let evidence = missing.evidence.as_ref().unwrap();
    assert_eq!(evidence.edge.as_deref(), Some("web -> shop"));
    assert_eq!(evidence.trace_id.as_deref(), Some("00000000000000000000000000000001"));
}

#[test]
fn a_missing_hop_is_not_blamed_on_a_query() {
    let sketch = "web SERVER /buy\n  web CLIENT db.system.name=sqlite\n  web CLIENT";
    let verdict = judged(lines(sketch).as_bytes(), Redacted);
    let evidence = verdict.findings[0].evidence.as_ref().unwrap();
    assert_eq!(evidence.span_id.as_deref(), Some("0000000000000003"));
}

#[test]
fn what_was_found_is_never_shown() {
    for sketch in ["web SERVER / note=4111111111111111", "web SERVER /\nweb EXEMPLAR kind=4111111111111111"] {
        let told = format!("{:?}", judged(lines(sketch).as_bytes(), Redacted).findings);
        assert!(told.contains("pii-in-telemetry") || told.contains("PII"), "{told}");
        assert!(!told.contains("4111111111111111"), "{told}");
    }
}

#[test]
fn a_cut_capture_is_inconclusive_and_a_broken_one_is_refused() {
    let whole = lines(HONEST);
    let messages = protobuf(&whole);
    for cut in [&whole.as_bytes()[..whole.len() - 9], &messages[..messages.len() - 9], &messages[..2]] {
        assert!(judged(cut, Redacted).is_inconclusive);
    }
    // The body of a request, without its length.
    let first = u32::from_be_bytes(messages[..4].try_into().unwrap()) as usize;
    let body = &messages[4..4 + first];
    assert!(!judged(body, Redacted).is_inconclusive);
    assert!(judged(&body[..body.len() - 9], Redacted).is_inconclusive);
    let deep = "[".repeat(10_000);
    let long = [&[4, 0, 0, 1][..], &[0; 64]].concat();
    for broken in
        [b"{\"resourceSpans\": 7}\n".as_slice(), b"hello\n", b"\0\0\0\x01\x0b", deep.as_bytes(), &long, b"\xff\xfe"]
    {
        assert!(capture::read(&mut empty(Redacted), broken).is_err(), "{broken:.20?}");
    }
}

#[test]
fn compressed_captures_say_the_same() {
    let lines = lines(&format!("{HONEST}\n  web INTERNAL parent=99"));
    let messages = protobuf(&lines);
    let told = |capture: &[u8]| format!("{:?}", judged(capture, Redacted).findings);
    let plain = told(lines.as_bytes());
    assert!(plain.contains("orphan-span"), "{plain}");
    let gzip = |plain: &[u8]| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(plain).unwrap();
        gzip.finish().unwrap()
    };
    let zstd = |plain: &[u8]| ruzstd::encoding::compress_to_vec(plain, ruzstd::encoding::CompressionLevel::Fastest);
    // The collector compresses each message by itself, behind its length.
    let framed: Vec<u8> = lines
        .lines()
        .flat_map(|line| {
            let frame = zstd(line.as_bytes());
            [u32::try_from(frame.len()).unwrap().to_be_bytes().to_vec(), frame].concat()
        })
        .collect();
    let half = lines.find('\n').unwrap() + 1;
    let two = [zstd(&lines.as_bytes()[..half]), zstd(&lines.as_bytes()[half..])].concat();
    for capture in [gzip(lines.as_bytes()), gzip(&messages), zstd(lines.as_bytes()), zstd(&messages), framed, two] {
        assert_eq!(told(&capture), plain);
    }
}

#[test]
fn what_spans_leave_out_and_late_errors_are_told() {
    // An SDK dropped data of a broken trace.
    let lossy = lines("web SERVER /\n  web INTERNAL parent=99 dropped=3");
    assert!(judged(lossy.as_bytes(), Redacted).is_inconclusive);
    assert!(!judged(lines("web SERVER /\n  web INTERNAL dropped=3").as_bytes(), Redacted).is_inconclusive);
    // An error comes eleven seconds after the first span of its trace, but sampling decides after ten.
    let late = judged(lines("web SERVER / at=11000 status=2\n  web INTERNAL").as_bytes(), Redacted);
    assert_eq!((late.sampled.traces, late.sampled.kept, late.sampled.lost), (1, 0, 1));
    assert!(late.findings[0].message.contains("after sampling decided"), "{late:?}");
    let kept = judged(lines("web SERVER / at=9000 status=2\n  web INTERNAL").as_bytes(), Redacted);
    assert_eq!((kept.sampled.kept, kept.sampled.lost), (1, 0));
}

/// The folder of the first captures for `ci/fuzz/run`, one in each form.
const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/seeds");

#[test]
fn the_seeds_of_the_fuzzer_are_captures_in_each_form() {
    let all = "web SERVER /buy kind=new\n  web CLIENT shop\n    shop SERVER /orders\n      shop PRODUCER\n        mail CONSUMER
web LOG severity=9\nweb EXEMPLAR kind=new\nweb PROFILE";
    let lines = lines(all);
    let messages = protobuf(&lines);
    let first = u32::from_be_bytes(messages[..4].try_into().unwrap()) as usize;
    let zstd = ruzstd::encoding::compress_to_vec(messages.as_slice(), ruzstd::encoding::CompressionLevel::Fastest);
    let seeds =
        [("lines", lines.as_bytes()), ("messages", &messages), ("body", &messages[4..4 + first]), ("zstd", &zstd)];
    for (name, bytes) in seeds {
        let path = std::path::Path::new(SEEDS).join(name);
        if std::env::var_os("EMBERLINE_BLESS").is_some() {
            std::fs::create_dir_all(SEEDS).unwrap();
            std::fs::write(&path, bytes).unwrap();
        }
        let seed = std::fs::read(&path).unwrap();
        assert!(seed == bytes, "{name} is not what is read: run the test with EMBERLINE_BLESS=1");
        assert!(judged(&seed, Redacted).sampled.traces > 0, "{name}");
    }
}

#[test]
fn a_flood_of_labels_and_long_texts_is_cut() {
    let long = "x".repeat(100_000);
    let sketch: String = (0..300).map(|at| format!("web EXEMPLAR {at}{long}=1 kind={at}{long}\n")).collect();
    let mut read = empty(Redacted);
    capture::read(&mut read, lines(&format!("web SERVER /\n{sketch}")).as_bytes()).unwrap();
    let held: usize =
        read.labels.iter().map(|((_, _, key), values)| key.len() + values.iter().map(String::len).sum::<usize>()).sum();
    assert!(read.labels.len() == 301 && held < 301 * 3 * 1_024, "{held}");
}
