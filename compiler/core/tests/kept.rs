//! After a key an editor hears what a whole run would find in that file, and a whole run of kept files is one from scratch.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![allow(clippy::disallowed_methods, reason = "a test reads the repository's specs")]

use std::collections::BTreeSet;

use emberline_core::finding::Finding;
use emberline_core::kept::Kept;
use emberline_core::quantity::Date;
use emberline_core::source::{SourceId, Sources};
use emberline_core::{Needs, Order, compile};

mod specs;

fn today() -> Option<Date> {
    Date::parse("2026-11-27").ok()
}

/// Specs that know each other: a service in two files, calls, and a policy.
fn small() -> Sources {
    let mut sources = Sources::default();
    for (name, text) in [
        ("cart.yaml", include_str!("changes/base/cart.yaml")),
        ("checkout.yaml", include_str!("changes/base/checkout.yaml")),
        ("policy.yaml", include_str!("changes/base/policy.yaml")),
        ("prices.yaml", include_str!("changes/base/prices.yaml")),
        ("second.yaml", SECOND),
    ] {
        sources.add(format!("slos/{name}"), text);
    }
    sources
}

const SECOND: &str = r#"version: emberline/v1
service: cart
metrics:
  carts.open:
    type: counter
    labels: {result: {values: [ok, failed]}}
slos:
  - name: opened
    objective: 99.5%
    sli:
      events:
        total: carts_open_total
        bad: carts_open_total{result="failed"}
"#;

/// What a person reads of a finding.
fn read(finding: &Finding) -> String {
    let span = finding.label.span;
    format!("{:?} {} {:?}: {}", finding.severity, finding.code.id, span.range(), finding.message)
}

fn of(findings: &[Finding], id: SourceId) -> Vec<String> {
    findings.iter().filter(|finding| finding.label.span.source == id).map(read).collect()
}

fn from_scratch(sources: &Sources) -> Vec<Finding> {
    compile(sources, Order { today: today(), needs: Needs::Findings, ..Order::default() }).findings
}

/// A text as somebody leaves it in the middle of an edit: a line is gone, doubled, cut, ends the file, or says another value.
fn edits(text: &str, step: usize) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let joined = |lines: Vec<&str>| lines.join("\n") + "\n";
    let mut edits = Vec::new();
    for at in (0..lines.len()).step_by(step) {
        let (before, line, after) = (&lines[..at], lines[at], &lines[at + 1..]);
        let with = |middle: &[&str]| joined([before, middle, after].concat());
        let half = &line[..line.char_indices().nth(line.chars().count() / 2).map_or(0, |(byte, _)| byte)];
        let other = line.replace("cart", "trolley").replace("99", "12").replace("total", "sum");
        edits.extend([with(&[]), with(&[line, line]), with(&[half]), joined(before.to_vec()), with(&[&other])]);
    }
    edits
}

/// Edits one file after the other, each text from the last one; gives how many texts had how many findings.
fn agree(sources: &Sources, step: usize) -> (usize, usize) {
    let mut kept = Kept::new(sources.clone(), None, today());
    let (_, whole) = kept.copy().run();
    let findings = kept.take(whole, &[]);
    assert_eq!(
        findings.iter().map(read).collect::<Vec<_>>(),
        from_scratch(sources).iter().map(read).collect::<Vec<_>>()
    );
    let (mut texts, mut found) = (0, 0);
    let ids: Vec<SourceId> = sources.iter().map(|(id, _)| id).filter(|id| kept.is_service(*id)).collect();
    assert!(ids.len() > 1);
    for id in ids {
        let original = sources.get(id).text.clone();
        for text in edits(&original, step).into_iter().chain([original.clone()]) {
            let mut now = sources.clone();
            now.replace(id, text.as_str());
            let expected = of(&from_scratch(&now), id);
            kept.replace(id, text.as_str());
            assert_eq!(of(&kept.own(id), id), expected, "{}:\n{text}", sources.get(id).path);
            texts += 1;
            found += expected.len();
        }
        // Whole runs of what is kept, now that much has gone and come back.
        let (_, whole) = kept.copy().run();
        let again: Vec<String> = kept.take(whole, &[]).iter().map(read).collect();
        assert_eq!(again, from_scratch(sources).iter().map(read).collect::<Vec<_>>());
    }
    (texts, found)
}

#[test]
fn a_file_after_a_key_is_judged_as_in_a_whole_run() {
    let (texts, found) = agree(&small(), 1);
    assert!(texts > 250 && found > 250, "{texts} texts, {found} findings");
    let (texts, found) = agree(&specs::all(), 11);
    assert!(texts > 50 && found > 50, "{texts} texts, {found} findings");
}

#[test]
fn other_files_follow_with_the_next_whole_run() {
    let mut sources = small();
    let mut kept = Kept::new(sources.clone(), None, today());
    let (_, whole) = kept.copy().run();
    kept.take(whole, &[]);
    let (id, text) = sources
        .iter()
        .find(|(_, source)| source.path == "slos/cart.yaml")
        .map(|(id, it)| (id, it.text.clone()))
        .unwrap();
    let renamed = text.replace("service: cart", "service: trolley");
    // The key comes while a whole run of before is under way.
    let begun = kept.copy();
    kept.replace(id, renamed.as_str());
    let _ = kept.own(id);
    let (_, late) = begun.run();
    kept.take(late, &[id]);
    sources.replace(id, renamed.as_str());
    let expected = from_scratch(&sources);
    assert_eq!(of(&kept.own(id), id), of(&expected, id));
    let (_, whole) = kept.copy().run();
    let found: BTreeSet<String> = kept.take(whole, &[]).iter().map(read).collect();
    assert_eq!(found, expected.iter().map(read).collect());
}
