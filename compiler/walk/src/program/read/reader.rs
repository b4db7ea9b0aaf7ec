//! What is known while a tree is read.

use std::ops::Range;

use tree_sitter::Node;

use super::super::grammar::Grammar;
use super::super::items::Item;
use super::super::language::Language;
use super::super::token::Token;
use super::frame::Frame;

/// A tree that is being read.
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) language: Language,
    pub(super) grammar: &'static Grammar,
    pub(super) tokens: Vec<Token>,
    pub(super) items: Vec<Item>,
    /// The places of imports among the tokens.
    pub(super) imports: Vec<Range<usize>>,
    /// The open nodes, the outermost first; never empty.
    pub(super) frames: Vec<Frame>,
    /// Where the attributes or the wrapper begin that belong to the next item.
    pub(super) pending: Option<usize>,
}

impl<'t> Reader<'t> {
    /// The text of a node.
    pub(super) fn of(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }
}
