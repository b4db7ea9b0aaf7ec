//! Quantities with units: exact, parsed from source text, printed the one way the output formats share.

mod bound;
mod date;
mod duration;
mod meant;
mod percent;
mod period;
mod rate;

use rust_decimal::Decimal;

pub use bound::Bound;
pub use date::Date;
pub use duration::Duration;
pub use percent::Percent;
pub use period::Period;
pub use rate::Rate;

/// Why a text is not a quantity: what was expected, and an action where one is obvious.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// What was expected, to be read after "expected".
    pub expected: &'static str,
    /// One action.
    pub hint: Option<String>,
}

impl Malformed {
    pub(crate) fn new(expected: &'static str) -> Self {
        Self { expected, hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A decimal number, plain or with an exponent, without zeros at its end; exact.
#[must_use]
pub fn decimal(text: &str) -> Option<Decimal> {
    let number: Decimal = text.parse().or_else(|_| Decimal::from_scientific(text)).ok()?;
    Some(number.normalize())
}
