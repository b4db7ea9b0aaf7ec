#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{MAX_BYTES, MAX_DEPTH, Parsed, parse};
use crate::source::{SourceId, Sources};
use crate::yaml::{Node, Value};

fn id() -> SourceId {
    Sources::default().add("a.yaml", "")
}

fn read(text: &str) -> Parsed {
    parse(id(), text)
}

/// A tree on one line: scalars as their text, `~` for nothing.
fn show(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) if scalar.is_null() => "~".to_owned(),
        Value::Scalar(scalar) => scalar.text.to_string(),
        Value::Sequence(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Mapping(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}: {}", key.value.text, show(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// The documents of a text, one a line.
fn documents(text: &str) -> String {
    read(text).documents.iter().map(show).collect::<Vec<_>>().join("\n")
}

/// Every node's source, outermost first.
fn places<'t>(text: &'t str, node: &Node, found: &mut Vec<&'t str>) {
    found.push(&text[node.span.range()]);
    match &node.value {
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter().for_each(|item| places(text, item, found)),
        Value::Mapping(entries) => entries.iter().for_each(|(_, value)| places(text, value, found)),
    }
}

#[test]
fn spans_cover_what_a_person_sees() {
    let text = "\
a: plain text   # comment
b: 'it''s'
c: |   # comment

  one

  two

# comment
d:
  - {x: 1, y: [2]}  # comment
  -
e:
f: >+
g: &anchor
  h: 1

# the end
";
    let mut found = Vec::new();
    places(text, &read(text).documents[0], &mut found);
    let whole = text.trim_end_matches("\n\n# the end\n");
    assert_eq!(
        found,
        [
            whole,
            "plain text",
            "'it''s'",
            "one\n\n  two",
            "- {x: 1, y: [2]}  # comment\n  -",
            "{x: 1, y: [2]}",
            "1",
            "[2]",
            "2",
            "",
            "",
            "",
            "h: 1",
            "1",
        ]
    );
}

#[test]
fn nothing_stands_behind_its_colon() {
    let text = "a:\nb: 1\n";
    let parsed = read(text);
    let Value::Mapping(entries) = &parsed.documents[0].value else { unreachable!() };
    assert_eq!(entries[0].1.span.range(), 2..2);
}

#[test]
fn documents_that_say_nothing_are_left_out() {
    for (text, expected) in [
        ("", ""),
        ("# only a comment\n", ""),
        ("---\n", ""),
        ("---\n---\na: 1\n...\n---\n", "{a: 1}"),
        ("---\n~\n", "~"),
        ("\u{feff}a: 1\n", "{a: 1}"),
        ("\u{feff}# c\n---\na: 1\n---\nb: 2\n", "{a: 1}\n{b: 2}"),
        ("a: 1\r\nb:\r\n  - c\r\n", "{a: 1, b: [c]}"),
    ] {
        assert_eq!(documents(text), expected, "{text:?}");
        assert!(read(text).findings.is_empty(), "{text:?}");
    }
}

#[test]
fn aliases_and_merge_keys_work() {
    for (text, expected) in [
        ("a: &x {p: 1}\nb: *x\n", "{a: {p: 1}, b: {p: 1}}"),
        ("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\n", "{a: {p: 1, q: 2}, b: {q: 3, p: 1}}"),
        ("- &x {p: 1}\n- &y {p: 2, q: 2}\n- {<<: [*x, *y], r: 3}\n", "[{p: 1}, {p: 2, q: 2}, {r: 3, p: 1, q: 2}]"),
        ("a: &x k\n*x : 1\n", "{a: k, k: 1}"),
        ("a: {'<<': 1}\n", "{a: {<<: 1}}"),
    ] {
        assert_eq!(documents(text), expected);
    }
    assert!(read("a: {<<: {b: 1}, b: 2}").findings.is_empty());
}

/// The findings of a text: place, message, label and hint; `«»` marks the place in the text.
fn faults(text: &str) -> String {
    let mut shown = String::new();
    for finding in read(text).findings {
        let range = finding.label.span.range();
        let marked = format!("{}«{}»{}", &text[..range.start], &text[range.clone()], &text[range.end..]);
        shown += &format!("{marked:?} {} [{}]\n", finding.message, finding.hint.unwrap());
        assert!(!finding.label.text.is_empty() || range.is_empty());
    }
    shown
}

#[test]
fn every_fault_has_its_place() {
    for (marked, message) in [
        ("a: b«:» c\n", "a `:` where no value can begin"),
        ("a: 1\n  b«:» 2\n", "a `:` where no value can begin"),
        ("a: «'»x\n", "a quote is never closed"),
        ("a: «\"»x\n---\nb: 1\n", "a quote is still open where the document ends"),
        ("a: 'b' «c»\n", "text after the closing quote"),
        ("a: \"x «\\q»\"\n", "an escape that YAML does not know"),
        ("a: \"\\\\ \\x41 «\\u12»\"\n", "an escape that names no character"),
        ("a: \"\\ud83d\\ude00 «\\ud83d»\"\n", "an escape that names no character"),
        ("a: «[»1\n", "`[` is never closed by `]`"),
        ("a: «[»1}\n", "`[` is closed by `}`"),
        ("a: «]»\n", "a closing bracket that nothing opened"),
        ("a:\n«\t»b: 1\n", "a tab is used for indentation"),
        ("a: 1\n«\t»b: 2\n", "a tab is used for indentation"),
        ("«\t»a: 1\n", "a tab is used for indentation"),
        ("a: >\n«\t»b\n", "a tab is used for indentation"),
        ("a: «@»b\n", "a value cannot begin with `@` unless it is quoted"),
        ("a: b«\0»c\n", "the file contains a NUL byte"),
        ("a: 'b«\0»c'\n", "the file contains a NUL byte"),
        ("a: b # «\0»c\n", "the file contains a NUL byte"),
        ("a: x «\u{7}»\n", "the character U+0007 is not allowed here"),
        ("a: |\n  x «\u{7}»\n", "the character U+0007 is not allowed here"),
        ("a: «\u{feff}»b\n", "a byte-order mark inside the text"),
        ("a: 1\n«-» b\n", "expected another key of the mapping above"),
        ("- a\n«b»: 1\n", "expected another `- ` of the list above"),
        ("a:\n  - b\n «c»: 1\n", "expected another key of the mapping above"),
        ("a: «-» b\n", "a list cannot begin here"),
        ("a: «*b»\n", "the alias `*b` names no anchor before it in this document"),
        ("a: &b [«*b»]\n", "an alias inside the value it stands for"),
        ("a: «!b» 1\n", "the tag `!b` has no meaning here"),
        ("a: «!!str» 1\n", "the tag `!!str` has no meaning here"),
        ("«[a, b]»: 1\n", "a key must be a scalar"),
        ("? «- a»\n: 1\n", "a key must be a scalar"),
        ("a: 1\n«a»: 2\n", "the key `a` appears twice"),
        ("a: 1\n«\"a\"»: 2\n", "the key `a` appears twice"),
        ("a: {<<: «1»}\n", "`<<` merges mappings, found a scalar"),
        ("a: 1\n«b»\n", "expected a key and `:`, found only text"),
    ] {
        let text = marked.replace(['«', '»'], "");
        let found = faults(&text);
        assert!(found.starts_with(&format!("{marked:?} {message} [")), "{marked:?}\n{message}\n{found}");
        assert_eq!(found.lines().count(), 1, "{found}");
    }
}

#[test]
fn a_fault_hides_no_other_document() {
    let text = "a: 1\n---\nb: [\n---\nc: 'x\n---\nd: 4\n";
    assert_eq!(documents(text), "{a: 1}\n{d: 4}");
    assert_eq!(read(text).findings.len(), 2);
}

#[test]
fn the_first_of_two_keys_stays() {
    let parsed = read("a: 1\nb: 2\na: 3\n");
    assert_eq!(show(&parsed.documents[0]), "{a: 1, b: 2}");
    assert_eq!(parsed.findings[0].related[0].span.range(), 0..1);
    let many: String = (0..40).chain([7]).map(|key| format!("k{key}: 1\n")).collect();
    let parsed = read(&many);
    assert_eq!(parsed.findings.len(), 1);
    assert_eq!(parsed.findings[0].label.span.range(), many.len() - 6..many.len() - 4);
}

/// The message of the only finding, which stands on line 1.
fn limit(text: &str) -> String {
    let findings = read(text).findings;
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].label.span.range(), 0..0);
    findings[0].message.clone()
}

#[test]
fn hostile_files_are_refused_with_one_finding() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read(&nested(MAX_DEPTH)).findings.is_empty());
    let block: String = (0..200).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let through_aliases = format!("- &a {}\n- {}*a{}\n", nested(40), "[".repeat(40), "]".repeat(40));
    for text in [nested(MAX_DEPTH + 1), nested(20_000), "[".repeat(20_000), "- ".repeat(20_000), block, through_aliases]
    {
        assert_eq!(limit(&text), "values are nested deeper than 64 levels");
    }
    let laughs: String = (1..30).map(|level| format!("- &a{level} [*a{0}, *a{0}, *a{0}]\n", level - 1)).collect();
    let anchors = format!("{}{}{}", "&a [".repeat(40), "1,".repeat(9_000), "]".repeat(40));
    for text in [format!("- &a0 ha\n{laughs}"), anchors] {
        assert_eq!(limit(&text), "anchors and aliases copy more than 100000 values");
    }
    assert!(limit(&" ".repeat(MAX_BYTES + 1)).starts_with("the file has 1048577 bytes"));
}

#[test]
fn a_flood_of_faults_is_cut() {
    assert_eq!(read(&"---\n[\n".repeat(10_000)).findings.len(), 100);
    assert_eq!(read(&"a: 1\n".repeat(20_000)).findings.len(), 100);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Any text gives a tree or findings, and every place lies in the text.
    #[test]
    fn no_text_is_too_wrong(text in prop_oneof![any::<String>(), "([ab]|[-:?,#&*!|>'\"%@`{}\\[\\] \t\n\\\\]|: |- |\n  |<<|\r\n|é|---\n){0,40}"]) {
        let parsed = read(&text);
        for finding in &parsed.findings {
            for label in finding.related.iter().chain([&finding.label]) {
                prop_assert!(text.get(label.span.range()).is_some());
            }
        }
        let mut found = Vec::new();
        parsed.documents.iter().for_each(|document| places(&text, document, &mut found));
    }
}
