//! The value of every recorded series, after a history in which no two windows hold the same.

use rust_decimal::prelude::ToPrimitive;

use super::evaluation::{Clock, Found, Moment, every, every_of_window, firing, moment, widest};
use super::history::History;
use crate::oracle::{Side, Walk, Window};
use crate::plan::{SloPlan, names};
use crate::proof::expected::{ROUNDED, rounded};

/// The fewest bad events a second of the history, so that no window is without any.
const FEW: i64 = 50;

/// Two moments: one that fills every window that alerts read, and one that fills the objective's own.
pub(super) fn all(slo: &SloPlan, clock: &Clock) -> Vec<Moment> {
    let (widest, window) = (widest(slo), slo.window_real.reach().millis());
    let alerts = of(slo, clock, "every window holds what it should", widest, every(slo, widest));
    let name = format!("the budget of {} is what its events leave", slo.window);
    let budget = of(slo, clock, &name, window, every_of_window(slo));
    alerts.into_iter().chain(budget).collect()
}

/// Traffic grows evenly and errors become fewer, so that any other window has another share of bad events.
fn of(slo: &SloPlan, clock: &Clock, name: &str, window: u64, every: u64) -> Option<Moment> {
    let ticks = i64::try_from(History::length(window) / every).ok()?;
    // A value that is to be rounded half up or half down is no use: another traffic gives others.
    (0..8).find_map(|more| {
        let history = History::of(slo, window, every, |age| {
            let age = i64::try_from(age).unwrap_or(i64::MAX).min(2 * ticks);
            (3 * ticks + more - age, FEW + age)
        });
        let walk = history.walk(slo);
        let values = recorded(slo, &walk);
        let is_sure = values.iter().all(|(_, value)| !is_half(*value));
        is_sure.then(|| {
            let values = values.into_iter().map(|(name, value)| (name, rounded(value))).collect();
            moment(clock, name.to_owned(), &history, &walk, Found::Values(values, firing(slo, &walk)))
        })
    })
}

/// Whether a value is so near to the middle between two rounded ones that the order of float operations decides. Whole
/// numbers are exact: sums of counts stay far below 2⁵³.
fn is_half(value: f64) -> bool {
    let scaled = (value / ROUNDED).abs();
    value.fract() != 0.0 && (scaled.fract() - 0.5).abs() <= (scaled * 1e-14).max(1e-9)
}

/// Everything that the rules record at the end of a walk, the base series apart: there is nothing raw to record them of.
fn recorded(slo: &SloPlan, walk: &Walk) -> Vec<(String, f64)> {
    let last = walk.ticks() - 1;
    let budget = slo.budget.to_f64().unwrap_or(1.0);
    let whole = Window::Counted(slo.window_real.reach().millis());
    let mut values: Vec<(String, Option<f64>)> = Vec::new();
    let counted = |side| walk.window(side, whole, last);
    for side in Side::BOTH {
        for window in &slo.windows {
            values.push((names::series(side, &window.suffix), walk.window(side, window.to_oracle(), last)));
        }
        values.push((names::series(side, names::COUNT), walk.count(side, last)));
        values.push((names::series(side, names::COUNT_WINDOW), counted(side)));
    }
    for window in &slo.windows {
        let rate = walk.burn_rate(window.to_oracle(), budget, last);
        values.push((format!("{}:{}", names::BURN_RATE, window.nominal), rate));
    }
    let left = match (counted(Side::Events), counted(Side::Bad)) {
        (Some(all), Some(bad)) if all > 0.0 => Some(1.0 - bad / all / budget),
        _ => None,
    };
    values.push((names::BUDGET_REMAINING.to_owned(), left));
    values.push((names::OBJECTIVE.to_owned(), slo.objective.to_f64()));
    values.push((names::WINDOW.to_owned(), slo.window_seconds().to_f64()));
    values.push((names::INFO.to_owned(), Some(1.0)));
    values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
