//! The only printer of PromQL: minimal parentheses, quoted UTF-8 names, Go's escapes and durations.
//!
//! Large repositories print hundreds of thousands of rules, so this writes straight into the caller's buffer: no
//! `format!`, no intermediate strings. What is printed is what Prometheus' own printer would print, up to its choice of
//! parentheses, so that `promtool` and people see one form.

use std::fmt::{self, Write};

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::tree::{Compare, Expr, Matching, Op, Select};

impl Expr<'_> {
    /// Appends the expression's text to `out`.
    pub(crate) fn write_to(&self, out: &mut String) {
        // Writing to a String cannot fail.
        let _ = expr(out, self, 0);
    }

    /// Appends its text with every raw series read `late` milliseconds later than now.
    pub(crate) fn write_late(&self, late: u64, out: &mut String) {
        // Writing to a String cannot fail.
        let _ = expr(out, self, late);
    }
}

impl fmt::Display for Expr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        expr(f, self, 0)
    }
}

impl Serialize for Expr<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Select<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        select(f, self)
    }
}

/// `late` milliseconds are added to the age of every raw series.
fn expr<W: Write>(out: &mut W, e: &Expr<'_>, late: u64) -> fmt::Result {
    match e {
        Expr::Number(n) => number(out, *n),
        Expr::Literal(text) => out.write_str(text),
        Expr::Text(text) => quoted(out, text),
        Expr::Vector(n) => {
            out.write_str("vector(")?;
            number(out, *n)?;
            out.write_char(')')
        }
        Expr::Select(s) => {
            select(out, s)?;
            offset(out, late)
        }
        Expr::Recorded(s) => select(out, s),
        Expr::Range(s, range_ms) => {
            select(out, s)?;
            out.write_char('[')?;
            duration(out, *range_ms)?;
            out.write_char(']')?;
            offset(out, late)
        }
        Expr::Within(s, range) => {
            select(out, s)?;
            out.write_char('[')?;
            out.write_str(range)?;
            out.write_char(']')?;
            offset(out, late)
        }
        Expr::Subquery { of, range_ms, step_ms } => {
            operand(out, of, matches!(of, Expr::Binary { .. }), late)?;
            out.write_char('[')?;
            duration(out, *range_ms)?;
            out.write_char(':')?;
            duration(out, *step_ms)?;
            out.write_char(']')
        }
        // An age is that of the sample, whenever it arrives.
        Expr::Call("time", []) if late > 0 => {
            out.write_str("(time() - ")?;
            number(out, Decimal::new(i64::try_from(late).unwrap_or(i64::MAX), 3))?;
            out.write_char(')')
        }
        Expr::Call(name, arguments) => {
            out.write_str(name)?;
            out.write_char('(')?;
            for (index, argument) in arguments.iter().enumerate() {
                if index > 0 {
                    out.write_str(", ")?;
                }
                expr(out, argument, late)?;
            }
            out.write_char(')')
        }
        Expr::Aggregate { op, by, of } => {
            out.write_str(op.word())?;
            if !by.is_empty() {
                out.write_str(" by ")?;
                labels(out, by)?;
                out.write_char(' ')?;
            }
            operand(out, of, true, late)
        }
        Expr::Without { op, labels: names, of } => {
            out.write_str(op.word())?;
            out.write_str(" without ")?;
            labels(out, names)?;
            out.write_char(' ')?;
            operand(out, of, true, late)
        }
        Expr::Binary { lhs, op, matching, rhs } => {
            let own = precedence(*op);
            // Every operator binds to the left: an equal one needs parentheses on the right only.
            operand(out, lhs, binary_precedence(lhs).is_some_and(|inner| inner < own), late)?;
            out.write_str(symbol(*op))?;
            match matching {
                Matching::Whole => {}
                Matching::On(names) => {
                    out.write_str("on ")?;
                    labels(out, names)?;
                    out.write_char(' ')?;
                }
                Matching::Ignoring(names) => {
                    out.write_str("ignoring ")?;
                    labels(out, names)?;
                    out.write_char(' ')?;
                }
                Matching::Left(names, carried) => {
                    out.write_str("on ")?;
                    labels(out, names)?;
                    out.write_str(" group_left ")?;
                    labels(out, carried)?;
                    out.write_char(' ')?;
                }
            }
            operand(out, rhs, binary_precedence(rhs).is_some_and(|inner| inner <= own), late)
        }
    }
}

fn operand<W: Write>(out: &mut W, e: &Expr<'_>, parentheses: bool, late: u64) -> fmt::Result {
    if parentheses {
        out.write_char('(')?;
        expr(out, e, late)?;
        out.write_char(')')
    } else {
        expr(out, e, late)
    }
}

fn offset<W: Write>(out: &mut W, late: u64) -> fmt::Result {
    if late == 0 {
        return Ok(());
    }
    out.write_str(" offset ")?;
    duration(out, late)
}

/// How tightly an operator binds; the levels of `generated_parser.y` in Prometheus.
const fn precedence(op: Op) -> u8 {
    match op {
        Op::Or => 1,
        Op::And | Op::Unless => 2,
        Op::Filter(_) | Op::Test(_) => 3,
        Op::Add | Op::Sub => 4,
        Op::Mul | Op::Div => 5,
    }
}

/// `None` for whatever never needs parentheses. A negative number is one: it binds at least as tightly as `*`.
const fn binary_precedence(e: &Expr<'_>) -> Option<u8> {
    match e {
        Expr::Binary { op, .. } => Some(precedence(*op)),
        _ => None,
    }
}

/// The operator with a space on both sides.
const fn symbol(op: Op) -> &'static str {
    match op {
        Op::Or => " or ",
        Op::And => " and ",
        Op::Unless => " unless ",
        Op::Add => " + ",
        Op::Sub => " - ",
        Op::Mul => " * ",
        Op::Div => " / ",
        Op::Filter(Compare::Eq) => " == ",
        Op::Filter(Compare::Ne) => " != ",
        Op::Filter(Compare::Gt) => " > ",
        Op::Filter(Compare::Ge) => " >= ",
        Op::Filter(Compare::Lt) => " < ",
        Op::Filter(Compare::Le) => " <= ",
        Op::Test(Compare::Eq) => " == bool ",
        Op::Test(Compare::Ne) => " != bool ",
        Op::Test(Compare::Gt) => " > bool ",
        Op::Test(Compare::Ge) => " >= bool ",
        Op::Test(Compare::Lt) => " < bool ",
        Op::Test(Compare::Le) => " <= bool ",
    }
}

fn select<W: Write>(out: &mut W, s: &Select<'_>) -> fmt::Result {
    let (bare, in_braces) = match s.metric {
        Some(name) if is_bare_metric(name) => (name, None),
        name => ("", name),
    };
    out.write_str(bare)?;
    let mut separator = "{";
    if let Some(name) = in_braces {
        out.write_str(separator)?;
        quoted(out, name)?;
        separator = ",";
    }
    for matcher in s.matchers.iter().copied().flatten() {
        out.write_str(separator)?;
        separator = ",";
        if is_bare_label(matcher.label) {
            out.write_str(matcher.label)?;
        } else {
            quoted(out, matcher.label)?;
        }
        out.write_str(matcher.op.symbol())?;
        quoted(out, matcher.value)?;
    }
    if separator == "," {
        out.write_char('}')
    } else if s.metric.is_none() {
        // Not a selector that Prometheus accepts, yet the honest picture of an empty one.
        out.write_str("{}")
    } else {
        Ok(())
    }
}

fn labels<W: Write>(out: &mut W, names: &[&str]) -> fmt::Result {
    out.write_char('(')?;
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            out.write_str(", ")?;
        }
        if is_bare_label(name) && !is_word(name, &["anchored", "inf", "nan", "smoothed", "without"]) {
            out.write_str(name)?;
        } else {
            quoted(out, name)?;
        }
    }
    out.write_char(')')
}

/// Whether a metric may be written without quotes: a legacy name that is no keyword where an expression begins.
#[must_use]
pub(crate) fn is_bare_metric(name: &str) -> bool {
    const TAKEN: &[&str] =
        &["anchored", "atan2", "bool", "group_left", "group_right", "ignoring", "inf", "nan", "on", "smoothed"];
    let bytes = name.as_bytes();
    bytes.first().is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, b'_' | b':'))
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
        && !is_word(name, TAKEN)
}

/// Whether a label may be written without quotes inside braces.
#[must_use]
pub(crate) fn is_bare_label(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_')
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
}

/// Prometheus knows its keywords in any case.
fn is_word(name: &str, words: &[&str]) -> bool {
    name.len() <= "group_right".len() && words.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// Writes `text` as a double-quoted PromQL string, escaped as Go would escape it.
///
/// # Errors
/// Only those of `out`.
pub fn quoted<W: Write>(out: &mut W, text: &str) -> fmt::Result {
    out.write_char('"')?;
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\') {
        out.write_str(text)?;
    } else {
        text.chars().try_for_each(|c| escaped(out, c))?;
    }
    out.write_char('"')
}

fn escaped<W: Write>(out: &mut W, c: char) -> fmt::Result {
    match c {
        '"' => out.write_str("\\\""),
        '\\' => out.write_str("\\\\"),
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        '\u{07}' => out.write_str("\\a"),
        '\u{08}' => out.write_str("\\b"),
        '\u{0b}' => out.write_str("\\v"),
        '\u{0c}' => out.write_str("\\f"),
        '\0'..='\u{1f}' | '\u{7f}' => write!(out, "\\x{:02x}", u32::from(c)),
        // Controls, invisible characters and those that turn text around: a reviewer must see them in a rule file.
        '\u{80}'..='\u{a0}'
        | '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{ffff}' => write!(out, "\\u{:04x}", u32::from(c)),
        c => out.write_char(c),
    }
}

/// Writes milliseconds as Prometheus' `model.Duration` prints them: `1m15s`, `30d`, `1w`, `0s`. Years and weeks only
/// where nothing remains, since `30d` reads better than `4w2d`.
///
/// # Errors
/// Only those of `out`.
pub fn duration<W: Write>(out: &mut W, mut ms: u64) -> fmt::Result {
    const UNITS: [(&str, u64, bool); 7] = [
        ("y", 365 * 86_400_000, true),
        ("w", 7 * 86_400_000, true),
        ("d", 86_400_000, false),
        ("h", 3_600_000, false),
        ("m", 60_000, false),
        ("s", 1_000, false),
        ("ms", 1, false),
    ];
    if ms == 0 {
        return out.write_str("0s");
    }
    for (unit, size, only_whole) in UNITS {
        if ms < size || (only_whole && !ms.is_multiple_of(size)) {
            continue;
        }
        digits(out, u128::from(ms / size), 0)?;
        out.write_str(unit)?;
        ms %= size;
    }
    Ok(())
}

fn number<W: Write>(out: &mut W, n: Decimal) -> fmt::Result {
    if n.is_sign_negative() && !n.is_zero() {
        out.write_char('-')?;
    }
    digits(out, n.mantissa().unsigned_abs(), n.scale() as usize)
}

/// Writes `n` ÷ 10^`scale` without trailing zeros. `fmt` would cost more than the rest of a rule.
fn digits<W: Write>(out: &mut W, n: u128, scale: usize) -> fmt::Result {
    // 39 digits of u128, or a zero, a point and 28 decimals.
    let mut buffer = [b'0'; 72];
    let end = buffer.len();
    let mut start = end;
    let mut large = n;
    // Division of u128 is slow, and hardly any number needs it.
    while large > u128::from(u64::MAX) {
        start -= 1;
        buffer[start] = b'0' + (large % 10) as u8;
        large /= 10;
    }
    let mut small = large as u64;
    while small > 0 {
        start -= 1;
        buffer[start] = b'0' + (small % 10) as u8;
        small /= 10;
    }
    // At least one digit before the point.
    start = start.min(end - (scale + 1).min(end));
    let point = end - scale.min(end);
    let fraction = buffer[point..].iter().rposition(|digit| *digit != b'0').map_or(point, |last| point + last + 1);
    out.write_str(text(&buffer[start..point]))?;
    if fraction > point {
        out.write_char('.')?;
        out.write_str(text(&buffer[point..fraction]))?;
    }
    Ok(())
}

/// ASCII digits as text.
fn text(digits: &[u8]) -> &str {
    std::str::from_utf8(digits).unwrap_or_default()
}

#[cfg(test)]
mod tests;
