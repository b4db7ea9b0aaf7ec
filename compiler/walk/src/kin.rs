//! Code that belongs to a place without a call between them: constructors of its type, and arguments that another
//! function passes to what the place uses.

use std::collections::BTreeSet;

use super::program::TokenKind;
use super::program::change::Changed;
use super::repo::Repo;
use super::target::Target;

/// Names of functions that make a value.
const MAKES: [&str; 14] = [
    "new",
    "default",
    "from",
    "build",
    "open",
    "connect",
    "create",
    "init",
    "with",
    "try_new",
    "__init__",
    "constructor",
    "setup",
    "start",
];
/// Types that everything uses.
const COMMON: [&str; 26] = [
    "Self", "String", "Vec", "Option", "Result", "Ok", "Err", "Some", "None", "Box", "Arc", "Rc", "Duration",
    "Instant", "Value", "Error", "Default", "Debug", "Clone", "HashMap", "BTreeMap", "Future", "Request", "Response",
    "Context", "Send",
];

/// How close a changed function is to a place that it does not call, from 0 to 1, and in words.
pub(super) fn kin(repo: &Repo<'_>, path: &str, changed: &Changed, target: &Target) -> Option<(f64, String)> {
    if repo.package(path) != repo.package(&target.file) {
        return None;
    }
    let name = changed.name.as_str();
    let makes = MAKES.iter().any(|word| name == *word || name.starts_with(&format!("{word}_")));
    let own = &target.item.qualifier;
    if makes && !own.is_empty() && changed.qualifier == *own {
        return Some((0.42, format!("makes the `{own}` of")));
    }
    // Types that the place mentions, and that the changed lines or the changed type are about.
    let program = repo.now(&target.file)?;
    let types: BTreeSet<&str> = program
        .tokens_of(&target.item)
        .iter()
        .filter(|token| token.kind == TokenKind::Word && is_type(&token.text))
        .map(|token| token.text.as_str())
        .collect();
    if makes && types.contains(changed.qualifier.as_str()) {
        return Some((0.3, format!("makes a `{}` for", changed.qualifier)));
    }
    let item = repo.now(path)?;
    let item = item.items.iter().find(|item| item.name == changed.name && item.qualifier == changed.qualifier)?;
    let program = repo.now(path)?;
    let near_lines: BTreeSet<&str> = program
        .tokens_of(item)
        .iter()
        .filter(|token| changed.added.contains(&token.text))
        .map(|token| token.line)
        .flat_map(|line| program.tokens_of(item).iter().filter(move |token| token.line == line))
        .map(|token| token.text.as_str())
        .collect();
    let passed = types.iter().find(|name| near_lines.contains(*name))?;
    Some((0.25, format!("passes other values to `{passed}`, as used by")))
}

/// Whether a word is the name of a type that few functions share.
fn is_type(word: &str) -> bool {
    let is_upper = word.starts_with(|c: char| c.is_ascii_uppercase());
    is_upper && word.chars().any(|c| c.is_ascii_lowercase()) && !COMMON.contains(&word)
}
