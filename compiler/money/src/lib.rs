//! Money: the cost of telemetry before and after, and the savings of shorter incidents.
//!
//! - [`measured`] holds counts of a system's telemetry, as `ci/cost/measure` writes them; [`intact`] checks that no
//!   required telemetry is missing.
//! - [`terms`] are prices, retention and traffic from the specs.
//! - [`bill`] is the arithmetic, a line for each product; [`change`] estimates a change of the specs.
//! - [`drills`] are times of drills, measured and on production windows; [`returns`] compares them with the bill.
//!
//! Amounts are exact decimals until they are shown. A GB is 10⁹ bytes and a month 30 days.

mod assumptions;
pub mod bill;
pub mod change;
pub mod drills;
pub mod intact;
pub mod measured;
pub mod returns;
mod show;
mod templates;
pub mod terms;

use std::fmt;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serializer;

/// Why an amount cannot be computed, and one thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A lower-case sentence without a full stop.
    pub what: String,
    /// One action.
    pub help: Option<String>,
}

impl Fault {
    fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: Some(help.into()) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.what)
    }
}

impl std::error::Error for Fault {}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For a terminal.
    Text,
    /// For a page or a pull request.
    Markdown,
}

/// A million.
const MILLION: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);
/// Bytes of a GB.
const GIGA: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);
/// Days of a month.
const MONTH_DAYS: Decimal = Decimal::from_parts(30, 0, 0, false, 0);
/// Milliseconds of a day.
const DAY_MILLIS: Decimal = Decimal::from_parts(86_400_000, 0, 0, false, 0);

/// A decimal as a number in JSON.
fn number<S: Serializer>(decimal: &Decimal, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(decimal.to_f64().unwrap_or(f64::NAN))
}

/// A decimal as a number in JSON, or null.
fn maybe_number<S: Serializer>(decimal: &Option<Decimal>, to: S) -> Result<S::Ok, S::Error> {
    match decimal {
        Some(decimal) => number(decimal, to),
        None => to.serialize_none(),
    }
}

/// A quotient; 0 for a division by zero.
fn ratio(one: Decimal, by: Decimal) -> Decimal {
    one.checked_div(by).unwrap_or_default()
}
