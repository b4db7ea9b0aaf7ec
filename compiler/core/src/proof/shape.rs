//! What decides a proof: objectives that differ only in their names share the oracle's work.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rust_decimal::Decimal;

use super::assertions::{self, Course};
use super::moment::{self, Moments};
use super::scenarios;
use super::series::{Cast, Group};
use crate::oracle::{Role, Share};
use crate::plan::{Guard, SloPlan, State, Timing, Window};
use crate::quantity::{Duration, Period};

/// Everything of an objective that its scenarios and the oracle read: no name and no label.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Shape {
    sli: (&'static str, Vec<Decimal>),
    timing: Timing,
    scale: u32,
    keep_firing_for: Duration,
    burns: Vec<(Window, Window, Decimal, Option<Guard>)>,
    states: Vec<(State, Duration, Duration, Window, Window)>,
    first: Vec<(Role, Share)>,
    second: Option<Vec<(Role, Share)>>,
    windows: Vec<Window>,
    window: Period,
    budget: Decimal,
}

impl Shape {
    fn of(slo: &SloPlan, cast: &Cast) -> Self {
        let burns = slo.burns.iter().map(|burn| (burn.long.clone(), burn.short.clone(), burn.threshold, burn.guard));
        let states = slo
            .states
            .iter()
            .map(|alert| (alert.state, alert.hold, alert.reach, alert.known.clone(), alert.recent.clone()));
        Self {
            sli: slo.sli.shape(),
            timing: slo.timing,
            scale: slo.scale.0,
            keep_firing_for: slo.keep_firing_for,
            burns: burns.collect(),
            states: states.collect(),
            first: cast.first.roles().collect(),
            second: cast.second.as_ref().map(|group: &Group| group.roles().collect()),
            windows: slo.windows.clone(),
            window: slo.window,
            budget: slo.budget,
        }
    }
}

/// What has been walked so far. Remembering changes no answer, only how long it takes.
#[derive(Debug, Default)]
pub(crate) struct Courses(Mutex<HashMap<Shape, Arc<Walked>>>);

/// What came of one shape. Each part is filled by whoever needs it first; the others wait for that part only.
#[derive(Debug, Default)]
struct Walked {
    short: OnceLock<Vec<Course>>,
    long: OnceLock<Vec<Course>>,
    moments: OnceLock<Moments>,
}

impl Courses {
    /// Calls `read` with the courses of every short or every long case of an objective.
    pub(super) fn scenarios<T>(&self, slo: &SloPlan, cast: &Cast, long: bool, read: impl FnOnce(&[Course]) -> T) -> T {
        let walked = self.walked(slo, cast);
        let slot = if long { &walked.long } else { &walked.short };
        read(slot.get_or_init(|| {
            scenarios::all(slo, long).into_iter().map(|case| assertions::course(slo, cast, case)).collect()
        }))
    }

    /// Calls `read` with the moments of an objective.
    pub(super) fn moments<T>(&self, slo: &SloPlan, cast: &Cast, read: impl FnOnce(&Moments) -> T) -> T {
        read(self.walked(slo, cast).moments.get_or_init(|| moment::all(slo)))
    }

    fn walked(&self, slo: &SloPlan, cast: &Cast) -> Arc<Walked> {
        let shape = Shape::of(slo, cast);
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(shape).or_default())
    }
}
