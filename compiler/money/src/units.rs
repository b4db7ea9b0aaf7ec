//! Units of amounts, and decimals as numbers in JSON.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serializer;

/// A million.
pub(crate) const MILLION: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);
/// Bytes of a GB.
pub(crate) const GIGA: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);
/// Days of a month.
pub(crate) const MONTH_DAYS: Decimal = Decimal::from_parts(30, 0, 0, false, 0);
/// Milliseconds of a day.
pub(crate) const DAY_MILLIS: Decimal = Decimal::from_parts(86_400_000, 0, 0, false, 0);

/// A decimal as a number in JSON.
pub(crate) fn number<S: Serializer>(decimal: &Decimal, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(decimal.to_f64().unwrap_or(f64::NAN))
}

/// A decimal as a number in JSON, or null.
pub(crate) fn maybe_number<S: Serializer>(decimal: &Option<Decimal>, to: S) -> Result<S::Ok, S::Error> {
    match decimal {
        Some(decimal) => number(decimal, to),
        None => to.serialize_none(),
    }
}

/// A quotient; 0 for a division by zero.
pub(crate) fn ratio(one: Decimal, by: Decimal) -> Decimal {
    one.checked_div(by).unwrap_or_default()
}
