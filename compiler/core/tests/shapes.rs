//! Objectives of one shape share what the oracle found: a number of a spec that is missing from the shape would make proofs
//! wrong.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

use emberline_core::source::Sources;

/// Indicators that are all of different shapes.
const DIFFERENT: &[&str] = &[
    "events: {total: all_total, bad: bad_total}",
    "events: {total: all_total, good: good_total}",
    "timeslice: {total: all_total, bad: bad_total, max_error_ratio: 5%}",
    "timeslice: {total: all_total, bad: bad_total, max_error_ratio: 6%}",
    "timeslice: {total: all_total, bad: bad_total, max_error_ratio: 5%, idle: skip}",
    "timeslice: {total: all_total, good: good_total, max_error_ratio: 5%}",
    "timeslice: {up: level}",
    "timeslice: {gauge: level, max: 1}",
    "timeslice: {gauge: level, max: 2}",
    "timeslice: {gauge: level, max: 2%}",
    "timeslice: {gauge: level_percent, max: 3%}",
    "timeslice: {gauge: level, min: 2}",
    "timeslice: {gauge: level, max: 2, across: average}",
    "timeslice: {gauge: level, min: 2, across: average}",
    "timeslice: {gauge: [level, most], max: 1%}",
    "timeslice: {gauge: [level, most], max: 2%}",
    "timeslice: {gauge: [level, most], min: 2%}",
    "timeslice: {timestamp: done, max_age: 1h}",
    "timeslice: {timestamp: done, max_age: 2h}",
    "timeslice: {timestamp: done_ms, max_age: 2h}",
    "timeslice: {timestamp: done_us, max_age: 2h}",
    "availability: {up: level}",
    "availability: {gauge: level, max: 2}",
    "availability: {gauge: level, max: 3}",
    "availability: {gauge: level, min: 2}",
];

/// Indicators of one shape: only names differ, or the way a number is written.
const SAME: &[[&str; 2]] = &[
    ["timeslice: {up: level}", "timeslice: {gauge: other, min: 1.0}"],
    ["timeslice: {gauge: level, max: 0.8}", "timeslice: {gauge: other, max: 80%}"],
    ["timeslice: {gauge: level, max: 80}", "timeslice: {gauge: level_percent, max: 80%}"],
    ["timeslice: {timestamp: done, max_age: 60m}", "timeslice: {timestamp: other_timestamp_seconds, max_age: 1h}"],
];

fn shapes(indicators: &[&str]) -> Vec<String> {
    let objectives: String = indicators
        .iter()
        .enumerate()
        .map(|(at, sli)| format!("  - {{name: s{at}, objective: 99%, sli: {{{sli}}}}}\n"))
        .collect();
    let declared = "metrics:\n  done.ms: {type: gauge, unit: ms, prometheus_name: done_ms}\n  done.us: {type: gauge, unit: us, prometheus_name: done_us}\n";
    let mut sources = Sources::default();
    sources.add("slos/shop.yaml", format!("version: emberline/v1\nservice: shop\n{declared}slos:\n{objectives}"));
    let analysis = emberline_core::analyse(&sources, None);
    let plan = analysis.plan.unwrap_or_else(|| panic!("{:#?}", analysis.findings));
    let shapes: Vec<String> = plan.slos().map(|slo| format!("{:?}", slo.sli.shape())).collect();
    assert_eq!(shapes.len(), indicators.len());
    shapes
}

#[test]
fn each_number_of_a_spec_changes_the_shape() {
    let shapes = shapes(DIFFERENT);
    for (at, shape) in shapes.iter().enumerate() {
        let same = shapes[..at].iter().position(|earlier| earlier == shape);
        assert_eq!(same.map(|same| DIFFERENT[same]), None, "{}", DIFFERENT[at]);
    }
}

#[test]
fn names_and_notation_change_no_shape() {
    for pair in SAME {
        let shapes = shapes(pair);
        assert_eq!(shapes[0], shapes[1], "{pair:?}");
    }
}
