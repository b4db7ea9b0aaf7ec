//! Whether two readings of a configuration say the same.

use super::nodes::{entries, items};
use super::text::{List, source};
use crate::yaml::{self, Key, Node, Value};

/// Whether two values are equal; the order of keys, styles and places do not count.
pub(super) fn value(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Scalar(one), Value::Scalar(other)) => one.text == other.text && one.is_null() == other.is_null(),
        (Value::Sequence(one), Value::Sequence(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| value(one, other))
        }
        (Value::Mapping(one), Value::Mapping(other)) => {
            let found = |key: &Key| other.iter().find(|(name, _)| name.value.text == key.value.text);
            one.len() == other.len()
                && one.iter().all(|(key, one)| found(key).is_some_and(|(_, other)| value(one, other)))
        }
        _ => false,
    }
}

/// Whether a configuration has our items first in each list, and says what it said before without them.
pub(super) fn but_for_ours(before: &Node, after: &Node, ours: &[(List, String)]) -> bool {
    let (mut before, mut after) = (before.clone(), after.clone());
    for (list, text) in ours {
        let ours = yaml::parse(source(), text).documents.pop();
        let ours = ours.as_ref().map_or(&[][..], items);
        if !take(&mut after, *list, ours) || !take(&mut before, *list, &[]) {
            return false;
        }
    }
    value(&before, &after)
}

/// Takes items from the beginning of a list, and the list's key with the last of them. False if the list begins
/// otherwise.
fn take(root: &mut Node, list: List, expected: &[Node]) -> bool {
    let parent = match list {
        List::Routes => entries_mut(root).and_then(|entries| found(entries, "route")).map(|(_, route)| route),
        List::InhibitRules | List::Receivers | List::TimeIntervals => Some(root),
    };
    let Some(parent) = parent.and_then(entries_mut) else { return expected.is_empty() };
    let mut is_empty = false;
    if let Some((_, node)) = found(parent, list.key()) {
        let begins = items(node).len() >= expected.len()
            && items(node).iter().zip(expected).all(|(item, expected)| value(item, expected));
        if !begins {
            return false;
        }
        if let Value::Sequence(items) = &mut node.value {
            items.drain(..expected.len());
            is_empty = items.is_empty();
        } else {
            is_empty = entries(node).is_empty() && node.scalar().is_some_and(yaml::Scalar::is_null);
        }
    } else if !expected.is_empty() {
        return false;
    }
    if is_empty {
        parent.retain(|(key, _)| &*key.value.text != list.key());
    }
    true
}

fn entries_mut(node: &mut Node) -> Option<&mut Vec<(Key, Node)>> {
    match &mut node.value {
        Value::Mapping(entries) => Some(entries),
        _ => None,
    }
}

fn found<'n>(entries: &'n mut [(Key, Node)], key: &str) -> Option<&'n mut (Key, Node)> {
    entries.iter_mut().find(|(name, _)| &*name.value.text == key)
}
