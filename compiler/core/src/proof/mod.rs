//! `Plan → Proof`: what promtool shall find, worked out by the oracle.
//!
//! ```text
//! SloPlan ──scenarios──▶ Scenario ──oracle──▶ firing alerts at each tick ──assertions──▶ Proof
//!                            └──series──▶ input series in promtool's notation ──────────────┘
//! ```
//!
//! Objectives that differ in names only share what the oracle found ([`Courses`]).
//!
//! Nothing here sees a rule's text. The rules say what Prometheus shall do, the oracle works out apart from them when
//! each alert fires and clears, and promtool tells whether the two agree.

mod assertions;
mod expected;
mod scenarios;
mod series;
mod shape;

pub(crate) use expected::{Expectation, Firing, Input, Proof, Subject, Test};
pub(crate) use shape::Courses;

use crate::plan::SloPlan;

/// Proves one objective. `long` adds the scenarios whose history fills the longest windows, which take promtool minutes:
/// one objective of each shape is enough. `None` where no label set was found that the selectors tell apart.
pub(crate) fn prove(slo: &SloPlan, long: bool, courses: &Courses) -> Option<Proof> {
    let cast = series::Cast::of(slo)?;
    let tests = courses
        .read(slo, &cast, long, |courses| courses.iter().map(|course| assertions::test(slo, &cast, course)).collect());
    Some(Proof { evaluation: slo.timing.evaluation, interval: slo.timing.scrape, tests })
}
