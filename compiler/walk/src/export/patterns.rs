//! `patterns.json`: log lines by their pattern, with how many more there are than in healthy requests.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::logs::Lines;
use crate::middle::number;

/// The most patterns.
const KEPT: usize = 200;
/// From this length on, letters and digits together are an id.
const ID: usize = 6;

/// Counts of a pattern in bad and in healthy requests.
#[derive(Default)]
struct Counted {
    bad: usize,
    healthy: usize,
    is_negative: bool,
}

/// The patterns of lines, the most frequent first. Counts of healthy requests are scaled to as many requests as bad
/// ones.
pub(super) fn patterns(lines: &Lines) -> Value {
    let mut counts: BTreeMap<(String, String), Counted> = BTreeMap::new();
    let of = |line: &Value, name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    for (line, is_bad) in lines.bad.iter().map(|it| (it, true)).chain(lines.healthy.iter().map(|it| (it, false))) {
        let counted = counts.entry((signature(&of(line, "msg")), of(line, "service"))).or_default();
        *(if is_bad { &mut counted.bad } else { &mut counted.healthy }) += 1;
        let severity = of(line, "severity_text");
        counted.is_negative |=
            ["WARN", "ERR", "FATAL", "CRIT", "ALERT", "EMERG", "PANIC"].iter().any(|grave| severity.starts_with(grave))
                || line.get("exception.type").is_some();
    }
    let (bad, healthy) = (number(lines.traces.0), number(lines.traces.1));
    let scale = if bad > 0.0 && healthy > 0.0 { bad / healthy } else { 1.0 };
    let mut all: Vec<((String, String), Counted)> = counts.into_iter().collect();
    all.sort_by(|a, b| b.1.bad.cmp(&a.1.bad).then_with(|| a.0.cmp(&b.0)));
    all.truncate(KEPT);
    let written = all.into_iter().map(|((signature, service), counted)| {
        let more = (number(counted.bad) - number(counted.healthy) * scale).round();
        json!({
            "signature": signature,
            "service": service,
            "count": counted.bad,
            "delta_vs_baseline": format!("{more:+.0}"),
            "sentiment": if counted.is_negative { "negative" } else { "neutral" },
        })
    });
    written.collect()
}

/// A message with `<N>` for numbers, and `<ID>` for ids, masks and quoted values.
pub(super) fn signature(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' | '`' => quoted(rest, first, out.chars().next_back()),
            '<' => mask(rest),
            _ => None,
        };
        if let Some(length) = length {
            out.push_str("<ID>");
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        if end == 0 {
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (word, behind) = rest.split_at(end);
        // A UUID is one id, and its parts are joined by dashes.
        let uuid = rest.get(..36).filter(|text| is_uuid(text));
        match uuid {
            Some(uuid) => {
                out.push_str("<ID>");
                rest = rest.get(uuid.len()..).unwrap_or_default();
            }
            None => {
                out.push_str(&plain(word));
                rest = behind;
            }
        }
    }
    joined(&out)
}

/// The length of a quoted value. An apostrophe within a word quotes nothing.
fn quoted(text: &str, quote: char, before: Option<char>) -> Option<usize> {
    if quote == '\'' && before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let inner = text.get(1..)?;
    let end = inner.find(quote)?;
    (end > 0 && end <= 200 && !inner.get(..end)?.contains('\n')).then_some(end + 2)
}

/// The length of a scrub's mask, such as `<email-1>`.
fn mask(text: &str) -> Option<usize> {
    let inner = text.get(1..text.find('>')?)?;
    let (kind, number) = inner.rsplit_once('-')?;
    let is_mask = !kind.is_empty()
        && kind.bytes().all(|byte| byte.is_ascii_lowercase())
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit());
    is_mask.then_some(inner.len() + 2)
}

/// A word as it is, or what it stands for.
fn plain(word: &str) -> String {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let is_hex = word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    // `300ms`: a number with its unit.
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    let has_unit = unit.len() < word.len() && unit.len() <= 3 && !unit.contains(|c: char| !c.is_alphabetic());
    match (digits, letters) {
        (0, _) => word.to_owned(),
        (_, 0) => "<N>".to_owned(),
        _ if has_unit && !is_hex => format!("<N>{unit}"),
        _ if is_hex || (digits > 3 && word.len() >= ID) => "<ID>".to_owned(),
        _ => word.to_owned(),
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Numbers with a point, and addresses, as one number.
fn joined(text: &str) -> String {
    let mut out = text.to_owned();
    for pair in ["<N>.<N>", "<N>,<N>", "<N>:<N>"] {
        while out.contains(pair) {
            out = out.replace(pair, "<N>");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::signature;

    #[test]
    fn values_are_no_part_of_a_pattern() {
        for (message, pattern) in [
            ("slow request: PlaceOrder exceeded 300ms", "slow request: PlaceOrder exceeded <N>ms"),
            ("user <email-12> paid 12.50 for order A17823x", "user <ID> paid <N> for order <ID>"),
            ("no mapping for field \"sku\" at 10.0.0.7:5432", "no mapping for field <ID> at <N>"),
            ("can't reach 550e8400-e29b-41d4-a716-446655440000", "can't reach <ID>"),
            ("trace 4bf92f3577b34da6a3ce929d0e0e4736 of sha256 in v2", "trace <ID> of sha256 in v2"),
            ("", ""),
            ("<N> 'open ü", "<N> 'open ü"),
        ] {
            assert_eq!(signature(message), pattern, "{message}");
        }
    }
}
