//! Decides whether two token sequences differ in names only, and whether the change itself introduced those names.

use std::collections::{BTreeMap, BTreeSet};

use super::lex::{Token, TokenKind};

/// Names that a change removes and adds. The files bind a removed name only before the change, and an added name only
/// after it.
#[derive(Debug, Default)]
pub(crate) struct Names {
    gone: BTreeSet<String>,
    given: BTreeSet<String>,
}

impl Names {
    /// The names of a change, from all of its files.
    pub(crate) fn of<'t>(before: impl Iterator<Item = &'t [Token]>, after: impl Iterator<Item = &'t [Token]>) -> Self {
        let (before, after): (BTreeSet<_>, BTreeSet<_>) =
            (before.flat_map(bound).collect(), after.flat_map(bound).collect());
        Self { gone: before.difference(&after).cloned().collect(), given: after.difference(&before).cloned().collect() }
    }

    /// Whether `after` is `before` with some names replaced, each by a name that the change introduced in its place.
    ///
    /// A name that existed before may mean something else: a call of `net()` instead of `gross()` is no renaming. Other
    /// names that stay bound elsewhere in the change do not count as renamed either. That errs on the side of
    /// suspicion.
    pub(crate) fn explain(&self, before: &[&Token], after: &[&Token]) -> bool {
        if before.len() != after.len() {
            return false;
        }
        let locals = (local(before), local(after));
        let (mut to, mut from) = (BTreeMap::new(), BTreeMap::new());
        for (old, new) in before.iter().zip(after) {
            if old.kind != new.kind || (old.kind != TokenKind::Word && old.text != new.text) {
                return false;
            }
            if *to.entry(&old.text).or_insert(&new.text) != &new.text
                || *from.entry(&new.text).or_insert(&old.text) != &old.text
            {
                return false;
            }
        }
        to.iter().filter(|(old, new)| old != new).all(|(old, new)| {
            let is_global = self.gone.contains(*old) && self.given.contains(*new);
            let is_local = locals.0.contains(*old) && locals.1.contains(*new);
            is_global || is_local
        })
    }
}

/// Names that a sequence binds itself: with `let`, as a parameter, in a loop or in a closure.
fn local(tokens: &[&Token]) -> BTreeSet<String> {
    let tokens: Vec<Token> = tokens.iter().map(|token| (*token).clone()).collect();
    bound(&tokens).collect()
}

/// Names that the tokens declare, rather than use.
fn bound(tokens: &[Token]) -> impl Iterator<Item = String> {
    let declares = |before: &Token| {
        matches!(
            before.text.as_str(),
            "fn" | "let"
                | "mut"
                | "const"
                | "static"
                | "struct"
                | "enum"
                | "trait"
                | "type"
                | "for"
                | "mod"
                | "def"
                | "func"
                | "var"
                | "class"
                | "macro_rules"
                | "function"
                | "|"
        )
    };
    let mut names = Vec::new();
    let mut in_pattern = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let next = tokens.get(at + 1);
        // `let (a, b) =` binds the names up to the equals sign.
        in_pattern = match token.text.as_str() {
            "let" | "for" => 24,
            "=" | "in" | ";" | "{" => 0,
            _ => in_pattern.saturating_sub(1),
        };
        if token.kind != TokenKind::Word {
            continue;
        }
        let is_declared = before.is_some_and(|before| declares(before) && before.kind != TokenKind::Text);
        let is_typed = next.is_some_and(|next| next.is(":"));
        if is_declared || is_typed || in_pattern > 0 {
            names.push(token.text.clone());
        }
    }
    names.into_iter()
}

#[cfg(test)]
mod tests {
    use super::super::lex::{Language, tokens};
    use super::*;

    fn explained(before: &str, after: &str) -> bool {
        let (before, after) = (tokens(before, Language::Rust), tokens(after, Language::Rust));
        let names = Names::of([&before[..]].into_iter(), [&after[..]].into_iter());
        names.explain(&before.iter().collect::<Vec<_>>(), &after.iter().collect::<Vec<_>>())
    }

    #[test]
    fn new_names_for_the_same_things() {
        assert!(explained("fn a(x: u8) { let y = x; y }", "fn a(input: u8) { let result = input; result }"));
        assert!(explained("fn old() {} fn b() { old() }", "fn new() {} fn b() { new() }"));
        assert!(explained("for line in lines { use_it(line) }", "for item in lines { use_it(item) }"));
    }

    #[test]
    fn other_things_under_other_names() {
        assert!(!explained("fn a(t: T) { t.gross() } fn net() {}", "fn a(t: T) { t.net() } fn net() {}"));
        assert!(!explained("fn a() { quick() }", "fn a() { slow() }"), "neither is declared here");
        assert!(!explained("fn a(x: u8, y: u8) { x - y }", "fn a(x: u8, y: u8) { y - x }"));
        assert!(!explained("fn a() { 1 }", "fn a() { 2 }"));
    }
}
