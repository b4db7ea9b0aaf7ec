//! What a mapping must satisfy once its entries are read: each key once, and `<<` merged in.

use std::collections::{HashMap, HashSet};

use super::node::{Key, Node, Style, Value};
use crate::code::INVALID_YAML;
use crate::finding::Finding;

/// Up to this many keys, comparing each with each is faster than hashing.
const FEW: usize = 16;

/// Drops entries whose key an earlier entry has, with a finding for each.
pub(super) fn drop_duplicates(entries: &mut Vec<(Key, Node)>, mut report: impl FnMut(Finding)) {
    let later: Vec<(usize, usize)> = if entries.len() <= FEW {
        let keys = entries.iter().enumerate();
        keys.filter_map(|(index, (key, _))| {
            let earlier = entries.iter().position(|(other, _)| other.value.text == key.value.text)?;
            (earlier < index).then_some((earlier, index))
        })
        .collect()
    } else {
        let mut seen: HashMap<&str, usize> = HashMap::with_capacity(entries.len());
        let keys = entries.iter().enumerate();
        keys.filter_map(|(index, (key, _))| {
            let earlier = *seen.entry(&key.value.text).or_insert(index);
            (earlier < index).then_some((earlier, index))
        })
        .collect()
    };
    for (earlier, index) in &later {
        if let (Some((first, _)), Some((second, _))) = (entries.get(*earlier), entries.get(*index)) {
            report(
                Finding::new(&INVALID_YAML, second.span, format!("the key `{}` appears twice", second.value.text))
                    .label("given again here")
                    .related(first.span, "first given here")
                    .hint("remove one of the two"),
            );
        }
    }
    // The first of two stays: the decoder goes on with it, and what it finds there is no echo of the duplicate.
    let mut later = later.into_iter().map(|(_, index)| index).peekable();
    let mut index = 0;
    entries.retain(|_| {
        let drop = later.next_if_eq(&index).is_some();
        index += 1;
        !drop
    });
}

/// Replaces a `<<` entry by the entries of the mapping, or mappings, that it names. Keys that stand in the mapping
/// itself win over merged ones, and earlier merged ones over later.
pub(super) fn merge(entries: &mut Vec<(Key, Node)>, mut report: impl FnMut(Finding)) {
    let Some(at) = entries.iter().position(|(key, _)| is_merge(key)) else { return };
    let (_, merged) = entries.remove(at);
    let mut seen: HashSet<Box<str>> = entries.iter().map(|(key, _)| key.value.text.clone()).collect();
    let sources = match merged.value {
        Value::Sequence(items) => items,
        Value::Mapping(_) | Value::Scalar(_) => vec![merged],
    };
    for source in sources {
        let found = source.kind();
        match source.value {
            Value::Mapping(pairs) => {
                entries.extend(pairs.into_iter().filter(|(key, _)| seen.insert(key.value.text.clone())));
            }
            // Nothing to merge; an alias of nothing has been reported.
            Value::Scalar(scalar) if scalar.is_null() => {}
            Value::Scalar(_) | Value::Sequence(_) => report(
                Finding::new(&INVALID_YAML, source.span, format!("`<<` merges mappings, found {found}"))
                    .label("not a mapping")
                    .hint("give `<<` an alias of a mapping, such as `<<: *defaults`, or a sequence of them"),
            ),
        }
    }
}

fn is_merge(key: &Key) -> bool {
    key.value.style == Style::Plain && &*key.value.text == "<<"
}
