//! What is written without being asked for, and that this repository asks for all, so that all of it is proven.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read files and may panic")]

mod specs;

use emberline_core::analyse;
use emberline_core::source::Sources;
use emberline_core::target::Target;

#[test]
fn this_repository_asks_for_every_target() {
    assert_eq!(analyse(&specs::all(), None).plan.unwrap().targets, Target::ALL);
}

#[test]
fn without_a_policy_nothing_is_written_that_not_everyone_can_use() {
    let mut sources = Sources::default();
    sources.add("a.yaml", "version: emberline/v1\nservice: a\nslos: [{name: a, objective: 99%, sli: {events: {total: t_total, bad: 't_total{code=\"500\"}'}}}]\n");
    assert_eq!(analyse(&sources, None).plan.unwrap().targets, Target::DEFAULT);
}
