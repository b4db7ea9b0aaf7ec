//! Moments in RFC 3339, in UTC.

use emberline_core::quantity::Date;
use serde::Serializer;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// A moment (milliseconds since 1970) such as `2026-11-27T10:00:00Z`; milliseconds only if there are any.
#[must_use]
pub fn shown(moment: i64) -> String {
    let (day, rest) = (moment.div_euclid(DAY), moment.rem_euclid(DAY));
    let date = Date::of_days_since_1970(u32::try_from(day).unwrap_or(0));
    let (hours, minutes, seconds) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    let millis = rest % 1_000;
    let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}") };
    format!("{date}T{hours:02}:{minutes:02}:{seconds:02}{fraction}Z")
}

/// Reads such a moment: with `Z` behind it, with a blank or `T` between day and time, with seconds or without.
#[must_use]
pub fn read(text: &str) -> Option<i64> {
    let text = text.trim().strip_suffix(['Z', 'z'])?;
    let (day, time) = text.split_once(['T', 't', ' '])?;
    let day = Date::parse(day).ok()?.days_since_1970();
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = time.split(':');
    let mut next = |least: i64| -> Option<i64> {
        let part = parts.next().filter(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        part.parse().ok().filter(|value| *value < least)
    };
    let (hours, minutes) = (next(24)?, next(60)?);
    let seconds = if time.len() > 5 { next(60)? } else { 0 };
    if parts.next().is_some() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let millis: i64 = format!("{:0<3}", fraction.get(..3).unwrap_or(fraction)).parse().ok()?;
    Some(day * DAY + hours * 3_600_000 + minutes * 60_000 + seconds * 1_000 + millis)
}

pub(crate) fn write<S: Serializer>(moment: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&shown(*moment))
}

pub(crate) fn write_some<S: Serializer>(moment: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    match moment {
        Some(moment) => write(moment, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_they_are_shown() {
        for (text, moment) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-11-27T10:00:00Z", 1_795_773_600_000),
            ("2024-02-29T23:59:59.250Z", 1_709_251_199_250),
        ] {
            assert_eq!(read(text), Some(moment), "{text}");
            assert_eq!(shown(moment), text);
        }
        assert_eq!(read("2026-11-27 10:00Z"), read("2026-11-27T10:00:00Z"));
        for text in ["", "2026-11-27", "2026-11-27T10:00:00", "2026-11-27T24:00:00Z", "2026-13-01T10:00:00Z", "x"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
