//! What the file has by the names that our part uses: receivers, intervals of time, templates.

use std::collections::BTreeMap;

use super::nodes::{entries, items};
use super::place::Parent;
use super::refused::Refused;
use super::same;
use super::text::{List, source};
use crate::emit::Fragment;
use crate::yaml::{self, Node};

/// Our receivers that the file has not, as items.
pub(super) fn receivers(root: &Node, ours: &Fragment) -> Result<String, Refused> {
    let theirs = Named::of(root, &[List::Receivers.key()]);
    let missing = theirs.missing(&ours.receivers, |name| {
        (
            format!("the receiver `{name}` leads elsewhere than the receiver of this name in the policy"),
            format!("give the policy's receiver another name, or no destination (`{name}: {{}}`) to use this one"),
        )
    })?;
    let nowhere = ours.named.iter().find(|name| !ours.receivers.contains_key(*name) && theirs.find(name).is_none());
    match nowhere {
        None => Ok(missing),
        Some(name) => Err(Refused::new(
            theirs.at,
            format!(
                "the policy sends alerts to the receiver `{name}`, which neither the policy nor this file declares"
            ),
            "give the receiver a destination in the policy, or name one of this file's receivers there",
        )),
    }
}

/// Our intervals of time that the file has not, as items. Both lists of the file share one set of names.
pub(super) fn time_intervals(root: &Node, ours: &Fragment) -> Result<String, Refused> {
    let theirs = Named::of(root, &[List::TimeIntervals.key(), "mute_time_intervals"]);
    theirs.missing(&ours.time_intervals, |name| {
        (
            format!("the interval of time `{name}` says something else than the one of this name in the policy"),
            "give the policy's interval another name, or the same parts".to_owned(),
        )
    })
}

/// Refuses a file that does not load the templates which our receivers may call.
pub(super) fn templates(root: &Node, ours: &Fragment) -> Result<(), Refused> {
    let entry = Parent::whole(root).entry("templates");
    let loaded = entry.map_or(&[][..], |(_, value)| items(value));
    let is_loaded = |file: &&String| loaded.iter().any(|item| item.scalar().is_some_and(|it| *it.text == ***file));
    match ours.templates.iter().find(|file| !is_loaded(file)) {
        None => Ok(()),
        Some(file) => Err(Refused::new(
            entry.map_or(root.span.range().start, |(key, _)| key.span.range().start),
            format!("the policy's receivers call templates of `{file}`, which this file does not load"),
            format!("add `{file}` to the list `templates` of this file"),
        )),
    }
}

/// The items of a file's lists, by their `name`.
struct Named<'n> {
    items: Vec<&'n Node>,
    /// Where the first list begins, or the file.
    at: usize,
}

impl<'n> Named<'n> {
    fn of(root: &'n Node, keys: &[&str]) -> Self {
        let lists: Vec<_> = keys.iter().filter_map(|key| Parent::whole(root).entry(key)).collect();
        Self {
            items: lists.iter().flat_map(|(_, value)| items(value)).collect(),
            at: lists.first().map_or(root.span.range().start, |(key, _)| key.span.range().start),
        }
    }

    fn find(&self, name: &str) -> Option<&'n Node> {
        self.items.iter().copied().find(|item| text_of(item, "name").is_some_and(|node| node.1 == name))
    }

    /// Those of ours that are not there, as items; those that are there must say the same.
    fn missing(
        &self,
        ours: &BTreeMap<String, String>,
        differs: impl Fn(&str) -> (String, String),
    ) -> Result<String, Refused> {
        let mut missing = String::new();
        for (name, item) in ours {
            let Some(theirs) = self.find(name) else {
                missing.push_str(item);
                continue;
            };
            let item = yaml::parse(source(), item).documents.pop();
            if !item.as_ref().and_then(|list| items(list).first()).is_some_and(|ours| same::value(ours, theirs)) {
                let at = text_of(theirs, "name").map_or(theirs.span.range().start, |(node, _)| node.span.range().start);
                let (what, help) = differs(name);
                return Err(Refused::new(at, what, help));
            }
        }
        Ok(missing)
    }
}

/// The scalar of an entry, and its text.
fn text_of<'n>(node: &'n Node, key: &str) -> Option<(&'n Node, &'n str)> {
    let (_, value) = entries(node).iter().find(|(name, _)| &*name.value.text == key)?;
    Some((value, &*value.scalar()?.text))
}
