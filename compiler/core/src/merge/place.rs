//! Where our part goes in a configuration.

use super::marks;
use super::nodes::entries;
use super::refused::{Refused, no_route};
use super::text::{List, line_after, lines};
use crate::yaml::{Key, Node, Value};

/// Our lines, and the byte of the file before which they go.
#[derive(Debug)]
pub(super) struct Insertion {
    pub(super) at: usize,
    /// With their marks, each ended by `\n`.
    pub(super) lines: String,
}

/// A mapping in block style that has one of the lists.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parent<'n> {
    node: &'n Node,
    is_root: bool,
}

impl<'n> Parent<'n> {
    /// The whole configuration.
    pub(super) fn whole(root: &'n Node) -> Self {
        Self { node: root, is_root: true }
    }

    pub(super) fn entry(&self, key: &str) -> Option<&'n (Key, Node)> {
        entries(self.node).iter().find(|(name, _)| &*name.value.text == key)
    }
}

/// The route of all alerts, once it is sure that it can be edited.
pub(super) fn route<'n>(text: &str, root: &'n Node) -> Result<Parent<'n>, Refused> {
    let whole = Parent::whole(root);
    let Some((key, node)) = whole.entry("route") else { return Err(no_route(root.span.range().start)) };
    own_line(text, key)?;
    let first = entries(node).first().map(|(key, _)| key);
    let Some(first) = first else {
        return Err(Refused::new(
            node.span.range().start,
            "`route` holds no receiver",
            "write the receiver of all other alerts: `route:`, and `receiver: NAME` indented below it",
        ));
    };
    no_alias(key, node)?;
    if first.span.range().start < key.span.range().end {
        return Err(alias(key.span.range().start, "route"));
    }
    no_flow(text, key, first.span.range().start)?;
    own_line(text, first)?;
    Ok(Parent { node, is_root: false })
}

/// Where our items go into a list: before all others, so that the first route that matches our alerts is ours.
pub(super) fn insertion(text: &str, parent: &Parent<'_>, list: List, items: &str) -> Result<Insertion, Refused> {
    let Some((key, value)) = parent.entry(list.key()) else { return new_key(text, parent, list, items) };
    if key.span.range().start < parent.node.span.range().start {
        return Err(alias(key.span.range().start, list.key()));
    }
    own_line(text, key)?;
    no_alias(key, value)?;
    let is_absent = value.scalar().is_some_and(|scalar| scalar.is_null() && scalar.text.is_empty());
    let indent = match &value.value {
        Value::Sequence(theirs) => {
            let first = theirs.first().map_or(value.span.range().end, |item| item.span.range().start);
            no_flow(text, key, first)?;
            dash(text, key)?
        }
        _ if is_absent => column(text, key) + 2,
        _ => {
            let what = format!("`{}` holds {}, where a list is expected", list.key(), value.kind());
            return Err(Refused::new(
                value.span.range().start,
                what,
                "remove the line, or write a list in block style",
            ));
        }
    };
    let at = line_after(text, key.span.range().end);
    Ok(Insertion { at, lines: marks::marked(indent, &shifted(items, indent)) })
}

/// A list that the file has not: behind everything else of its parent, with its key.
fn new_key(text: &str, parent: &Parent<'_>, list: List, items: &str) -> Result<Insertion, Refused> {
    let Some((first, _)) = entries(parent.node).first() else { return Err(no_route(0)) };
    own_line(text, first)?;
    let indent = column(text, first);
    let at = if parent.is_root { text.len() } else { line_after(text, parent.node.span.range().end) };
    let key = format!("{}{}:", " ".repeat(indent), list.key());
    let lines: Vec<String> = std::iter::once(key).chain(shifted(items, indent + 2)).collect();
    Ok(Insertion { at, lines: marks::marked(indent, &lines) })
}

/// Lines so far to the right; blank ones stay blank.
fn shifted(items: &str, indent: usize) -> Vec<String> {
    let margin = " ".repeat(indent);
    items.lines().map(|line| if line.is_empty() { String::new() } else { format!("{margin}{line}") }).collect()
}

/// The text of the key's line before it.
fn before<'t>(text: &'t str, key: &Key) -> &'t str {
    let before = &text[..key.span.range().start];
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    before[line..].trim_start_matches('\u{feff}')
}

fn column(text: &str, key: &Key) -> usize {
    before(text, key).len()
}

/// Refuses a key that stands behind something else on its line.
fn own_line(text: &str, key: &Key) -> Result<(), Refused> {
    let range = key.span.range();
    let is_alone = before(text, key).bytes().all(|byte| byte == b' ');
    if is_alone && text[range.end..].trim_start_matches([' ', '\t']).starts_with(':') {
        return Ok(());
    }
    let name = &key.value.text;
    Err(Refused::new(
        range.start,
        format!("`{name}` does not begin its line, as it does in block style"),
        format!("write `{name}:` on a line of its own, with spaces before it alone"),
    ))
}

/// Refuses a value that is an alias: what it stands for is written elsewhere.
fn no_alias(key: &Key, value: &Node) -> Result<(), Refused> {
    let is_alias = value.span.range().start < key.span.range().end;
    if is_alias { Err(alias(key.span.range().start, &key.value.text)) } else { Ok(()) }
}

fn alias(at: usize, key: &str) -> Refused {
    Refused::new(
        at,
        format!("`{key}` comes from an alias, and what is put there would stand in other places too"),
        format!("write `{key}` out in place of the alias"),
    )
}

/// Refuses brackets and braces between a key and what it holds.
fn no_flow(text: &str, key: &Key, until: usize) -> Result<(), Refused> {
    let from = key.span.range().end;
    let between = &text[from..until.max(from)];
    for (start, line) in lines(between) {
        let code = line.find(" #").map_or(line, |comment| &line[..comment]);
        let code = if code.trim_start().starts_with('#') { "" } else { code };
        if let Some(bracket) = code.find(['[', '{']) {
            let name = &key.value.text;
            return Err(Refused::new(
                from + start + bracket,
                format!("`{name}` is written in flow style, with brackets or braces"),
                format!("write `{name}` in block style, an item or a key a line; remove it if it is empty"),
            ));
        }
    }
    Ok(())
}

/// The column of the dashes of the list below a key.
fn dash(text: &str, key: &Key) -> Result<usize, Refused> {
    let from = line_after(text, key.span.range().end);
    let line = lines(&text[from..]).map(|(_, line)| line).find(|line| {
        let content = line.trim_start();
        !content.is_empty() && !content.starts_with('#')
    });
    let line = line.filter(|line| line.trim_start_matches(' ').starts_with('-'));
    line.map(|line| line.len() - line.trim_start_matches(' ').len()).ok_or_else(|| {
        let name = &key.value.text;
        Refused::new(
            key.span.range().start,
            format!("the items of `{name}` do not begin on lines of their own"),
            format!("write each item of `{name}` on a line of its own behind `- `"),
        )
    })
}
