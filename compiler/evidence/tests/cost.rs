//! Judging costs a time in proportion to the capture, however its spans hang together. If any question about a branch cost
//! as much as the branch, these captures would take hours.
//!
//! ```text
//! SPANS=1000000 cargo test --release -p emberline-evidence --test cost -- --nocapture --test-threads=1
//! ```
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "the times are asked for, and SPANS says the size")]
#![allow(dead_code, reason = "the sketches of other tests need more")]

mod sketch;

use std::fmt::Write;
use std::time::Instant;

use emberline_evidence::judge::Stage::Redacted;
use emberline_evidence::judge::Verdict;

fn many() -> usize {
    std::env::var("SPANS").ok().and_then(|spans| spans.parse().ok()).unwrap_or(20_000)
}

/// A span of a capture: service, kind, parent (0 for none), more fields.
type Span = (&'static str, u8, usize, String);

/// Judges spans of one trace, with ids that count from 1, in requests of a thousand.
fn judged(what: &str, spans: impl Iterator<Item = Span>) -> Verdict {
    let mut lines = String::new();
    let (mut count, mut open) = (0, "");
    for (at, (service, kind, parent, more)) in spans.enumerate() {
        count += 1;
        if service != open || at % 1_000 == 0 {
            lines += if open.is_empty() { "" } else { "]}]}]}\n" };
            write!(lines, r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}},"scopeSpans":[{{"spans":["#).unwrap();
            open = service;
        } else {
            lines.push(',');
        }
        let (id, parent) = (at + 1, if parent == 0 { String::new() } else { format!("{parent:016x}") });
        write!(
            lines,
            r#"{{"traceId":"{:032x}","spanId":"{id:016x}","parentSpanId":"{parent}","kind":{kind},"startTimeUnixNano":"5000000000","endTimeUnixNano":"6000000000"{more}}}"#,
            1
        )
        .unwrap();
    }
    lines += "]}]}]}\n";
    let start = Instant::now();
    let verdict = sketch::judged(lines.as_bytes(), Redacted);
    let seconds = start.elapsed().as_secs_f64();
    println!("{what}: {count} spans, {} findings, {seconds:.1} s", verdict.findings.len());
    assert_eq!(verdict.sampled.traces, 1, "{what}");
    verdict
}

const BUY: &str = r#","attributes":[{"key":"http.route","value":{"stringValue":"/buy"}},{"key":"peer.service","value":{"stringValue":"shop"}}]"#;

#[test]
fn any_shape_of_a_trace_is_judged_in_proportion() {
    let many = many();
    let kinds = |at: usize| if at.is_multiple_of(2) { 2 } else { 3 };
    let buy = || BUY.to_owned();
    // Every span has a long branch below it, and asks what is in there.
    let chain = judged("a chain of requests and calls", (0..many).map(|at| ("web", kinds(at), at, buy())));
    assert!(chain.findings.iter().any(|finding| finding.code.id == "missing-hop"), "{:?}", chain.findings);
    judged("a chain of requests", (0..many).map(|at| ("web", 2, at, buy())));
    judged("a chain of calls", (0..many).map(|at| ("web", if at == 0 { 2 } else { 3 }, at, buy())));
    judged("a chain of services", (0..many).map(|at| (["web", "shop"][at / 2 % 2], kinds(at), at, buy())));
    judged("a chain of proxies", (0..many).map(|at| (if at == 0 { "web" } else { "proxy" }, 2, at, String::new())));
    let circle = judged("a circle", (0..many).map(|at| ("web", 1, if at == 0 { many } else { at }, String::new())));
    assert!(circle.findings.iter().any(|finding| finding.code.id == "trace-cycle"));
    judged("a circle with branches", (0..many).map(|at| ("web", 2, if at < 9 { (at + 8) % 9 + 1 } else { at }, buy())));
    judged("a star of calls", (0..many).map(|at| ("web", if at == 0 { 2 } else { 3 }, usize::from(at > 0), buy())));
    // Each request has the context of the root, beside a call that nobody answered.
    judged(
        "a star of wrong contexts",
        (0..many).map(|at| match at {
            0 => ("web", 2, 0, buy()),
            _ if at < many / 2 => ("web", 3, 1, buy()),
            _ => ("shop", 2, 1, String::new()),
        }),
    );
    let orphans = judged("orphans", (0..many).map(|at| ("web", 2, many + at + 1, buy())));
    assert!(orphans.findings.iter().any(|finding| finding.code.id == "orphan-span"));
    judged("roots", (0..many).map(|_| ("web", 2, 0, buy())));
    let links =
        r#","links":[{"traceId":"00000000000000000000000000000009"},{"traceId":"00000000000000000000000000000001"}]"#;
    let linked = judged("links of every span", (0..many).map(|at| ("audit", 5, at, links.to_owned())));
    assert!(linked.findings.iter().any(|finding| finding.code.id == "broken-propagation"), "{:?}", linked.findings);
}
