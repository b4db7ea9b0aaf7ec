//! The token of a leaf.

use tree_sitter::Node;

use super::super::grammar::Sense;
use super::super::language::Language;
use super::super::token::{Role, Token, TokenKind};
use super::frame::Frame;
use super::reader::Reader;

impl Reader<'_> {
    /// Adds the token of a leaf, or of a string.
    pub(super) fn leaf(
        &mut self,
        node: Node<'_>,
        field: Option<&str>,
        sense: Sense,
        around: &Frame,
        place: usize,
        binding: bool,
    ) {
        let text = self.of(node);
        if text.trim().is_empty() {
            return;
        }
        if !around.in_attribute && around.sense != Sense::Wrapper {
            self.pending = None;
        }
        let kind = kind(text, sense, around);
        let mut unused = false;
        let role = self.role(node, field, sense, around, place, &mut unused);
        let is_inert = !node.is_named() && self.is_inert_word(text);
        let role = match around.sense {
            Sense::Wrapper | Sense::Scope => Role::Inert,
            _ if is_inert && role == Role::Code => Role::Inert,
            // The marks before Python's types.
            Sense::Typed | Sense::Constant if self.language == Language::Python && text == ":" => Role::Attribute,
            Sense::Function if self.language == Language::Python && text == "->" => Role::Attribute,
            _ => role,
        };
        let adds_text = matches!(text, "context" | "with_context" | "wrap_err" | "wrap_err_with");
        let role = match self.tokens.last_mut() {
            // `.context` belongs to the text that it adds.
            Some(dot) if adds_text && role == Role::Code && self.language == Language::Rust && dot.is(".") => {
                dot.role = Role::Message;
                Role::Message
            }
            _ => role,
        };
        // A comma before a closing bracket is a matter of layout, except in a tuple.
        if matches!(text, ")" | "]" | "}")
            && !around.is_tuple
            && let Some(last) = self.tokens.last_mut()
            && last.is(",")
        {
            last.role = Role::Inert;
        }
        let binds = binding && kind == TokenKind::Word && node.is_named() && !self.is_read_by_name(node, around);
        let text = match sense {
            Sense::Keyword => text.to_ascii_uppercase(),
            Sense::Text => self.in_one_style(text),
            _ => text.to_owned(),
        };
        self.tokens.push(Token { kind, text, line: node.start_position().row + 1, role, binds });
    }

    /// A string in double quotes, where both kinds of quotes mean the same.
    fn in_one_style(&self, text: &str) -> String {
        let has_two = self.language.is_script() || self.language == Language::Python;
        match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            Some(inner) if has_two && !inner.contains(['"', '\\', '\'']) => format!("\"{inner}\""),
            _ => text.to_owned(),
        }
    }

    /// Words that only the compiler reads.
    fn is_inert_word(&self, text: &str) -> bool {
        match self.language {
            Language::Java => matches!(text, "public" | "private" | "protected" | "final"),
            Language::CSharp => {
                matches!(text, "public" | "private" | "protected" | "internal" | "sealed" | "readonly" | "partial")
            }
            Language::TypeScript | Language::Tsx => {
                matches!(text, "readonly" | "abstract" | "declare" | "public" | "private" | "protected")
            }
            _ => false,
        }
    }
}

fn kind(text: &str, sense: Sense, around: &Frame) -> TokenKind {
    let first = text.chars().next().unwrap_or(' ');
    match sense {
        Sense::Number => TokenKind::Number,
        // SQL has one kind for all literals.
        Sense::Text if first.is_ascii_digit() || first == '.' => TokenKind::Number,
        Sense::Text | Sense::Piece => TokenKind::Text,
        // The quotes around the pieces of a string.
        _ if around.sense == Sense::Text => {
            if first == '\\' {
                TokenKind::Text
            } else {
                TokenKind::Mark
            }
        }
        _ if first.is_alphabetic() || matches!(first, '_' | '$' | '@') => TokenKind::Word,
        _ if first.is_ascii_digit() => TokenKind::Number,
        _ => TokenKind::Mark,
    }
}

/// Whether a string has expressions inside.
pub(super) fn has_expressions(node: Node<'_>) -> bool {
    let mut cursor = node.walk();
    let mut more = cursor.goto_first_child();
    while more {
        if matches!(cursor.node().kind(), "interpolation" | "template_substitution") {
            return true;
        }
        more = cursor.goto_next_sibling();
    }
    false
}
