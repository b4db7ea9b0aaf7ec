//! Tokens: words, numbers, texts and marks, without comments and blanks.

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A name or a keyword.
    Word,
    /// A number.
    Number,
    /// A string or a character, or a piece of a string that has expressions inside.
    Text,
    /// A mark, as `::` or `{`. Where a language has none, a reader adds one: `{` and `}` around Python's blocks.
    Mark,
}

/// What a token can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Behaviour.
    Code,
    /// Nothing: visibility, lints, types that are erased, trailing commas.
    Inert,
    /// What a framework or a compiler reads: attributes, annotations, decorators, tags of fields.
    Attribute,
    /// A log line: its text, and plain names that it prints.
    Log,
    /// Code that runs for a log line: calls, indexes, divisions, long chains of fields.
    LogCall,
    /// The text of an error, and plain names in it.
    Message,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) text: String,
    /// The line in which the token begins, from 1.
    pub(crate) line: usize,
    pub(crate) role: Role,
    /// Whether the token declares its name rather than uses it.
    pub(crate) binds: bool,
}

impl Token {
    /// Whether the token is this word, number or mark.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.text == text && self.kind != TokenKind::Text
    }
}
