//! Compares the items of two versions of a file.
//!
//! What cannot matter is taken away step by step: first what only compilers read, then renamed names, then log lines,
//! and so on. The step that leaves two equal sequences says how the item changed.

use std::collections::BTreeMap;

use super::Program;
use super::change::{Changed, How};
use super::imports;
use super::items::{Item, ItemKind};
use super::prose::{is_prose, is_statement};
use super::rename::Names;
use super::token::{Role, Token, TokenKind};

/// Compares the items of two versions of a file. `names` are the names that the whole commit adds and removes.
pub(crate) fn compare(before: Option<&Program>, after: Option<&Program>, names: &Names) -> Vec<Changed> {
    let (old, new) = (Side::of(before), Side::of(after));
    let (pairs, mut gone, given) = pair(&old, &new);
    let mut changed = Vec::new();
    for (item, twin) in pairs {
        let (tokens, twins) = (old.tokens(item), new.tokens(twin));
        let (how, redirects) = match item.kind {
            ItemKind::Imports => imports::how(tokens, twins),
            _ => (how(&old.expanded(item), &new.expanded(twin), names), Vec::new()),
        };
        changed.extend(how.map(|how| record(how, (Some(item), tokens), (Some(twin), twins), redirects)));
    }
    for item in given {
        let tokens = new.expanded(item);
        // An item that differs from a removed item in names at most is that item, renamed or moved to another type.
        let is_old = |old_item: &&Item| {
            old_item.kind == item.kind
                && item.kind != ItemKind::Setting
                && how(&old.expanded(old_item), &tokens, names).is_none_or(|how| how <= How::Names)
        };
        match gone.iter().position(is_old).map(|at| gone.remove(at)) {
            Some(twin) => {
                let (tokens, twins) = (old.tokens(twin), new.tokens(item));
                changed.push(record(How::Names, (Some(twin), tokens), (Some(item), twins), Vec::new()));
            }
            None => {
                let how = came_or_went(item, new.tokens(item), How::New);
                let mut record = record(how, (None, &[]), (Some(item), new.tokens(item)), Vec::new());
                record.code = bare(&tokens).into_iter().cloned().collect();
                changed.push(record);
            }
        }
    }
    for item in gone {
        let how = came_or_went(item, old.tokens(item), How::Gone);
        let mut record = record(how, (Some(item), old.tokens(item)), (None, &[]), Vec::new());
        record.code = bare(&old.expanded(item)).into_iter().cloned().collect();
        changed.push(record);
    }
    changed
}

/// A version of a file.
struct Side<'p> {
    program: Option<&'p Program>,
    /// Values of constants with few tokens. The comparison replaces the name of such a constant by its value.
    constants: BTreeMap<&'p str, Vec<&'p Token>>,
}

impl<'p> Side<'p> {
    fn of(program: Option<&'p Program>) -> Self {
        let Some(program) = program else { return Self { program, constants: BTreeMap::new() } };
        let value = |item: &'p Item| {
            let tokens = program.tokens_of(item);
            let is_fixed = tokens.iter().any(|token| matches!(token.text.as_str(), "const" | "static" | "final"))
                || item.name.chars().all(|c| !c.is_lowercase());
            let from = tokens.iter().position(|token| token.is("="))? + 1;
            let value: Vec<&Token> =
                tokens.get(from..)?.iter().filter(|token| !token.is(";") && token.role == Role::Code).collect();
            (is_fixed && (1..=12).contains(&value.len())).then_some((item.name.as_str(), value))
        };
        let constants = program.items.iter().filter(|item| item.kind == ItemKind::Constant).filter_map(value);
        Self { program: Some(program), constants: constants.collect() }
    }

    fn items(&self) -> &'p [Item] {
        self.program.map_or(&[], |program| &program.items)
    }

    fn tokens(&self, item: &Item) -> &'p [Token] {
        self.program.map_or(&[], |program| program.tokens_of(item))
    }

    /// An item's tokens, with the values of constants in the place of their names.
    fn expanded(&self, item: &Item) -> Vec<&'p Token> {
        let tokens = self.tokens(item);
        let mut out = Vec::with_capacity(tokens.len());
        let mut before: Option<&Token> = None;
        for token in tokens {
            let is_code = token.kind == TokenKind::Word && token.role == Role::Code;
            let is_use = is_code && !token.binds && !before.is_some_and(|before| before.is("."));
            match self.constants.get(token.text.as_str()).filter(|_| is_use && item.name != token.text) {
                Some(value) => out.extend(value),
                None => out.push(token),
            }
            before = Some(token);
        }
        out
    }
}

type Key<'i> = (ItemKind, &'i str, &'i str);

/// Pairs the items of two versions by kind, type and name. Of several with one name, equal ones are paired first.
fn pair<'p>(old: &Side<'p>, new: &Side<'p>) -> (Vec<(&'p Item, &'p Item)>, Vec<&'p Item>, Vec<&'p Item>) {
    fn keyed<'p>(side: &Side<'p>) -> BTreeMap<Key<'p>, Vec<&'p Item>> {
        let mut items: BTreeMap<Key<'_>, Vec<&Item>> = BTreeMap::new();
        for item in side.items() {
            items.entry((item.kind, &item.qualifier, &item.name)).or_default().push(item);
        }
        items
    }
    let (before, mut after) = (keyed(old), keyed(new));
    let (mut pairs, mut gone) = (Vec::new(), Vec::new());
    for (key, items) in before {
        let mut twins = after.remove(&key).unwrap_or_default();
        if let ([item], [twin]) = (items.as_slice(), twins.as_slice()) {
            pairs.push((*item, *twin));
            continue;
        }
        let mut left = Vec::new();
        for item in items {
            let text = |token: &Token| (token.kind, token.text.clone());
            let is_equal = |twin: &&Item| old.tokens(item).iter().map(text).eq(new.tokens(twin).iter().map(text));
            match twins.iter().take(MANY).position(is_equal) {
                Some(at) => drop(twins.remove(at)),
                None => left.push(item),
            }
        }
        let count = left.len().min(twins.len());
        gone.extend(left.split_off(count));
        let rest = twins.split_off(count);
        pairs.extend(left.into_iter().zip(twins));
        after.extend((!rest.is_empty()).then_some((key, rest)));
    }
    (pairs, gone, after.into_values().flatten().collect())
}

/// The most items of one name that are compared with each other.
const MANY: usize = 64;

/// How an item that came or went counts. What does nothing until code uses it does nothing when it comes: that code
/// has changed as well. A value that calls a function acts by itself, and so does a field that a framework reads: it
/// has an annotation or an accessor.
fn came_or_went(item: &Item, tokens: &[Token], how: How) -> How {
    let acts =
        |token: &Token| (token.is("(") && token.role == Role::Code) || token.role == Role::Attribute || token.is("get");
    match item.kind {
        ItemKind::Imports => imports::how(&[], tokens).0.unwrap_or(How::Declared),
        ItemKind::Constant if tokens.iter().any(acts) => how,
        _ if item.acts() => how,
        _ => How::Declared,
    }
}

fn record(
    how: How,
    (before, old): (Option<&Item>, &[Token]),
    (after, new): (Option<&Item>, &[Token]),
    redirects: Vec<String>,
) -> Changed {
    let item = after.or(before);
    Changed {
        kind: item.map_or(ItemKind::Rest, |item| item.kind),
        name: item.map(|item| item.name.clone()).unwrap_or_default(),
        qualifier: item.map(|item| item.qualifier.clone()).unwrap_or_default(),
        how: if item.is_some_and(|item| item.is_test) { How::Tests } else { how },
        before: before.map(|item| (item.first, item.last)),
        after: after.map(|item| (item.first, item.last)),
        added: missing(new, old),
        removed: missing(old, new),
        code: Vec::new(),
        redirects,
    }
}

/// The tokens, marks included, that `of` has more often than `from`.
fn missing(of: &[Token], from: &[Token]) -> Vec<String> {
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

/// The tokens without those that only compilers read.
fn bare<'t>(tokens: &[&'t Token]) -> Vec<&'t Token> {
    tokens.iter().copied().filter(|token| token.role != Role::Inert).collect()
}

/// How two versions of an item differ; `None` if they are the same.
fn how(before: &[&Token], after: &[&Token], names: &Names) -> Option<How> {
    if same(before, after, false) {
        return None;
    }
    // Each step takes tokens away that explain the difference.
    let steps = [
        (Role::Inert, How::Form),
        (Role::Log, How::Logs),
        (Role::Message, How::Texts),
        (Role::LogCall, How::LogCalls),
        (Role::Attribute, How::Attributes),
    ];
    let (mut before, mut after) = (before.to_vec(), after.to_vec());
    for (role, how) in steps {
        for tokens in [&mut before, &mut after] {
            tokens.retain(|token| token.role != role);
        }
        if same(&before, &after, false) {
            return Some(how);
        }
        if names.explain(&before, &after) {
            return Some(how.max(How::Names));
        }
    }
    if same(&before, &after, true) {
        let differing = || before.iter().zip(&after).filter(|(old, new)| old.text != new.text);
        if differing().any(|(old, _)| old.kind == TokenKind::Number) {
            return Some(How::Numbers);
        }
        let is_read = |text: &str| is_statement(text) || !is_prose(text);
        let is_machines = differing().any(|(old, new)| is_read(&old.text) || is_read(&new.text));
        return Some(if is_machines { How::Statements } else { How::Texts });
    }
    let sorted = |tokens: &[&Token]| {
        let mut texts: Vec<String> = tokens.iter().map(|token| token.text.clone()).collect();
        texts.sort();
        texts
    };
    Some(if sorted(&before) == sorted(&after) { How::Order } else { How::Logic })
}

/// Whether two sequences of tokens are the same. With `loosely`, numbers and texts may differ.
fn same(before: &[&Token], after: &[&Token], loosely: bool) -> bool {
    let alike = |old: &Token, new: &Token| {
        old.kind == new.kind
            && (old.text == new.text || (loosely && matches!(old.kind, TokenKind::Number | TokenKind::Text)))
    };
    before.len() == after.len() && before.iter().zip(after).all(|(old, new)| alike(old, new))
}
