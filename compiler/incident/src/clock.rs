//! Instants of a case: milliseconds since 1970.

use serde_json::Value;

const DAY: i64 = 86_400_000;

/// Reads RFC 3339, or a number of seconds, milliseconds, microseconds or nanoseconds since 1970.
pub(crate) fn instant(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => parse(text),
        Value::Number(number) => epoch(number.as_f64()?),
        _ => None,
    }
}

/// Reads an instant that is written as text.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    rfc3339(text).or_else(|| epoch(text.parse().ok()?))
}

fn epoch(number: f64) -> Option<i64> {
    // The size of the number tells its unit: an instant of this century has 10, 13, 16 or 19 digits.
    let millis = match number {
        n if !n.is_finite() || n < 0.0 => return None,
        n if n < 1e11 => n * 1e3,
        n if n < 1e14 => n,
        n if n < 1e17 => n / 1e3,
        n => n / 1e6,
    };
    Some(millis as i64)
}

fn rfc3339(text: &str) -> Option<i64> {
    let (date, rest) = text.split_once(['T', 't', ' '])?;
    let mut date = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    if date.next().is_some() || !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (clock, offset) = match rest.find(['Z', 'z', '+', '-']) {
        Some(at) => (rest.get(..at)?, rest.get(at..)?),
        None => (rest, "Z"),
    };
    let mut clock = clock.split(':');
    let hour: i64 = clock.next()?.parse().ok()?;
    let minute: i64 = clock.next()?.parse().ok()?;
    let second: f64 = clock.next().unwrap_or("0").parse().ok()?;
    if !(0..24).contains(&hour) || !(0..60).contains(&minute) || !(0.0..61.0).contains(&second) {
        return None;
    }
    let shift = if offset.eq_ignore_ascii_case("z") {
        0
    } else {
        let sign = if offset.starts_with('-') { -1 } else { 1 };
        let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
        let hours: i64 = digits.get(..2)?.parse().ok()?;
        sign * (hours * 60 + digits.get(2..4).unwrap_or("0").parse::<i64>().ok()?)
    };
    let time = ((hour * 60 + minute - shift) * 60) * 1000 + (second * 1000.0) as i64;
    Some(days(year, month, day) * DAY + time)
}

/// Days since 1970-01-01 of a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The clock of an instant in UTC, as in `15:03:07`.
pub(crate) fn shown(millis: i64) -> String {
    let second = millis.rem_euclid(DAY) / 1000;
    format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_of_every_usual_form_agree() {
        let expected = Some(1_781_794_987_000);
        for text in ["2026-06-18T15:03:07Z", "2026-06-18 15:03:07", "2026-06-18T17:03:07+02:00", "1781794987"] {
            assert_eq!(parse(text), expected, "{text}");
        }
        assert_eq!(parse("2026-06-18T15:03:07.250Z"), Some(1_781_794_987_250));
        for text in ["", "T", "2026-13-01T00:00:00Z", "2026-06-18T25:00:00Z", "yesterday", "-5", "9é-1-1T1:1"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(shown(1_781_794_987_000), "15:03:07");
    }
}
