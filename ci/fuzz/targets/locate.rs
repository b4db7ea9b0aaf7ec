//! Any text as YAML: every node inside it, and every character of every scalar found within its scalar.
#![no_main]

use emberline_core::source::Sources;
use emberline_core::yaml::{self, Node, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    let source = sources.add("a.yaml", text);
    let parsed = yaml::parse(source, text);
    for finding in &parsed.findings {
        assert!(text.get(finding.label.span.range()).is_some(), "{finding:?}");
    }
    // Each character costs a pass over its scalar, and aliases may repeat one many times.
    let mut budget = 1 << 16;
    for document in &parsed.documents {
        visit(document, text, &mut budget);
    }
});

fn visit(node: &Node, text: &str, budget: &mut usize) {
    assert!(text.get(node.span.range()).is_some(), "{:?}", node.span);
    match &node.value {
        Value::Scalar(scalar) => {
            let mut last = node.span.start;
            for (at, character) in scalar.text.char_indices() {
                *budget = budget.saturating_sub(scalar.text.len());
                if *budget == 0 {
                    return;
                }
                let place = yaml::locate(text, node.span, scalar, at..at + character.len_utf8());
                assert!(text.get(place.range()).is_some(), "{place:?}");
                // In order, unless the scalar as a whole is the answer; blank lines around a block are outside of it.
                if place != node.span && character != '\n' {
                    assert!(last <= place.start && place.end <= node.span.end, "{place:?} of {:?}", node.span);
                    last = place.start;
                }
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| visit(item, text, budget)),
        Value::Mapping(entries) => {
            for (key, value) in entries {
                assert!(text.get(key.span.range()).is_some(), "{:?}", key.span);
                visit(value, text, budget);
            }
        }
    }
}
