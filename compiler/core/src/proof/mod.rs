//! `Plan → Proof`: what promtool shall find, worked out by the oracle.
//!
//! ```text
//! SloPlan ──scenarios──▶ Scenario ──oracle──▶ firing alerts at each tick ──assertions──▶ Proof
//!    │                       └──series, decoys──▶ input series in promtool's notation ──────┤
//!    └──moment──▶ recorded history ──oracle──▶ recorded values, firing alerts ──────────────┘
//! ```
//!
//! Objectives that differ in names only share what the oracle found ([`Courses`]).
//!
//! Nothing here sees a rule's text. The rules say what Prometheus shall do, the oracle works out apart from them when
//! each alert fires and clears, and promtool tells whether the two agree.

mod assertions;
mod decoys;
mod expected;
mod moment;
mod scenarios;
mod series;
mod shape;

pub(crate) use expected::{Expectation, Firing, Input, Labels, Proof, ROUNDED, Subject, Value};
pub(crate) use shape::Courses;

use crate::plan::SloPlan;

/// The scenarios of one objective: raw series go in, and promtool evaluates as often as Prometheus does. `None` where no
/// label set was found that the selectors tell apart.
pub(crate) fn scenarios(slo: &SloPlan, courses: &Courses) -> Option<Proof> {
    let cast = series::Cast::of(slo)?;
    let tests = courses.scenarios(slo, &cast, false, |courses| {
        courses.iter().map(|course| assertions::test(slo, &cast, course, true)).collect()
    });
    Some(Proof { evaluation: slo.timing.evaluation, tests })
}

/// The scenarios whose history fills the longest windows. They take promtool the better part of a minute, so one objective
/// of each shape is enough.
pub(crate) fn long_scenarios(slo: &SloPlan, courses: &Courses) -> Option<Proof> {
    let cast = series::Cast::of(slo)?;
    let tests = courses.scenarios(slo, &cast, true, |courses| {
        courses.iter().map(|course| assertions::test(slo, &cast, course, false)).collect()
    });
    Some(Proof { evaluation: slo.timing.evaluation, tests })
}

/// The moments of one objective: recorded series go in, and promtool evaluates at their end. Nothing raw is read, so they
/// hold of an objective as well whose expressions nobody can prove.
pub(crate) fn moments(slo: &SloPlan, courses: &Courses) -> Option<Proof> {
    let cast = if slo.sli.is_proven() { series::Cast::of(slo)? } else { series::Cast::recorded(slo) };
    Some(courses.moments(slo, &cast, |moments| Proof {
        evaluation: moments.evaluation,
        tests: moments.all.iter().map(|moment| assertions::moment(slo, &cast, moment)).collect(),
    }))
}
