//! The tokens of a template's actions.

use super::reader::Fault;

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// The end of the template.
    End,
    /// Something to be written between actions, beyond blanks.
    Said,
    /// `{{`, with or without its sign that trims.
    Open,
    /// `}}`, with or without its sign that trims.
    Close,
    /// Blanks between arguments.
    Blank,
    /// A function's name.
    Name(&'t str),
    /// `if`, `range` and their like.
    Keyword(&'t str),
    /// `.Name`, without the dot.
    Field(&'t str),
    /// `$name`, or `$` alone.
    Variable(&'t str),
    /// `.` alone.
    Dot,
    /// `true` or `false`, a number, or a character.
    Constant(&'t str),
    /// A text in quotes of either kind, with them.
    Text(&'t str),
    /// `nil`.
    Nil,
    /// `:=` or `=`.
    Assign(&'t str),
    /// `|`, `(`, `)`, `,` or another sign.
    Sign(char),
}

const KEYWORDS: [&str; 10] = ["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"];

/// Tokens with the bytes at which they begin.
pub(super) fn lex(text: &str) -> Result<Vec<(usize, Token<'_>)>, Fault> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new() };
    while let Some(open) = text.get(lexer.at..).and_then(|rest| rest.find("{{")) {
        lexer.said(open);
        lexer.action()?;
    }
    lexer.said(lexer.rest().len());
    lexer.tokens.push((text.len(), Token::End));
    Ok(lexer.tokens)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<(usize, Token<'t>)>,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn fault<T>(&self, at: usize, message: impl Into<String>) -> Result<T, Fault> {
        Err(Fault { at: at.min(self.text.len()), message: message.into() })
    }

    /// Adds a token of `length` bytes.
    fn add(&mut self, length: usize, token: Token<'t>) {
        self.tokens.push((self.at, token));
        self.at += length;
    }

    /// A text of this length outside of actions.
    fn said(&mut self, length: usize) {
        if self.rest().get(..length).is_some_and(|text| !text.trim().is_empty()) {
            self.tokens.push((self.at, Token::Said));
        }
        self.at += length;
    }

    /// The length of `}}` with its sign that trims, if that comes next.
    fn close(&self) -> Option<usize> {
        let rest = self.rest();
        let trimmed = rest.strip_prefix(is_blank).and_then(|rest| rest.strip_prefix("-}}"));
        (rest.starts_with("}}").then_some(2)).or(trimmed.map(|_| 4))
    }

    /// From `{{` up to and with `}}`.
    fn action(&mut self) -> Result<(), Fault> {
        let start = self.at;
        let after = self.text.get(start + 2..).unwrap_or_default();
        let trims = after.strip_prefix('-').is_some_and(|rest| rest.starts_with(is_blank));
        let opened = if trims { 4 } else { 2 };
        if self.text.get(start + opened..).is_some_and(|rest| rest.starts_with("/*")) {
            return self.comment(start, opened);
        }
        // The blank behind the sign stays: it separates nothing, and the parser passes over it.
        self.add(if trims { 3 } else { 2 }, Token::Open);
        let mut open = Vec::new();
        loop {
            if let Some(length) = self.close() {
                if let Some(paren) = open.pop() {
                    return self.fault(paren, "this `(` is not closed");
                }
                self.add(length, Token::Close);
                return Ok(());
            }
            let Some(next) = self.rest().chars().next() else {
                return self.fault(start, "this `{{` is not closed");
            };
            match next {
                next if is_blank(next) => self.blank(),
                '(' => {
                    open.push(self.at);
                    self.add(1, Token::Sign('('));
                }
                ')' if open.pop().is_none() => return self.fault(self.at, "this `)` closes nothing"),
                ')' => self.add(1, Token::Sign(')')),
                '=' => self.add(1, Token::Assign("=")),
                ':' if self.rest().starts_with(":=") => self.add(2, Token::Assign(":=")),
                ':' => return self.fault(self.at, "expected `:=`"),
                '"' => self.quoted('"')?,
                '\'' => self.quoted('\'')?,
                '`' => match self.rest().get(1..).and_then(|rest| rest.find('`')) {
                    Some(length) => {
                        self.add(length + 2, Token::Text(self.rest().get(..length + 2).unwrap_or_default()))
                    }
                    None => return self.fault(self.at, "this text is not closed"),
                },
                '$' => self.word(1)?,
                '.' if !self.rest().get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) => {
                    self.word(1)?;
                }
                '.' | '+' | '-' | '0'..='9' => self.number()?,
                next if is_word(next) => self.word(0)?,
                next if next.is_ascii_graphic() => self.add(1, Token::Sign(next)),
                next => return self.fault(self.at, format!("`{}` means nothing here", next.escape_default())),
            }
        }
    }

    fn comment(&mut self, start: usize, opened: usize) -> Result<(), Fault> {
        let Some(end) = self.text.get(start + opened..).and_then(|rest| rest.find("*/")) else {
            return self.fault(start, "this comment is not closed");
        };
        self.at = start + opened + end + 2;
        match self.close() {
            Some(length) => {
                self.at += length;
                Ok(())
            }
            None => self.fault(start, "a comment has its braces to itself"),
        }
    }

    /// Blanks, but not the one of ` -}}`.
    fn blank(&mut self) {
        let length = self.rest().find(|c| !is_blank(c)).unwrap_or(self.rest().len());
        let is_close = self.rest().get(length..).is_some_and(|rest| rest.starts_with("-}}"));
        let length = if is_close { length - 1 } else { length };
        self.add(length, Token::Blank);
    }

    /// A name, field or variable; `sign` is the length of the sign before it.
    fn word(&mut self, sign: usize) -> Result<(), Fault> {
        let rest = self.rest();
        let behind = rest.get(sign..).unwrap_or_default();
        let length = sign + behind.find(|c| !is_word(c)).unwrap_or(behind.len());
        let (word, after) = rest.split_at(length);
        let ends =
            after.is_empty() || after.starts_with(|c| is_blank(c) || ".,|:)(".contains(c)) || after.starts_with("}}");
        if !ends {
            let next = after.chars().next().unwrap_or_default();
            return self.fault(self.at + length, format!("`{}` cannot stand behind `{word}`", next.escape_default()));
        }
        let token = match word {
            "." => Token::Dot,
            "true" | "false" => Token::Constant(word),
            "nil" => Token::Nil,
            word if KEYWORDS.contains(&word) => Token::Keyword(word),
            word if word.starts_with('.') => Token::Field(word.get(1..).unwrap_or_default()),
            word if word.starts_with('$') => Token::Variable(word),
            word => Token::Name(word),
        };
        self.add(length, token);
        Ok(())
    }

    /// A text or a character in quotes, on one line, with the escapes of Go.
    fn quoted(&mut self, quote: char) -> Result<(), Fault> {
        let start = self.at;
        let mut chars = self.rest().char_indices().skip(1);
        let mut count = 0;
        while let Some((at, c)) = chars.next() {
            match c {
                '\n' => break,
                c if c == quote => {
                    if quote == '\'' && count != 1 {
                        return self.fault(start, "expected one character in these quotes");
                    }
                    let whole = self.rest().get(..=at).unwrap_or_default();
                    self.add(at + 1, if quote == '"' { Token::Text(whole) } else { Token::Constant(whole) });
                    return Ok(());
                }
                '\\' => {
                    let Some((behind, escaped)) = chars.next() else { break };
                    let digits = match escaped {
                        'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' => 0,
                        c if c == quote => 0,
                        'x' => 2,
                        'u' => 4,
                        'U' => 8,
                        '0'..='7' => 3,
                        other => return self.fault(start + at, format!("`\\{}` is no escape", other.escape_default())),
                    };
                    let radix = if escaped.is_ascii_digit() { 8 } else { 16 };
                    let first = if radix == 8 { behind } else { behind + 1 };
                    let code =
                        self.rest().get(first..first + digits).filter(|it| it.chars().all(|c| c.is_digit(radix)));
                    let value = code.and_then(|code| u32::from_str_radix(code, radix).ok());
                    let fits = match digits {
                        0 => true,
                        4 | 8 => value.is_some_and(|value| char::from_u32(value).is_some()),
                        _ => value.is_some_and(|value| value < 256),
                    };
                    if !fits {
                        return self.fault(start + at, "this escape is not complete");
                    }
                    (0..if radix == 8 { 2 } else { digits }).for_each(|_| {
                        chars.next();
                    });
                    count += 1;
                }
                _ => count += 1,
            }
        }
        self.fault(start, "this text is not closed")
    }

    fn number(&mut self) -> Result<(), Fault> {
        let rest = self.rest();
        let mut length = 0;
        let mut last = ' ';
        for c in rest.chars() {
            let sign =
                "+-".contains(c) && (length == 0 || ("eEpP".contains(last) && !rest.starts_with("0x")) || last == 'p');
            if !(sign || is_word(c) || c == '.') {
                break;
            }
            length += c.len_utf8();
            last = c;
        }
        let (word, _) = rest.split_at(length);
        if !is_number(word) {
            return self.fault(self.at, format!("`{word}` is no number"));
        }
        self.add(length, Token::Constant(word));
        Ok(())
    }
}

/// Whether Go reads a number: decimal, in another base with its sign, with `_` between digits, a fraction or an exponent.
fn is_number(word: &str) -> bool {
    let word = word.strip_prefix(['+', '-']).unwrap_or(word);
    let imaginary = word.strip_suffix('i').filter(|rest| !rest.is_empty() && !rest.starts_with("0x"));
    let word = imaginary.unwrap_or(word);
    let digits = |text: &str, radix| {
        !text.is_empty()
            && !text.ends_with('_')
            && !text.contains("__")
            && text.chars().all(|c| c == '_' || c.is_digit(radix))
            && u128::from_str_radix(&text.replace('_', ""), radix).is_ok_and(|value| value <= u128::from(u64::MAX))
    };
    let lower = word.to_ascii_lowercase();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(rest) = lower.strip_prefix(prefix) {
            return digits(rest.strip_prefix('_').unwrap_or(rest), radix);
        }
    }
    // A zero in front makes an octal number, and no other whole number may have one.
    if imaginary.is_none() && lower.len() > 1 && lower.starts_with('0') && !lower.contains(['.', 'e', 'p']) {
        return digits(lower.strip_prefix("0_").unwrap_or(&lower), 8);
    }
    let plain = lower.replace('_', "");
    let first = |c: char| c.is_ascii_digit() || c == '.';
    digits(&lower, 10) && !lower.starts_with('_')
        || (lower.starts_with(first)
            && !lower.contains('_')
            && plain.contains(['.', 'e'])
            && plain.parse::<f64>().is_ok_and(f64::is_finite))
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// Letters and digits of any script, and `_`.
fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}
