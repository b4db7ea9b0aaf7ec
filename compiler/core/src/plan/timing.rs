//! Intervals, steps and windows of one objective's rules, in the time that the policy's `time_scale` leaves.
//!
//! Nominal lengths name things (`rate5m`, `long_window: 1h`); real lengths are what rules are evaluated over. They
//! differ only in drills, where everything is compressed alike.

use crate::oracle;
use crate::quantity::{Duration, Period};

/// Windows of a day and more are sums of five-minute counts.
const COUNTED_FROM: Duration = Duration::from_days(1);
/// Windows of more than an hour are read in steps of a minute; up to an hour, every sample is.
const STEPPED_ABOVE: Duration = Duration::from_hours(1);

/// How far an instant read of Prometheus looks back (`--query.lookback-delta`); no time scale compresses it.
const LOOKBACK: Duration = Duration::from_minutes(5);

/// Compresses nominal lengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale(pub u32);

impl Scale {
    /// The real length of a nominal one. The policy's check keeps minutes and intervals whole.
    #[must_use]
    pub fn real(self, nominal: Duration) -> Duration {
        Duration::from_millis(nominal.millis() / u64::from(self.0.max(1)))
    }

    /// The real window of an objective, of a nominal one.
    #[must_use]
    pub fn period(self, nominal: Period) -> Period {
        nominal.compressed(self.0)
    }
}

/// Real intervals and steps of one objective's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timing {
    /// Between two samples of a raw series (s).
    pub scrape: Duration,
    /// Between two evaluations of the fast group (E).
    pub evaluation: Duration,
    /// The range of the only `rate()` (b); of the slice itself for time slices.
    pub base: Duration,
    /// The time between the first and the last sample that `rate()` over `base` sees: b − s, where it reads that range.
    pub spanned: Duration,
    /// Step of subqueries over the base: a minute.
    pub step: Duration,
    /// Range of the short count, and step of the subqueries over it: five minutes.
    pub count_step: Duration,
    /// How much later raw series are read, since their data arrives late.
    ///
    /// The selectors of the base rules wait for it, by `offset`, and everything above reads the recorded series at once.
    /// The rule group's `query_offset` would do the same for all rules, but what it records is as old as the delay: an
    /// instant read looks back five minutes only, so that dashboards, pages and the budget's gate would see nothing of an
    /// objective whose data is later than that, and promtool would see no alert. With a delay the group sets
    /// `query_offset: 0s`, so that the server's `rule_query_offset` does not double it.
    pub delay: Duration,
    /// Between two evaluations of the budget's group: two minutes, since an instant read finds nothing older than five.
    pub budget_interval: Duration,
}

impl Timing {
    /// The same intervals as the oracle takes them; the budget's group at promtool's pace, which is that of all groups.
    #[must_use]
    pub(crate) fn to_oracle(self) -> oracle::Timing {
        oracle::Timing {
            scrape: self.scrape.millis(),
            evaluation: self.evaluation.millis(),
            base: self.base.millis(),
            sub_step: self.step.millis(),
            count_step: self.count_step.millis(),
            budget_interval: self.evaluation.millis(),
            lookback: LOOKBACK.millis(),
            offset: 0,
        }
    }

    /// The same for data that arrives so late, real.
    #[must_use]
    pub fn late(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// The timing of an indicator over series with a sample every `scrape` (nominal), whose base rules read `base`.
    #[must_use]
    pub fn of(scrape: Duration, evaluation: Duration, base: Duration, scale: Scale) -> Self {
        Self {
            scrape: scale.real(scrape),
            evaluation: scale.real(evaluation),
            base: scale.real(base),
            spanned: scale.real(if base > scrape { base - scrape } else { base }),
            step: scale.real(Duration::from_minutes(1)),
            count_step: scale.real(Duration::from_minutes(5)),
            delay: Duration::ZERO,
            budget_interval: scale.real(Duration::from_minutes(2)),
        }
    }
}

/// How a window is made of the samples below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WindowKind {
    /// The mean of every base sample.
    Mean,
    /// The mean of base samples a step apart.
    Stepped,
    /// The sum of five-minute counts: every event once, absent time as nothing.
    Counted,
}

/// A recorded window.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Window {
    /// Nominal length, by which the window is named.
    pub nominal: Duration,
    /// Real length.
    pub real: Duration,
    /// How it is made.
    pub kind: WindowKind,
    /// The end of its series' names: `rate5m`, `count1d`.
    pub suffix: String,
}

impl Window {
    /// The window as the oracle takes it.
    #[must_use]
    pub(crate) fn to_oracle(&self) -> oracle::Window {
        let length = self.real.millis();
        match self.kind {
            WindowKind::Mean => oracle::Window::Mean(length),
            WindowKind::Stepped => oracle::Window::Stepped(length),
            WindowKind::Counted => oracle::Window::Counted(length),
        }
    }

    /// The window of a nominal length.
    #[must_use]
    pub fn of(nominal: Duration, scale: Scale) -> Self {
        let (kind, level) = if nominal >= COUNTED_FROM {
            (WindowKind::Counted, "count")
        } else if nominal > STEPPED_ABOVE {
            (WindowKind::Stepped, "rate")
        } else {
            (WindowKind::Mean, "rate")
        };
        Self { nominal, real: scale.real(nominal), kind, suffix: format!("{level}{nominal}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_compressed_alike() {
        let timing = Timing::of(Duration::from_secs(15), Duration::from_secs(30), Duration::from_secs(75), Scale(15));
        assert_eq!((timing.scrape, timing.base), (Duration::from_secs(1), Duration::from_secs(5)));
        let window = Window::of(Duration::from_hours(6), Scale(15));
        assert_eq!((window.suffix.as_str(), window.real), ("rate6h", Duration::from_minutes(24)));
        assert_eq!(Window::of(Duration::from_days(3), Scale(1)).kind, WindowKind::Counted);
    }
}
