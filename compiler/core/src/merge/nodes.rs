//! What a node holds, if it is of the kind.

use crate::yaml::{Key, Node, Value};

/// The entries of a mapping.
pub(super) fn entries(node: &Node) -> &[(Key, Node)] {
    match &node.value {
        Value::Mapping(entries) => entries,
        _ => &[],
    }
}

/// The items of a sequence.
pub(super) fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::Sequence(items) => items,
        _ => &[],
    }
}
