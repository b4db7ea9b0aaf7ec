//! Durations as people write them elsewhere: `28 days`, `5 min`, `1.5h`, `P28D`.

use rust_decimal::Decimal;

use super::Duration;

/// The words for each unit of a duration, the unit first.
const WORDS: [&[&str]; 6] = [
    &["w", "week", "weeks", "wk"],
    &["d", "day", "days"],
    &["h", "hour", "hours", "hr", "hrs"],
    &["m", "minute", "minutes", "min", "mins"],
    &["s", "second", "seconds", "sec", "secs"],
    &["ms", "millisecond", "milliseconds", "msec", "msecs", "millis"],
];

/// A text that [`Duration::parse`] refuses, as it would be accepted; the numbers and units stay those of the author.
pub(super) fn duration(text: &str) -> Option<String> {
    let mut parts = text.trim();
    let mut written = String::new();
    while !parts.is_empty() {
        let end = parts.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(parts.len());
        let (number, tail) = parts.split_at(end);
        let tail = tail.trim_start_matches([' ', '-', '_']);
        let end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        let (word, rest) = tail.split_at(end);
        let word = word.to_ascii_lowercase();
        let unit = WORDS.iter().find(|words| words.contains(&word.as_str())).and_then(|words| words.first())?;
        match number.contains('.') {
            // The rest of a fraction has a unit of its own.
            true => written.push_str(&whole(number, unit)?.to_string()),
            false => written.push_str(&format!("{number}{unit}")),
        }
        parts = rest.trim_start_matches([' ', ',']);
        parts = parts.strip_prefix("and ").unwrap_or(parts);
    }
    Duration::parse(&written).ok().map(|_| written)
}

/// Whether a text names a length of the calendar, such as a month.
pub(super) fn is_calendar(text: &str) -> bool {
    let word = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '_'));
    ["mo", "month", "months", "quarter", "quarters", "y", "yr", "year", "years"]
        .contains(&word.to_ascii_lowercase().as_str())
}

/// A fraction of one unit, if it is a whole number of milliseconds.
pub(super) fn whole(number: &str, unit: &str) -> Option<Duration> {
    let fraction = Some(number).filter(|number| number.contains('.'))?.parse::<Decimal>().ok()?;
    let one = Duration::parse(&format!("1{unit}")).ok()?;
    let millis = fraction.checked_mul(Decimal::from(one.millis()))?;
    let millis = Some(millis).filter(|millis| millis.fract().is_zero())?;
    millis.trunc().try_into().ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_mean() {
        for (text, meant) in [
            ("28 days", "28d"),
            ("28days", "28d"),
            ("30 d", "30d"),
            ("30D", "30d"),
            ("4 weeks", "4w"),
            ("5 min", "5m"),
            ("5mins", "5m"),
            ("1 hour 30 minutes", "1h30m"),
            ("1 hour and 30 min", "1h30m"),
            ("1.5h", "1h30m"),
            ("0.5s", "500ms"),
            ("300 ms", "300ms"),
            ("300msec", "300ms"),
            ("1h 30m", "1h30m"),
        ] {
            assert_eq!(duration(text).as_deref(), Some(meant), "{text}");
        }
        for text in ["", "days", "5", "a month", "5 foo", "1.0005ms", "30m 1h", "5 é"] {
            assert_eq!(duration(text), None, "{text}");
        }
        assert!(["1 month", "3months", "1y", "1.5 years"].into_iter().all(is_calendar));
        assert!(!["1m", "5 min", "a month", "30d"].into_iter().any(is_calendar));
    }
}
