//! Reads JSON values that products write in several forms. Numbers may be numbers or texts, ids hexadecimal or base64,
//! times seconds or RFC 3339. A missing value or a value of a wrong type reads as nothing, so no answer can stop a
//! walk.

use emberline_core::base64;
use serde_json::Value;

use super::Labels;

/// The size limit of a trace's answer in bytes: a hundred thousand spans or so. Read as a document, it takes some 400 MiB.
pub(super) const LONGEST: u64 = 32 << 20;

/// A text; empty if the value is no text.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A list's items; none if the value is no list.
pub(super) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The first of the named fields that exists. Products and releases spell field names differently.
pub(super) fn either<'v>(value: &'v Value, names: &[&str]) -> &'v Value {
    names.iter().map(|name| &value[*name]).find(|found| !found.is_null()).unwrap_or(&Value::Null)
}

/// A whole number that is not negative, written as a number or as a text.
pub(super) fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => text.parse().ok(),
        // Some writers write large numbers as floats. Casts of floats stop at the ends of the integer's range.
        Value::Number(number) => {
            number.as_u64().or_else(|| number.as_f64().filter(|float| *float >= 0.0).map(|float| float as u64))
        }
        _ => None,
    }
}

/// A finite number, written as a number or as a text.
pub(super) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    };
    number.filter(|number: &f64| number.is_finite())
}

/// An object's fields as texts.
pub(super) fn labels(value: &Value) -> Labels {
    let fields = value.as_object().into_iter().flatten();
    fields.map(|(name, value)| (name.clone(), plain(value))).collect()
}

/// Any value as a text: a text as it is, anything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Unix nanoseconds from unix seconds; times before 1970 become 0.
pub(super) fn nanos(seconds: f64) -> u64 {
    // Casts of floats stop at the ends of the integer's range.
    (seconds * 1e9) as u64
}

/// A trace id as 32 hexadecimal digits. Leading zeros that a product left out are put back.
pub(super) fn trace_id(text: &str) -> Option<String> {
    id(text, 16)
}

/// A span id as 16 hexadecimal digits.
pub(super) fn span_id(text: &str) -> Option<String> {
    id(text, 8)
}

/// An id of `bytes` bytes in hexadecimal, read from hexadecimal (OTLP's JSON) or base64 (protobuf's JSON). An id of
/// zeros only is invalid.
fn id(text: &str, bytes: usize) -> Option<String> {
    let hex = if text.len() <= 2 * bytes && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        format!("{text:0>width$}", width = 2 * bytes).to_ascii_lowercase()
    } else {
        let decoded = base64::decode(text.as_bytes()).filter(|decoded| decoded.len() == bytes)?;
        decoded.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    hex.bytes().any(|digit| digit != b'0').then_some(hex)
}

/// Unix seconds from a time in RFC 3339. Prometheus writes such times with nanoseconds and an offset.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let (whole, fraction) = instant(text)?;
    let fraction: f64 = format!("0.{fraction}").parse().ok()?;
    #[expect(clippy::cast_precision_loss, reason = "years of four digits: far below 2^53 s")]
    Some(whole as f64 + fraction)
}

/// Unix nanoseconds from a time in RFC 3339, exact; `None` before 1970. Digits behind the ninth are dropped.
pub(super) fn rfc3339_nanos(text: &str) -> Option<u64> {
    let (whole, fraction) = instant(text)?;
    let nanos: u64 = format!("{:0<9}", fraction.get(..9).unwrap_or(fraction)).parse().ok()?;
    u64::try_from(whole).ok()?.checked_mul(1_000_000_000)?.checked_add(nanos)
}

/// A time in RFC 3339, in UTC, to the microsecond.
pub(crate) fn rfc3339(seconds: f64) -> String {
    // Casts of floats stop at the ends of the integer's range, and the years of a walk have four digits.
    let micros = (seconds * 1e6).round().clamp(0.0, 253_402_300_799e6) as i64;
    let (day, rest) = (micros.div_euclid(86_400_000_000), micros.rem_euclid(86_400_000_000));
    // Days since 1 March of the year 0, in the Gregorian calendar of 146,097 days every 400 years.
    let shifted = day + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let m = (5 * of_year + 2) / 153;
    let (date, month) = (of_year - (153 * m + 2) / 5 + 1, if m < 10 { m + 3 } else { m - 9 });
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (second, micro) = (rest / 1_000_000, rest % 1_000_000);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}.{micro:06}Z")
}

/// Whole unix seconds, and the digits behind the decimal point.
fn instant(text: &str) -> Option<(i64, &str)> {
    let (date, rest) = text.split_once(['T', 't', ' '])?;
    let (clock, offset) = rest.split_at(rest.find(['Z', 'z', '+', '-'])?);
    let [year, month, day] = numbers(date, '-')?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(clock, ':')?;
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let east = match offset.as_bytes().first()? {
        b'Z' | b'z' => 0,
        sign => {
            let [hours, minutes] = numbers(offset.get(1..)?, ':')?;
            (hours * 3600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 }
        }
    };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days since 1970 in the Gregorian calendar, with years that begin in March.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days =
        365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some((days * 86_400 + hour * 3600 + minute * 60 + second - east, fraction))
}

/// Exactly `N` numbers of at most four digits.
fn numbers<const N: usize>(text: &str, separator: char) -> Option<[i64; N]> {
    let short = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let found: Vec<i64> =
        text.split(separator).map(|part| if short(part) { part.parse().ok() } else { None }).collect::<Option<_>>()?;
    found.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_are_hexadecimal_or_base64() {
        let hex = "2f3e0cee77ae5dc9c17ade3689eb2e54";
        assert_eq!(trace_id(hex).as_deref(), Some(hex));
        assert_eq!(trace_id("2F3E0CEE77AE5DC9C17ADE3689EB2E54").as_deref(), Some(hex));
        assert_eq!(trace_id("Lz4M7neuXcnBet42iesuVA==").as_deref(), Some(hex));
        assert_eq!(trace_id("d6e9329d67b6146a").as_deref(), Some("0000000000000000d6e9329d67b6146a"));
        assert_eq!(span_id("VjxiPHZRT44=").as_deref(), Some("563c623c76514f8e"));
        assert_eq!(span_id("_____-___w8"), Some("ffffffffefffff0f".to_owned()));
        for wrong in ["", "0", "0000000000000000", "x", "EpTxMJ40fUus7aGY", "ä=", "AAAAAAAAAAA="] {
            assert_eq!(span_id(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn numbers_are_numbers_or_texts() {
        assert_eq!(whole(&json!("18446744073709551615")), Some(u64::MAX));
        assert_eq!(whole(&json!(1e300)), Some(u64::MAX));
        for wrong in [json!(-1), json!("-1"), json!("x"), json!(null), json!([1])] {
            assert_eq!(whole(&wrong), None, "{wrong}");
        }
        assert_eq!(number(&json!("2.5")), Some(2.5));
        for wrong in [json!("NaN"), json!("+Inf"), json!("1e999"), json!({})] {
            assert_eq!(number(&wrong), None, "{wrong}");
        }
        assert_eq!((nanos(-1.0), nanos(f64::NAN), nanos(1e30), nanos(1.5)), (0, 0, u64::MAX, 1_500_000_000));
    }

    #[test]
    fn times_are_written_as_they_are_read() {
        for text in ["1970-01-01T00:00:00.000000Z", "2024-02-29T23:59:59.250000Z", "2025-12-31T12:00:00.000001Z"] {
            assert_eq!(rfc3339(seconds(text).unwrap()), text);
        }
        assert_eq!(rfc3339(951_782_400.0), "2000-02-29T00:00:00.000000Z");
        assert_eq!(rfc3339(f64::NAN), "1970-01-01T00:00:00.000000Z");
        assert_eq!(rfc3339_nanos("2025-11-25T13:34:55.399000001Z"), Some(1_764_077_695_399_000_001));
        assert_eq!(rfc3339_nanos("2025-11-25T13:34:55.39900000199Z"), Some(1_764_077_695_399_000_001));
        assert_eq!(rfc3339_nanos("1969-12-31T23:59:59Z"), None);
        assert_eq!(rfc3339_nanos("9999-12-31T23:59:59Z"), None);
    }

    #[test]
    fn times_of_prometheus() {
        assert_eq!(seconds("2018-07-04T20:27:12.5+02:00"), Some(1_530_728_832.5));
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0.0));
        assert_eq!(seconds("2024-02-29T23:59:60.000000001-00:30"), Some(1_709_253_000.0 + 1e-9));
        for wrong in [
            "",
            "T",
            "2018-07-04",
            "2018-13-04T00:00:00Z",
            "2018-07-04T00:00:00",
            "9999999999-07-04T00:00:00Z",
            "2018-07-04T00:00:00.1e9Z",
        ] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
        assert_eq!(seconds("2018-07-04T00:00:00+é"), None);
    }
}
