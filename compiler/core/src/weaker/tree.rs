//! Specs as plain trees, which two revisions of them are compared by. A spec with faults has a tree too.

use crate::yaml::{Node, node};

/// What a YAML node says, without its place and its notation.
#[derive(Debug, Clone)]
pub(crate) enum Tree {
    /// A scalar's text.
    Leaf(String),
    /// A sequence.
    List(Vec<Tree>),
    /// A mapping, in the order written.
    Map(Vec<(String, Tree)>),
}

/// Mappings are the same whatever the order of their keys.
impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Leaf(one), Self::Leaf(two)) => one == two,
            (Self::List(one), Self::List(two)) => one == two,
            (Self::Map(one), Self::Map(two)) => {
                one.len() == two.len() && one.iter().all(|(key, value)| other.get(key) == Some(value))
            }
            _ => false,
        }
    }
}

impl Tree {
    pub(crate) fn of(node: &Node) -> Self {
        match &node.value {
            node::Value::Scalar(scalar) => Self::Leaf(scalar.text.to_string()),
            node::Value::Sequence(items) => Self::List(items.iter().map(Self::of).collect()),
            node::Value::Mapping(entries) => {
                Self::Map(entries.iter().map(|(key, value)| (key.value.text.to_string(), Self::of(value))).collect())
            }
        }
    }

    /// The value of a field of a mapping.
    pub(crate) fn get(&self, field: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        entries.iter().find(|(key, _)| key == field).map(|(_, value)| value)
    }

    /// Adds what another file says of the same service. Lists and mappings add up; a field that is said twice is an
    /// error of the specs.
    pub(crate) fn join(&mut self, other: Self) {
        match (self, other) {
            (Self::List(own), Self::List(others)) => own.extend(others),
            (Self::Map(own), Self::Map(others)) => {
                for (key, value) in others {
                    match own.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, known)) => known.join(value),
                        None => own.push((key, value)),
                    }
                }
            }
            _ => {}
        }
    }

    /// The whole tree on one line.
    pub(crate) fn text(&self) -> String {
        let joined = |parts: Vec<String>| parts.join(", ");
        match self {
            Self::Leaf(text) => text.clone(),
            Self::List(items) => joined(items.iter().map(Self::text).collect()),
            Self::Map(entries) => {
                joined(entries.iter().map(|(key, value)| format!("{key}: {}", value.text())).collect())
            }
        }
    }

    /// The items of a list, or the entries of a mapping, one text each. An item within a mapping of lists has the
    /// mapping's key before it.
    pub(crate) fn items(&self) -> Vec<String> {
        match self {
            Self::Leaf(text) => vec![text.clone()],
            Self::List(items) => items.iter().map(Self::text).collect(),
            Self::Map(entries) => {
                let of = |(key, value): &(String, Self)| {
                    value.items().into_iter().map(|item| format!("{key}: {item}")).collect::<Vec<_>>()
                };
                entries.iter().flat_map(of).collect()
            }
        }
    }

    /// The entries of a mapping or of a list of records, each under a name of its own: its key, or the texts of the
    /// fields that tell it from others.
    pub(crate) fn named(&self, by: &[&str]) -> Vec<(String, &Self)> {
        let mut named: Vec<(String, &Self)> = match self {
            Self::Leaf(_) => Vec::new(),
            Self::Map(entries) => entries.iter().map(|(key, value)| (key.clone(), value)).collect(),
            Self::List(items) => {
                let name = |item: &Self| {
                    let parts: Vec<String> = by.iter().filter_map(|field| item.get(field).map(Self::text)).collect();
                    parts.join(" ")
                };
                items.iter().map(|item| (name(item), item)).collect()
            }
        };
        // A second entry of the same name must not hide behind the first.
        let mut seen = std::collections::BTreeMap::new();
        for (name, _) in &mut named {
            let count = seen.entry(name.clone()).or_insert(0);
            *count += 1;
            if *count > 1 {
                *name = format!("{name} ({count})");
            }
        }
        named
    }
}
