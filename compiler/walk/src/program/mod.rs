//! Reads source code as far as a walk needs it: the function of a line, and whether a change affects behaviour.
//!
//! Nothing is compiled. Tree-sitter's grammars give a syntax tree even where a file has errors. `grammar` says what a
//! kind of node means, `read` turns the tree into tokens and items, and `change` compares two versions. A language
//! without a grammar, and a file that is too long, is compared word by word (`plain`).

pub(super) mod change;
pub(super) mod compare;
mod grammar;
mod imports;
pub(super) mod items;
mod language;
pub(super) mod moved;
mod parse;
mod plain;
mod prose;
mod read;
mod rename;
mod token;
mod yaml;

pub(super) use language::Language;
pub(super) use token::{Token, TokenKind};

use items::Item;

/// A file's text with its tokens and items.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) text: String,
    /// The file's tokens in their order. Behind them, the tokens of types without their methods follow once more.
    pub(super) tokens: Vec<Token>,
    pub(super) items: Vec<Item>,
}

impl Program {
    /// Reads a file.
    pub(super) fn of(path: &str, text: String) -> Self {
        let language = Language::of(path);
        let (tokens, mut items) = match grammar::Grammar::of(language) {
            None if language == Language::Other => (Vec::new(), Vec::new()),
            None => plain::read(&text),
            Some(grammar) => match parse::parse(&text, grammar) {
                None => plain::read(&text),
                Some(tree) if language == Language::Yaml => yaml::read(&tree, &text),
                Some(tree) => read::read(&tree, &text, language, grammar),
            },
        };
        if items::is_test_path(path) {
            items.iter_mut().for_each(|item| item.is_test = true);
        }
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

#[cfg(test)]
mod tests;
