//! Events per unit of time.

use std::fmt;

use rust_decimal::Decimal;

use super::Malformed;

/// So many events in so long, exact: `40/s`, `10/h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    count: Decimal,
    unit: char,
}

impl Rate {
    /// Events an hour.
    #[must_use]
    pub fn per_hour(self) -> Decimal {
        match self.unit {
            's' => self.count * Decimal::from(3_600),
            'm' => self.count * Decimal::from(60),
            'h' => self.count,
            _ => (self.count / Decimal::from(24)).normalize(),
        }
    }

    /// Reads a count, `/` and one of s, m, h, d: `40/s`.
    ///
    /// # Errors
    /// [`Malformed`] for anything else, and for more than 12 digits.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed = || Malformed::new("a rate such as `40/s` or `10/h`");
        let Some((count, unit)) = text.split_once('/') else {
            return Err(match text.parse::<Decimal>() {
                Ok(_) => malformed().hint(format!("add the unit: `{text}/s` if requests a second are meant")),
                Err(_) => {
                    let count = text.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim_end();
                    match (text.ends_with("ps") || text.ends_with("PS")) && count.parse::<Decimal>().is_ok() {
                        true => malformed().hint(format!("write `{count}/s`")),
                        false => malformed(),
                    }
                }
            });
        };
        let plain =
            count.bytes().all(|b| b.is_ascii_digit() || b == b'.') && !count.starts_with('.') && !count.ends_with('.');
        let (Ok(value), true, true) = (count.trim().parse::<Decimal>(), plain, count.len() <= 12) else {
            return Err(malformed());
        };
        match unit {
            "s" | "m" | "h" | "d" => Ok(Self { count: value, unit: unit.chars().next().unwrap_or('s') }),
            _ => Err(malformed().hint("the units are s, m, h and d")),
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.count.normalize(), self.unit)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn reads_and_refuses() {
        assert_eq!(Rate::parse("40/s").unwrap().per_hour(), Decimal::from(144_000));
        assert_eq!(Rate::parse("12/d").unwrap().per_hour().to_string(), "0.5");
        assert_eq!(Rate::parse("2.5/m").unwrap().to_string(), "2.5/m");
        for text in ["40", "40/x", "/s", "a/s", "-1/s", "1e3/s", "1/s/s", ""] {
            assert!(Rate::parse(text).is_err(), "{text}");
        }
    }
}
