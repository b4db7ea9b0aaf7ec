//! The tree that a YAML text is read into: every node with its place, nothing interpreted.
//!
//! Numbers and booleans stay the text that was written: objectives are exact decimals, and a decoder that knows what it
//! expects can say more about a wrong value than a schema that guesses its type.

use crate::source::{Span, Spanned};

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What a person would mark as the value: quotes and brackets included; the `|` of a block, anchors, comments and
    /// trailing line breaks not. Empty, just behind the `:` or `-`, where nothing was written. Below an alias it is the
    /// place of the anchor's text, so that [`locate`](super::locate()) works on it.
    pub span: Span,
    /// What was written.
    pub value: Value,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A text, a number, a boolean or nothing.
    Scalar(Scalar),
    /// Values in order.
    Sequence(Vec<Node>),
    /// Keys and values in the order they were written, each key once; what `<<` merges in stands at the end.
    Mapping(Vec<(Key, Node)>),
}

/// The key of a mapping's entry.
pub type Key = Spanned<Scalar>;

/// A scalar's text, decoded, and how it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar {
    /// The text with escapes, folding and indentation undone.
    pub text: Box<str>,
    /// How it was written.
    pub style: Style,
}

/// The notations of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

impl Node {
    /// The scalar that the node is, if it is one.
    #[must_use]
    pub fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// What the node is, in the words of a finding: "expected a mapping, found a sequence".
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) if scalar.is_null() => "nothing",
            Value::Scalar(_) => "a scalar",
            Value::Sequence(_) => "a sequence",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// The nodes of the tree, counted no further than just past `limit`.
    pub(super) fn count(&self, limit: usize) -> usize {
        let mut total = 1;
        let mut add = |child: &Self| {
            if total <= limit {
                total += child.count(limit - (total - 1));
            }
        };
        match &self.value {
            Value::Scalar(_) => {}
            Value::Sequence(items) => items.iter().for_each(&mut add),
            Value::Mapping(entries) => entries.iter().for_each(|(_, value)| add(value)),
        }
        total
    }

    /// Collections inside each other; 0 for a scalar.
    pub(super) fn height(&self) -> usize {
        match &self.value {
            Value::Scalar(_) => 0,
            Value::Sequence(items) => 1 + items.iter().map(Self::height).max().unwrap_or(0),
            Value::Mapping(entries) => 1 + entries.iter().map(|(_, value)| value.height()).max().unwrap_or(0),
        }
    }
}

impl Scalar {
    /// Whether the scalar says "nothing": written plain and empty, `~` or `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.style == Style::Plain && matches!(&*self.text, "" | "~" | "null" | "Null" | "NULL")
    }
}
