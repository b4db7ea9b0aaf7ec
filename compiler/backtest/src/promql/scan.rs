//! Words, strings and lengths of time of PromQL.

use std::ops::Range;

use super::Unread;

/// A text and how far it is read.
pub(super) struct Scanner<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Scanner<'t> {
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next character behind blanks and comments.
    pub(super) fn peek(&mut self) -> Option<char> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r']);
            self.at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') {
                return trimmed.chars().next();
            }
            self.at += trimmed.find('\n').unwrap_or(trimmed.len());
        }
    }

    /// Steps over `symbol` if it is next.
    pub(super) fn eat(&mut self, symbol: &str) -> bool {
        self.peek();
        let is_next = self.rest().starts_with(symbol);
        if is_next {
            self.at += symbol.len();
        }
        is_next
    }

    pub(super) fn expect(&mut self, symbol: &str) -> Result<(), Unread> {
        if self.eat(symbol) { Ok(()) } else { self.unread(format!("`{symbol}` is missing")) }
    }

    /// The next word, if there is one; it is not stepped over.
    pub(super) fn word(&mut self) -> &'t str {
        let starts = self.peek().is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == ':');
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':')).unwrap_or(rest.len());
        if starts { rest.get(..end).unwrap_or_default() } else { "" }
    }

    /// Steps over a word, in any case, if it is next.
    pub(super) fn eat_word(&mut self, wanted: &str) -> bool {
        let word = self.word();
        let is_next = word.eq_ignore_ascii_case(wanted);
        if is_next {
            self.at += word.len();
        }
        is_next
    }

    /// The first character behind the next word: what tells a keyword from a metric of that name.
    pub(super) fn behind(&self, word: &str) -> Option<char> {
        let mut ahead = Scanner { text: self.text, at: self.at + word.len() };
        ahead.peek()
    }

    pub(super) fn unread<T>(&self, why: impl Into<String>) -> Result<T, Unread> {
        let end = self.rest().chars().next().map_or(self.at, |c| self.at + c.len_utf8());
        Err(Unread { why: why.into(), at: self.at..end })
    }

    /// A string in any of the three quotes, without its escapes.
    pub(super) fn string(&mut self) -> Result<String, Unread> {
        let Some(quote) = self.peek().filter(|c| matches!(c, '"' | '\'' | '`')) else {
            return self.unread("a string is missing");
        };
        let start = self.at;
        let open = || Unread { why: "this string has no end".to_owned(), at: start..self.text.len() };
        let mut rest = self.rest().char_indices().skip(1);
        let mut text = String::new();
        while let Some((place, c)) = rest.next() {
            if c == quote {
                self.at = start + place + c.len_utf8();
                return Ok(text);
            }
            if c != '\\' || quote == '`' {
                text.push(c);
                continue;
            }
            let (_, escape) = rest.next().ok_or_else(open)?;
            let digits = match escape {
                'x' => 2,
                'u' => 4,
                'U' => 8,
                _ => 0,
            };
            let unknown = || Unread { why: format!("`\\{escape}` in a string is not read"), at: start..start + place };
            text.push(match escape {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'a' => '\u{7}',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'v' => '\u{b}',
                '\\' | '"' | '\'' => escape,
                'x' | 'u' | 'U' => {
                    let code: String = rest.by_ref().take(digits).map(|(_, c)| c).collect();
                    let code = u32::from_str_radix(&code, 16).ok().filter(|_| code.len() == digits);
                    // A byte above ASCII is a part of a character.
                    let code = code.filter(|code| digits > 2 || *code < 0x80);
                    code.and_then(char::from_u32).ok_or_else(unknown)?
                }
                _ => return Err(unknown()),
            });
        }
        Err(open())
    }

    /// A length of time such as `1h30m`, or a number of seconds; in milliseconds.
    pub(super) fn length(&mut self) -> Result<i64, Unread> {
        const UNITS: [(&str, i64); 7] = [
            ("ms", 1),
            ("s", 1_000),
            ("m", 60_000),
            ("h", 3_600_000),
            ("d", 86_400_000),
            ("w", 7 * 86_400_000),
            ("y", 365 * 86_400_000),
        ];
        self.peek();
        let start = self.at;
        let (mut total, mut parts) = (0_i64, 0);
        loop {
            let rest = self.rest();
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let count = rest.get(..digits).and_then(|count| count.parse::<i64>().ok());
            let Some(count) = count else { break };
            let unit_text = rest.get(digits..).unwrap_or_default();
            let unit = UNITS.iter().find(|(unit, _)| {
                let behind = unit_text.strip_prefix(unit);
                behind.is_some_and(|behind| !behind.starts_with(|c: char| c.is_ascii_alphabetic()))
            });
            let (unit, size) = match unit {
                Some((unit, size)) => (unit.len(), *size),
                // Seconds without a unit stand alone.
                None if parts == 0 && !unit_text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '.') => {
                    (0, 1_000)
                }
                None => break,
            };
            total = total.saturating_add(count.saturating_mul(size));
            parts += 1;
            self.at += digits + unit;
        }
        if parts == 0 || total <= 0 {
            self.at = start;
            return self.unread("a length of time is missing");
        }
        Ok(total)
    }

    /// What was read since `start`, without the blanks behind it.
    pub(super) fn span(&self, start: usize) -> Range<usize> {
        let read = self.text.get(start..self.at).unwrap_or_default();
        start..start + read.trim_end().len()
    }
}
