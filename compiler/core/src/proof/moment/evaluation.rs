//! One evaluation at the end of a history: when it is, what it reads and what it finds.

use super::history::History;
use super::notation;
use crate::oracle::{Condition, Hold, Side, Verdict, Walk};
use crate::plan::{SloPlan, WindowKind, names};
use crate::quantity::Duration;

/// The most steps that a rule may read at once: promtool's engine gives up at 10,000 samples, read and made together.
const MOST_STEPS: u64 = 2_000;

/// One evaluation at the end of a recorded history. It holds no label: objectives of one shape share it.
#[derive(Debug)]
pub(in crate::proof) struct Moment {
    pub(in crate::proof) name: String,
    /// Between two samples of the history.
    pub(in crate::proof) every: Duration,
    /// When the rules are evaluated.
    pub(in crate::proof) at: Duration,
    /// Recorded series by name, and their samples in promtool's notation.
    pub(in crate::proof) inputs: Vec<(String, String)>,
    pub(in crate::proof) found: Found,
}

/// What the evaluation must make of the history.
#[derive(Debug)]
pub(in crate::proof) enum Found {
    /// Recorded series by name and value; others have none. And the burn-rate alerts that fire, where it is sure.
    Values(Vec<(String, f64)>, Option<Vec<usize>>),
    /// The burn-rate alerts that fire, by their place in the plan.
    Firing(Vec<usize>),
}

/// The lengths of all moments of an objective, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// Between two evaluations: so long that the first one is the moment, for all but the longest window.
    pub(super) evaluation: u64,
    /// How far back the base series are read; further back, counts are.
    base_reach: u64,
}

impl Clock {
    pub(super) fn of(slo: &SloPlan) -> Self {
        let widest = widest(slo);
        let base = slo.windows.iter().filter(|window| window.kind != WindowKind::Counted).map(|window| window.real);
        let base = base.max().unwrap_or_default().max(slo.timing.count_step).millis();
        let pairs = slo.burns.iter().map(|burn| every(slo, burn.long.real.millis()));
        let intervals = pairs.chain([every_of_window(slo), every(slo, widest)]);
        let unit = intervals.fold(slo.timing.count_step.millis().max(1), lcm);
        // The first step of a subquery takes the newest sample before it.
        let base_reach = base + slo.timing.to_oracle().lookback;
        // An earlier evaluation must not meet the base series of the longest window: its rules would record over them.
        let clear = base_reach + every_of_window(slo) + 1;
        Self { evaluation: History::length(widest).max(clear).next_multiple_of(unit), base_reach }
    }

    /// When a history of so many ticks may end: the first evaluation that leaves room for it.
    fn end(&self, history: u64) -> u64 {
        history.next_multiple_of(self.evaluation)
    }
}

/// The longest recorded window.
pub(super) fn widest(slo: &SloPlan) -> u64 {
    slo.windows.iter().map(|window| window.real).max().unwrap_or_default().max(slo.timing.count_step).millis()
}

/// Between two samples of a history that fills a window of so many milliseconds: a step, or so many counts as make it
/// short enough.
pub(super) fn every(slo: &SloPlan, window: u64) -> u64 {
    let count_step = slo.timing.count_step.millis().max(1);
    if window / count_step <= MOST_STEPS { slo.timing.step.millis().max(1) } else { counts(slo, window) }
}

/// Between two samples of the history that fills the objective's own window.
pub(super) fn every_of_window(slo: &SloPlan) -> u64 {
    counts(slo, slo.window_real.reach().millis())
}

fn counts(slo: &SloPlan, window: u64) -> u64 {
    let count_step = slo.timing.count_step.millis().max(1);
    count_step * (window / count_step).div_ceil(MOST_STEPS).max(1)
}

fn lcm(left: u64, right: u64) -> u64 {
    let (mut a, mut b) = (left, right);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    left / a.max(1) * right
}

/// The burn-rate alerts that fire at the end of a walk; `None` where one is too close to call.
pub(super) fn firing(slo: &SloPlan, walk: &Walk) -> Option<Vec<usize>> {
    let last = walk.ticks() - 1;
    let mut firing = Vec::new();
    for (index, burn) in slo.burns.iter().enumerate() {
        match walk.alert(&Condition::Burn(burn.to_oracle()), Hold::default()).at(last) {
            Verdict::Firing => firing.push(index),
            Verdict::Silent => {}
            Verdict::TooClose => return None,
        }
    }
    Some(firing)
}

/// A moment at the end of a history.
pub(super) fn moment(clock: &Clock, name: String, history: &History, walk: &Walk, found: Found) -> Moment {
    let at = clock.end(history.millis());
    let lead = usize::try_from((at - history.millis()) / history.every).unwrap_or(usize::MAX);
    let mut inputs = Vec::with_capacity(4);
    for side in Side::BOTH {
        let base = notation::of(lead, history.base(side, clock.base_reach));
        inputs.push((names::series(side, names::BASE), base));
        inputs.push((names::series(side, names::COUNT), notation::of(lead, history.counts(side, walk))));
    }
    Moment { name, every: Duration::from_millis(history.every), at: Duration::from_millis(at), inputs, found }
}
