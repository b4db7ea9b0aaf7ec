//! Whole queries where a selector is due: what they are called, and the selector to write instead.
//!
//! People paste from dashboards and from Sloth's specs. Each of these is understood well enough to name it.

use std::ops::Range;

use super::query::functions::AGGREGATIONS;
use super::scan::{self, Scanner};

/// Aggregations that need a feature flag.
const FLAGGED: [&str; 2] = ["limit_ratio", "limitk"];

/// Whether this is the name of an aggregation.
pub(super) fn is_aggregation(name: &str) -> bool {
    AGGREGATIONS.iter().map(|(known, _)| *known).chain(FLAGGED).any(|known| known.eq_ignore_ascii_case(name))
}

/// `sum(…)`, `sum by (…) (…)`, `rate(…)`: `name` stands at `start`, and what follows shows that it is no metric. `is_sound`
/// says of a part of the text whether it can be suggested as a selector.
pub(super) fn call(scanner: &mut Scanner<'_>, start: usize, name: &str, is_sound: fn(&str) -> bool) {
    let kind = if is_aggregation(name) { "aggregation" } else { "function call" };
    let range = start..scan::trim_end(scanner.text).len().max(scanner.at);
    let inside = (!scanner.cut_out).then(|| selector_inside(&scanner.text[range.clone()], is_sound)).flatten();
    let hint = match inside {
        Some(inner) => format!("write `{inner}`: the compiler adds rate, sum and the range"),
        None => "write the bare selector of the counter: the compiler adds rate, sum and the range".to_owned(),
    };
    scanner.fault_with(
        range,
        format!("expected a bare selector, found the {kind} `{name}(…)`"),
        "not a selector",
        hint,
    );
}

/// Every `{{…}}` of a template language from `from` on.
pub(super) fn templates(scanner: &mut Scanner<'_>, from: usize) {
    let mut at = from;
    while let Some(found) = scanner.text.get(at..).and_then(|rest| rest.find("{{")) {
        let start = at + found;
        let end = scanner.text[start..].find("}}").map_or(scanner.text.len(), |length| start + length + 2);
        template(scanner, start..end);
        at = end;
    }
}

/// One `{{…}}`.
pub(super) fn template(scanner: &mut Scanner<'_>, range: Range<usize>) {
    let written = &scanner.text[range.clone()];
    let window = written.contains("window");
    scanner.fault_with(
        range,
        format!("expected a selector, found the template `{written}`"),
        if window { "Sloth fills this in; here the compiler adds the range" } else { "templates are not filled in" },
        if window { "remove the range" } else { "write the value itself" },
    );
}

/// The modifiers, operators and leftovers behind a selector; each is a fault.
pub(super) fn trailing(scanner: &mut Scanner<'_>) {
    loop {
        scanner.blank();
        let start = scanner.at;
        let Some(next) = scanner.peek() else { return };
        match next {
            '[' => {
                scanner.run(|c| c != ']');
                scanner.eat(']');
                let range = start..scanner.at;
                let template = scanner.text[range.clone()].contains("{{");
                scanner.fault_with(
                    range,
                    format!("expected an instant selector, found the range `{}`", &scanner.text[start..scanner.at]),
                    if template {
                        "Sloth's template; the compiler adds the range"
                    } else {
                        "the compiler adds the range"
                    },
                    "remove the range",
                );
            }
            '@' => {
                scanner.bump();
                scanner.blank();
                scanner.run(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '+' | '(' | ')'));
                modifier(scanner, start, "@");
            }
            '{' if scanner.rest().starts_with("{{") => {
                let end = scanner.rest().find("}}").map_or(scanner.text.len(), |length| start + length + 2);
                scanner.at = end;
                template(scanner, start..end);
            }
            c if c.is_alphabetic() => {
                let word = scanner.name(true);
                if word.eq_ignore_ascii_case("offset") {
                    scanner.blank();
                    scanner.run(|c| c.is_alphanumeric() || matches!(c, '-' | '+'));
                    modifier(scanner, start, "offset");
                    continue;
                }
                if ["and", "or", "unless", "atan2"].iter().any(|known| word.eq_ignore_ascii_case(known)) {
                    return operation(scanner, start, word);
                }
                return rest(scanner, start);
            }
            '+' | '-' | '*' | '/' | '%' | '^' | '<' | '>' | '=' | '!' => {
                let symbol = scanner.run(|c| matches!(c, '=' | '<' | '>' | '!'));
                let symbol = if symbol.is_empty() { &scanner.text[start..start + next.len_utf8()] } else { symbol };
                return operation(scanner, start, symbol);
            }
            _ => return rest(scanner, start),
        }
    }
}

fn modifier(scanner: &mut Scanner<'_>, start: usize, name: &str) {
    scanner.fault_with(
        start..scanner.at,
        format!("`{name}` is no part of a selector"),
        "this modifier shifts time",
        format!("remove `{}`", &scanner.text[start..scanner.at]),
    );
}

fn operation(scanner: &mut Scanner<'_>, start: usize, symbol: &str) {
    let range = start..scan::trim_end(scanner.text).len();
    scanner.at = scanner.text.len();
    scanner.fault_with(
        range,
        format!("expected a bare selector, found the operator `{symbol}`"),
        "not a part of a selector",
        match symbol {
            "+" => "write a list of selectors, such as `[a_total, b_total]`: the compiler adds up their events",
            _ => "write one selector; the compiler does the arithmetic. `expr` takes any PromQL, which nothing proves then",
        },
    );
}

fn rest(scanner: &mut Scanner<'_>, start: usize) {
    let range = start..scan::trim_end(scanner.text).len().max(start + 1);
    scanner.at = scanner.text.len();
    scanner.fault(range, "expected the end of the selector", "more text than one selector");
}

/// The first selector inside `sum(rate(selector[5m]))`, if a sound one can be cut out.
fn selector_inside(query: &str, is_sound: fn(&str) -> bool) -> Option<&str> {
    let head = match query.find(['{', '[']) {
        Some(head) => head,
        // The labels of a grouping look like a metric.
        None if query.contains(" by") || query.contains("without") => return None,
        None => query.trim_end_matches([')', ' ', '\n']).len(),
    };
    let before = query[..head].trim_end();
    let start = before.rfind(['(', ',', ' ', '\n', '\t']).map_or(0, |before| before + 1);
    let mut scanner = Scanner::new(query);
    scanner.at = head;
    if scanner.eat('{') {
        loop {
            scanner.run(|c| !matches!(c, '}' | '"' | '\'' | '`'));
            if scanner.eat('}') {
                break;
            }
            scanner.quoted()?;
        }
    }
    let inner = query[start..scanner.at].trim();
    (!inner.is_empty() && !inner.contains(['\n', '\r']) && is_sound(inner)).then_some(inner)
}
