//! Proofs of one evaluation: recorded series hold a history, and the rules are evaluated once, at its end.
//!
//! A window of days needs days of samples, but not an evaluation every 30 s. So the history of the base series and of the
//! short counts is given as input, and promtool evaluates at its end alone: every window has its whole length, every
//! threshold is tried just above and just below, and promtool needs some milliseconds. What the scenarios prove (raw
//! series, times, `for`, `keep_firing_for`) is left to them.
//!
//! ```text
//! SloPlan ──values, pairs──▶ History ──Walk──▶ recorded values, firing alerts ──▶ Moment
//!                               └──notation──▶ input series
//! ```

mod evaluation;
mod history;
mod notation;
mod pairs;
mod values;

use crate::plan::SloPlan;
use crate::quantity::Duration;
use evaluation::Clock;
pub(super) use evaluation::{Found, Moment};

/// The moments of an objective, and the interval at which promtool evaluates them all.
#[derive(Debug)]
pub(super) struct Moments {
    pub(super) evaluation: Duration,
    pub(super) all: Vec<Moment>,
}

/// Every moment of an objective.
pub(super) fn all(slo: &SloPlan) -> Moments {
    let clock = Clock::of(slo);
    let mut all: Vec<Moment> = values::all(slo, &clock).into_iter().collect();
    all.extend(pairs::all(slo, &clock));
    Moments { evaluation: Duration::from_millis(clock.evaluation), all }
}
