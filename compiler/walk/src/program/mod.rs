//! Reads source code as far as a walk needs it: the function of a line, and whether a change affects behaviour.
//!
//! Nothing is compiled. Rust and languages with braces are read by their tokens, Python by its indentation. Files in
//! other languages are compared line by line.

pub(super) mod change;
pub(super) mod items;
mod lex;
mod normal;
mod rename;

pub(super) use lex::{Language, Token, TokenKind};

use items::Item;

/// A file's text with its tokens and items.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) text: String,
    pub(super) tokens: Vec<Token>,
    pub(super) items: Vec<Item>,
}

/// Longer files, in bytes, are not read: they are generated or data.
const LONGEST: usize = 1_000_000;

impl Program {
    /// Reads a file.
    pub(super) fn of(path: &str, text: String) -> Self {
        let language = Language::of(path);
        if language == Language::Other || text.len() > LONGEST {
            return Self { text, tokens: Vec::new(), items: Vec::new() };
        }
        let tokens = lex::tokens(&text, language);
        let items = items::find(&text, &tokens, language, path);
        Self { text, tokens, items }
    }

    /// The innermost function that contains a line.
    pub(super) fn function_at(&self, line: usize) -> Option<&Item> {
        let around = self.items.iter().filter(|item| item.is_function() && item.first <= line && line <= item.last);
        around.min_by_key(|item| item.last - item.first)
    }

    /// A function by its name, preferably of the type `qualifier`.
    pub(super) fn function(&self, name: &str, qualifier: Option<&str>) -> Option<&Item> {
        let named = || self.items.iter().filter(|item| item.is_function() && item.name == name);
        let qualified = qualifier.and_then(|qualifier| named().find(|item| item.qualifier == qualifier));
        qualified.or_else(|| named().find(|item| !item.is_test)).or_else(|| named().next())
    }

    /// The tokens of an item.
    pub(super) fn tokens_of(&self, item: &Item) -> &[Token] {
        self.tokens.get(item.tokens.clone()).unwrap_or(&[])
    }
}
