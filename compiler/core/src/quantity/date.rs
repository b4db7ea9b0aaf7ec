//! Days of the calendar, as waivers name the last one on which they hold.

use std::fmt;

use super::Malformed;

/// A day of the Gregorian calendar; ordered from early to late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `2027-03-31`.
    ///
    /// # Errors
    /// [`Malformed`] for anything but a day that exists, in this notation.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed = || Malformed::new("a day such as `2027-03-31`");
        let digits = |range: std::ops::Range<usize>| {
            text.get(range).filter(|part| part.bytes().all(|b| b.is_ascii_digit())).and_then(|part| part.parse().ok())
        };
        let separated = text.len() == 10 && [4, 7].iter().all(|at| text.as_bytes().get(*at) == Some(&b'-'));
        let (Some(year), Some(month), Some(day)) = (digits(0..4), digits(5..7), digits(8..10)) else {
            return Err(malformed());
        };
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        if !separated || day == 0 || day > last {
            return Err(malformed());
        }
        // Both are below 100.
        Ok(Self { year, month: month as u8, day: day as u8 })
    }

    /// The day that lies so many days after the first of January 1970 (UTC), which is what a clock counts from.
    #[must_use]
    pub fn of_days_since_1970(days: u32) -> Self {
        // Days are counted from a first of March: a leap day is then the last of its year, and a century the last but
        // one of its four hundred years.
        let shifted = u64::from(days) + 719_468;
        let era = shifted / 146_097;
        let of_era = shifted % 146_097;
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + u64::from(month <= 2);
        Self { year: u16::try_from(year).unwrap_or(u16::MAX), month: month as u8, day: day as u8 }
    }

    /// How many days lie between the first of January 1970 and this day; negative before it.
    #[must_use]
    pub fn days_since_1970(self) -> i64 {
        // The inverse of the above: the year begins in March.
        let (year, month, day) = (i64::from(self.year), i64::from(self.month), i64::from(self.day));
        let year = if month <= 2 { year - 1 } else { year };
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let from_march = if month > 2 { month - 3 } else { month + 9 };
        let of_year = (153 * from_march + 2) / 5 + day - 1;
        era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year - 719_468
    }
}

impl fmt::Display for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist() {
        for text in ["2027-03-31", "2028-02-29", "2000-02-29", "1999-12-31"] {
            assert_eq!(Date::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "2027-02-29",
            "2100-02-29",
            "2027-13-01",
            "2027-00-10",
            "2027-04-31",
            "2027-1-1",
            "31.3.2027",
            "",
            "2027-03-3é",
        ] {
            assert!(Date::parse(text).is_err(), "{text}");
        }
        assert!(Date::parse("2027-03-31").unwrap() < Date::parse("2027-04-01").unwrap());
    }

    #[test]
    fn days_as_a_clock_counts_them() {
        // date -u -d @$((days * 86400)) +%F
        for (days, text) in [(0, "1970-01-01"), (59, "1970-03-01"), (11_016, "2000-02-29"), (20_781, "2026-11-24")] {
            assert_eq!(Date::of_days_since_1970(days).to_string(), text);
        }
        let mut last = Date::of_days_since_1970(0);
        for days in 1..60_000 {
            let next = Date::of_days_since_1970(days);
            assert!(last < next && Date::parse(&next.to_string()) == Ok(next), "{days}");
            assert_eq!(next.days_since_1970(), i64::from(days));
            last = next;
        }
    }
}
