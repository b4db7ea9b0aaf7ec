//! The formulas behind what the compiler says about an alert, in seconds (design §3).
//!
//! They hold for an error ratio that steps from nothing to e and back, and are means over where the step falls between
//! scrapes and evaluations; each comes with the tolerance within which every single case lies. They follow from the
//! base window's shape: an event counts for R = b − s seconds with an even chance to begin up to s seconds late, so a
//! windowed mean sees an error ratio rise over b in the form of a smoothed ramp.

/// What a formula says: a mean, and how far from it a single case may lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Mean over all phases of scrape and evaluation, in seconds.
    pub seconds: f64,
    /// A single case lies this close, in seconds.
    pub tolerance: f64,
}

/// The intervals that the formulas need, in seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    /// Between two samples (s).
    pub scrape: f64,
    /// Between two evaluations (E).
    pub evaluation: f64,
    /// Range of the base rate (b).
    pub base: f64,
}

/// One burn-rate alert.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Burn {
    /// Length of the long window in seconds (L).
    pub long: f64,
    /// Length of the short window in seconds (S).
    pub short: f64,
    /// Burn rate × error budget.
    pub threshold: f64,
    /// Step of the long window in seconds; 0 for one that reads every evaluation.
    pub long_step: f64,
    /// Step of the short window, likewise.
    pub short_step: f64,
}

impl Clock {
    /// Seconds from the start of errors at `error_ratio` until the alert fires. `None` where they never suffice.
    #[must_use]
    pub fn fires(&self, burn: &Burn, error_ratio: f64) -> Option<Estimate> {
        let share = self.share(burn, error_ratio)?;
        let needed = share * burn.long;
        let ramp = self.ramp();
        // Below half a ramp the threshold is crossed while the first events are still coming into their full weight.
        let seconds = if needed < ramp / 2.0 {
            (2.0 * ramp * needed).sqrt() + self.scrape / 2.0
        } else {
            needed + self.base / 2.0
        };
        Some(self.estimate(seconds, burn.long_step))
    }

    /// Seconds from the end of errors at `error_ratio` until the short window lets the alert go, without
    /// `keep_firing_for`, which adds exactly itself. `None` where the alert never fired.
    #[must_use]
    pub fn clears(&self, burn: &Burn, error_ratio: f64) -> Option<Estimate> {
        let share = self.share(burn, error_ratio)?;
        let left = share * burn.short;
        let ramp = self.ramp();
        let seconds = if left < ramp / 2.0 {
            burn.short + self.scrape / 2.0 + ramp - (2.0 * ramp * left).sqrt()
        } else {
            burn.short - left + self.base / 2.0
        };
        Some(self.estimate(seconds, burn.short_step))
    }

    /// θ = burn × budget ÷ error ratio: the share of a window that errors must fill. At or above 1 nothing fires.
    fn share(&self, burn: &Burn, error_ratio: f64) -> Option<f64> {
        let share = burn.threshold / error_ratio;
        (error_ratio > 0.0 && share < 1.0).then_some(share)
    }

    /// R = b − s: how long one event is counted.
    fn ramp(&self) -> f64 {
        self.base - self.scrape
    }

    /// A window that reads in steps shows what was at the last step: half a step late on average, and at most half a
    /// step more or less than that.
    fn estimate(&self, seconds: f64, step: f64) -> Estimate {
        Estimate { seconds: seconds + step / 2.0, tolerance: (self.scrape + self.evaluation) / 2.0 + step / 2.0 }
    }
}

/// Share of the error budget that is gone after `seconds` of errors at `error_ratio`; `budget` is a share of events and
/// `window` the SLO's, in seconds.
#[must_use]
pub fn budget_gone(seconds: f64, error_ratio: f64, budget: f64, window: f64) -> f64 {
    seconds * error_ratio / (budget * window)
}

/// Requests an hour below which one failed request is enough to page: 1/(burn × budget) events in the long window of
/// `long` seconds.
#[must_use]
pub fn one_failure_pages_below(threshold: f64, long: f64) -> f64 {
    1.0 / threshold / (long / 3600.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    const PAGE: Burn = Burn { long: 3600.0, short: 300.0, threshold: 0.0144, long_step: 0.0, short_step: 0.0 };

    #[test]
    fn the_measured_full_outage() {
        // field/arithmetic.md §4, the figures in parentheses.
        let clock = Clock { scrape: 15.0, evaluation: 30.0, base: 75.0 };
        for (threshold, fire, clear) in [(0.144, 556.0, 294.0), (0.0144, 89.0, 345.0), (0.00144, 32.0, 360.0)] {
            let burn = Burn { threshold, ..PAGE };
            assert_eq!(clock.fires(&burn, 1.0).unwrap().seconds.round(), fire);
            assert_eq!(clock.clears(&burn, 1.0).unwrap().seconds.round(), clear);
        }
        assert_eq!(clock.fires(&PAGE, 1.0).unwrap().tolerance, 22.5);
        assert_eq!(clock.fires(&PAGE, 0.0144), None);
        assert_eq!(clock.clears(&PAGE, 0.0), None);
    }

    #[test]
    fn twice_the_burn() {
        let clock = Clock { scrape: 15.0, evaluation: 30.0, base: 75.0 };
        assert_eq!(clock.fires(&PAGE, 0.0288).unwrap().seconds, 1837.5);
        assert_eq!(clock.clears(&PAGE, 0.0288).unwrap().seconds, 187.5);
    }

    #[test]
    fn budget_gone_at_firing() {
        // field/arithmetic.md §4: 3.4% at 99.9%, 12.7% at 99.99%, not 2%.
        let month = 30.0 * 86_400.0;
        assert!((budget_gone(89.0, 1.0, 0.001, month) - 0.034).abs() < 0.0005);
        assert!((budget_gone(33.0, 1.0, 0.0001, month) - 0.127).abs() < 0.0005);
    }

    #[test]
    fn low_traffic() {
        // 14.4 × 0.001: one failure among 69 in an hour burns faster than 14.4.
        assert!((one_failure_pages_below(0.0144, 3600.0) - 69.444).abs() < 0.001);
        assert!((one_failure_pages_below(0.006, 6.0 * 3600.0) - 27.777).abs() < 0.001);
    }
}
