//! Unit tests that are generated: they load their objective's rules alone, evaluate little, and try every threshold.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read files and may panic")]

mod specs;

use std::collections::BTreeMap;

use emberline_core::analyse;
use emberline_core::emit::{Artefact, Emitter};
use emberline_core::quantity::Duration;
use emberline_core::target::Target;
use serde_yaml::Value;

/// What is generated from the repository's own specs.
fn generated(targets: &[Target]) -> Vec<Artefact> {
    let plan = analyse(&specs::all(), None).plan.unwrap();
    Emitter::new(&plan).all(targets)
}

/// The text after the line `groups:`.
fn groups(artefact: &Artefact) -> &str {
    artefact.text.split_once("\ngroups:\n").unwrap().1
}

#[test]
fn the_rules_beside_the_tests_are_those_of_the_service_byte_for_byte() {
    let files = generated(&[Target::Rules, Target::Tests, Target::Shapes]);
    let mut copies: BTreeMap<&str, Vec<&Artefact>> = BTreeMap::new();
    for copy in files.iter().filter(|file| file.path.starts_with("prometheus/tests/") && file.path.ends_with(".rules"))
    {
        copies.entry(copy.path.split('/').nth(2).unwrap()).or_default().push(copy);
    }
    // Three services, and the alerts on the ruler.
    assert_eq!(copies.len(), 4);
    for (service, copies) in copies {
        let path = format!("prometheus/rules/{service}.yaml");
        let loaded = groups(files.iter().find(|file| file.path == path).unwrap());
        // Each stands there whole, and nothing else does.
        assert!(copies.iter().all(|copy| loaded.contains(groups(copy))), "{service}");
        assert_eq!(copies.iter().map(|copy| groups(copy).len()).sum::<usize>(), loaded.len(), "{service}");
    }
    let shapes: Vec<_> = files.iter().filter(|file| file.path.starts_with("prometheus/shapes/")).collect();
    for rules in shapes.iter().filter(|file| file.path.ends_with(".rules")) {
        let beside_the_tests = rules.path.replace("/shapes/", "/tests/");
        assert!(files.iter().any(|file| file.path == beside_the_tests && file.text == rules.text), "{}", rules.path);
    }
    assert!(!shapes.is_empty());
}

#[test]
fn an_objective_needs_few_evaluations() {
    let mut evaluations: BTreeMap<String, u64> = BTreeMap::new();
    for file in generated(&[Target::Tests]) {
        let Some(stem) = file.path.strip_suffix(".yaml").map(|path| path.trim_end_matches(".windows")) else {
            continue;
        };
        let tests: Value = serde_yaml::from_str(&file.text).unwrap();
        let length = |value: &Value| Duration::parse(value.as_str().unwrap()).unwrap().millis();
        let every = length(&tests["evaluation_interval"]);
        for test in tests["tests"].as_sequence().unwrap() {
            let ends = test["promql_expr_test"].as_sequence().unwrap().iter().map(|expr| length(&expr["eval_time"]));
            *evaluations.entry(stem.to_owned()).or_default() += ends.max().unwrap() / every + 1;
        }
    }
    // Nine objectives, and the alerts on the ruler: a course for each of them.
    assert_eq!(evaluations.len(), 10);
    // 75 hours at 30 s would be 9,000. Time slices clear their longest short window, at a minute each.
    for (objective, evaluations) in evaluations {
        assert!(evaluations <= 700, "{objective}: {evaluations}");
    }
}

#[test]
fn every_threshold_is_tried_above_and_below_over_both_windows() {
    let files = generated(&[Target::Tests]);
    for (objective, pairs) in [("checkout/availability", 4), ("checkout/good-minutes", 2), ("payments/settlement", 4)] {
        let path = format!("prometheus/tests/{objective}.windows.yaml");
        let text = &files.iter().find(|file| file.path == path).unwrap().text;
        let count =
            |words: &str| text.lines().filter(|line| line.starts_with("- name: ") && line.contains(words)).count();
        assert_eq!(count("fires just above its threshold over"), 2 * pairs, "{objective}");
        assert_eq!(count("stays silent just below its threshold over"), 2 * pairs, "{objective}");
        assert_eq!(count("every window holds what it should") + count("the budget of"), 2, "{objective}");
    }
}
