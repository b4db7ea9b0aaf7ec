//! The greatest measurement of a good event: a length of time, a size, or a number in the unit of its metric.
//!
//! Bucket boundaries are fractions more often than not (`0.268435456` seconds in Micrometer), so a bound is an exact
//! decimal, where a [`Duration`] counts whole milliseconds.

use std::fmt;

use rust_decimal::Decimal;

use super::{Duration, Malformed, decimal, meant};

/// The greatest measurement of a good event. Printed as it is read: `300ms`, `2.5ms`, `0.268435456s`, `1MiB`, `1000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// A length of time in seconds.
    Time(Decimal),
    /// A size in bytes.
    Size(Decimal),
    /// A number in whatever unit the metric has.
    Number(Decimal),
}

/// Units of time in nanoseconds.
const TIMES: [(&str, i64); 8] = [
    ("w", 604_800_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

/// Units of size in bytes.
const SIZES: [(&str, i64); 9] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

const EXPECTED: &str = "a bound such as `300ms`, `2.5ms`, `1MiB` or `1000`";

impl Bound {
    /// Reads a duration as [`Duration::parse`] does, a fraction of one unit of time or size, or a plain number.
    ///
    /// # Errors
    /// [`Malformed`] for anything else, for a negative number, and for times that are finer than a nanosecond.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if let Ok(length) = Duration::parse(text) {
            return Ok(Self::Time(length.exact_seconds()));
        }
        let malformed = || Malformed::new(EXPECTED);
        if let Some(number) = number(text) {
            return Ok(Self::Number(number));
        }
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (digits, unit) = text.split_at(end);
        let Some(count) = number(digits) else { return Err(malformed()) };
        let unit = if unit == "µs" || unit == "μs" { "us" } else { unit };
        let read = match unit {
            "KB" => Self::sized(count, 1_000),
            _ => Self::timed(count, unit).or_else(|| {
                let (_, size) = SIZES.iter().find(|(name, _)| *name == unit)?;
                Self::sized(count, *size)
            }),
        };
        read.ok_or_else(|| match meant::duration(text).or_else(|| size_meant(count, unit)) {
            Some(meant) => malformed().hint(format!("write `{meant}`")),
            None => malformed().hint("the units are d, h, m, s, ms, us and ns, or B, kB, KiB, MB, MiB, GB and GiB"),
        })
    }

    fn timed(count: Decimal, unit: &str) -> Option<Self> {
        let (_, nanos) = TIMES.iter().find(|(name, _)| *name == unit)?;
        let nanos = count.checked_mul(Decimal::from(*nanos)).filter(|nanos| nanos.fract().is_zero())?;
        let seconds = nanos.checked_div(Decimal::from(1_000_000_000))?;
        let longest = Decimal::from(Duration::from_days(36_500).millis() / 1_000);
        (seconds <= longest).then(|| Self::Time(seconds.normalize()))
    }

    fn sized(count: Decimal, size: i64) -> Option<Self> {
        Some(Self::Size(count.checked_mul(Decimal::from(size))?.normalize()))
    }

    /// The bound as a number, without its unit.
    #[must_use]
    pub fn number(self) -> Decimal {
        match self {
            Self::Time(number) | Self::Size(number) | Self::Number(number) => number,
        }
    }

    /// A length of time in seconds; `None` for anything else.
    #[must_use]
    pub fn seconds(self) -> Option<Decimal> {
        match self {
            Self::Time(seconds) => Some(seconds),
            Self::Size(_) | Self::Number(_) => None,
        }
    }
}

impl From<Duration> for Bound {
    fn from(length: Duration) -> Self {
        Self::Time(length.exact_seconds())
    }
}

/// A number that is not negative, plain or with an exponent.
fn number(text: &str) -> Option<Decimal> {
    let plain = text.starts_with(|c: char| c.is_ascii_digit()) && !text.ends_with('.') && text.len() <= 30;
    decimal(text).filter(|_| plain)
}

/// A size whose unit is spelled in another way: `1 mb`, `512 bytes`.
fn size_meant(count: Decimal, unit: &str) -> Option<String> {
    let unit = unit.trim().to_ascii_lowercase();
    let unit = match unit.as_str() {
        "byte" | "bytes" | "by" => "b",
        other => other,
    };
    let (name, _) = SIZES.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    Some(format!("{count}{name}"))
}

impl fmt::Display for Bound {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(out, "{number}"),
            Self::Size(bytes) => {
                let fits = |size: i64| {
                    let count = bytes.checked_div(Decimal::from(size))?;
                    (count >= Decimal::ONE && count.fract().is_zero()).then_some(count)
                };
                let written = SIZES.iter().find_map(|(name, size)| Some((fits(*size)?, *name)));
                let (count, unit) = written.unwrap_or((*bytes, "B"));
                write!(out, "{}{unit}", count.normalize())
            }
            Self::Time(seconds) => {
                let millis = (seconds * Decimal::ONE_THOUSAND).normalize();
                match u64::try_from(millis.trunc()) {
                    Ok(whole) if millis.fract().is_zero() => write!(out, "{}", Duration::from_millis(whole)),
                    // Boundaries are mostly stated in seconds, so a long fraction is easier to compare there.
                    _ if millis.scale() <= 3 => write!(out, "{millis}ms"),
                    _ => write!(out, "{seconds}s"),
                }
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints() {
        for (text, number, printed) in [
            ("300ms", "0.3", "300ms"),
            ("2.5ms", "0.0025", "2.5ms"),
            ("268.435456ms", "0.268435456", "0.268435456s"),
            ("0.268435456s", "0.268435456", "0.268435456s"),
            ("1.5s", "1.5", "1s500ms"),
            ("1m30s", "90", "1m30s"),
            ("500us", "0.0005", "0.5ms"),
            ("500µs", "0.0005", "0.5ms"),
            ("100ns", "0.0000001", "0.0000001s"),
            ("1000", "1000", "1000"),
            ("0.5", "0.5", "0.5"),
            ("1e6", "1000000", "1000000"),
            ("1MiB", "1048576", "1MiB"),
            ("1.5MB", "1500000", "1500kB"),
            ("10KB", "10000", "10kB"),
            ("512B", "512", "512B"),
            ("0", "0", "0"),
        ] {
            let bound = Bound::parse(text).unwrap();
            assert_eq!((bound.number().to_string().as_str(), bound.to_string().as_str()), (number, printed), "{text}");
            assert_eq!(Bound::parse(printed).unwrap(), bound);
        }
    }

    #[test]
    fn refuses_what_it_cannot_read_and_says_what_was_meant() {
        for text in [
            "",
            "-1",
            "s",
            "0.1ns",
            "1x",
            ".5s",
            "5.s",
            "1..5s",
            "1m2.5s",
            "NaN",
            "Inf",
            "1e",
            "99999999999999999999999999999999",
        ] {
            assert!(Bound::parse(text).is_err(), "{text}");
        }
        for (text, meant) in
            [("300 ms", "300ms"), ("2 seconds", "2s"), ("1mb", "1MB"), ("512 bytes", "512B"), ("5 min", "5m")]
        {
            assert_eq!(Bound::parse(text).unwrap_err().hint.unwrap(), format!("write `{meant}`"), "{text}");
        }
    }
}
