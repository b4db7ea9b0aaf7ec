//! The letters of PromQL: blanks, comments, names and strings, each with its exact place.
//!
//! Faults inside a string are collected here, so that the grammar in [`selector`](super::selector) goes on behind it.

use std::ops::Range;

/// What is wrong with a selector, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Bytes of the text, on character boundaries; at the end of the text it may be empty.
    pub range: Range<usize>,
    /// Lower case, no full stop.
    pub message: String,
    /// A few words on the place itself.
    pub label: String,
    /// What to do.
    pub hint: Option<String>,
}

/// Without the blanks at its end: PromQL's, which are fewer than Unicode's, so that what is no blank stays.
pub(super) fn trim_end(text: &str) -> &str {
    text.trim_end_matches([' ', '\t', '\n', '\r'])
}

/// A string literal as written and as meant.
pub(super) struct Quoted {
    /// What it means, escapes resolved.
    pub(super) value: String,
    /// Where it stands, quotes included.
    pub(super) range: Range<usize>,
}

/// Binary operators by how tightly they bind, the loosest first; `^` alone binds to the right.
pub(super) const LEVELS: [&[&str]; 6] =
    [&["or"], &["and", "unless"], &["==", "!=", ">=", "<=", ">", "<"], &["+", "-"], &["*", "/", "%", "atan2"], &["^"]];

/// A place in a text, moving forward only; every step is linear in what it passes.
pub(super) struct Scanner<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    pub(super) faults: Vec<Fault>,
    /// Whether the text was cut out of another, to suggest it there. Nothing is cut out of such a one again: a comment can
    /// make it the very same text.
    pub(super) cut_out: bool,
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, faults: Vec::new(), cut_out: false }
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn bump(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Steps over `expected` if it stands here.
    pub(super) fn eat(&mut self, expected: char) -> bool {
        let found = self.peek() == Some(expected);
        if found {
            self.at += expected.len_utf8();
        }
        found
    }

    /// Steps over all characters that satisfy `wanted`, and returns them.
    pub(super) fn run(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Steps over blanks and comments.
    pub(super) fn blank(&mut self) {
        loop {
            self.run(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
            if self.peek() != Some('#') {
                return;
            }
            self.run(|c| !matches!(c, '\n' | '\r'));
        }
    }

    /// A bare name, and whatever people take for a part of one (`http.route`, `user-id`, `größe`), so that a wrong name
    /// is one fault. Metrics may hold colons anywhere.
    pub(super) fn name(&mut self, metric: bool) -> &'t str {
        let start = self.at;
        loop {
            self.run(|c| c.is_alphanumeric() || c == '_' || (metric && c == ':'));
            // These join two parts of a name, but are none where a name ends: `a: "b"`.
            let mut rest = self.rest().chars();
            let joint = rest.next().filter(|c| matches!(c, '.' | '-' | ':' | '/' | '$'));
            match (joint, rest.next()) {
                (Some(joint), Some(next)) if next.is_alphanumeric() || next == '_' || next == ':' => {
                    self.at += joint.len_utf8();
                }
                _ => return &self.text[start..self.at],
            }
        }
    }

    /// The identifier that stands here, of labels or, with colons, of metrics; it is not stepped over.
    pub(super) fn word(&self) -> &'t str {
        let rest = self.rest();
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        if rest.starts_with(|c: char| c.is_ascii_digit()) { "" } else { &rest[..end] }
    }

    /// The binary operator that stands here, and its level; it is not stepped over.
    pub(super) fn operator(&self) -> Option<(&'static str, usize)> {
        let (rest, word) = (self.rest(), self.word());
        let stands_here = |op: &str| match op.starts_with(|c: char| c.is_alphabetic()) {
            true => word.eq_ignore_ascii_case(op),
            false => rest.starts_with(op),
        };
        let levels = LEVELS.iter().enumerate();
        levels.flat_map(|(level, ops)| ops.iter().map(move |op| (*op, level))).find(|(op, _)| stands_here(op))
    }

    /// Steps over a number, and returns it; the sign of an exponent is a part of it.
    pub(super) fn number(&mut self) -> &'t str {
        let start = self.at;
        let digits = self.run(|c| c.is_ascii_alphanumeric() || c == '.');
        if digits.ends_with(['e', 'E']) && !digits.starts_with("0x") {
            self.run(|c| matches!(c, '+' | '-'));
            self.run(|c| c.is_ascii_digit());
        }
        &self.text[start..self.at]
    }

    pub(super) fn fault(&mut self, range: Range<usize>, message: impl Into<String>, label: impl Into<String>) {
        self.faults.push(Fault { range, message: message.into(), label: label.into(), hint: None });
    }

    pub(super) fn fault_with(
        &mut self,
        range: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.faults.push(Fault { range, message: message.into(), label: label.into(), hint: Some(hint.into()) });
    }

    /// The string whose opening quote stands here. `None` once a string does not end: nothing behind it can be read.
    pub(super) fn quoted(&mut self) -> Option<Quoted> {
        let start = self.at;
        let quote = self.bump()?;
        if quote == '`' {
            let value = self.run(|c| c != '`');
            return if self.eat('`') {
                Some(Quoted { value: value.to_owned(), range: start..self.at })
            } else {
                self.unterminated(start, quote)
            };
        }
        let mut value = Vec::new();
        loop {
            let plain = self.run(|c| c != quote && c != '\\' && c != '\n');
            value.extend_from_slice(plain.as_bytes());
            match self.peek() {
                Some('\\') => self.escape(quote, &mut value),
                Some(c) if c == quote => {
                    self.at += c.len_utf8();
                    break;
                }
                _ => return self.unterminated(start, quote),
            }
        }
        let range = start..self.at;
        let value = String::from_utf8(value).unwrap_or_else(|wrong| {
            self.fault_with(
                range.clone(),
                "the escapes of this string do not make up UTF-8",
                "not UTF-8",
                "write the character itself",
            );
            String::from_utf8_lossy(wrong.as_bytes()).into_owned()
        });
        Some(Quoted { value, range })
    }

    fn unterminated(&mut self, start: usize, quote: char) -> Option<Quoted> {
        let where_to = if quote == '`' { "" } else { " on the same line" };
        self.fault_with(
            start..self.at.max(start + 1),
            "this string does not end",
            format!("no closing {quote} follows"),
            format!("close the string with {quote}{where_to}"),
        );
        None
    }

    /// The escape whose backslash stands here: Go's, which yield bytes for `\x` and octal digits.
    fn escape(&mut self, quote: char, value: &mut Vec<u8>) {
        let start = self.at;
        self.at += 1;
        let Some(kind) = self.peek().filter(|c| *c != '\n') else { return };
        if ('0'..='7').contains(&kind) {
            return self.code(start, 3, 8, true, value);
        }
        self.at += kind.len_utf8();
        match kind {
            'a' => value.push(0x07),
            'b' => value.push(0x08),
            'f' => value.push(0x0c),
            'n' => value.push(b'\n'),
            'r' => value.push(b'\r'),
            't' => value.push(b'\t'),
            'v' => value.push(0x0b),
            '\\' => value.push(b'\\'),
            'x' => self.code(start, 2, 16, true, value),
            'u' => self.code(start, 4, 16, false, value),
            'U' => self.code(start, 8, 16, false, value),
            c if c == quote => value.push(c as u8),
            c => {
                let hint = if c == '"' || c == '\'' {
                    format!("write {c} without the backslash: it needs none between {quote}")
                } else {
                    format!("write `\\\\{c}` for a backslash, or put the string between backticks")
                };
                self.fault_with(
                    start..self.at,
                    format!("unknown escape `\\{c}` in a string"),
                    "PromQL knows no such escape",
                    hint,
                );
                // As it was meant, so that a regex is not reported as well.
                value.push(b'\\');
                value.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }

    /// The `count` digits of a numeric escape.
    fn code(&mut self, start: usize, count: usize, radix: u32, byte: bool, value: &mut Vec<u8>) {
        let digits: String = self.rest().chars().take(count).take_while(|c| c.is_digit(radix)).collect();
        self.at += digits.len();
        let code = u32::from_str_radix(&digits, radix).ok().filter(|_| digits.len() == count);
        match (code.map(u8::try_from), code.and_then(char::from_u32)) {
            (Some(Ok(code)), _) if byte => value.push(code),
            (_, Some(code)) if !byte => value.extend_from_slice(code.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => self.fault(
                start..self.at,
                format!("`{}` is not the code of a character", &self.text[start..self.at]),
                format!("expected {count} digits of base {radix} within range"),
            ),
        }
    }
}

/// The byte of `literal` (a string with its quotes, already read without fault) at which the byte `offset` of its value
/// begins. Only a fault inside a value asks for this, so the value itself need not carry a map.
pub(super) fn place_in_literal(literal: &str, offset: usize) -> usize {
    let inner = literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default();
    if literal.starts_with('`') || !inner.contains('\\') {
        return 1 + offset.min(inner.len());
    }
    let mut scanner = Scanner::new(literal);
    scanner.at = 1;
    let quote = literal.chars().next().unwrap_or('"');
    let mut value = Vec::new();
    while value.len() < offset && scanner.at + 1 < literal.len() {
        if scanner.peek() == Some('\\') {
            scanner.escape(quote, &mut value);
        } else if let Some(c) = scanner.bump() {
            value.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    scanner.at.min(literal.len().saturating_sub(1))
}
