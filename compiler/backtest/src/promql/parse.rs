//! Reads an expression by Prometheus's grammar.

use super::scan::Scanner;
use super::{Compare, Gather, Is, Matcher, Matching, Named, Node, Op, Unread};

/// Parentheses within each other, and operators in a row: more than rules have, and few enough for the stack.
const DEEPEST: usize = 100;

const AGGREGATIONS: [&str; 14] = [
    "sum",
    "avg",
    "count",
    "min",
    "max",
    "group",
    "stddev",
    "stdvar",
    "topk",
    "bottomk",
    "count_values",
    "quantile",
    "limitk",
    "limit_ratio",
];

/// Operators, longest first, with how tightly they bind.
const SYMBOLS: [(&str, Op, u8); 12] = [
    ("==", Op::Compare(Compare::Eq), 3),
    ("!=", Op::Compare(Compare::Ne), 3),
    (">=", Op::Compare(Compare::Ge), 3),
    ("<=", Op::Compare(Compare::Le), 3),
    (">", Op::Compare(Compare::Gt), 3),
    ("<", Op::Compare(Compare::Lt), 3),
    ("+", Op::Add, 4),
    ("-", Op::Sub, 4),
    ("*", Op::Mul, 5),
    ("/", Op::Div, 5),
    ("%", Op::Other, 5),
    ("^", Op::Other, 6),
];
const WORDS: [(&str, Op, u8); 4] =
    [("or", Op::Or, 1), ("and", Op::And, 2), ("unless", Op::Unless, 2), ("atan2", Op::Other, 5)];
/// How tightly `^` binds, and a sign.
const POWER: u8 = 6;

/// Reads an expression.
///
/// # Errors
/// What is no PromQL, or more deeply nested than any rule.
pub(crate) fn parse(text: &str) -> Result<Node, Unread> {
    let mut parser = Parser { scan: Scanner { text, at: 0 }, depth: 0 };
    let node = parser.binary(0)?;
    match parser.scan.peek() {
        None => Ok(node),
        Some(c) => parser.scan.unread(format!("`{c}` is no part of the expression")),
    }
}

struct Parser<'t> {
    scan: Scanner<'t>,
    depth: usize,
}

impl Parser<'_> {
    fn binary(&mut self, least: u8) -> Result<Node, Unread> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.scan.unread("this expression is nested too deeply");
        }
        let mut left = self.unary()?;
        while let Some((op, binds)) = self.operator(least) {
            let is_bool = matches!(op, Op::Compare(_)) && self.scan.eat_word("bool");
            let matching = self.matching()?;
            // `^` alone binds to the right.
            let right = self.binary(if binds == POWER { binds } else { binds + 1 })?;
            let at = left.at.start..right.at.end;
            left = Node { at, is: Is::Binary { op, is_bool, matching, sides: Box::new([left, right]) } };
        }
        self.depth -= 1;
        Ok(left)
    }

    /// Steps over the next operator if it binds at least so tightly.
    fn operator(&mut self, least: u8) -> Option<(Op, u8)> {
        let word = self.scan.word();
        let named = WORDS.iter().find(|(name, ..)| word.eq_ignore_ascii_case(name));
        let found = named.or_else(|| SYMBOLS.iter().find(|(symbol, ..)| self.scan.rest().starts_with(symbol)));
        let (symbol, op, binds) = found?;
        (*binds >= least).then(|| {
            self.scan.at += symbol.len();
            (*op, *binds)
        })
    }

    fn matching(&mut self) -> Result<Matching, Unread> {
        let mut matching = Matching::default();
        if self.scan.eat_word("on") {
            matching.labels = Named::Only(self.labels()?);
        } else if self.scan.eat_word("ignoring") {
            matching.labels = Named::But(self.labels()?);
        }
        if self.scan.eat_word("group_left") || self.scan.eat_word("group_right") {
            matching.is_many = true;
            if self.scan.peek() == Some('(') {
                self.labels()?;
            }
        }
        Ok(matching)
    }

    /// `(a, "b")`
    fn labels(&mut self) -> Result<Vec<String>, Unread> {
        self.scan.expect("(")?;
        let mut labels = Vec::new();
        while !self.scan.eat(")") {
            labels.push(self.label()?);
            if !self.scan.eat(",") {
                self.scan.expect(")")?;
                break;
            }
        }
        Ok(labels)
    }

    fn label(&mut self) -> Result<String, Unread> {
        let word = self.scan.word();
        if word.is_empty() {
            return self.scan.string();
        }
        self.scan.at += word.len();
        Ok(word.to_owned())
    }

    fn unary(&mut self) -> Result<Node, Unread> {
        self.scan.peek();
        let start = self.scan.at;
        if self.scan.eat("-") {
            let of = self.binary(POWER)?;
            let at = self.scan.span(start);
            return Ok(match of.is {
                Is::Number(number) => Node { at, is: Is::Number(-number) },
                _ => Node { at, is: Is::Negated(Box::new(of)) },
            });
        }
        if self.scan.eat("+") {
            return self.binary(POWER);
        }
        let first = self.primary()?;
        self.behind(first)
    }

    fn primary(&mut self) -> Result<Node, Unread> {
        let next = self.scan.peek();
        let start = self.scan.at;
        match next {
            Some('(') => {
                self.scan.expect("(")?;
                let inner = self.binary(0)?;
                self.scan.expect(")")?;
                Ok(Node { at: self.scan.span(start), is: inner.is })
            }
            Some('"' | '\'' | '`') => {
                self.scan.string()?;
                Ok(Node { at: self.scan.span(start), is: Is::Text })
            }
            Some('{') => self.selector(None, start),
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(start),
            Some(_) => self.named(start),
            None => self.scan.unread("the expression ends too early"),
        }
    }

    fn number(&mut self, start: usize) -> Result<Node, Unread> {
        let rest = self.scan.rest();
        let mut end = 0;
        for (place, c) in rest.char_indices() {
            let is_sign = matches!(c, '+' | '-') && rest.get(..place).is_some_and(|it| it.ends_with(['e', 'E']));
            if !(c.is_ascii_alphanumeric() || c == '.' || is_sign) {
                break;
            }
            end = place + c.len_utf8();
        }
        let written = rest.get(..end).unwrap_or_default();
        let hex = written.strip_prefix("0x").or_else(|| written.strip_prefix("0X"));
        let number = match hex {
            Some(digits) => u32::from_str_radix(digits, 16).ok().map(f64::from),
            None => written.parse().ok(),
        };
        let Some(number) = number else { return self.scan.unread(format!("`{written}` is no number")) };
        self.scan.at += end;
        Ok(Node { at: self.scan.span(start), is: Is::Number(number) })
    }

    /// What begins with a name: a number by its word, an aggregation, a function or a metric.
    fn named(&mut self, start: usize) -> Result<Node, Unread> {
        let word = self.scan.word();
        if word.is_empty() {
            return self.scan.unread("an expression is missing");
        }
        let lower = word.to_ascii_lowercase();
        let behind = self.scan.behind(word);
        let is_grouped = {
            let mut ahead = Scanner { text: self.scan.text, at: self.scan.at + word.len() };
            ahead.eat_word("by") || ahead.eat_word("without")
        };
        if AGGREGATIONS.contains(&lower.as_str()) && (behind == Some('(') || is_grouped) {
            self.scan.at += word.len();
            return self.aggregate(&lower, start);
        }
        self.scan.at += word.len();
        match (lower.as_str(), behind) {
            (_, Some('(')) => {
                let arguments = self.arguments()?;
                Ok(Node { at: self.scan.span(start), is: Is::Call { name: word.to_owned(), arguments } })
            }
            ("inf", _) => Ok(Node { at: self.scan.span(start), is: Is::Number(f64::INFINITY) }),
            ("nan", _) => Ok(Node { at: self.scan.span(start), is: Is::Number(f64::NAN) }),
            _ => self.selector(Some(word.to_owned()), start),
        }
    }

    fn aggregate(&mut self, name: &str, start: usize) -> Result<Node, Unread> {
        let before = self.grouping()?;
        let arguments = self.arguments()?;
        let by = match before {
            Some(by) => by,
            None => self.grouping()?.unwrap_or(Named::Only(Vec::new())),
        };
        let gather = match name {
            "sum" => Gather::Sum,
            "avg" => Gather::Avg,
            "min" => Gather::Min,
            "max" => Gather::Max,
            "count" => Gather::Count,
            _ => Gather::Other,
        };
        Ok(Node { at: self.scan.span(start), is: Is::Aggregate { gather, by, arguments } })
    }

    fn grouping(&mut self) -> Result<Option<Named>, Unread> {
        if self.scan.eat_word("by") {
            return Ok(Some(Named::Only(self.labels()?)));
        }
        Ok(if self.scan.eat_word("without") { Some(Named::But(self.labels()?)) } else { None })
    }

    fn arguments(&mut self) -> Result<Vec<Node>, Unread> {
        self.scan.expect("(")?;
        let mut arguments = Vec::new();
        while !self.scan.eat(")") {
            arguments.push(self.binary(0)?);
            if !self.scan.eat(",") {
                self.scan.expect(")")?;
                break;
            }
        }
        Ok(arguments)
    }

    fn selector(&mut self, mut name: Option<String>, start: usize) -> Result<Node, Unread> {
        let mut matchers = Vec::new();
        if self.scan.eat("{") {
            while !self.scan.eat("}") {
                let is_quoted = self.scan.word().is_empty();
                let label = self.label()?;
                let next = self.scan.peek();
                if is_quoted && matches!(next, Some(',' | '}')) {
                    name = Some(label);
                } else {
                    let ops = ["=~", "!~", "!=", "="];
                    let Some(op) = ops.into_iter().find(|op| self.scan.eat(op)) else {
                        return self.scan.unread("a label needs `=`, `!=`, `=~` or `!~`");
                    };
                    let value = self.scan.string()?;
                    match (label.as_str(), op) {
                        ("__name__", "=") => name = Some(value),
                        _ => matchers.push(Matcher { label, op, value }),
                    }
                }
                if !self.scan.eat(",") {
                    self.scan.expect("}")?;
                    break;
                }
            }
        }
        Ok(Node { at: self.scan.span(start), is: Is::Select { name, matchers, range: None, is_moved: false } })
    }

    /// `[5m]`, `[1h:1m]`, `offset 1m` and `@ 0` behind a part.
    fn behind(&mut self, mut node: Node) -> Result<Node, Unread> {
        loop {
            let start = node.at.start;
            if self.scan.eat("[") {
                let length = self.scan.length()?;
                let is_sub = self.scan.eat(":");
                let step = if is_sub && self.scan.peek() != Some(']') { Some(self.scan.length()?) } else { None };
                self.scan.expect("]")?;
                let at = self.scan.span(start);
                node = match node.is {
                    Is::Select { name, matchers, range: None, is_moved } if !is_sub => {
                        Node { at, is: Is::Select { name, matchers, range: Some(length), is_moved } }
                    }
                    _ if !is_sub => return self.scan.unread("only a selector has a range"),
                    _ => Node { at, is: Is::Subquery { of: Box::new(node), range: length, step, is_moved: false } },
                };
            } else if self.scan.eat_word("offset") {
                self.scan.eat("-");
                self.scan.length()?;
                node = self.moved(node);
            } else if self.scan.eat("@") {
                if self.scan.eat_word("start") || self.scan.eat_word("end") {
                    self.scan.expect("(")?;
                    self.scan.expect(")")?;
                } else {
                    self.scan.eat("-");
                    self.scan.peek();
                    let from = self.scan.at;
                    self.number(from)?;
                }
                node = self.moved(node);
            } else {
                return Ok(node);
            }
        }
    }

    fn moved(&self, node: Node) -> Node {
        let at = self.scan.span(node.at.start);
        let is = match node.is {
            Is::Select { name, matchers, range, .. } => Is::Select { name, matchers, range, is_moved: true },
            Is::Subquery { of, range, step, .. } => Is::Subquery { of, range, step, is_moved: true },
            other => Is::Moved(Box::new(Node { at: node.at, is: other })),
        };
        Node { at, is }
    }
}
