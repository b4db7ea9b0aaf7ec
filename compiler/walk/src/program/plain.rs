//! Reads a text of an unknown language, or one that is too long to parse: as words and marks without items.

use super::items::{Item, ItemKind, whole};
use super::token::{Role, Token, TokenKind};

/// The tokens of a text, and one item for all of them. Lines that begin as comments do in most languages are left out.
pub(super) fn read(text: &str) -> (Vec<Token>, Vec<Item>) {
    let mut tokens = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        let is_comment =
            ["//", "/*", "*/", "* ", "--", "# "].iter().any(|begin| line.starts_with(begin)) || line == "*";
        if !is_comment {
            words(line, at + 1, &mut tokens);
        }
    }
    let items = whole(&tokens, 0..tokens.len(), ItemKind::Rest).into_iter().collect();
    (tokens, items)
}

fn words(line: &str, number: usize, tokens: &mut Vec<Token>) {
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let (kind, length) = if c.is_whitespace() {
            rest = rest.trim_start();
            continue;
        } else if is_word(c) {
            let kind = if c.is_ascii_digit() { TokenKind::Number } else { TokenKind::Word };
            (kind, rest.find(|c| !is_word(c)).unwrap_or(rest.len()))
        } else if c == '"' {
            (TokenKind::Text, rest.char_indices().skip(1).find(|(_, c)| *c == '"').map_or(rest.len(), |(at, _)| at + 1))
        } else {
            (TokenKind::Mark, c.len_utf8())
        };
        let (word, after) = rest.split_at(length);
        tokens.push(Token { kind, text: word.to_owned(), line: number, role: Role::Code, binds: false });
        rest = after;
    }
}
