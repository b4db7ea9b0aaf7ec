//! Captures that the gate must refuse, each with a near miss that it must let pass, and honest ones.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod sketch;

use emberline_core::code::{self, Example};
use emberline_evidence::capture::{Capture, json};
use emberline_evidence::judge::Stage::{self, Kept, Raw, Redacted};

use sketch::{codes, judged, lines};

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
        let wrong = codes(code.example.wrong(), Redacted);
        assert!(wrong.contains(&code.id), "{}: {wrong:?}", code.id);
        let right = codes(code.example.right(), Redacted);
        assert!(right.is_empty(), "{}: {right:?}", code.id);
    }
    assert!(examples >= 14, "{examples}");
}

/// Kind of change, code that it must yield, and the changed capture; beside it one that looks alike and is right.
const MUTATIONS: &[(&str, &str, &str, &str)] = &[
    (
        "the header is not sent: the callee begins a trace",
        "broken-propagation",
        "web SERVER /buy\n  web CLIENT\n\nshop SERVER /orders",
        "web SERVER /\n  web CLIENT\n\nshop SERVER /orders at=500",
    ),
    (
        "the header is not sent: the hop is missing",
        "missing-hop",
        "web SERVER /buy\n  web CLIENT\n\nshop SERVER /orders",
        "web SERVER /buy\n  web CLIENT error.type=timeout",
    ),
    ("a hop is dropped", "missing-hop", "web SERVER /buy\n  web CLIENT shop", "web SERVER /buy status=2"),
    ("a route that should call does not", "missing-hop", "web SERVER /buy", "web SERVER /home"),
    (
        "the context of the wrong span is injected",
        "broken-propagation",
        "web SERVER /buy\n  web CLIENT shop status=2\n  shop SERVER /orders",
        HONEST,
    ),
    (
        "the callee has no SERVER span",
        "broken-propagation",
        "web SERVER /buy\n  web CLIENT shop\n    shop INTERNAL",
        "web SERVER /buy\n  web CLIENT shop\n    shop SERVER\n      shop INTERNAL",
    ),
    (
        "a consumer hangs on no producer",
        "broken-propagation",
        "web SERVER /\n  web INTERNAL\n    web CONSUMER",
        "web SERVER /\n  web PRODUCER\n    web CONSUMER",
    ),
    (
        "a call outside of its request's context",
        "broken-propagation",
        "web CLIENT shop\n  shop SERVER /orders",
        "browser CLIENT\n  web SERVER /",
    ),
    ("a parent is lost", "orphan-span", "web SERVER /buy\n  web CLIENT shop\n    shop SERVER parent=99", HONEST),
    ("a remote parent is lost", "orphan-span", "shop SERVER parent=99 flags=769", "shop SERVER flags=769"),
    (
        "only the trace's id is extracted",
        "multiple-roots",
        "web SERVER /\nweb INTERNAL",
        "web SERVER /\n\nweb INTERNAL",
    ),
    (
        "a call that nobody declared",
        "undeclared-edge",
        "web SERVER /\n  web CLIENT\n    mail SERVER",
        "browser CLIENT\n  web SERVER /",
    ),
    (
        "a call back",
        "undeclared-edge",
        "shop SERVER\n  shop CLIENT\n    web SERVER /",
        "shop SERVER\n  shop CLIENT status=2",
    ),
    (
        "a circle of two",
        "trace-cycle",
        "web INTERNAL id=1 parent=2\nweb INTERNAL id=2 parent=1",
        "web SERVER id=1\n  web INTERNAL id=2",
    ),
    ("a span above itself", "trace-cycle", "web INTERNAL id=1 parent=1", "web INTERNAL id=1"),
    (
        "an id used twice",
        "duplicate-span-id",
        "web SERVER / id=5\n  web INTERNAL id=5",
        "web SERVER / id=5\n\nweb INTERNAL id=5",
    ),
    (
        "an id used twice by services",
        "duplicate-span-id",
        "web SERVER /buy\n  web CLIENT shop id=7\n    shop SERVER id=8\n      shop INTERNAL id=7",
        HONEST,
    ),
    (
        "the sampled bit is lost",
        "sampling-mismatch",
        "web SERVER /\n  web INTERNAL flags=256",
        "web SERVER /\n  web INTERNAL flags=0",
    ),
    (
        "the sampled bit is set anew",
        "sampling-mismatch",
        "web SERVER / flags=256\n  web INTERNAL",
        "web SERVER / flags=256\n  web INTERNAL flags=256",
    ),
    ("a log of another trace", "log-outside-trace", "web SERVER /\nweb LOG trace=4", "web SERVER /\nweb LOG"),
    (
        "an exemplar of a dropped trace",
        "dead-exemplar",
        "web SERVER /\nweb EXEMPLAR trace=4",
        "web SERVER /\nweb EXEMPLAR",
    ),
    (
        "a profile of another trace",
        "profile-outside-trace",
        "web SERVER /\nweb PROFILE trace=4",
        "web SERVER /\nweb PROFILE",
    ),
    (
        "a label is widened",
        "undeclared-label",
        "web SERVER /\nweb EXEMPLAR user_id=7",
        "web SERVER /\nweb EXEMPLAR kind=new",
    ),
    (
        "a value is added",
        "undeclared-value",
        "web SERVER /\nweb EXEMPLAR kind=gift",
        "web SERVER /\nweb EXEMPLAR kind=old",
    ),
    (
        "more values than were counted",
        "undeclared-value",
        "web SERVER /\nweb EXEMPLAR size=1\nweb EXEMPLAR size=2\nweb EXEMPLAR size=3",
        "web SERVER /\nweb EXEMPLAR size=1\nweb EXEMPLAR size=2",
    ),
    (
        "a card is planted",
        "pii-in-telemetry",
        "web SERVER / note=4111111111111111",
        "web SERVER / note=4111111111111112",
    ),
    (
        "an address is planted",
        "pii-in-telemetry",
        "web SERVER / user=a@example.com",
        "web SERVER / user=a-at-example.com",
    ),
    (
        "an address is planted in a log",
        "pii-in-telemetry",
        "web SERVER /\nweb LOG user=a@example.com",
        "web SERVER /\nweb LOG user=a",
    ),
    (
        "an account is planted",
        "pii-in-telemetry",
        "web SERVER / iban=DE89370400440532013000",
        "web SERVER / iban=DE88370400440532013000",
    ),
    (
        "a token is planted",
        "secret-in-telemetry",
        "web SERVER / key=AKIAIOSFODNN7EXAMPLE",
        "web SERVER / key=AKIAIOSFODNN7",
    ),
    ("nothing was captured", "inconclusive-capture", "web LOG", "web SERVER /"),
];

#[test]
fn each_mutation_is_caught_and_each_near_miss_passes() {
    let mut faults = Vec::new();
    for (what, code, wrong, right) in MUTATIONS {
        let found = codes(wrong, Redacted);
        if !found.contains(code) {
            faults.push(format!("{what}: {found:?} instead of {code}"));
        }
        let found = codes(right, Redacted);
        if found.contains(code) {
            faults.push(format!("{what}: the near miss yields {found:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
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
            lines("web SERVER /buy\n  web CLIENT shop error.type=refused"),
        ),
        ("a linked consumer with a trace of its own", Redacted, lines("web SERVER /\n  web PRODUCER\n\nshop CONSUMER")),
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
        let verdict = judged(lines, *stage);
        let found: Vec<_> = verdict.findings.iter().map(|finding| (finding.code.id, &finding.message)).collect();
        assert!(found.is_empty() && !verdict.is_inconclusive, "{what}: {found:?}");
    }
}

#[test]
fn a_missing_hop_names_the_call_and_the_likely_cause() {
    let verdict = judged(&lines("web SERVER /buy\n  web CLIENT\n\nshop SERVER /orders"), Redacted);
    let missing = verdict.findings.iter().find(|finding| finding.code.id == "missing-hop").unwrap();
    let (sources, _) = sketch::model();
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
    let verdict = judged(&lines(sketch), Redacted);
    let evidence = verdict.findings[0].evidence.as_ref().unwrap();
    assert_eq!(evidence.span_id.as_deref(), Some("0000000000000003"));
}

#[test]
fn what_was_found_is_never_shown() {
    for sketch in ["web SERVER / note=4111111111111111", "web SERVER /\nweb EXEMPLAR kind=4111111111111111"] {
        let told = format!("{:?}", judged(&lines(sketch), Redacted).findings);
        assert!(told.contains("pii-in-telemetry") || told.contains("PII"), "{told}");
        assert!(!told.contains("4111111111111111"), "{told}");
    }
}

#[test]
fn a_cut_capture_is_inconclusive_and_a_broken_one_is_refused() {
    let whole = lines(HONEST);
    assert!(judged(&whole[..whole.len() - 9], Redacted).is_inconclusive);
    for broken in ["{\"resourceSpans\": 7}\n", "hello\n", "\u{0}\u{1}\n", &"[".repeat(10_000)] {
        let fault = json::read(&mut Capture::new(true), broken.as_bytes());
        assert!(fault.is_err() || judged(broken, Redacted).is_inconclusive, "{broken:.20}");
    }
}
