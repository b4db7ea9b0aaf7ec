//! Which function mentions which: a call graph by names.
//!
//! Nothing is resolved: a function that mentions a name may call whatever is called so. Names that half of the world has
//! (`new`, `get`) and names that many functions share say nothing and are left out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::program::{Program, TokenKind};
use super::repo::Repo;

/// Names that mean too many things.
const COMMON: [&str; 32] = [
    "new",
    "default",
    "from",
    "into",
    "get",
    "set",
    "fmt",
    "len",
    "iter",
    "next",
    "clone",
    "eq",
    "cmp",
    "drop",
    "main",
    "as_str",
    "is_empty",
    "push",
    "insert",
    "remove",
    "map",
    "read",
    "write",
    "open",
    "close",
    "init",
    "hash",
    "of",
    "on",
    "to_string",
    "build",
    "id",
];
/// A name that more functions have than this says nothing.
const SHARED: usize = 3;

/// Names, and the names that their functions mention.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    below: BTreeMap<String, BTreeSet<String>>,
    above: BTreeMap<String, BTreeSet<String>>,
}

impl Mentions {
    /// Those of some files at the deployed revision.
    pub(super) fn of(repo: &Repo<'_>, paths: &BTreeSet<String>) -> Self {
        let programs: Vec<std::rc::Rc<Program>> = paths.iter().filter_map(|path| repo.now(path)).collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for item in programs.iter().flat_map(|program| &program.items).filter(|item| !item.is_test) {
            *counts.entry(&item.name).or_default() += 1;
        }
        let known: BTreeSet<&str> = counts
            .iter()
            .filter(|(name, count)| **count <= SHARED && !COMMON.contains(name))
            .map(|(name, _)| *name)
            .collect();
        // What is called on something is a method: a free function of the name is another.
        let methods: BTreeSet<&str> = programs
            .iter()
            .flat_map(|program| &program.items)
            .filter(|item| !item.qualifier.is_empty() || !item.is_function())
            .map(|item| item.name.as_str())
            .collect();
        let mut mentions = Self::default();
        for program in &programs {
            for item in program.items.iter().filter(|item| !item.is_test) {
                let tokens = program.tokens_of(item);
                for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Word) {
                    let word = token.text.as_str();
                    let is_on_something = at > 0 && tokens[at - 1].is(".");
                    if word != item.name && known.contains(word) && (!is_on_something || methods.contains(word)) {
                        mentions.below.entry(item.name.clone()).or_default().insert(word.to_owned());
                        mentions.above.entry(word.to_owned()).or_default().insert(item.name.clone());
                    }
                }
            }
        }
        mentions
    }

    /// How many steps down from one name to another; `None` for more than three.
    pub(super) fn down(&self, from: &str, to: &str) -> Option<usize> {
        distance(&self.below, from, to, 3)
    }

    /// How many steps up; `None` for more than two.
    pub(super) fn up(&self, from: &str, to: &str) -> Option<usize> {
        distance(&self.above, from, to, 2)
    }

    /// A name that both mention.
    pub(super) fn common(&self, one: &str, other: &str) -> Option<&str> {
        let (one, other) = (self.below.get(one)?, self.below.get(other)?);
        one.intersection(other).next().map(String::as_str)
    }
}

fn distance(edges: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str, most: usize) -> Option<usize> {
    let mut seen = BTreeSet::from([from]);
    let mut queue = VecDeque::from([(from, 0)]);
    while let Some((at, steps)) = queue.pop_front() {
        if at == to {
            return Some(steps);
        }
        if steps < most {
            for next in edges.get(at).into_iter().flatten() {
                if seen.insert(next) {
                    queue.push_back((next, steps + 1));
                }
            }
        }
    }
    None
}
