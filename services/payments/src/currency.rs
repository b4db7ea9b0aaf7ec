//! Amounts as currencies count them.

/// The currencies that are booked; no other becomes a label.
pub(crate) const CURRENCIES: [&str; 4] = ["EUR", "USD", "GBP", "JPY"];

/// No order of this shop is worth more: a larger amount is a mistake, and is not booked.
const MOST: i64 = 10_000_000;

/// An amount that comes in hundredths, in the smallest units of its currency: yen have no parts, and are rounded.
///
/// # Errors
/// Why an amount cannot be booked; it has been logged.
pub(crate) fn smallest_units(currency: &str, hundredths: i64) -> Result<i64, String> {
    let units = match currency {
        "JPY" => (hundredths + 50) / 100,
        _ => hundredths,
    };
    if units > MOST {
        let why = format!("{units} {currency} are more than any order");
        tracing::error!(
            exception.r#type = "AmountOutOfRange",
            exception.message = why,
            code.function.name = telemetry::function!(),
            "an amount cannot be booked"
        );
        return Err(why);
    }
    Ok(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yen_are_whole() {
        assert_eq!(smallest_units("EUR", 1_999), Ok(1_999));
        assert_eq!(smallest_units("JPY", 2_000), Ok(20));
    }

    #[test]
    fn what_no_order_is_worth_is_refused() {
        assert!(smallest_units("GBP", MOST + 1).is_err_and(|why| why.contains("GBP")));
    }
}
