//! Numbers in a line of code or configuration, as durations in seconds.

/// A number that may be a duration.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    /// The number as the line has it, with its unit if that stands beside it.
    pub(super) text: String,
    /// The durations that it may mean, in seconds.
    pub(super) seconds: Vec<f64>,
    /// Whether the line says that it is about time.
    pub(super) is_time: bool,
}

/// Words of lines about time. Each may be part of a longer word: `timeout_ms`, `waitFor`.
const TIMES: [&str; 18] = [
    "milli", "micro", "nano", "sec", "minute", "sleep", "timeout", "delay", "duration", "deadline", "pause",
    "interval", "wait", "ttl", "backoff", "elapse", "period", "expir",
];
/// Units by the words that name them, with their seconds. The first that fits counts.
const UNITS: [(&str, f64); 10] = [
    ("nano", 1e-9),
    ("micro", 1e-6),
    ("milli", 1e-3),
    ("_ns", 1e-9),
    ("_us", 1e-6),
    ("_ms", 1e-3),
    ("minute", 60.0),
    ("hour", 3_600.0),
    ("sec", 1.0),
    ("_s", 1.0),
];
/// Smaller whole numbers are counts and indices, unless the line is about time.
const LEAST: f64 = 10.0;

/// The numbers of a line. Comments have none.
pub(super) fn of(line: &str) -> Vec<Number> {
    let line = line.trim();
    if ["//", "#", "*", "/*", "--", ";"].iter().any(|mark| line.starts_with(mark)) {
        return Vec::new();
    }
    let lower = line.to_ascii_lowercase();
    let is_time = TIMES.iter().any(|word| lower.contains(word));
    let bytes = lower.as_bytes();
    let is_part = |at: usize| bytes.get(at).is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'_');
    let mut numbers = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let is_start = bytes.get(at).is_some_and(u8::is_ascii_digit) && (at == 0 || !is_part(at - 1));
        if !is_start {
            at += 1;
            continue;
        }
        let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let from = at;
        while is_digit(at) || (bytes.get(at) == Some(&b'_') && is_digit(at + 1)) {
            at += 1;
        }
        if bytes.get(at) == Some(&b'.') && is_digit(at + 1) {
            at += 1;
            while is_digit(at) {
                at += 1;
            }
        }
        let value = lower.get(from..at).and_then(|text| text.replace('_', "").parse::<f64>().ok());
        let until = at;
        while is_part(at) {
            at += 1;
        }
        let suffix = lower.get(until..at).unwrap_or_default();
        let before = lower.get(..from).unwrap_or_default();
        if let Some(value) = value {
            let known = unit(suffix, before);
            let text = if known.is_some() { lower.get(from..at) } else { lower.get(from..until) };
            numbers.extend(number(value, known, is_time, text.unwrap_or_default()));
        }
    }
    numbers
}

/// The unit of a number: its suffix, or else the last word before it that names one.
fn unit(suffix: &str, before: &str) -> Option<f64> {
    let by_suffix = match suffix {
        "ns" => Some(1e-9),
        "us" => Some(1e-6),
        "ms" => Some(1e-3),
        "s" => Some(1.0),
        "m" => Some(60.0),
        "h" => Some(3_600.0),
        _ => None,
    };
    // `Duration::from_millis(50)` and `timeout_ms: 50`: the word beside the number.
    let word = before.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
    let start = word.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    let word = word.get(start..).unwrap_or_default();
    by_suffix.or_else(|| {
        let is_named = |name: &str| if name.starts_with('_') { word.ends_with(name) } else { word.contains(name) };
        UNITS.iter().find(|(name, _)| is_named(name)).map(|(_, seconds)| *seconds)
    })
}

fn number(value: f64, unit: Option<f64>, is_time: bool, text: &str) -> Option<Number> {
    let seconds = match unit {
        Some(unit) => vec![value * unit],
        None if value.fract() > 0.0 => vec![value],
        None if is_time => vec![value, value * 1e-3, value * 1e-6],
        None if value >= LEAST => vec![value * 1e-3],
        None => return None,
    };
    Some(Number { text: text.to_owned(), seconds, is_time: is_time || unit.is_some() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Vec<(String, Vec<f64>, bool)> {
        of(line).into_iter().map(|it| (it.text, it.seconds, it.is_time)).collect()
    }

    #[test]
    fn units_stand_beside_a_number_or_before_it() {
        let one = |text: &str, seconds: f64| vec![(text.to_owned(), vec![seconds], true)];
        assert_eq!(told("sleep(Duration::from_millis(50)).await;"), one("50", 0.05));
        assert_eq!(told("let limit = Duration::from_secs(5);"), one("5", 5.0));
        assert_eq!(told("timeout_ms: 1_500"), one("1_500", 1.5));
        assert_eq!(told("timeout: 250ms"), one("250ms", 0.25));
        assert_eq!(told("time.sleep(0.05)"), one("0.05", 0.05));
        assert_eq!(told("const PAUSE_MICROS: u64 = 700;").len(), 1);
    }

    #[test]
    fn numbers_without_a_unit_are_less_sure() {
        assert_eq!(told("self.limit(50)"), [("50".to_owned(), vec![0.05], false)]);
        assert_eq!(told("limiter(0.25)"), [("0.25".to_owned(), vec![0.25], false)]);
        assert_eq!(told("const PAUSE: u64 = 50;"), [("50".to_owned(), vec![50.0, 0.05, 50.0 * 1e-6], true)]);
        assert_eq!(told("values[3] + u64::from(x2)"), []);
        assert_eq!(told("// sleep for 50 ms"), []);
        assert_eq!(told("é 0.5.1 9é"), told("0.5.1 9"));
    }
}
