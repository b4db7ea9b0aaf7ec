//! The functions that evidence points to, and the commits that wrote the suspected lines.

use std::collections::{BTreeMap, BTreeSet};

use super::program::items::Item;
use super::repo::{Repo, within};
use super::site::{Role, Site};
use super::spot;

/// A site with its function in the source code.
pub(super) struct Target {
    pub(super) site: Site,
    pub(super) file: String,
    pub(super) item: Item,
    /// The share of the suspected lines that each commit wrote.
    pub(super) wrote: BTreeMap<String, f64>,
    /// Whether the function lies in code that several services share.
    pub(super) is_shared: bool,
}

/// Finds the function of a site in the source code.
pub(super) fn find(repo: &Repo<'_>, site: &Site, folders: &BTreeSet<String>) -> Option<Target> {
    let by_line = || {
        let path = repo.path(&site.place.file)?;
        let item = repo.now(&path)?.function_at(site.place.line)?.clone();
        Some((path, item))
    };
    let by_name = || {
        (!spot::last(&site.place.function).is_empty()).then(|| repo.function(&site.place.function, &site.place.file))?
    };
    let (file, item) = by_name().or_else(by_line)?;
    let is_shared = !folders.is_empty() && !folders.iter().any(|folder| within(folder, &file));
    let mut target = Target { site: site.clone(), file, item, wrote: BTreeMap::new(), is_shared };
    target.wrote = wrote(repo, &target);
    Some(target)
}

/// The share of the suspected lines that each commit wrote. Suspected are the lines that evidence names. If it names
/// none and the function waits or calls, all lines from the place to the function's end are suspected.
fn wrote(repo: &Repo<'_>, target: &Target) -> BTreeMap<String, f64> {
    let (item, site) = (&target.item, &target.site);
    let Some(program) = repo.now(&target.file) else { return BTreeMap::new() };
    let is_code: BTreeSet<usize> = program.tokens_of(item).iter().map(|token| token.line).collect();
    let is_own = |line: &usize| is_code.contains(line);
    let mut lines: BTreeMap<usize, f64> = BTreeMap::new();
    for (line, share) in site.lines.iter().filter(|(line, _)| is_own(line)) {
        *lines.entry(*line).or_default() += share;
    }
    if lines.is_empty() && matches!(site.role, Role::Waits | Role::Calls) {
        let from = if (item.first..=item.last).contains(&site.place.line) { site.place.line } else { item.first };
        lines = (from..=item.last).filter(is_own).map(|line| (line, 1.0)).collect();
    }
    let (Some(first), Some(last)) = (lines.keys().next(), lines.keys().last()) else { return BTreeMap::new() };
    let all: f64 = lines.values().sum();
    let mut wrote = BTreeMap::new();
    for blamed in repo.history.blame(&repo.revision, &target.file, *first, *last).unwrap_or_default() {
        if let Some(share) = lines.get(&blamed.line) {
            *wrote.entry(blamed.commit).or_default() += share / all.max(1e-9);
        }
    }
    wrote
}
