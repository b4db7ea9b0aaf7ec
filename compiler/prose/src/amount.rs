//! Exact decimals as people read them: digits in groups, a real minus sign, two significant digits for estimates.

use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

/// A whole number with its digits in groups: `1,234,567`.
#[must_use]
pub fn grouped(number: u64) -> String {
    group(&number.to_string())
}

fn group(digits: &str) -> String {
    let first = digits.len() % 3;
    let mut parts = Vec::new();
    if first > 0 {
        parts.push(&digits[..first]);
    }
    parts.extend((first..digits.len()).step_by(3).map(|at| &digits[at..at + 3]));
    parts.join(",")
}

/// A decimal without places, with its digits in groups.
#[must_use]
pub fn grouped_decimal(number: Decimal) -> String {
    fixed(number, 0)
}

/// A decimal with so many places, half away from zero: `1,234.50`.
#[must_use]
pub fn fixed(number: Decimal, places: u32) -> String {
    let rounded = number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    let text = format!("{:.*}", places as usize, rounded.abs());
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), ""), |(whole, fraction)| (whole, fraction));
    let sign = if rounded.is_sign_negative() && !rounded.is_zero() { "−" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", group(whole))
}

/// A decimal to two significant digits, for amounts that nobody knows to the cent.
#[must_use]
pub fn rough(number: Decimal) -> String {
    let size = number.abs().to_f64().unwrap_or_default();
    if size == 0.0 {
        return "0".to_owned();
    }
    #[expect(clippy::cast_possible_truncation, reason = "the exponent of a decimal")]
    let exponent = size.log10().floor() as i32;
    let places = 1 - exponent;
    if let Ok(places) = u32::try_from(places) {
        let shown = fixed(number, places.min(6));
        // 5 rather than 5.0: what was declared as a whole number is not known better than that.
        let is_fraction = shown.contains('.');
        return if is_fraction { shown.trim_end_matches('0').trim_end_matches('.').to_owned() } else { shown };
    }
    let unit = Decimal::from(10_u64.saturating_pow(places.unsigned_abs()));
    fixed((number / unit).round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero) * unit, 0)
}

/// A range of decimals: `12 to 34`, or one number where both ends read alike.
#[must_use]
pub fn rough_range(low: Decimal, high: Decimal) -> String {
    let (low, high) = (rough(low), rough(high));
    if low == high { low } else { format!("{low} to {high}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!([grouped(0), grouped(999), grouped(1_234_567)], ["0", "999", "1,234,567"]);
        assert_eq!(fixed(decimal("1234.5"), 2), "1,234.50");
        assert_eq!(fixed(decimal("-0.0449"), 2), "−0.04");
        assert_eq!(fixed(decimal("-0.004"), 2), "0.00");
        for (written, shown) in [
            ("0", "0"),
            ("12345", "12,000"),
            ("99.6", "100"),
            ("0.0347", "0.035"),
            ("-1550", "−1,600"),
            ("7", "7"),
            ("10", "10"),
        ] {
            assert_eq!(rough(decimal(written)), shown, "{written}");
        }
        assert_eq!(rough_range(decimal("12.1"), decimal("12.3")), "12");
    }
}
