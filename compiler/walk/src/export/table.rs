//! `metrics.csv`: a row for each sample.

use std::collections::BTreeMap;

use crate::source::{Point, rfc3339};

/// The rows of `metrics.csv`, by time, service and metric.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Values by time in milliseconds, service and metric. A sample that two queries gave stands once.
    rows: BTreeMap<(i64, String, String), f64>,
}

impl Table {
    /// Adds the points of a metric of a service.
    pub(super) fn add(&mut self, service: &str, metric: &str, points: &[Point]) {
        for point in points.iter().filter(|point| point.value.is_finite() && point.time.is_finite()) {
            // Casts of floats stop at the ends of the integer's range.
            let millis = (point.time * 1e3).round() as i64;
            self.rows.insert((millis, service.to_owned(), metric.to_owned()), point.value);
        }
    }

    /// Names of services and metrics.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let names: std::collections::BTreeSet<&str> =
            self.rows.keys().flat_map(|(_, service, metric)| [service.as_str(), metric.as_str()]).collect();
        names.into_iter()
    }

    /// Whether no metric was found.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The file, with names as `mask` gives them.
    pub(super) fn written(&self, mask: &mut dyn FnMut(&str) -> String) -> String {
        let masked: BTreeMap<&str, String> = self.names().map(|name| (name, quoted(&mask(name)))).collect();
        let of = |name: &str| masked.get(name).map_or("", String::as_str);
        let mut out = "timestamp,service,metric,value\n".to_owned();
        for ((millis, service, metric), value) in &self.rows {
            #[expect(clippy::cast_precision_loss, reason = "times of this century: far below 2^53 ms")]
            let time = time(*millis as f64 / 1e3);
            out.push_str(&format!("{time},{},{},{}\n", of(service), of(metric), number(*value)));
        }
        out
    }
}

/// A time in RFC 3339, without a fraction if it is zero.
pub(super) fn time(seconds: f64) -> String {
    let text = rfc3339(seconds);
    match text.split_once('.') {
        Some((whole, fraction)) => {
            let fraction = fraction.trim_end_matches('Z').trim_end_matches('0');
            if fraction.is_empty() { format!("{whole}Z") } else { format!("{whole}.{fraction}Z") }
        }
        None => text,
    }
}

/// A time in RFC 3339 from unix nanoseconds, to the microsecond.
#[expect(clippy::cast_precision_loss, reason = "microseconds of this century: below 2^53")]
pub(super) fn nanos(time_nanos: u64) -> String {
    time((time_nanos / 1_000) as f64 / 1e6)
}

/// A value with at most seven significant digits.
fn number(value: f64) -> String {
    let magnitude = if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 };
    let decimals = (6 - magnitude).clamp(0, 12);
    let text = format!("{value:.*}", decimals as usize);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A field of CSV, by RFC 4180. Line breaks become blanks, so that a row is a line.
fn quoted(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_ordered_and_quoted() {
        let mut table = Table::default();
        table.add("b", "x{a,b}", &[Point { time: 1.0, value: 0.123_456_789 }]);
        table.add("a", "y", &[Point { time: 1.5, value: f64::NAN }, Point { time: 0.5, value: 1e9 }]);
        let told = table.written(&mut str::to_owned);
        assert_eq!(
            told,
            "timestamp,service,metric,value\n1970-01-01T00:00:00.5Z,a,y,1000000000\n1970-01-01T00:00:01Z,b,\"x{a,b}\",0.1234568\n"
        );
    }

    #[test]
    fn numbers_are_short() {
        for (value, told) in
            [(0.0, "0"), (-0.0, "0"), (12.5, "12.5"), (123_456_789.4, "123456789"), (1.5e-7, "0.00000015")]
        {
            assert_eq!(number(value), told);
        }
    }
}
