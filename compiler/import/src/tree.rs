//! Fields of a peer's document, each with its place, and those that nobody asked for.

use emberline_core::source::Span;
use emberline_core::yaml::{Key, Node, Value};

/// A mapping that is read field by field.
#[derive(Debug)]
pub(crate) struct Fields<'n> {
    /// Where the mapping stands.
    pub(crate) at: Span,
    entries: &'n [(Key, Node)],
    asked: Vec<String>,
}

impl<'n> Fields<'n> {
    /// The fields of a mapping; none for anything else.
    pub(crate) fn of(node: &'n Node) -> Self {
        let entries = match &node.value {
            Value::Mapping(entries) => entries.as_slice(),
            Value::Scalar(_) | Value::Sequence(_) => &[],
        };
        Self { at: entries.first().map_or(node.span, |(key, _)| key.span), entries, asked: Vec::new() }
    }

    /// The value of a field; `None` if it is missing or null.
    pub(crate) fn get(&mut self, name: &str) -> Option<&'n Node> {
        self.asked.push(name.to_owned());
        self.entries.iter().find(|(key, _)| *key.value.text == *name).map(|(_, node)| node).filter(|it| !is_null(it))
    }

    /// The text of a field.
    pub(crate) fn text(&mut self, name: &str) -> Option<(&'n str, Span)> {
        let node = self.get(name)?;
        Some((text(node)?, node.span))
    }

    /// Whether a field says `true`; `None` if it says neither.
    pub(crate) fn is(&mut self, name: &str) -> Option<bool> {
        match self.text(name)?.0 {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            _ => None,
        }
    }

    /// Fields that nobody has asked for.
    pub(crate) fn rest(&self) -> impl Iterator<Item = &'n Key> {
        self.entries.iter().map(|(key, _)| key).filter(|key| !self.asked.iter().any(|asked| **asked == *key.value.text))
    }
}

/// The value of a field of a mapping.
pub(crate) fn find<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    Fields::of(node).get(name)
}

/// The text of a scalar that is not null.
pub(crate) fn text(node: &Node) -> Option<&str> {
    node.scalar().filter(|scalar| !scalar.is_null()).map(|scalar| &*scalar.text)
}

/// The items of a sequence; none for anything else.
pub(crate) fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.value) {
        Some(Value::Sequence(items)) => items,
        _ => &[],
    }
}

/// The entries of a mapping whose values are scalars, as texts.
pub(crate) fn pairs(node: Option<&Node>) -> Vec<(&Key, &Node)> {
    match node.map(|node| &node.value) {
        Some(Value::Mapping(entries)) => entries.iter().map(|(key, value)| (key, value)).collect(),
        _ => Vec::new(),
    }
}

fn is_null(node: &Node) -> bool {
    node.scalar().is_some_and(emberline_core::yaml::Scalar::is_null)
}
