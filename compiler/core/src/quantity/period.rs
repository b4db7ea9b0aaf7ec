//! The window of an objective.
//!
//! An objective's window is a length of time today, and need not be one for ever: a calendar month has a time zone and 28 to 31
//! days. So nobody outside this file takes it for a [`Duration`]: who needs a number asks for what it is needed for.

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Duration;

/// The window over which an objective must hold: rolling, so it always ends now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(Duration);

impl Period {
    /// The last so long.
    #[must_use]
    pub const fn rolling(length: Duration) -> Self {
        Self(length)
    }

    /// The same window in a time that is compressed by a factor; 0 counts as 1.
    #[must_use]
    pub fn compressed(self, factor: u32) -> Self {
        Self(Duration::from_millis(self.0.millis() / u64::from(factor.max(1))))
    }

    /// How far back its budget looks, at the most: samples must be kept for so long.
    #[must_use]
    pub const fn reach(self) -> Duration {
        self.0
    }

    /// Its length in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.0.seconds()
    }

    /// Its length in seconds, exact.
    #[must_use]
    pub(crate) fn exact_seconds(self) -> Decimal {
        self.0.exact_seconds()
    }

    /// A share of it as a length of time, in whole seconds: a budget of 0.1% of 30d is 43m12s.
    #[must_use]
    pub fn part(self, share: Decimal) -> Duration {
        let seconds = Decimal::from(self.0.millis()) / Decimal::ONE_THOUSAND * share;
        Duration::from_secs(seconds.round().to_u64().unwrap_or(0))
    }

    /// The burn rate that spends `share` of the budget within `within`. Not rounded.
    #[must_use]
    pub fn burn_rate(self, share: Decimal, within: Duration) -> Decimal {
        share * Decimal::from(self.0.millis()) / Decimal::from(within.millis().max(1))
    }

    /// The share of the budget that a burn rate spends within `within`. Not rounded.
    #[must_use]
    pub fn spent(self, burn: Decimal, within: Duration) -> Decimal {
        burn * Decimal::from(within.millis()) / Decimal::from(self.0.millis().max(1))
    }

    /// How many events it holds of so many an hour.
    #[must_use]
    pub fn events(self, hourly: Decimal) -> Decimal {
        hourly * Decimal::from(self.0.millis()) / Decimal::from(3_600_000_u32)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arithmetic_of_thirty_days() {
        let month = Period::rolling(Duration::from_days(30));
        // The SRE Workbook, chapter 5: 2% of a 30-day budget within an hour burn at 14.4.
        let (share, hour) = (Decimal::new(2, 2), Duration::from_hours(1));
        assert_eq!(month.burn_rate(share, hour).normalize(), Decimal::new(144, 1));
        assert_eq!(month.spent(Decimal::new(144, 1), hour).normalize(), share);
        assert_eq!(month.part(Decimal::new(1, 3)).to_string(), "43m12s");
        assert_eq!(month.events(Decimal::TEN), Decimal::from(7_200));
        assert_eq!((month.to_string(), month.exact_seconds()), ("30d".to_owned(), Decimal::from(2_592_000)));
        assert_eq!(month.compressed(15), Period::rolling(Duration::from_days(2)));
        assert_eq!(month.compressed(0), month);
    }
}
