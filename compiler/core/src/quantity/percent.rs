//! Shares, written as percentages and kept as exact decimals.

use std::fmt;

use rust_decimal::Decimal;

use super::Malformed;

/// A share of one, exact: `99.9%` is the decimal 0.999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(Decimal);

impl Percent {
    /// The share whose decimal fraction is `share` (0.02 for 2%).
    #[must_use]
    pub const fn of_share(share: Decimal) -> Self {
        Self(share)
    }

    /// The share as a fraction of one: 0.999 for `99.9%`.
    #[must_use]
    pub const fn share(self) -> Decimal {
        self.0
    }

    /// Reads `99.9%`. The sign is demanded: `0.999` and `99.9` have both been used to mean the same objective.
    ///
    /// # Errors
    /// [`Malformed`] without the sign, or for more than 20 digits.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed = || Malformed::new("a percentage such as `99.9%`");
        let Some(number) = text.strip_suffix('%') else {
            return Err(match text.parse::<Decimal>() {
                Ok(number) if number <= Decimal::ONE && text.contains('.') => {
                    malformed().hint(format!("write `{}%`", (number * Decimal::ONE_HUNDRED).normalize()))
                }
                Ok(number) => malformed().hint(format!("write `{}%`", number.normalize())),
                Err(_) => malformed(),
            });
        };
        let tidied = number.trim().replace(',', ".");
        if tidied != number && Self::parse(&format!("{tidied}%")).is_ok() {
            return Err(malformed().hint(format!("write `{tidied}%`")));
        }
        if number.len() > 20 && number.parse::<Decimal>().is_ok() {
            return Err(malformed().hint("write at most 20 digits"));
        }
        let plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
        if !plain || number.len() > 20 || number.starts_with('.') || number.ends_with('.') {
            return Err(malformed());
        }
        number.parse::<Decimal>().map(|value| Self((value / Decimal::ONE_HUNDRED).normalize())).map_err(|_| malformed())
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}%", (self.0 * Decimal::ONE_HUNDRED).normalize())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn exact() {
        let objective = Percent::parse("99.9%").unwrap();
        assert_eq!((Decimal::ONE - objective.share()).to_string(), "0.001");
        assert_eq!(objective.to_string(), "99.9%");
        assert_eq!(Percent::parse("99.9990%").unwrap().share().to_string(), "0.99999");
        assert_eq!(Percent::parse("100%").unwrap().share(), Decimal::ONE);
    }

    #[test]
    fn the_sign_is_demanded() {
        assert_eq!(Percent::parse("99.9").unwrap_err().hint.unwrap(), "write `99.9%`");
        assert_eq!(Percent::parse("0.999").unwrap_err().hint.unwrap(), "write `99.9%`");
        for text in ["", "%", "abc%", "1e2%", ".5%", "5.%", "99,9%", "1234567890.123456789012%"] {
            assert!(Percent::parse(text).is_err(), "{text}");
        }
    }
}
