//! How values are written on pages.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use std::fmt::Write;

/// Text as HTML shows it, in elements and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Controls, and marks that turn the direction of the text around.
            c if c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                out.push('\u{fffd}')
            }
            c => out.push(c),
        }
    }
    out
}

/// A length of time in the unit that leaves few digits.
pub(super) fn length(nanos: u64) -> String {
    let nanos = nanos as f64;
    if nanos >= 1e9 {
        format!("{:.2} s", nanos / 1e9)
    } else if nanos >= 1e6 {
        format!("{:.1} ms", nanos / 1e6)
    } else if nanos == 0.0 {
        "0".into()
    } else {
        format!("{:.1} µs", nanos / 1e3)
    }
}

/// Date and time of day (UTC) of unix nanoseconds, in an element that machines read too.
pub(super) fn moment(nanos: u64) -> String {
    let seconds = nanos / 1_000_000_000;
    let (year, month, day) = date(seconds / 86_400);
    let day = format!("{year:04}-{month:02}-{day:02}");
    let clock = format!(
        "{:02}:{:02}:{:02}.{:03}",
        seconds / 3600 % 24,
        seconds / 60 % 60,
        seconds % 60,
        nanos / 1_000_000 % 1000
    );
    format!("<time datetime=\"{day}T{clock}Z\">{day} {clock}</time>")
}

/// The Gregorian date of a day since 1970, with years that begin in March.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year + later, month, day)
}

/// A value as people write it: lists in brackets, maps in braces, bytes as hexadecimal digits.
pub(super) fn value(given: &AnyValue) -> String {
    let inner = |given: &Option<AnyValue>| given.as_ref().map(value).unwrap_or_default();
    match &given.value {
        None => String::new(),
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::BoolValue(value)) => value.to_string(),
        Some(Value::IntValue(value)) => value.to_string(),
        Some(Value::DoubleValue(value)) => value.to_string(),
        Some(Value::BytesValue(bytes)) => crate::query::hex(bytes),
        Some(Value::ArrayValue(list)) => {
            format!("[{}]", list.values.iter().map(value).collect::<Vec<_>>().join(", "))
        }
        Some(Value::KvlistValue(map)) => {
            let pairs: Vec<String> =
                map.values.iter().map(|pair| format!("{}: {}", pair.key, inner(&pair.value))).collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Some(other) => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// Attributes as a list of terms; nothing if there are none.
pub(super) fn attributes(body: &mut String, pairs: &[KeyValue]) {
    if pairs.is_empty() {
        return;
    }
    body.push_str("<dl>");
    for pair in pairs {
        let shown = pair.value.as_ref().map(value).unwrap_or_default();
        let _ = write!(body, "<dt>{}<dd>{}", escape(&pair.key), escape(&shown));
    }
    body.push_str("</dl>");
}

#[cfg(test)]
mod tests {
    use super::{length, moment};

    #[test]
    fn moments_have_their_date() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00:00.000"),
            (951_782_400, "2000-02-29 00:00:00.000"),
            (1_767_225_599, "2025-12-31 23:59:59.000"),
            (4_107_542_400, "2100-03-01 00:00:00.000"),
        ] {
            assert!(
                moment(seconds * 1_000_000_000).contains(expected),
                "{expected}: {}",
                moment(seconds * 1_000_000_000)
            );
        }
        assert!(moment(u64::MAX).contains("2554-07-21"));
    }

    #[test]
    fn lengths_have_a_unit_that_fits() {
        assert_eq!([length(900), length(12_340_000), length(2_500_000_000)], ["0.9 µs", "12.3 ms", "2.50 s"]);
    }
}
