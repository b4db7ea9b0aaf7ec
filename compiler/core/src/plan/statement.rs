//! What is said at compile time of an alert: when it fires, when it clears, what is gone by then.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::guard::Guard;
use super::lag::Lag;
use super::terms::Terms;
use super::timing::{Timing, Window};
use crate::oracle;
use crate::oracle::closed_form::{self, Estimate};
use crate::quantity::Duration;

/// When an alert fires and clears, in seconds of real time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statement {
    /// From the start of a total outage until it fires; `None` where it cannot.
    pub fires: Option<Estimate>,
    /// From the end of a total outage until the condition ends; `keep_firing_for` comes on top.
    pub clears: Option<Estimate>,
    /// Share of the objective's budget that a total outage has spent when it fires.
    pub budget_gone: Option<f64>,
    /// Requests an hour below which one failed request meets the long window's threshold.
    pub one_failure_below: f64,
    /// The guard that keeps it from firing on fewer bad events.
    pub guard: Option<Guard>,
    /// The burn rate.
    pub burn: Decimal,
}

impl Statement {
    pub(super) fn of(terms: &Terms, pair: &oracle::Pair, burn: Decimal, guard: Option<Guard>, lag: Lag) -> Self {
        let (fires, clears) = times(terms, pair, lag, 1.0);
        let budget = terms.budget.to_f64().unwrap_or(1.0);
        Self {
            budget_gone: fires.map(|at| closed_form::budget_gone(at.seconds, 1.0, budget, terms.window_real.seconds())),
            fires,
            clears,
            one_failure_below: closed_form::one_failure_pages_below(pair),
            guard,
            burn,
        }
    }

    /// The sentences of an alert's description.
    pub(super) fn text(&self, terms: &Terms, long: Duration, threshold: Decimal) -> String {
        let percent = (threshold * Decimal::ONE_HUNDRED).normalize();
        let events = terms.unit.events;
        let mut text = format!("More than {percent}% of {events} were bad over {long}, and still are. ");
        let spent = terms.window.spent(self.burn, long);
        let spent = (spent * Decimal::ONE_HUNDRED).round_sf(3).unwrap_or(spent).normalize();
        text.push_str(&format!(
            "At this rate {spent}% of the error budget of {} is spent every {long}. ",
            terms.window
        ));
        if let (Some(fires), Some(clears), Some(gone)) = (self.fires, self.clears, self.budget_gone) {
            let clears = Duration::from_millis(whole_seconds(clears.seconds).millis() + terms.keep_firing_for.millis());
            text.push_str(&format!(
                "In a total outage this alert fires after about {}, with {}% of the error budget spent. It resolves about \
                 {clears} after recovery.",
                whole_seconds(fires.seconds),
                two_digits(gone * 100.0),
            ));
        }
        if let Some(guard) = self.guard {
            text.push_str(&format!(" It needs at least {} bad {events}.", guard.events));
        }
        text.shrink_to_fit();
        text
    }
}

/// When a pair of windows fires and clears at a share of bad events; see [`expected`](super::expected).
pub(super) fn times(
    terms: &Terms,
    pair: &oracle::Pair,
    lag: Lag,
    error_ratio: f64,
) -> (Option<Estimate>, Option<Estimate>) {
    let (fires, clears) = match terms.unit.is_sliced {
        // However bad a minute is, it is bad as a whole; or a share of its time series is.
        true => slices(&terms.timing, pair, if terms.unit.is_whole { 1.0 } else { error_ratio }),
        false => {
            let timing = terms.timing.to_oracle();
            (closed_form::fires(&timing, pair, error_ratio), closed_form::clears(&timing, pair, error_ratio))
        }
    };
    let delay = terms.timing.delay.seconds();
    let late = |halves, estimate: Estimate| {
        Lag::late(halves, &terms.timing, Estimate { seconds: estimate.seconds + delay, ..estimate })
    };
    (fires.map(|it| late(lag.long, it)), clears.map(|it| late(lag.short, it)))
}

/// From an objective's last sample until its alert on absent data fires. The base `outlives` that sample; the alert looks
/// back for `reach` and waits for `hold`.
pub(super) fn absent(timing: &Timing, outlives: Duration, reach: Duration, hold: Duration) -> Duration {
    let at_once = closed_form::absent(&timing.to_oracle(), outlives.millis(), reach.millis(), hold.millis());
    whole_seconds(at_once.seconds + timing.delay.seconds())
}

/// From the last sample of a side that cannot be absent in health until the alert on a broken indicator fires, whose base
/// series `outlives` that sample.
pub(super) fn broken(timing: &Timing, outlives: Duration, hold: Duration) -> Duration {
    let at_once = closed_form::broken(&timing.to_oracle(), outlives.millis(), hold.millis());
    whole_seconds(at_once.seconds + timing.delay.seconds())
}

/// θ is the threshold over the error ratio. Of whole minutes, k = ⌊θL ÷ slice⌋ + 1 must be bad; the first is seen at the
/// tick that ends it. One bad sample makes a minute bad, so the last bad minute ends up to a minute after recovery.
fn slices(timing: &Timing, pair: &oracle::Pair, error_ratio: f64) -> (Option<Estimate>, Option<Estimate>) {
    let share = pair.threshold / error_ratio;
    if !(0.0..1.0).contains(&share) {
        return (None, None);
    }
    let slice = timing.evaluation.seconds();
    let length = |window: oracle::Window| Duration::from_millis(window.len()).seconds();
    let whole = |window| (share * length(window) / slice).floor() * slice;
    let wait = |window| match window {
        oracle::Window::Mean(_) => 0.0,
        oracle::Window::Stepped(_) => timing.step.seconds() / 2.0,
        oracle::Window::Counted(_) => timing.count_step.seconds() / 2.0,
    };
    let half = (slice + timing.scrape.seconds()) / 2.0;
    let estimate = |seconds: f64, wait: f64| Estimate { seconds: seconds + half + wait, tolerance: half + wait };
    let fires = estimate(whole(pair.long), wait(pair.long));
    let clears = estimate(length(pair.short) - whole(pair.short), wait(pair.short));
    (Some(fires), Some(clears))
}

/// A pair of windows as the oracle takes it.
pub(super) fn oracle_pair(long: &Window, short: &Window, threshold: Decimal, guard: Option<Guard>) -> oracle::Pair {
    oracle::Pair {
        long: long.to_oracle(),
        short: short.to_oracle(),
        threshold: threshold.to_f64().unwrap_or(1.0),
        guard: guard.and_then(|guard| guard.count.to_f64()),
    }
}

/// A computed time in whole seconds.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times of at most 90 days, never negative")]
pub(crate) fn whole_seconds(seconds: f64) -> Duration {
    Duration::from_secs(seconds.max(0.0).round() as u64)
}

/// Two significant digits, as people say shares: 3.4, 12, 0.15.
fn two_digits(value: f64) -> String {
    Decimal::from_f64_retain(value)
        .and_then(|value| value.round_sf(2))
        .map_or_else(|| format!("{value:.2}"), |value| value.normalize().to_string())
}
