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
use decoys::Decoy;
use series::Cast;

/// The proofs of one objective, whose label sets are found once for all of them.
#[derive(Debug)]
pub(crate) struct Proofs<'p> {
    slo: &'p SloPlan,
    courses: &'p Courses,
    /// `None` where no label set was found that the selectors tell apart.
    cast: Option<Cast>,
}

impl<'p> Proofs<'p> {
    pub(crate) fn of(slo: &'p SloPlan, courses: &'p Courses) -> Self {
        Self { slo, courses, cast: Cast::of(slo) }
    }

    /// The scenarios: raw series go in, and promtool evaluates as often as Prometheus does. `None` where no label set was
    /// found that the selectors tell apart.
    pub(crate) fn scenarios(&self) -> Option<Proof> {
        let cast = self.cast.as_ref()?;
        Some(self.played(cast, false, Some(&decoys::raw(self.slo, cast))))
    }

    /// The scenarios whose history fills the longest windows. They take promtool the better part of a minute, so one
    /// objective of each shape is enough.
    pub(crate) fn long_scenarios(&self) -> Option<Proof> {
        Some(self.played(self.cast.as_ref()?, true, None))
    }

    /// The moments: recorded series go in, and promtool evaluates at their end. Nothing raw is read, so they hold of an
    /// objective as well whose expressions nobody can prove.
    pub(crate) fn moments(&self) -> Option<Proof> {
        let slo = self.slo;
        let unproven = (!slo.sli.is_proven()).then(|| Cast::recorded(slo));
        let cast = unproven.as_ref().or(self.cast.as_ref())?;
        Some(self.courses.moments(slo, cast, |moments| Proof {
            evaluation: moments.evaluation,
            tests: moments.all.iter().map(|moment| assertions::moment(slo, cast, moment)).collect(),
        }))
    }

    fn played(&self, cast: &Cast, long: bool, decoys: Option<&[Decoy<'_>]>) -> Proof {
        let slo = self.slo;
        let tests = self.courses.scenarios(slo, cast, long, |courses| {
            courses.iter().map(|course| assertions::test(slo, cast, course, decoys)).collect()
        });
        Proof { evaluation: slo.timing.evaluation, tests }
    }
}
