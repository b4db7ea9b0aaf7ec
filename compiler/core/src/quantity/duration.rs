//! Lengths of time in whole milliseconds.

use std::fmt;
use std::ops::{Add, Mul, Sub};

use rust_decimal::Decimal;

use super::{Malformed, meant};

const UNITS: [(&str, u64); 6] =
    [("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// A length of time in milliseconds. Printed as Prometheus durations are written: `5m`, `1h30m`, `30d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Duration(u64);

impl Duration {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many milliseconds.
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// So many seconds.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * 1_000)
    }

    /// So many minutes.
    #[must_use]
    pub(crate) const fn from_minutes(minutes: u64) -> Self {
        Self(minutes * 60_000)
    }

    /// So many hours.
    #[must_use]
    pub(crate) const fn from_hours(hours: u64) -> Self {
        Self(hours * 3_600_000)
    }

    /// So many days of 24 hours.
    #[must_use]
    pub const fn from_days(days: u64) -> Self {
        Self(days * 86_400_000)
    }

    /// The length in milliseconds.
    #[must_use]
    pub const fn millis(self) -> u64 {
        self.0
    }

    /// The length in seconds, exact.
    #[must_use]
    pub(crate) fn exact_seconds(self) -> Decimal {
        (Decimal::from(self.0) / Decimal::ONE_THOUSAND).normalize()
    }

    /// The length in seconds, for statements to people and closed forms; never for thresholds.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the longest window, 90 d, is 7.8e9 ms: exact in f64")]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1_000.0
    }

    /// Whether this is a whole number of `step`s; nothing is a multiple of zero.
    #[must_use]
    pub const fn is_multiple_of(self, step: Self) -> bool {
        step.0 != 0 && self.0.is_multiple_of(step.0)
    }

    /// Reads `90s`, `1h30m`, `30d`: units w, d, h, m, s, ms, each at most once and from long to short.
    ///
    /// # Errors
    /// [`Malformed`] for a missing or unknown unit, a fraction, a wrong order, or more than 100 years.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed = || Malformed::new("a duration such as `30d`, `1h30m` or `300ms`");
        if text.is_empty() {
            return Err(malformed());
        }
        let (mut rest, mut total, mut smallest) = (text, 0_u64, u64::MAX);
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (number, tail) = rest.split_at(digits);
            let letters = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(letters);
            if number.is_empty() {
                return Err(malformed());
            }
            if tail.starts_with(['.', ',']) || unit.is_empty() {
                return Err(malformed().hint(match meant::duration(text).or_else(|| in_seconds(text)) {
                    Some(meant) => format!("write `{meant}`"),
                    None if meant::is_calendar(text) => MONTHS.to_owned(),
                    None if tail.is_empty() => format!("add the unit: `{text}s` if seconds are meant"),
                    None => "write whole numbers: `1h30m` rather than `1.5h`".to_owned(),
                }));
            }
            let Some((_, size)) = UNITS.iter().find(|(name, _)| *name == unit) else {
                return Err(malformed().hint(match meant::duration(text) {
                    Some(meant) => format!("write `{meant}`"),
                    None if meant::is_calendar(text) => MONTHS.to_owned(),
                    None => "the units are w, d, h, m, s and ms".to_owned(),
                }));
            };
            if *size >= smallest {
                return Err(malformed().hint("write each unit once, from long to short"));
            }
            smallest = *size;
            let part = number.parse::<u64>().ok().and_then(|n| n.checked_mul(*size));
            total = part.and_then(|part| total.checked_add(part)).ok_or_else(malformed)?;
            rest = tail;
        }
        if total > Self::from_days(36_500).0 {
            return Err(Malformed::new("a duration of at most 100 years"));
        }
        Ok(Self(total))
    }
}

/// What to write instead of a month.
const MONTHS: &str = "months and years differ in length: write days or weeks, such as `30d` or `4w`";

/// A fraction without a unit, taken for seconds.
fn in_seconds(text: &str) -> Option<String> {
    meant::whole(text, "s").map(|length| length.to_string())
}

impl Add for Duration {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Duration {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Mul<u64> for Duration {
    type Output = Self;
    fn mul(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return out.write_str("0s");
        }
        let mut rest = self.0;
        // Weeks are read but not written: `28d` is what the SLO literature says.
        for (unit, size) in &UNITS[1..] {
            if rest >= *size {
                write!(out, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, millis, printed) in [
            ("5m", 300_000, "5m"),
            ("90s", 90_000, "1m30s"),
            ("1h30m", 5_400_000, "1h30m"),
            ("300ms", 300, "300ms"),
            ("4w", 2_419_200_000, "28d"),
            ("24h", 86_400_000, "1d"),
            ("0s", 0, "0s"),
        ] {
            let duration = Duration::parse(text).unwrap();
            assert_eq!(duration.millis(), millis, "{text}");
            assert_eq!(duration.to_string(), printed);
            assert_eq!(Duration::parse(printed).unwrap(), duration);
        }
    }

    #[test]
    fn refuses_what_could_be_read_two_ways() {
        for text in
            ["", "5", "1.5h", "5 m", "m", "5m5m", "5m1h", "5x", "-5m", "99999999999999999999s", "101w5300d99999w"]
        {
            assert!(Duration::parse(text).is_err(), "{text}");
        }
        assert_eq!(Duration::parse("15").unwrap_err().hint.unwrap(), "add the unit: `15s` if seconds are meant");
        for (text, meant) in
            [("28 days", "28d"), ("28 d", "28d"), ("1.5h", "1h30m"), ("0.5", "500ms"), ("28days", "28d")]
        {
            assert_eq!(Duration::parse(text).unwrap_err().hint.unwrap(), format!("write `{meant}`"));
        }
    }
}
