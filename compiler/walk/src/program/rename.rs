//! Decides whether two token sequences differ in names only, and whether the change itself introduced those names.

use std::collections::{BTreeMap, BTreeSet};

use super::token::{Token, TokenKind};

/// Names that a change removes and adds. The files declare a removed name only before the change, and an added name
/// only after it.
#[derive(Debug, Default)]
pub(crate) struct Names {
    gone: BTreeSet<String>,
    given: BTreeSet<String>,
}

impl Names {
    /// The names of a change, from all of its files.
    pub(crate) fn of<'t>(before: impl Iterator<Item = &'t [Token]>, after: impl Iterator<Item = &'t [Token]>) -> Self {
        let bound = |tokens: &'t [Token]| tokens.iter().filter(|token| token.binds).map(|token| token.text.clone());
        let (before, after): (BTreeSet<_>, BTreeSet<_>) =
            (before.flat_map(bound).collect(), after.flat_map(bound).collect());
        Self { gone: before.difference(&after).cloned().collect(), given: after.difference(&before).cloned().collect() }
    }

    /// Whether `after` is `before` with some names replaced, each by a name that the change introduced in its place.
    ///
    /// A name that existed before may mean something else: a call of `net()` instead of `gross()` is no renaming. Other
    /// names that stay declared elsewhere in the change do not count as renamed either. That errs on the side of
    /// suspicion.
    pub(super) fn explain(&self, before: &[&Token], after: &[&Token]) -> bool {
        if before.len() != after.len() {
            return false;
        }
        let (mut to, mut from) = (BTreeMap::new(), BTreeMap::new());
        let mut texts = Vec::new();
        for (old, new) in before.iter().zip(after) {
            if old.kind != new.kind {
                return false;
            }
            if old.kind == TokenKind::Text && old.text != new.text {
                texts.push((old.text.as_str(), new.text.as_str()));
                continue;
            }
            if old.kind != TokenKind::Word && old.text != new.text {
                return false;
            }
            if *to.entry(old.text.as_str()).or_insert(new.text.as_str()) != new.text
                || *from.entry(new.text.as_str()).or_insert(old.text.as_str()) != old.text
            {
                return false;
            }
        }
        let (local, locals) = (bound(before), bound(after));
        let is_renamed = |old: &str, new: &str| {
            let is_global = self.gone.contains(old) && self.given.contains(new);
            let is_local = local.contains(old) && locals.contains(new);
            is_global || is_local
        };
        let is_text = |old: &str, new: &str| replaced(old, &to).as_deref() == Some(new);
        to.iter().filter(|(old, new)| old != new).all(|(old, new)| is_renamed(old, new))
            && texts.iter().all(|(old, new)| is_text(old, new))
    }
}

/// Names that a sequence declares itself: with `let`, as a parameter, in a loop or in a closure.
fn bound<'t>(tokens: &[&'t Token]) -> BTreeSet<&'t str> {
    tokens.iter().filter(|token| token.binds).map(|token| token.text.as_str()).collect()
}

/// A format string of Rust with the names in its braces replaced; `None` if no name is.
fn replaced(text: &str, names: &BTreeMap<&str, &str>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut is_changed) = (text, false);
    while let Some((before, inside)) = rest.split_once('{') {
        let length = inside.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(inside.len());
        let (name, after) = inside.split_at(length);
        let new = names.get(name).copied().filter(|_| after.starts_with(['}', ':'])).unwrap_or(name);
        is_changed |= new != name;
        out.push_str(before);
        out.push('{');
        out.push_str(new);
        rest = after;
    }
    out.push_str(rest);
    is_changed.then_some(out)
}
