//! The formulas behind the stated times of an alert, in seconds, as derived in
//! `docs/design/arithmetic.md#when-alerts-fire`.
//!
//! They hold for an error ratio that steps from nothing to e and back. With b the base range, s the scrape interval and
//! R = b − s, each event is counted with its whole weight once R seconds' worth of evaluations have seen it; so a window
//! fills along a ramp of R, and lags by R/2 once it is past that ramp.
//!
//! A window read in steps of p has two lags of its own. It waits for the next step, and in Prometheus, where a group is
//! evaluated at an offset to absolute time, a step sees the evaluation before it and is itself seen by the one after:
//! exactly E together. (In promtool the offset is zero and so is this lag: [`Estimate::tolerance`] covers both.)

use super::alert::Pair;
use super::timing::{Timing, Window, seconds};

/// What a formula says: a mean, and how far from it a single case may lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Mean over where the errors begin between scrapes, evaluations and steps, in seconds.
    pub seconds: f64,
    /// A single case lies this close, in seconds.
    pub tolerance: f64,
}

/// How a window follows the events, in seconds.
struct Response {
    len: f64,
    scrape: f64,
    ramp: f64,
    /// Step in which the base is read; `None` where every evaluation is.
    step: Option<f64>,
    /// Between two changes of the window's value.
    wait: f64,
    /// What the evaluation offset adds in Prometheus.
    lag: f64,
}

/// Seconds from the start of errors at `error_ratio` until the alert fires; `None` where they never suffice.
#[must_use]
pub fn fires(timing: &Timing, pair: &Pair, error_ratio: f64) -> Option<Estimate> {
    let share = share(pair, error_ratio)?;
    let window = Response::new(timing, pair.long);
    Some(window.estimate(window.filled_by(share * window.len)))
}

/// Seconds from the end of errors at `error_ratio` until the short window lets the alert go, without `keep_firing_for`,
/// which adds exactly itself; `None` where the alert never fired.
#[must_use]
pub fn clears(timing: &Timing, pair: &Pair, error_ratio: f64) -> Option<Estimate> {
    let share = share(pair, error_ratio)?;
    let window = Response::new(timing, pair.short);
    // The last errors leave the window as the first ones came in, in reverse and a window later.
    let back = window.ramp - window.step.unwrap_or(0.0);
    Some(window.estimate(window.len + back - window.filled_by(share * window.len)))
}

/// Seconds from a raw series' last sample until an alert on `absent_over_time(base[reach])` fires, with `for` of `hold`.
///
/// The base `outlives` the sample: by b − s where a `rate` needs two samples in its range, by the slice where one sample is
/// enough. Its last value is recorded at the last evaluation before that, half an interval earlier on average. `reach` and
/// `hold` then pass in whole evaluations. All lengths are in milliseconds.
#[must_use]
pub fn absent(timing: &Timing, outlives: u64, reach: u64, hold: u64) -> Estimate {
    let half = seconds(timing.evaluation) / 2.0;
    Estimate { seconds: seconds(outlives) - half + seconds(reach) + seconds(hold), tolerance: half }
}

/// Seconds from the last sample of a side that cannot be absent in health until the alert on a broken indicator fires, with
/// `for` of `hold`, while the other side goes on.
///
/// The side's base series `outlives` that sample, as in [`absent`]. The first evaluation without it comes half an interval
/// later on average, and `hold` passes in whole evaluations. All lengths are in milliseconds.
#[must_use]
pub fn broken(timing: &Timing, outlives: u64, hold: u64) -> Estimate {
    let half = seconds(timing.evaluation) / 2.0;
    Estimate { seconds: seconds(outlives) + half + seconds(hold), tolerance: half }
}

/// Share of the error budget that is gone after `seconds` of errors at `error_ratio`; `budget` is a share of events and
/// `window` the SLO's, in seconds.
#[must_use]
pub(crate) fn budget_gone(seconds: f64, error_ratio: f64, budget: f64, window: f64) -> f64 {
    seconds * error_ratio / (budget * window)
}

/// Requests an hour below which one failed request is enough to page: 1/(burn × budget) events in the long window.
#[must_use]
pub(crate) fn one_failure_pages_below(pair: &Pair) -> f64 {
    const HOUR: f64 = 3_600_000.0;
    1.0 / pair.threshold / (pair.long.len() as f64 / HOUR)
}

/// θ = burn × budget ÷ error ratio: the share of a window that errors must fill. At or above 1 nothing fires.
fn share(pair: &Pair, error_ratio: f64) -> Option<f64> {
    let share = pair.threshold / error_ratio;
    (error_ratio > 0.0 && share < 1.0).then_some(share)
}

impl Response {
    fn new(timing: &Timing, window: Window) -> Self {
        let (scrape, evaluation) = (seconds(timing.scrape), seconds(timing.evaluation));
        let sub_step = seconds(timing.sub_step);
        let (step, wait, lag) = match window {
            Window::Mean(_) => (None, evaluation, 0.0),
            Window::Stepped(_) => (Some(sub_step), sub_step, evaluation),
            // An offset count misses its newest step as well.
            Window::Counted(_) => (Some(sub_step), seconds(timing.count_step), evaluation + sub_step),
        };
        Self { len: seconds(window.len()), scrape, ramp: seconds(timing.base) - scrape, step, wait, lag }
    }

    /// How long errors last before the window has counted `needed` seconds of them.
    fn filled_by(&self, needed: f64) -> f64 {
        let Some(step) = self.step else {
            // Every evaluation: a straight ramp, hence a parabola until half of it is full.
            let on_ramp = needed < self.ramp / 2.0;
            return if on_ramp { (2.0 * self.ramp * needed).sqrt() } else { needed + self.ramp / 2.0 };
        };
        // In steps of p the ramp is a staircase: errors weigh p/R in their first step, 2p/R in the second, then all.
        let (mut lasts, mut missing, mut weight) = (0.0, needed, step / self.ramp);
        while weight < 1.0 && missing > step * weight {
            missing -= step * weight;
            lasts += step;
            weight += step / self.ramp;
        }
        lasts + missing / weight.min(1.0)
    }

    /// Adds what scrapes, evaluations and steps keep an observer waiting.
    fn estimate(&self, seconds: f64) -> Estimate {
        // The parabola already holds the wait for an evaluation.
        let wait = if self.step.is_some() { self.wait / 2.0 } else { 0.0 };
        Estimate {
            seconds: seconds + self.scrape / 2.0 + wait + self.lag,
            tolerance: (self.scrape + self.wait) / 2.0 + self.lag,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    const HOUR: u64 = 3_600_000;
    const PAGE: Pair = Pair { long: Window::Mean(HOUR), short: Window::Mean(300_000), threshold: 0.0144, guard: None };

    fn timing() -> Timing {
        Timing::uncompressed(15_000, 30_000)
    }

    #[test]
    fn the_full_outage_of_the_design() {
        // docs/design/arithmetic.md#when-alerts-fire, the computed figures.
        for (threshold, fire, clear) in [(0.144, 556.0, 294.0), (0.0144, 89.0, 345.0), (0.00144, 32.0, 360.0)] {
            let pair = Pair { threshold, ..PAGE };
            assert_eq!(fires(&timing(), &pair, 1.0).unwrap().seconds.round(), fire);
            assert_eq!(clears(&timing(), &pair, 1.0).unwrap().seconds.round(), clear);
        }
        assert_eq!(fires(&timing(), &PAGE, 1.0).unwrap().tolerance, 22.5);
        assert_eq!(fires(&timing(), &PAGE, 0.0144), None);
        assert_eq!(clears(&timing(), &PAGE, 0.0), None);
    }

    #[test]
    fn twice_the_burn() {
        assert_eq!(fires(&timing(), &PAGE, 0.0288).unwrap().seconds, 1837.5);
        assert_eq!(clears(&timing(), &PAGE, 0.0288).unwrap().seconds, 187.5);
    }

    #[test]
    fn a_stepped_hour_adds_half_a_minute() {
        // docs/design/arithmetic.md#when-alerts-fire: `[1h:1m]` adds about 30 s.
        for scrape in [15_000, 30_000, 60_000] {
            let timing = Timing::uncompressed(scrape, 30_000);
            let stepped = Pair { long: Window::Stepped(HOUR), threshold: 0.144, ..PAGE };
            let mean = Pair { threshold: 0.144, ..PAGE };
            let seconds = |pair| fires(&timing, &pair, 1.0).unwrap().seconds;
            assert!((seconds(stepped) - seconds(mean) - 30.0).abs() < 1e-9, "{scrape}");
        }
    }

    #[test]
    fn budget_gone_at_firing() {
        // docs/design/arithmetic.md#when-alerts-fire: 3.4% at 99.9%, 12.7% at 99.99%, not 2%.
        let month = 30.0 * 86_400.0;
        assert!((budget_gone(89.0, 1.0, 0.001, month) - 0.034).abs() < 0.0005);
        assert!((budget_gone(33.0, 1.0, 0.0001, month) - 0.127).abs() < 0.0005);
    }

    #[test]
    fn low_traffic() {
        // 14.4 × 0.001: one failure among 69 in an hour burns faster than 14.4.
        assert!((one_failure_pages_below(&PAGE) - 69.444).abs() < 0.001);
        let six_hours = Pair { long: Window::Stepped(6 * HOUR), threshold: 0.006, ..PAGE };
        assert!((one_failure_pages_below(&six_hours) - 27.777).abs() < 0.001);
    }
}
