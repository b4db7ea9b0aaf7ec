//! Bucket boundaries in every spelling that exporters use.
//!
//! The label `le` is text, and one number has several: a scraped 1 is `1.0`, an OTLP one is `1`, and a scraped million is
//! `1e+06`. A matcher of one spelling selects nothing where another is in use, and an objective without series is silent.

use rust_decimal::Decimal;

use super::regex::Pattern;
use super::{MatchOp, Selector};
use crate::quantity::decimal;

/// The label of a bucket's boundary.
const LABEL: &str = "le";

/// A matcher for a boundary in every spelling.
pub(crate) fn matcher(bound: Decimal) -> (MatchOp, String) {
    one_of(&spellings(bound), MatchOp::Eq)
}

/// Makes the matchers of `le` that somebody wrote select every spelling of the boundaries that they name.
pub(crate) fn widen(selector: &mut Selector) {
    for matcher in selector.matchers.iter_mut().filter(|matcher| matcher.label == LABEL) {
        let written = std::mem::take(&mut matcher.value);
        (matcher.op, matcher.value) = match matcher.op {
            MatchOp::Eq | MatchOp::Ne => {
                let mut all = vec![written.clone()];
                all.extend(others(&written));
                one_of(&all, matcher.op)
            }
            // What was written stays as it is: a pattern may select more than boundaries.
            MatchOp::Re | MatchOp::Nre => {
                let named = alternatives(&written);
                let more: Vec<String> =
                    named.iter().flat_map(|name| others(name)).filter(|it| !named.contains(it)).collect();
                (matcher.op, more.iter().fold(written, |pattern, spelling| format!("{pattern}|{}", escaped(spelling))))
            }
        };
    }
}

/// The boundaries that a matcher of `le` names; empty where it is a pattern of any text. Infinity is none of them.
pub(crate) fn named(op: MatchOp, value: &str) -> Vec<Decimal> {
    let texts = match op {
        MatchOp::Eq => vec![value.to_owned()],
        MatchOp::Re => alternatives(value),
        MatchOp::Ne | MatchOp::Nre => Vec::new(),
    };
    let mut bounds: Vec<Decimal> = texts.iter().filter_map(|text| number(text)).collect();
    bounds.sort_unstable();
    bounds.dedup();
    bounds
}

/// Whether each bucket of `part` is within a bucket of `all`: a bucket counts what the smaller ones have counted as well.
pub(crate) fn covers(all: &Selector, part: &Selector) -> bool {
    let [all, part] = [all, part].map(|selector| selector.matchers.iter().find(|matcher| matcher.label == LABEL));
    let (Some(all), Some(part)) = (all, part) else { return false };
    let greatest = named(part.op, &part.value).pop();
    let is_infinite = all.op == MatchOp::Eq && all.value.eq_ignore_ascii_case("+inf")
        || all.op == MatchOp::Re && alternatives(&all.value).iter().any(|text| text == "+Inf");
    greatest.is_some_and(|most| is_infinite || named(all.op, &all.value).last().is_some_and(|limit| *limit >= most))
}

/// The texts that a pattern lists. People leave the dot of a number unescaped, so `0.1|1` lists two as well.
fn alternatives(pattern: &str) -> Vec<String> {
    let literal = Pattern::new(pattern).ok().and_then(|pattern| pattern.literals());
    let listed = || {
        let parts: Vec<String> = pattern.split('|').map(|part| part.replace("\\.", ".").replace("\\+", "+")).collect();
        parts.iter().all(|part| number(part).is_some()).then_some(parts)
    };
    literal.or_else(listed).unwrap_or_default()
}

/// The other spellings of a boundary; none where the text is no number.
fn others(text: &str) -> Vec<String> {
    let mut all = match text.to_ascii_lowercase().as_str() {
        "inf" | "+inf" => vec!["+Inf".to_owned()],
        _ => number(text).map(spellings).unwrap_or_default(),
    };
    all.retain(|spelling| spelling != text);
    all
}

fn number(text: &str) -> Option<Decimal> {
    let plain = text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.') && text.len() <= 40;
    decimal(text).filter(|_| plain)
}

fn one_of(spellings: &[String], op: MatchOp) -> (MatchOp, String) {
    if let [only] = spellings {
        return (op, only.clone());
    }
    let any = if op == MatchOp::Eq { MatchOp::Re } else { MatchOp::Nre };
    (any, spellings.iter().map(|spelling| escaped(spelling)).collect::<Vec<_>>().join("|"))
}

fn escaped(spelling: &str) -> String {
    spelling.replace('.', "\\.").replace('+', "\\+")
}

/// The plain spelling first.
fn spellings(bound: Decimal) -> Vec<String> {
    let plain = bound.normalize().to_string();
    let mut spellings = vec![plain.clone()];
    if !plain.contains('.') {
        spellings.push(format!("{plain}.0"));
    }
    spellings.extend(exponent(&plain));
    spellings
}

/// Go's `%g` spelling of a plain decimal, where it is not the plain one: with an exponent of 6 or more (text formats
/// print from 1e+06) or below −4.
fn exponent(plain: &str) -> Option<String> {
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let digits = format!("{whole}{fraction}");
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() || plain.starts_with('-') {
        return None;
    }
    let leading = digits.len() - significant.len();
    let exponent = i64::try_from(whole.len()).ok()? - 1 - i64::try_from(leading).ok()?;
    if (-4..6).contains(&exponent) {
        return None;
    }
    let mantissa = significant.trim_end_matches('0');
    let (first, rest) = mantissa.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    Some(format!("{first}{point}{rest}e{sign}{:02}", exponent.abs()))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::promql::parse_selector;

    #[test]
    fn boundaries_in_every_spelling() {
        let spelled = |text: &str| matcher(text.parse().unwrap());
        assert_eq!(spelled("0.3"), (MatchOp::Eq, "0.3".to_owned()));
        assert_eq!(spelled("0.30"), (MatchOp::Eq, "0.3".to_owned()));
        assert_eq!(spelled("1"), (MatchOp::Re, "1|1\\.0".to_owned()));
        assert_eq!(spelled("1000000"), (MatchOp::Re, "1000000|1000000\\.0|1e\\+06".to_owned()));
        assert_eq!(spelled("2500000"), (MatchOp::Re, "2500000|2500000\\.0|2\\.5e\\+06".to_owned()));
        assert_eq!(spelled("0.00001"), (MatchOp::Re, "0\\.00001|1e-05".to_owned()));
        assert_eq!(spelled("0.0001"), (MatchOp::Eq, "0.0001".to_owned()));
        assert_eq!(spelled("0"), (MatchOp::Re, "0|0\\.0".to_owned()));
    }

    #[test]
    fn what_people_write_is_widened() {
        for (written, widened) in [
            (r#"le="1""#, r#"le=~"1|1\.0""#),
            (r#"le="1.0""#, r#"le=~"1\.0|1""#),
            (r#"le="0.3""#, r#"le="0.3""#),
            (r#"le="0.30""#, r#"le=~"0\.30|0\.3""#),
            (r#"le="0.30000000000000004""#, r#"le="0.30000000000000004""#),
            (r#"le="1e+06""#, r#"le=~"1e\+06|1000000|1000000\.0""#),
            (r#"le="1e6""#, r#"le=~"1e6|1000000|1000000\.0|1e\+06""#),
            (r#"le="+Inf""#, r#"le="+Inf""#),
            (r#"le="Inf""#, r#"le=~"Inf|\+Inf""#),
            (r#"le!="1""#, r#"le!~"1|1\.0""#),
            (r#"le=~"0.1|1""#, r#"le=~"0.1|1|1\.0""#),
            (r#"le=~"0\\.1|1|1\\.0""#, r#"le=~"0\.1|1|1\.0""#),
            (r#"le!~"(1|2)""#, r#"le!~"(1|2)|1\.0|2\.0""#),
            (r#"le=~"1.+""#, r#"le=~"1.+""#),
            (r#"le="""#, r#"le="""#),
            (r#"code="1""#, r#"code="1""#),
        ] {
            let mut selector = parse_selector(&format!("x_bucket{{{written}}}")).unwrap();
            widen(&mut selector);
            let matcher = &selector.matchers[0];
            let found = format!("{}{}\"{}\"", matcher.label, matcher.op.symbol(), matcher.value);
            assert_eq!(found, widened, "{written}");
            assert!(!matches!(matcher.op, MatchOp::Re | MatchOp::Nre) || Pattern::new(&matcher.value).is_ok());
        }
    }

    #[test]
    fn a_bucket_covers_the_smaller_ones() {
        let selector = |le: &str| parse_selector(&format!("x_bucket{{{le}}}")).unwrap();
        for (all, part, covered) in [
            ("le=\"+Inf\"", "le=\"1\"", true),
            ("le=~\"Inf|\\\\+Inf\"", "le=\"1\"", true),
            ("le=\"2\"", "le=\"1.0\"", true),
            ("le=\"1\"", "le=\"2\"", false),
            ("le=\"1\"", "le=\"+Inf\"", false),
            ("le=\"1\"", "", false),
            ("", "le=\"1\"", false),
        ] {
            assert_eq!(covers(&selector(all), &selector(part)), covered, "{all} {part}");
        }
    }

    #[test]
    fn the_boundaries_that_are_named() {
        let named = |op, value: &str| named(op, value).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(named(MatchOp::Re, "1|1\\.0|0.5"), ["0.5", "1"]);
        assert_eq!(named(MatchOp::Eq, "0.3"), ["0.3"]);
        for (op, value) in [(MatchOp::Eq, "+Inf"), (MatchOp::Re, "1.+"), (MatchOp::Ne, "1")] {
            assert!(named(op, value).is_empty(), "{value}");
        }
    }
}
