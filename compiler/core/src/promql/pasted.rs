//! Whole queries as a tree, to say what to write instead of them. Specs hold selectors; queries get here only once the
//! reader of selectors has refused them.
//!
//! Templates of Sloth and Grafana may stand in ranges: `[{{.window}}]`, `[$__rate_interval]`.

use rust_decimal::Decimal;

use super::refuse::is_aggregation;
use super::scan::Scanner;
use super::selector::{Selector, parse_selector};
use crate::quantity::decimal;

/// Nobody pastes more, and a tree this deep is no query of a person.
const LONGEST: usize = 4_096;
const DEEPEST: usize = 48;
/// Chains of operators are trees that lean to the left, as deep as they are long.
const MOST_OPERANDS: usize = 200;

/// A query or a part of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pasted {
    /// A number.
    Number(Decimal),
    /// A string.
    Text,
    /// A selector, with its range or without, and how long ago it looks.
    Selector { selector: Selector, is_range: bool, offset: Option<String> },
    /// A function by its name in small letters.
    Call { name: String, arguments: Vec<Pasted> },
    /// An aggregation by its name in small letters.
    Aggregate { name: String, grouping: Option<Grouping>, arguments: Vec<Pasted> },
    /// An operator in small letters. `is_matched` says whether labels to match are named, `joins` whether one side may
    /// match several of the other.
    Binary { op: String, is_matched: bool, joins: bool, lhs: Box<Pasted>, rhs: Box<Pasted> },
    /// A query over a time, such as `(…)[5m:]`.
    Subquery(Box<Pasted>),
}

/// Labels that an aggregation keeps, or those that it drops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Grouping {
    By(Vec<String>),
    Without(Vec<String>),
}

/// The tree of a query; `None` where the text is none that can be understood.
pub(crate) fn parse(text: &str) -> Option<Pasted> {
    if text.len() > LONGEST {
        return None;
    }
    let mut reader = Reader { scanner: Scanner::new(text), depth: 0, operands: 0 };
    let query = reader.operation(0)?;
    reader.scanner.blank();
    reader.scanner.rest().is_empty().then_some(query)
}

struct Reader<'t> {
    scanner: Scanner<'t>,
    depth: usize,
    operands: usize,
}

impl Reader<'_> {
    /// Operands joined by operators of `least` or a tighter level.
    fn operation(&mut self, least: usize) -> Option<Pasted> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut lhs = self.operand()?;
        while let Some((op, level)) = self.scanner.operator().filter(|(_, level)| *level >= least) {
            self.scanner.at += op.len();
            let (mut is_matched, mut joins) = (false, false);
            while let Some(word) = self.any_word(&["bool", "on", "ignoring", "group_left", "group_right"]) {
                let has_list = word != "bool" && self.labels().is_some();
                is_matched |= has_list && !word.starts_with("group");
                joins |= word.starts_with("group");
            }
            // Only the power binds to the right.
            let rhs = self.operation(if op == "^" { level } else { level + 1 })?;
            lhs = Pasted::Binary { op: op.to_owned(), is_matched, joins, lhs: Box::new(lhs), rhs: Box::new(rhs) };
        }
        self.depth -= 1;
        Some(lhs)
    }

    fn operand(&mut self) -> Option<Pasted> {
        self.operands += 1;
        if self.operands > MOST_OPERANDS {
            return None;
        }
        self.scanner.blank();
        let query = match self.scanner.peek()? {
            '(' => {
                self.scanner.bump();
                let inner = self.operation(0)?;
                self.scanner.blank();
                self.scanner.eat(')').then_some(inner)?
            }
            '+' => {
                self.scanner.bump();
                return self.operand();
            }
            '-' => {
                self.scanner.bump();
                return match self.operand()? {
                    Pasted::Number(number) => Some(Pasted::Number(-number)),
                    _ => None,
                };
            }
            '"' | '\'' | '`' => {
                self.scanner.quoted()?;
                Pasted::Text
            }
            c if c.is_ascii_digit() || c == '.' => self.number()?,
            '{' => self.selector()?,
            c if c.is_alphabetic() || c == '_' || c == ':' => self.named()?,
            _ => return None,
        };
        self.modified(query)
    }

    fn number(&mut self) -> Option<Pasted> {
        decimal(self.scanner.number()).map(Pasted::Number)
    }

    /// A function, an aggregation or a selector that begins with its metric.
    fn named(&mut self) -> Option<Pasted> {
        let start = self.scanner.at;
        let name = self.scanner.name(true).to_ascii_lowercase();
        let is_aggregation = is_aggregation(&name);
        let mut grouping = if is_aggregation { self.grouping() } else { None };
        self.scanner.blank();
        if !self.scanner.eat('(') {
            self.scanner.at = start;
            return self.selector();
        }
        let mut arguments = Vec::new();
        loop {
            self.scanner.blank();
            if self.scanner.eat(')') {
                break;
            }
            arguments.push(self.operation(0)?);
            self.scanner.blank();
            if !self.scanner.eat(',') && self.scanner.peek() != Some(')') {
                return None;
            }
        }
        if !is_aggregation {
            return Some(Pasted::Call { name, arguments });
        }
        grouping = grouping.or_else(|| self.grouping());
        Some(Pasted::Aggregate { name, grouping, arguments })
    }

    /// `by (…)` or `without (…)`.
    fn grouping(&mut self) -> Option<Grouping> {
        let before = self.scanner.at;
        let word = self.any_word(&["by", "without"])?;
        match self.labels() {
            Some(labels) if word == "by" => Some(Grouping::By(labels)),
            Some(labels) => Some(Grouping::Without(labels)),
            None => {
                self.scanner.at = before;
                None
            }
        }
    }

    /// One of some words, if it stands here.
    fn any_word(&mut self, words: &[&str]) -> Option<String> {
        self.scanner.blank();
        let word = self.scanner.word();
        let known = words.iter().any(|known| known.eq_ignore_ascii_case(word));
        if known {
            self.scanner.at += word.len();
        }
        known.then(|| word.to_ascii_lowercase())
    }

    /// Labels in parentheses.
    fn labels(&mut self) -> Option<Vec<String>> {
        self.scanner.blank();
        if !self.scanner.eat('(') {
            return None;
        }
        let mut labels = Vec::new();
        loop {
            self.scanner.blank();
            match self.scanner.peek()? {
                ')' => {
                    self.scanner.bump();
                    return Some(labels);
                }
                ',' => {
                    self.scanner.bump();
                }
                '"' | '\'' | '`' => labels.push(self.scanner.quoted()?.value),
                _ => {
                    let label = self.scanner.name(false);
                    if label.is_empty() {
                        return None;
                    }
                    labels.push(label.to_owned());
                }
            }
        }
    }

    /// A selector as the reader of selectors takes it.
    fn selector(&mut self) -> Option<Pasted> {
        let start = self.scanner.at;
        self.scanner.name(true);
        let named = self.scanner.at;
        self.scanner.blank();
        if self.scanner.peek() == Some('{') {
            self.scanner.bump();
            loop {
                self.scanner.run(|c| !matches!(c, '}' | '"' | '\'' | '`'));
                if self.scanner.eat('}') {
                    break;
                }
                self.scanner.quoted()?;
            }
        } else {
            self.scanner.at = named;
        }
        let selector = parse_selector(&self.scanner.text[start..self.scanner.at]).ok()?;
        Some(Pasted::Selector { selector, is_range: false, offset: None })
    }

    /// The range and the `offset` behind an operand, and the blanks behind those. A query at a fixed time is not understood.
    fn modified(&mut self, mut query: Pasted) -> Option<Pasted> {
        loop {
            self.scanner.blank();
            if self.scanner.peek() == Some('[') {
                let start = self.scanner.at;
                self.scanner.run(|c| c != ']');
                let is_subquery = self.scanner.text[start..self.scanner.at].contains(':');
                if !self.scanner.eat(']') {
                    return None;
                }
                query = match query {
                    Pasted::Selector { selector, offset, .. } if !is_subquery => {
                        Pasted::Selector { selector, is_range: true, offset }
                    }
                    query => Pasted::Subquery(Box::new(query)),
                };
            } else if self.any_word(&["offset"]).is_some() {
                self.scanner.blank();
                let past = self.scanner.run(|c| c.is_ascii_alphanumeric()).to_owned();
                match &mut query {
                    Pasted::Selector { offset, .. } if !past.is_empty() => *offset = Some(past),
                    _ => return None,
                }
            } else {
                return Some(query);
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// The tree in few letters.
    fn shown(query: &Pasted) -> String {
        let all = |parts: &[Pasted]| parts.iter().map(shown).collect::<Vec<_>>().join(" ");
        match query {
            Pasted::Number(number) => number.to_string(),
            Pasted::Text => "text".to_owned(),
            Pasted::Selector { selector, is_range, offset } => {
                let range = if *is_range { "[]" } else { "" };
                let offset = offset.as_ref().map(|offset| format!(" ago {offset}")).unwrap_or_default();
                format!("{}/{}{range}{offset}", selector.metric_name().unwrap_or("-"), selector.matchers.len())
            }
            Pasted::Call { name, arguments } => format!("{name}({})", all(arguments)),
            Pasted::Aggregate { name, grouping, arguments } => {
                let grouping = grouping.as_ref().map(|it| format!("{it:?}")).unwrap_or_default();
                format!("{name}{grouping}({})", all(arguments))
            }
            Pasted::Binary { op, is_matched, joins, lhs, rhs } => {
                let mark = format!("{}{}", if *is_matched { "m" } else { "" }, if *joins { "j" } else { "" });
                format!("({} {op}{mark} {})", shown(lhs), shown(rhs))
            }
            Pasted::Subquery(of) => format!("{}[:]", shown(of)),
        }
    }

    #[test]
    fn trees_of_queries() {
        for (text, tree) in [
            ("a", "a/0"),
            ("sum(rate(a{x=\"1\"}[5m]))", "sum(rate(a/1[]))"),
            ("SUM BY (x, \"http.route\") (a)", "sumBy([\"x\", \"http.route\"])(a/0)"),
            ("sum(a) without(x)", "sumWithout([\"x\"])(a/0)"),
            ("a + b * 2 - c", "((a/0 + (b/0 * 2)) - c/0)"),
            ("a > 1e-3", "(a/0 > 0.001)"),
            ("2 ^ 3 ^ 4", "(2 ^ (3 ^ 4))"),
            ("a OR on() vector(0)", "(a/0 orm vector(0))"),
            ("a * on(x) group_left(y) b", "(a/0 *mj b/0)"),
            ("a > bool 1", "(a/0 > 1)"),
            ("sum(rate(a[{{.window}}])) / sum(rate(b[$__rate_interval]))", "(sum(rate(a/0[])) / sum(rate(b/0[])))"),
            ("rate(a[5m] offset 1h)", "rate(a/0[] ago 1h)"),
            ("avg_over_time((up == bool 1)[1h:1m])", "avg_over_time((up/0 == 1)[:])"),
            ("1 - a / b", "(1 - (a/0 / b/0))"),
            ("time() - max(ts) < 3600", "((time() - max(ts/0)) < 3600)"),
            (
                "histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m]))) > 0.5",
                "(histogram_quantile(0.99 sumBy([\"le\"])(rate(x_bucket/0[]))) > 0.5)",
            ),
            ("sum", "sum/0"),
            ("by", "by/0"),
            ("a # why\n + b", "(a/0 + b/0)"),
            ("label_replace(a, \"x\", \"$1\", \"y\", \"(.*)\")", "label_replace(a/0 text text text text)"),
        ] {
            assert_eq!(parse(text).as_ref().map(shown).as_deref(), Some(tree), "{text}");
        }
    }

    #[test]
    fn what_is_no_query_gives_nothing() {
        let deep = format!("{}a{}", "(".repeat(5_000), ")".repeat(5_000));
        let nested = format!("{}a{}", "(".repeat(1_000), ")".repeat(1_000));
        for text in [
            "",
            "a +",
            "sum(",
            "sum(a",
            "a)",
            "a b",
            "{",
            "a{x=\"1\"",
            "a{x=~\"(\"}",
            "a @ 5",
            "a[5m",
            "-a",
            "é{",
            &deep,
            &nested,
        ] {
            assert_eq!(parse(text), None, "{}", &text[..text.len().min(40)]);
        }
        assert!(parse(&format!("{}a{}", "(".repeat(40), ")".repeat(40))).is_some());
    }

    #[test]
    fn an_ordinary_depth_does_not_add_up() {
        assert!(parse(&vec!["a"; 100].join(" + ")).is_some());
        assert!(parse(&vec!["a"; 300].join(" + ")).is_none());
        assert!(parse(&"+".repeat(3_000)).is_none());
        assert!(parse("sum(rate(a[5m]) + rate(b[5m])) / (sum(c) + sum(d))").unwrap() != Pasted::Text);
    }
}
