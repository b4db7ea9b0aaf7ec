//! Words and numbers of telemetry and of diffs.

/// A number as it is written, with its unit where one is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number {
    /// Milliseconds for times, bytes for sizes, and else the number itself.
    pub(crate) value: f64,
    /// The number without its unit.
    pub(crate) raw: f64,
}

/// The parts of identifiers in lower case: `maxOpenConns` gives `max`, `open` and `conns`.
pub(crate) fn parts(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut letters = text.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        let starts = letter.is_uppercase()
            && (before.is_lowercase()
                || before.is_uppercase() && letters.peek().is_some_and(|next| next.is_lowercase()));
        if (!letter.is_alphanumeric() || starts) && !word.is_empty() {
            found.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    if !word.is_empty() {
        found.push(word);
    }
    found
}

/// A name without its style: `STRICT_ROUNDING`, `strictRounding` and `strict-rounding` are one.
pub(crate) fn joined(word: &str) -> String {
    word.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The identifiers of a text as they are written. `joints` are letters that may stand inside one, beside `_`.
pub(crate) fn identifiers<'a>(text: &'a str, joints: &[char]) -> Vec<&'a str> {
    text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || joints.contains(&letter)))
        .map(|word| word.trim_matches(joints))
        .filter(|word| word.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_'))
        .collect()
}

/// A text whose numbers, hexadecimal ids and quoted values are masked: lines of one pattern look alike.
pub(crate) fn masked(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_inclusive(|letter: char| letter.is_whitespace() || ",;=()[]{}".contains(letter)) {
        if word.chars().any(|letter| letter.is_ascii_digit()) {
            if !out.ends_with('#') {
                out.push('#');
            }
        } else {
            out.push_str(word);
        }
    }
    out
}

/// The numbers of a text, with their units.
pub(crate) fn numbers(text: &str) -> Vec<Number> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let inside = at > 0 && letters.get(at - 1).is_some_and(|before| before.is_alphanumeric() || *before == '_');
        if !letter.is_ascii_digit() || inside {
            at += 1;
            continue;
        }
        let end = (at..letters.len())
            .find(|i| !letters.get(*i).is_some_and(|l| l.is_ascii_digit() || "._".contains(*l)))
            .unwrap_or(letters.len());
        let written: String = letters.get(at..end).unwrap_or_default().iter().filter(|l| **l != '_').collect();
        let after: String = letters.get(end..(end + 24).min(letters.len())).unwrap_or_default().iter().collect();
        let before: String = letters.get(at.saturating_sub(24)..at).unwrap_or_default().iter().collect();
        if let Ok(raw) = written.trim_end_matches('.').parse::<f64>() {
            found.push(Number { value: raw * scale(&before, &after), raw });
        }
        at = end;
    }
    found
}

/// What a unit makes of a number. The unit stands behind the number or in the name before it.
fn scale(before: &str, after: &str) -> f64 {
    let unit: String = after.chars().take_while(|letter| letter.is_ascii_alphabetic()).collect();
    let known = match unit.as_str() {
        "ms" | "millis" | "milliseconds" => Some(1.0),
        "us" | "µs" => Some(0.001),
        "s" | "sec" | "secs" | "seconds" => Some(1e3),
        "m" | "min" | "minutes" => Some(60e3),
        "h" | "hours" => Some(3600e3),
        "k" | "K" | "kB" | "KB" | "Ki" | "KiB" => Some(1024.0),
        "M" | "MB" | "Mi" | "MiB" => Some(1024.0 * 1024.0),
        "G" | "g" | "GB" | "Gi" | "GiB" => Some(1024.0 * 1024.0 * 1024.0),
        _ => None,
    };
    if let Some(known) = known {
        return known;
    }
    let after = after.trim_start();
    if let Some(factor) = after.strip_prefix('*') {
        let factor = factor.trim_start().to_lowercase();
        let factor = factor.strip_prefix("time.").unwrap_or(&factor);
        let units = [("millisecond", 1.0), ("second", 1e3), ("minute", 60e3), ("hour", 3600e3)];
        return units.iter().find(|(name, _)| factor.starts_with(name)).map_or(1.0, |(_, scale)| *scale);
    }
    // A name before the number counts up to the nearest comma: `from_secs(5)`, `timeout_seconds: 5`.
    let name = before.rsplit([',', ';']).next().unwrap_or_default().to_lowercase();
    if name.contains("milli") || name.contains("_ms") {
        1.0
    } else if name.contains("second") || name.contains("_secs") || name.contains("_sec") {
        1e3
    } else if name.contains("minute") {
        60e3
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_fall_into_parts() {
        assert_eq!(parts("maxOpenConns HTTPServer db_rows"), ["max", "open", "conns", "http", "server", "db", "rows"]);
        assert_eq!(identifiers("a.getItem(ctx) thread-title", &['-']), ["a", "getItem", "ctx", "thread-title"]);
    }

    #[test]
    fn numbers_have_units() {
        let values = |text| numbers(text).iter().map(|number| number.value).collect::<Vec<_>>();
        assert_eq!(values("WithTimeout(ctx, 5*time.Second)"), [5000.0]);
        assert_eq!(values("300*time.Millisecond"), [300.0]);
        assert_eq!(values("ttl: 10m, size: 2Ki"), [600e3, 2048.0]);
        assert_eq!(values("Duration::from_secs(3)"), [3000.0]);
        assert_eq!(values("utf8 v2 x = 1_000"), [1000.0]);
    }

    #[test]
    fn lines_of_one_pattern_look_alike() {
        assert_eq!(masked("took 12ms for id=ab12 ok"), masked("took 900ms for id=cd77 ok"));
    }
}
