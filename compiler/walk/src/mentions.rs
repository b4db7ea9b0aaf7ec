//! A call graph by names: which function mentions which other function.
//!
//! Names are not resolved: a function that mentions a name may call any function of that name. The graph ignores
//! common names (`new`, `get`) and names that many functions share.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::program::items::ItemKind;
use super::program::{Program, TokenKind};
use super::repo::Repo;

/// Names that are too common to identify a function.
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
/// The graph ignores a name that more functions than this share.
const SHARED: usize = 3;
/// A name that more functions than this mention connects none of them.
const FEW: usize = 4;

/// Names, and the names that their functions mention. A name belongs to a package, because two programs of a
/// repository may both have a function of that name.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    below: BTreeMap<Name, BTreeSet<Name>>,
    above: BTreeMap<Name, BTreeSet<Name>>,
}

/// A package's folder, and a name in it.
pub(super) type Name = (String, String);

impl Mentions {
    /// The mentions in some files at the deployed revision.
    pub(super) fn of(repo: &Repo<'_>, paths: &BTreeSet<String>) -> Self {
        let programs: Vec<(String, std::rc::Rc<Program>)> =
            paths.iter().filter_map(|path| Some((repo.package(path), repo.now(path)?))).collect();
        let items =
            || programs.iter().flat_map(|(package, program)| program.items.iter().map(move |item| (package, item)));
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (package, item) in items().filter(|(_, item)| !item.is_test) {
            *counts.entry((&item.name, package)).or_default() += 1;
        }
        // The packages that declare a name, unless the name is common or too many functions of the package share it.
        let mut known: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for ((name, package), _) in counts.iter().filter(|(_, count)| **count <= SHARED) {
            if !COMMON.contains(name) {
                known.entry(name).or_default().push(package);
            }
        }
        // A name after a dot is a method or a field, so a free function of that name is not meant.
        let methods: BTreeSet<&str> = items()
            .filter(|(_, item)| !item.qualifier.is_empty() || !item.is_function())
            .map(|(_, item)| item.name.as_str())
            .collect();
        let mut mentions = Self::default();
        for (package, program) in &programs {
            for item in program.items.iter().filter(|item| !item.is_test && item.kind != ItemKind::Imports) {
                let tokens = program.tokens_of(item);
                for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Word) {
                    let word = token.text.as_str();
                    let is_on_something = at > 0 && tokens[at - 1].is(".");
                    let Some(packages) = known.get(word).filter(|_| word != item.name) else { continue };
                    if is_on_something && !methods.contains(word) {
                        continue;
                    }
                    let own = packages.contains(&package.as_str());
                    for of in packages.iter().filter(|of| !own || *of == package) {
                        let (from, to) = ((package.clone(), item.name.clone()), ((*of).to_owned(), word.to_owned()));
                        mentions.above.entry(to.clone()).or_default().insert(from.clone());
                        mentions.below.entry(from).or_default().insert(to);
                    }
                }
            }
        }
        mentions
    }

    /// The number of calls down from one name to another; `None` for more than three.
    pub(super) fn down(&self, from: &Name, to: &Name) -> Option<usize> {
        distance(&self.below, from, to, 3)
    }

    /// The number of calls up from one name to another; `None` for more than two.
    pub(super) fn up(&self, from: &Name, to: &Name) -> Option<usize> {
        distance(&self.above, from, to, 2)
    }

    /// A name that both functions mention and few others do.
    pub(super) fn common(&self, one: &Name, other: &Name) -> Option<&str> {
        let (one, other) = (self.below.get(one)?, self.below.get(other)?);
        let is_rare = |name: &&Name| self.above.get(*name).is_some_and(|above| above.len() <= FEW);
        one.intersection(other).find(is_rare).map(|(_, name)| name.as_str())
    }
}

fn distance(edges: &BTreeMap<Name, BTreeSet<Name>>, from: &Name, to: &Name, most: usize) -> Option<usize> {
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
