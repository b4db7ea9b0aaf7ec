//! What a rule group costs its ruler: an estimate from the series and the lengths of windows.
//!
//! ```text
//! a group   rules × RULE + base rules × (SEARCH + raw series × (SERIES + samples in the base range × SAMPLE))
//!           + groups × steps of subqueries × (STEP + samples between two steps × PASSED)
//! ```
//!
//! The constants are fitted to the times that Prometheus gave for each rule in `ci/scale --objectives 1000`, on two cores that
//! did nothing else. They are for telling a cheap group from one that will not be done in time, and for spreading groups evenly.

use super::group_cost::GroupCost;
use super::layout::Unit;
use super::slo::SloPlan;
use super::timing::{Window, WindowKind};
use crate::quantity::Duration;

/// Seconds that a rule takes whatever it reads: its query is prepared, its result is stored.
const RULE: f64 = 90e-6;
/// Seconds to search the index for raw series, among those of ten thousand others.
const SEARCH: f64 = 200e-6;
/// Seconds to take up a raw series.
const SERIES: f64 = 8e-6;
/// Seconds to read one sample of a range.
const SAMPLE: f64 = 190e-9;
/// Seconds of one step of a subquery over one series.
const STEP: f64 = 500e-9;
/// Seconds to pass over one sample between two steps.
const PASSED: f64 = 80e-9;

/// How many series an objective's rules read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Width {
    /// Raw series of each base rule.
    pub(super) raw: u64,
    /// Groups kept apart: the series of each recorded name.
    pub(super) groups: u64,
}

/// The estimate of each of an objective's groups, in the order in which they read one another; the budget's is the last.
pub(super) fn of(slo: &SloPlan, width: Width) -> Vec<GroupCost> {
    let fast = slo.layout.groups.iter().map(|units| units.iter().map(|unit| unit_cost(slo, *unit, width)).sum());
    let budget = 6.0 * RULE + 2.0 * series(width.groups) * steps(slo, slo.window_real.reach(), slo.timing.count_step);
    let intervals = slo.layout.groups.iter().map(|_| slo.timing.evaluation).chain([slo.timing.budget_interval]);
    let seconds = fast.chain([budget]);
    let named = slo.group_names().into_iter().zip(seconds).zip(intervals);
    named.map(|((group, seconds), interval)| GroupCost { group, seconds, interval }).collect()
}

fn unit_cost(slo: &SloPlan, unit: Unit, width: Width) -> f64 {
    let groups = series(width.groups);
    match unit {
        Unit::Base => {
            let samples = 1.0 + ratio(slo.timing.base, slo.timing.scrape);
            let each = RULE + SEARCH + series(width.raw) * (SERIES + samples * SAMPLE);
            let bases = if slo.records_good() { 3.0 } else { 2.0 };
            bases * each + 2.0 * (RULE + groups * steps(slo, slo.timing.count_step, slo.timing.step))
        }
        Unit::Window(place) => {
            slo.windows.get(place).map_or(0.0, |window| 2.0 * (RULE + groups * window_cost(slo, window)))
        }
        Unit::Burn(_) | Unit::State(_) | Unit::Rate(_) => RULE + 4.0 * groups * STEP,
    }
}

/// Seconds of a window over one series.
fn window_cost(slo: &SloPlan, window: &Window) -> f64 {
    match window.kind {
        WindowKind::Mean => ratio(window.real, slo.timing.evaluation) * SAMPLE,
        WindowKind::Stepped => steps(slo, window.real, slo.timing.step),
        WindowKind::Counted => steps(slo, window.real, slo.timing.count_step),
    }
}

/// Seconds of a subquery over one series.
fn steps(slo: &SloPlan, window: Duration, step: Duration) -> f64 {
    ratio(window, step) * (STEP + ratio(step, slo.timing.evaluation) * PASSED)
}

fn ratio(length: Duration, step: Duration) -> f64 {
    length.seconds() / step.seconds().max(0.001)
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn series(count: u64) -> f64 {
    count as f64
}
