//! Every expression that is generated from the repository's own specs is PromQL, and the YAML around it reads back.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "tests read files and may panic")]

mod specs;

use emberline_core::analyse;
use emberline_core::emit::Emitter;
use emberline_core::target::Target;
use serde_yaml::Value;

#[test]
fn every_generated_expression_parses() {
    let analysis = analyse(&specs::all(), None);
    assert!(analysis.findings.is_empty(), "{:#?}", analysis.findings);
    let plan = analysis.plan.unwrap();
    let mut parsed = 0;
    for artefact in Emitter::new(&plan).all(&[Target::Rules, Target::Tests, Target::Operator]) {
        let value: Value = serde_yaml::from_str(&artefact.text).unwrap();
        expressions(&value, &mut |expression| {
            promql_parser::parser::parse(expression)
                .unwrap_or_else(|fault| panic!("{}: {expression}: {fault}", artefact.path));
            parsed += 1;
        });
    }
    assert!(parsed > 500, "only {parsed} expressions were found");
}

/// Calls `each` with every text under a key `expr`.
fn expressions(value: &Value, each: &mut impl FnMut(&str)) {
    match value {
        Value::Mapping(entries) => {
            for (key, value) in entries {
                match value {
                    Value::String(text) if key == "expr" => each(text),
                    _ => expressions(value, each),
                }
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| expressions(item, each)),
        _ => {}
    }
}
