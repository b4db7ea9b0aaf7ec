//! What a metric measures in: its declared unit, else the one that its name ends with.

use rust_decimal::Decimal;

use crate::quantity::Bound;

/// What a unit measures, and how much of a second or a byte it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dimension {
    /// Time, in nanoseconds.
    Time(i64),
    /// Size, in bytes.
    Size(i64),
    /// Anything else.
    Other,
}

/// The UCUM code, other spellings that people declare, words that end a name, the dimension.
type Measure = (&'static str, &'static [&'static str], &'static [&'static str], Dimension);

/// Units of time and size.
const MEASURES: &[Measure] = &[
    ("ns", &["nanoseconds"], &["nanoseconds", "ns", "nanos"], Dimension::Time(1)),
    ("us", &["microseconds", "µs", "μs"], &["microseconds", "us", "micros", "usec"], Dimension::Time(1_000)),
    ("ms", &["milliseconds"], &["milliseconds", "ms", "millis", "msec"], Dimension::Time(1_000_000)),
    ("s", &["seconds", "sec"], &["seconds", "sec", "secs"], Dimension::Time(1_000_000_000)),
    ("min", &["minutes"], &["minutes"], Dimension::Time(60_000_000_000)),
    ("h", &["hours"], &["hours"], Dimension::Time(3_600_000_000_000)),
    ("d", &["days"], &["days"], Dimension::Time(86_400_000_000_000)),
    ("By", &["bytes", "B"], &["bytes"], Dimension::Size(1)),
    ("KBy", &["kBy", "kilobytes"], &["kilobytes"], Dimension::Size(1_000)),
    ("MBy", &["megabytes"], &["megabytes"], Dimension::Size(1_000_000)),
    ("GBy", &["gigabytes"], &["gigabytes"], Dimension::Size(1_000_000_000)),
    ("TBy", &["terabytes"], &["terabytes"], Dimension::Size(1_000_000_000_000)),
    ("KiBy", &["kibibytes"], &["kibibytes"], Dimension::Size(1 << 10)),
    ("MiBy", &["mebibytes"], &["mebibytes"], Dimension::Size(1 << 20)),
    ("GiBy", &["gibibytes"], &["gibibytes"], Dimension::Size(1 << 30)),
    ("TiBy", &["tebibytes", "tibibytes"], &["tebibytes", "tibibytes"], Dimension::Size(1 << 40)),
];

/// The unit that the last word of a name stands for, in UCUM; `None` where the name ends otherwise.
#[must_use]
pub(crate) fn of_name(name: &str) -> Option<&'static str> {
    let mut words = name.rsplit(['_', '.', ':']).skip_while(|word| *word == "total");
    let last = words.next()?;
    // A rate is no length of time: `bytes_per_second`. A metric that is called by the bare word says nothing.
    if words.next().is_none_or(|before| before == "per") {
        return None;
    }
    MEASURES.iter().find(|(_, _, ends, _)| ends.contains(&last)).map(|(code, ..)| *code)
}

/// A unit in any spelling.
fn known(unit: &str) -> Option<&'static Measure> {
    MEASURES.iter().find(|(code, spelled, ..)| *code == unit || spelled.contains(&unit))
}

/// A declared unit as UCUM spells it, if people spell it otherwise.
#[must_use]
pub(crate) fn canonical(unit: &str) -> &str {
    known(unit).map_or(unit, |(code, ..)| *code)
}

/// What a unit measures.
#[must_use]
pub(crate) fn dimension(unit: &str) -> Dimension {
    known(unit).map_or(Dimension::Other, |(.., dimension)| *dimension)
}

/// A unit in words: `milliseconds` for `ms`.
#[must_use]
pub(crate) fn words(unit: &str) -> String {
    match known(unit) {
        Some((_, _, ends, _)) => ends.first().map_or(unit, |word| *word).to_owned(),
        None => format!("`{unit}`"),
    }
}

/// A bound in a metric's unit, exact. A bound of another dimension counts in seconds or bytes: `unit-mismatch` reports it.
/// So does one for a metric without a unit: durations are in seconds there, as OpenTelemetry and Prometheus advise.
#[must_use]
pub(crate) fn in_unit(unit: Option<&str>, bound: Bound) -> Decimal {
    let nanos = Decimal::from(1_000_000_000);
    let value = match (bound, unit.map_or(Dimension::Other, dimension)) {
        (Bound::Time(seconds), Dimension::Time(size)) => {
            seconds.checked_mul(nanos).map_or(seconds, |length| length / Decimal::from(size))
        }
        (Bound::Size(bytes), Dimension::Size(size)) => bytes / Decimal::from(size),
        _ => bound.number(),
    };
    value.normalize()
}

/// A number in a metric's unit as a bound, the other way round.
#[must_use]
pub(crate) fn bound(unit: Option<&str>, number: Decimal) -> Bound {
    match unit.map(dimension) {
        Some(Dimension::Time(size)) => {
            let nanos = number.checked_mul(Decimal::from(size));
            nanos.map_or(Bound::Number(number), |nanos| Bound::Time((nanos / Decimal::from(1_000_000_000)).normalize()))
        }
        _ => Bound::Number(number),
    }
}

/// Whether a bound is of the dimension that the unit measures. Without a known unit every bound fits.
#[must_use]
pub(crate) fn fits(unit: Option<&str>, bound: Bound) -> bool {
    match (bound, unit.map(dimension)) {
        (_, None) | (Bound::Time(_), Some(Dimension::Time(_))) => true,
        // A plain number of seconds and one of milliseconds look alike.
        (Bound::Time(_), Some(_)) | (Bound::Number(_), Some(Dimension::Time(_))) => false,
        (Bound::Size(_), Some(dimension)) => matches!(dimension, Dimension::Size(_)),
        (Bound::Number(_), Some(_)) => true,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn units_of_names() {
        for (name, unit) in [
            ("http_server_requests_seconds", Some("s")),
            ("istio_request_duration_milliseconds", Some("ms")),
            ("request_duration_ms", Some("ms")),
            ("http.server.duration.ms", Some("ms")),
            ("process_cpu_seconds_total", Some("s")),
            ("response_size_bytes", Some("By")),
            ("disk_speed_bytes_per_second", None),
            ("disk_bytes_per_seconds", None),
            ("requests_total", None),
            ("seconds", None),
            ("items", None),
        ] {
            assert_eq!(of_name(name), unit, "{name}");
        }
    }

    #[test]
    fn bounds_in_units() {
        let bound = |text: &str| Bound::parse(text).unwrap();
        for (unit, text, limit) in [
            (Some("s"), "300ms", "0.3"),
            (Some("ms"), "300ms", "300"),
            (Some("us"), "2.5ms", "2500"),
            (Some("milliseconds"), "1s", "1000"),
            (Some("min"), "90s", "1.5"),
            (None, "1s", "1"),
            (Some("s"), "0.268435456s", "0.268435456"),
            (Some("By"), "1MiB", "1048576"),
            (Some("KiBy"), "1MiB", "1024"),
            (Some("By"), "1000", "1000"),
            (None, "1000", "1000"),
        ] {
            assert_eq!(in_unit(unit, bound(text)).to_string(), limit, "{text} in {unit:?}");
            assert!(fits(unit, bound(text)), "{text} in {unit:?}");
        }
        for (unit, text) in [("By", "300ms"), ("s", "1000"), ("s", "1MiB"), ("{request}", "1s"), ("1", "1MiB")] {
            assert!(!fits(Some(unit), bound(text)), "{text} in {unit}");
        }
        assert_eq!(super::bound(Some("ms"), Decimal::from(1_500)).to_string(), "1s500ms");
        assert_eq!(super::bound(Some("By"), Decimal::from(1_000)).to_string(), "1000");
    }
}
