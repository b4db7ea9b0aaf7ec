//! What stands at a byte of a YAML text: the way from the document down to a key or a value.

use emberline_core::source::Span;
use emberline_core::yaml::{Node, Value};

/// A step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into the value of a key.
    Key(String),
    /// Into an element of a list.
    Item(usize),
}

/// A place in a document.
#[derive(Debug)]
pub struct At<'n> {
    /// From the top; the last step leads to what is at the place.
    pub steps: Vec<Step>,
    /// The nodes on the way, the document first. There is one more than steps.
    pub nodes: Vec<&'n Node>,
    /// The key or the scalar that is at the place.
    pub span: Span,
}

/// Finds the key or the scalar at a byte.
#[must_use]
pub fn at(document: &Node, byte: usize) -> Option<At<'_>> {
    let mut at = At { steps: Vec::new(), nodes: vec![document], span: document.span };
    let mut node = document;
    let holds = |span: Span| span.range().start <= byte && byte <= span.range().end;
    loop {
        match &node.value {
            Value::Scalar(_) => {
                at.span = node.span;
                return holds(node.span).then_some(at);
            }
            Value::Sequence(items) => {
                let (number, item) = items.iter().enumerate().rfind(|(_, item)| holds(item.span))?;
                at.steps.push(Step::Item(number));
                at.nodes.push(item);
                node = item;
            }
            Value::Mapping(entries) => {
                let (key, value) = entries.iter().rfind(|(key, value)| holds(key.span) || holds(value.span))?;
                at.steps.push(Step::Key(key.value.text.to_string()));
                at.nodes.push(value);
                if holds(key.span) {
                    at.span = key.span;
                    return Some(at);
                }
                node = value;
            }
        }
    }
}

/// The value of a key in a mapping.
#[must_use]
pub fn value<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    let Value::Mapping(entries) = &node.value else { return None };
    entries.iter().find(|(key, _)| &*key.value.text == name).map(|(_, value)| value)
}

/// The text of a key's scalar in a mapping.
#[must_use]
pub fn scalar<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    value(node, name).and_then(Node::scalar).map(|scalar| &*scalar.text)
}
