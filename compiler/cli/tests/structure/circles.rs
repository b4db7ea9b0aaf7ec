//! Circles: files that import each other, straight or around. They are the strongly connected components of the imports
//! that have more than one file.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::Imports;

/// Every circle, the largest first.
pub(crate) fn circles(imports: &Imports) -> Vec<BTreeSet<&String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        imports.keys().map(|file| (file, reached_from(file, imports))).collect();
    let on_circles = reached.iter().filter(|(file, reach)| reach.contains(*file));
    let around = on_circles.map(|(file, reach)| {
        reach.iter().copied().filter(|other| reached[other].contains(*file)).collect::<BTreeSet<&String>>()
    });
    // Each file of a circle finds the same one.
    let mut circles: Vec<_> = around.collect::<BTreeSet<_>>().into_iter().collect();
    circles.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
    circles
}

/// What a file imports, and what that imports, and so on.
fn reached_from<'i>(file: &'i String, imports: &'i Imports) -> BTreeSet<&'i String> {
    let mut reached = BTreeSet::new();
    let mut ahead: Vec<&String> = imports[file].iter().collect();
    while let Some(next) = ahead.pop() {
        if reached.insert(next) {
            ahead.extend(&imports[next]);
        }
    }
    reached
}
