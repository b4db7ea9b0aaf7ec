//! Tokens: words, numbers, texts and marks, without comments and blanks.

/// The language of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// Rust.
    Rust,
    /// Go.
    Go,
    /// Languages with braces and C's comments.
    Braces,
    /// Python: blocks by indentation.
    Python,
    /// A language that is not read.
    Other,
}

impl Language {
    /// The language by a file's ending.
    pub(crate) fn of(path: &str) -> Self {
        match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "rs" => Self::Rust,
            "go" => Self::Go,
            "java" | "kt" | "scala" | "js" | "mjs" | "cjs" | "jsx" | "ts" | "tsx" | "c" | "h" | "cc" | "cpp"
            | "hpp" | "cs" | "swift" | "php" => Self::Braces,
            "py" => Self::Python,
            _ => Self::Other,
        }
    }
}

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum TokenKind {
    /// A name or a keyword.
    Word,
    /// A number.
    Number,
    /// A string or a character.
    Text,
    /// A mark; `::`, `->` and `=>` are one mark each.
    Mark,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) text: String,
    /// The line in which the token begins, from 1.
    pub(crate) line: usize,
}

impl Token {
    /// Whether the token is this word, number or mark.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.text == text && self.kind != TokenKind::Text
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    language: Language,
    tokens: Vec<Token>,
}

/// The tokens of a text.
pub(super) fn tokens(text: &str, language: Language) -> Vec<Token> {
    let mut lexer = Lexer { text, at: 0, line: 1, language, tokens: Vec::new() };
    while lexer.step() {}
    lexer.tokens
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Moves past `bytes` bytes, which end between two characters.
    fn skip(&mut self, bytes: usize) {
        let end = (self.at + bytes).min(self.text.len());
        self.line += self.text[self.at..end].bytes().filter(|byte| *byte == b'\n').count();
        self.at = end;
    }

    fn push(&mut self, kind: TokenKind, bytes: usize) {
        let (text, line) = (self.rest()[..bytes].to_owned(), self.line);
        self.tokens.push(Token { kind, text, line });
        self.skip(bytes);
    }

    fn step(&mut self) -> bool {
        let rest = self.rest();
        let Some(c) = rest.chars().next() else { return false };
        let hash_comments = self.language == Language::Python;
        if c.is_whitespace() {
            self.skip(c.len_utf8());
        } else if (hash_comments && c == '#') || (!hash_comments && rest.starts_with("//")) {
            let end = rest.find('\n').unwrap_or(rest.len());
            self.skip(end);
        } else if !hash_comments && rest.starts_with("/*") {
            let end = comment(rest, self.language == Language::Rust);
            self.skip(end);
        } else if let Some(bytes) = self.string(rest) {
            self.push(TokenKind::Text, bytes);
        } else if c.is_alphabetic() || c == '_' || c == '$' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len());
            self.push(TokenKind::Word, end);
        } else if c.is_ascii_digit() {
            self.push(TokenKind::Number, number(rest));
        } else if rest.starts_with("::") || rest.starts_with("->") || rest.starts_with("=>") {
            self.push(TokenKind::Mark, 2);
        } else {
            self.push(TokenKind::Mark, c.len_utf8());
        }
        true
    }

    /// The length of the string or character literal that begins here.
    fn string(&self, rest: &str) -> Option<usize> {
        match self.language {
            Language::Rust => rust_string(rest),
            Language::Python => {
                let body = rest.trim_start_matches(['r', 'b', 'f', 'u', 'R', 'B', 'F', 'U']);
                let prefix = rest.len() - body.len();
                let triple = ["\"\"\"", "'''"].into_iter().find(|quote| body.starts_with(quote));
                if prefix > 2 {
                    return None;
                }
                if let Some(quote) = triple {
                    return Some(prefix + 3 + body[3..].find(quote).map_or(body.len() - 3, |end| end + 3));
                }
                body.starts_with(['"', '\'']).then(|| prefix + quoted(body))
            }
            _ if rest.starts_with('`') => Some(1 + rest[1..].find('`').map_or(rest.len() - 1, |end| end + 1)),
            _ => rest.starts_with(['"', '\'']).then(|| quoted(rest)),
        }
    }
}

/// The length of a comment between `/*` and `*/`.
fn comment(rest: &str, nests: bool) -> usize {
    let bytes = rest.as_bytes();
    let (mut at, mut depth) = (2, 1);
    while at < bytes.len() {
        match (bytes[at], bytes.get(at + 1)) {
            (b'*', Some(b'/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            (b'/', Some(b'*')) if nests => {
                depth += 1;
                at += 2;
            }
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of a string in one kind of quotes, with escapes. An unclosed string reaches to the end.
fn quoted(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == bytes[0] => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// Strings of Rust: `"…"`, `b"…"`, `c"…"`, `r#"…"#`, `'c'`; not lifetimes.
fn rust_string(rest: &str) -> Option<usize> {
    if rest.starts_with('\'') {
        let mut chars = rest.char_indices().skip(1);
        let (_, first) = chars.next()?;
        let (next, second) = chars.next()?;
        return match (first, second) {
            ('\\', _) => Some(quoted(rest)),
            (_, '\'') => Some(next + 1),
            _ => None,
        };
    }
    let prefix = rest.find(|c| !matches!(c, 'b' | 'c' | 'r'))?;
    let body = &rest[prefix..];
    if prefix > 2 {
        return None;
    }
    if rest[..prefix].contains('r') {
        let hashes = body.find(|c| c != '#')?;
        let opens = body[hashes..].starts_with('"');
        let closing = format!("\"{}", "#".repeat(hashes));
        let end = || body[hashes + 1..].find(&closing).map_or(body.len(), |end| hashes + 1 + end + closing.len());
        return opens.then(|| prefix + end());
    }
    body.starts_with('"').then(|| prefix + quoted(body))
}

/// The length of a number: `1_000`, `0xff`, `2.5e-3f64`. In `0..5`, only the `0` is the number.
fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        let follows_digit = || bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        let is_exponent = matches!(bytes[at - 1], b'e' | b'E') && !rest.starts_with("0x");
        match byte {
            b'_' => at += 1,
            byte if byte.is_ascii_alphanumeric() => at += 1,
            b'.' if follows_digit() => at += 1,
            b'+' | b'-' if is_exponent && follows_digit() => at += 1,
            _ => break,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, language: Language) -> Vec<String> {
        tokens(text, language).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn rust_in_all_its_quotes() {
        let text =
            "fn a<'x>(c: char) { // {\n/* { /* } */ */ let s = r#\"}\"#; '\\''; '}'; b\"{\\\"\"; 0..5; 1.5e-3_f64 }";
        let wanted = "fn a < ' x > ( c : char ) { let s = r#\"}\"# ; '\\'' ; '}' ; b\"{\\\"\" ; 0 . . 5 ; 1.5e-3_f64 }";
        assert_eq!(texts(text, Language::Rust).join(" "), wanted);
        assert_eq!(tokens("a\n\nb", Language::Rust)[1].line, 3);
    }

    #[test]
    fn other_languages() {
        assert_eq!(texts("x = `a\n}` // c", Language::Go), ["x", "=", "`a\n}`"]);
        assert_eq!(texts("x = '''a\n#''' # c", Language::Python), ["x", "=", "'''a\n#'''"]);
        assert_eq!(texts("x = 'it\\'s' /* c */ + f\"y\"", Language::Braces), ["x", "=", "'it\\'s'", "+", "f", "\"y\""]);
    }

    #[test]
    fn nothing_makes_it_stop() {
        for text in ["\"", "'", "/*", "r#\"", "'\\", "é'é", "b'", "\u{1f600}'\u{1f600}'", "r####", "\"\\"] {
            for language in [Language::Rust, Language::Go, Language::Braces, Language::Python] {
                let _ = tokens(text, language);
            }
        }
    }
}
