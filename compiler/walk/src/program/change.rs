//! Finds what a commit changes in the items of a file, and whether the change affects behaviour.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Program;
use super::items::{Item, ItemKind};
use super::lex::{Token, TokenKind};
use super::normal::{bare, is_statement, silent, with_texts};
pub(crate) use super::rename::Names;

/// How an item changed, from irrelevant to relevant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// Only comments and blanks changed.
    Comments,
    /// The item runs in tests only.
    Tests,
    /// Only attributes and visibility changed.
    Attributes,
    /// Only names changed.
    Names,
    /// Only log lines changed.
    Logs,
    /// Only texts for people changed.
    Texts,
    /// Texts for machines changed: statements, paths, addresses.
    Statements,
    /// The item is gone.
    Gone,
    /// Numbers changed.
    Numbers,
    /// The same statements have another order.
    Order,
    /// The item is new.
    New,
    /// The logic of the item changed.
    Logic,
}

impl How {
    /// The weight of the change as evidence: 0 if the change cannot be the cause, 1 if it may well be the cause.
    #[must_use]
    pub fn weight(self) -> f64 {
        match self {
            Self::Comments | Self::Tests => 0.0,
            Self::Attributes | Self::Names => 0.06,
            Self::Logs => 0.1,
            Self::Texts => 0.15,
            Self::Statements | Self::Gone => 0.5,
            Self::Numbers | Self::Order => 0.9,
            Self::New | Self::Logic => 1.0,
        }
    }

    /// The change in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Comments => "only comments and blanks",
            Self::Tests => "tests only",
            Self::Attributes => "attributes only",
            Self::Names => "names only",
            Self::Logs => "only log lines",
            Self::Texts => "texts only",
            Self::Statements => "a text that machines read",
            Self::Gone => "removes it",
            Self::Numbers => "numbers",
            Self::Order => "the order of its statements",
            Self::New => "adds it",
            Self::Logic => "its logic",
        }
    }
}

/// A change of an item.
#[derive(Debug, Clone)]
pub(crate) struct Changed {
    pub(crate) kind: ItemKind,
    pub(crate) name: String,
    pub(crate) qualifier: String,
    pub(crate) how: How,
    /// The item's first and last line before the change; `None` if the item is new.
    pub(crate) before: Option<(usize, usize)>,
    /// The item's first and last line after the change; `None` if the item is gone.
    pub(crate) after: Option<(usize, usize)>,
    /// Words, texts, numbers and marks that the change adds, sorted.
    pub(crate) added: Vec<String>,
    /// Words, texts, numbers and marks that the change removes, sorted.
    pub(crate) removed: Vec<String>,
}

/// Compares the items of two versions of a file. `names` are the names that the whole commit adds and removes.
pub(crate) fn compare(before: Option<&Program>, after: Option<&Program>, names: &Names) -> Vec<Changed> {
    let old = before.map(keyed).unwrap_or_default();
    let new = after.map(keyed).unwrap_or_default();
    let constants = (before.map(constants).unwrap_or_default(), after.map(constants).unwrap_or_default());
    let mut changed = Vec::new();
    let mut gone: Vec<(&Item, Vec<&Token>)> = Vec::new();
    for (key, item) in &old {
        let tokens: Vec<&Token> = before.map(|program| program.tokens_of(item).iter().collect()).unwrap_or_default();
        match new.get(key).zip(after) {
            Some((twin, program)) => {
                let twins: Vec<&Token> = program.tokens_of(twin).iter().collect();
                let how = how(&tokens, &twins, &constants, names);
                if let Some(how) = how {
                    changed.push(record(twin, how, Some(item), Some(twin), &tokens, &twins));
                }
            }
            None => gone.push((item, tokens)),
        }
    }
    for (key, item) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        let tokens: Vec<&Token> = after.map(|program| program.tokens_of(item).iter().collect()).unwrap_or_default();
        // An item that differs from a removed item in names at most is that item, renamed or moved to another type.
        let twin = gone.iter().position(|(old, theirs)| {
            old.kind == item.kind
                && key.0 == old.kind
                && how(theirs, &tokens, &constants, names).is_none_or(|how| how <= How::Names)
        });
        match twin.map(|at| gone.remove(at)) {
            Some((old, theirs)) => changed.push(record(item, How::Names, Some(old), Some(item), &theirs, &tokens)),
            // A constant or a type does nothing until code uses it, and that code has changed as well.
            None if !item.is_function() => changed.push(record(item, How::Names, None, Some(item), &[], &tokens)),
            None => changed.push(record(item, How::New, None, Some(item), &[], &tokens)),
        }
    }
    for (item, tokens) in gone {
        changed.push(record(item, How::Gone, Some(item), None, &tokens, &[]));
    }
    changed
}

/// Items by kind, type and name. A counter tells apart items with the same kind, type and name.
fn keyed(program: &Program) -> BTreeMap<(ItemKind, String, String, usize), &Item> {
    let mut items = BTreeMap::new();
    for item in &program.items {
        let mut count = 0;
        while items.contains_key(&(item.kind, item.qualifier.clone(), item.name.clone(), count)) {
            count += 1;
        }
        items.insert((item.kind, item.qualifier.clone(), item.name.clone(), count), item);
    }
    items
}

fn record(
    item: &Item,
    how: How,
    before: Option<&Item>,
    after: Option<&Item>,
    old: &[&Token],
    new: &[&Token],
) -> Changed {
    let (removed, added) = (missing(old, new), missing(new, old));
    Changed {
        kind: item.kind,
        name: item.name.clone(),
        qualifier: item.qualifier.clone(),
        how: if item.is_test { How::Tests } else { how },
        before: before.map(|item| (item.first, item.last)),
        after: after.map(|item| (item.first, item.last)),
        added,
        removed,
    }
}

/// The tokens, marks included, that `of` has more often than `from`.
fn missing(of: &[&Token], from: &[&Token]) -> Vec<String> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for token in from {
        *left.entry(&token.text).or_default() += 1;
    }
    let mut more = Vec::new();
    for token in of {
        match left.get_mut(token.text.as_str()) {
            Some(count) if *count > 0 => *count -= 1,
            _ => more.push(token.text.clone()),
        }
    }
    more.sort();
    more
}

type Constants = BTreeMap<String, Vec<Token>>;

/// Values of constants with few tokens. The comparison replaces the name of such a constant by its value.
fn constants(program: &Program) -> Constants {
    let short = |item: &&Item| item.kind == ItemKind::Constant;
    let value = |item: &Item| {
        let tokens = program.tokens_of(item);
        let from = tokens.iter().position(|token| token.is("="))? + 1;
        let value: Vec<Token> = tokens[from..].iter().filter(|token| !token.is(";")).cloned().collect();
        (1..=12).contains(&value.len()).then_some((item.name.clone(), value))
    };
    program.items.iter().filter(short).filter_map(value).collect()
}

/// How two versions of an item differ; `None` if they are the same.
fn how(before: &[&Token], after: &[&Token], constants: &(Constants, Constants), names: &Names) -> Option<How> {
    let (before, after) = (expanded(before, &constants.0), expanded(after, &constants.1));
    if same(&before, &after, false) {
        return None;
    }
    let (before, after) = (bare(&before), bare(&after));
    if same(&before, &after, false) {
        return Some(How::Attributes);
    }
    if names.explain(&before, &after) {
        return Some(How::Names);
    }
    let (before, after) = (silent(&before), silent(&after));
    if same(&before, &after, false) || names.explain(&before, &after) {
        return Some(How::Logs);
    }
    // A text for people counts as one text, however the code builds it.
    let (before, after) = (with_texts(&before), with_texts(&after));
    let (old, new): (Vec<&Token>, Vec<&Token>) = (before.iter().collect(), after.iter().collect());
    if same(&old, &new, true) {
        let differing = || old.iter().zip(&new).filter(|(old, new)| old.text != new.text);
        if differing().any(|(old, _)| old.kind == TokenKind::Number) {
            return Some(How::Numbers);
        }
        let is_read = differing().any(|(old, new)| is_statement(&old.text) || is_statement(&new.text));
        return Some(if is_read { How::Statements } else { How::Texts });
    }
    let sorted = |tokens: &[&Token]| {
        let mut texts: Vec<String> = tokens.iter().map(|token| token.text.clone()).collect();
        texts.sort();
        texts
    };
    Some(if sorted(&old) == sorted(&new) { How::Order } else { How::Logic })
}

/// Whether two sequences of tokens are the same. With `loosely`, numbers and texts may differ.
fn same(before: &[&Token], after: &[&Token], loosely: bool) -> bool {
    let alike = |old: &Token, new: &Token| {
        old.kind == new.kind
            && (old.text == new.text || (loosely && matches!(old.kind, TokenKind::Number | TokenKind::Text)))
    };
    before.len() == after.len() && before.iter().zip(after).all(|(old, new)| alike(old, new))
}

fn expanded<'t>(tokens: &[&'t Token], constants: &'t Constants) -> Vec<&'t Token> {
    let mut out = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        let is_declared =
            at > 0 && (tokens[at - 1].is("const") || tokens[at - 1].is("static") || tokens[at - 1].is("."));
        match constants.get(&token.text) {
            Some(value) if token.kind == TokenKind::Word && !is_declared => out.extend(value),
            _ => out.push(*token),
        }
    }
    out
}

impl Changed {
    /// The first of `words` that the change adds.
    pub(crate) fn adds(&self, words: &[&str]) -> Option<String> {
        words.iter().find(|word| self.added.iter().any(|added| added == *word)).map(|word| (*word).to_owned())
    }

    /// The first of `words` that the change removes.
    pub(crate) fn removes(&self, words: &[&str]) -> Option<String> {
        words.iter().find(|word| self.removed.iter().any(|removed| removed == *word)).map(|word| (*word).to_owned())
    }

    /// The words that the item's new version has more often than the old version.
    pub(crate) fn new_words(&self) -> BTreeSet<&str> {
        self.added.iter().map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The changed items of a file, from its texts before and after.
    fn how_it_changed(before: &str, after: &str) -> Vec<(String, How)> {
        let (old, new) = (Program::of("a.rs", before.into()), Program::of("a.rs", after.into()));
        let names = Names::of([&old.tokens[..]].into_iter(), [&new.tokens[..]].into_iter());
        compare(Some(&old), Some(&new), &names).into_iter().map(|changed| (changed.name, changed.how)).collect()
    }

    fn how(before: &str, after: &str) -> Option<How> {
        how_it_changed(before, after).into_iter().find(|(name, _)| name == "f").map(|(_, how)| how)
    }

    #[test]
    fn what_cannot_matter() {
        let f = "fn f(x: u8) -> u8 { let y = x; y }";
        assert_eq!(how(f, "/// Doc.\nfn f(x: u8) -> u8 {\n    // y\n    let y = x;\n    y\n}"), None);
        assert_eq!(how(f, "#[inline]\npub(crate) fn f(x: u8) -> u8 { let y = x; y }"), Some(How::Attributes));
        assert_eq!(how(f, "fn f(input: u8) -> u8 { let copy = input; copy }"), Some(How::Names));
        assert_eq!(how(f, "fn f(x: u8) -> u8 { let y = x; tracing::info!(x, \"y is {y}\"); y }"), Some(How::Logs));
        assert_eq!(how("fn f() -> u8 { 7 }", "const SEVEN: u8 = 7;\nfn f() -> u8 { SEVEN }"), None);
        assert_eq!(how("fn f() { g(a, b) }", "fn f() { g(a, b,) }"), Some(How::Attributes));
        let logs = "fn f(x: u8) -> u8 { let y = x; if let Some(z) = y.find(|a| a > 1) { tracing::info!(z); } y }";
        assert_eq!(how(f, logs), Some(How::Logs));
        let span = |name: &str| format!("fn f() {{ let s = tracing::info_span!(\"{name}\"); s.in_scope(g) }}");
        assert_eq!(how(&span("a"), &span("b")), Some(How::Logs));
        assert_eq!(how("fn f() { Err(\"no\".to_owned()) }", "fn f() { Err(format!(\"no {x}\")) }"), Some(How::Texts));
        assert_eq!(
            how("fn f() { g().context(\"a\")? }", "fn f() { g().with_context(|| format!(\"a {b}\"))? }"),
            Some(How::Texts)
        );
        assert_eq!(how("#[test] fn f() { 1 }", "#[test] fn f() { 2 }"), Some(How::Tests));
    }

    #[test]
    fn what_may() {
        assert_eq!(
            how("const N: u8 = 7;\nfn f() -> u8 { N }", "const N: u8 = 9;\nfn f() -> u8 { N }"),
            Some(How::Numbers)
        );
        assert_eq!(how("fn f() { a(\"x\") }", "fn f() { a(\"y\") }"), Some(How::Texts));
        assert_eq!(how("fn f() { a(\"SELECT 1\") }", "fn f() { a(\"SELECT 2\") }"), Some(How::Statements));
        assert_eq!(how("fn f() { if x { g() } h() }", "fn f() { if x { } h() }"), Some(How::Logic));
        assert_eq!(how("fn f() { a(); b(); }", "fn f() { b(); a(); }"), Some(How::Order));
        assert_eq!(how("fn f() { t.gross() }", "fn f() { t.net() }"), Some(How::Logic));
        assert_eq!(how("fn f() { if x { return } g() }", "fn f() { g() }"), Some(How::Logic));
        assert_eq!(how("fn g() {}", "fn g() {} fn f() { h() }"), Some(How::New));
        assert_eq!(how("fn f() { h(1) }", ""), Some(How::Gone));
    }

    #[test]
    fn a_function_with_a_new_name_is_the_old_one() {
        let changes =
            how_it_changed("fn old(x: u8) { x + 1 } fn f() { old(2) }", "fn new(x: u8) { x + 1 } fn f() { new(2) }");
        assert!(changes.iter().all(|(_, how)| *how == How::Names), "{changes:?}");
    }
}
