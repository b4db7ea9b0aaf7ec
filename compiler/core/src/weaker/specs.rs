//! What weakens the gate between two states of the folder of specs.

use std::collections::{BTreeMap, BTreeSet};

use super::Weakening;
use super::compare::Comparison;
use super::fields;
use super::tree::Tree;
use crate::source::{SourceId, Sources};
use crate::spec::levels::Levels;
use crate::spec::schema::Kind as SchemaKind;
use crate::spec::{is_observed, is_policy, is_prices};
use crate::yaml::{self, Node};

/// What weakens the gate between two states of the folder of specs.
pub fn of_specs(before: &Sources, after: &Sources) -> Vec<Weakening> {
    compared(before, after, false)
}

/// Every changed field between two states of the folder of specs, whether or not it weakens the gate. What a field's rule
/// says stands with it. Services on one side only are not taken apart.
#[must_use]
pub fn changed_fields(before: &Sources, after: &Sources) -> Vec<Weakening> {
    compared(before, after, true)
}

/// A comparison that tells all changes, or those that weaken the gate.
fn comparison(kind: SchemaKind, all: bool, found: &mut Vec<Weakening>) -> Comparison<'_> {
    let comparison = Comparison::new(kind, found);
    if all { comparison.telling_all() } else { comparison }
}

fn compared(before: &Sources, after: &Sources, all: bool) -> Vec<Weakening> {
    let (before, after) = (Read::of(before), Read::of(after));
    let mut found = Vec::new();
    policies(&before, &after, all, &mut found);
    comparison(SchemaKind::Prices, all, &mut found).root("prices", before.prices.as_ref(), after.prices.as_ref());
    let mut comparison = comparison(SchemaKind::Service, all, &mut found);
    for (name, old) in &before.services {
        match after.services.get(name) {
            Some(new) => comparison.root(name, Some(old), Some(new)),
            None => comparison.tell(fields::SERVICE_GONE, name.clone(), Some(name.clone()), None),
        }
    }
    for (what, old, new) in [
        (fields::SNAPSHOT, &before.snapshots, &after.snapshots),
        (fields::REGISTRY, &before.registries, &after.registries),
    ] {
        for path in old.keys().chain(new.keys().filter(|path| !old.contains_key(*path))) {
            let (other_old, other_new) = (old, new);
            let (old, new) = (old.get(path), new.get(path));
            // A registry that moves to another file says the same.
            let stays =
                |gone: Option<&Vec<Tree>>, from: &BTreeMap<String, Vec<Tree>>, to: &BTreeMap<String, Vec<Tree>>| {
                    gone.is_some_and(|gone| to.iter().any(|(path, it)| it == gone && from.get(path).is_none()))
                };
            let is_moved = match (old, new) {
                (Some(_), None) => stays(old, other_old, other_new),
                (None, Some(_)) => stays(new, other_new, other_old),
                _ => false,
            };
            if is_moved && what == fields::REGISTRY {
                continue;
            }
            if old != new {
                let state = |there: bool| there.then(|| "a file".to_owned());
                comparison.tell(what, path.clone(), state(old.is_some()), state(new.is_some()));
            }
        }
    }
    found
}

/// What the policies lose: the organisation's, then what each team's loses besides, then what a service loses that moves
/// from one to another.
fn policies(before: &Read, after: &Read, all: bool, found: &mut Vec<Weakening>) {
    comparison(SchemaKind::Policy, all, found).root("policy", before.policy(""), after.policy(""));
    let own = found.len();
    let teams: BTreeSet<&String> = before.policies.keys().chain(after.policies.keys()).collect();
    for team in teams.into_iter().filter(|team| !team.is_empty()) {
        // Before a team has a policy of its own, the locks are those of the policy above.
        let has_locks = before.policies.contains_key(team) && after.policies.contains_key(team);
        besides(own, &format!("policy of {team}"), [before.policy(team), after.policy(team)], (has_locks, all), found);
    }
    for (service, old) in &before.teams {
        if let Some(new) = after.teams.get(service).filter(|new| *new != old) {
            besides(own, &format!("policy of {service}"), [before.policy(old), after.policy(new)], (false, all), found);
        }
    }
}

/// Adds what weakens one policy and is not among the first `own` already found, which are the organisation's.
/// `has_locks`: whether both sides are the policies of one folder, so that a lock can be lost.
fn besides(
    own: usize,
    name: &str,
    [before, after]: [Option<&Tree>; 2],
    (has_locks, is_all): (bool, bool),
    found: &mut Vec<Weakening>,
) {
    if before == after {
        return;
    }
    let mut all = Vec::new();
    comparison(SchemaKind::Policy, is_all, &mut all).root(name, before, after);
    let field = |weakening: &Weakening, name: &str| weakening.place.strip_prefix(name).map(str::to_owned);
    all.retain(|one| has_locks || field(one, name).is_none_or(|field| field != ".lock"));
    all.retain(|one| {
        !found.iter().take(own).any(|known| {
            known.what == one.what
                && (&known.before, &known.after) == (&one.before, &one.after)
                && field(known, "policy") == field(one, name)
        })
    });
    found.append(&mut all);
}

/// The documents of a folder of specs by their kind.
#[derive(Default)]
struct Read {
    /// What each policy says together with those above it, by team.
    policies: BTreeMap<String, Tree>,
    /// The team of each service.
    teams: BTreeMap<String, String>,
    prices: Option<Tree>,
    services: BTreeMap<String, Tree>,
    /// Snapshots and registries by path.
    snapshots: BTreeMap<String, Vec<Tree>>,
    registries: BTreeMap<String, Vec<Tree>>,
}

impl Read {
    fn of(sources: &Sources) -> Self {
        let mut read = Self::default();
        let mut written: Vec<(SourceId, Node)> = Vec::new();
        let mut declared: Vec<(SourceId, String)> = Vec::new();
        for (id, source) in sources.iter() {
            for document in yaml::parse(id, &source.text).documents {
                if is_policy(&source.path) || sources.central() == Some(id) {
                    written.push((id, document));
                    continue;
                }
                let tree = Tree::of(&document);
                if is_prices(&source.path) {
                    join(&mut read.prices, tree);
                } else if is_observed(&source.path) {
                    read.snapshots.entry(source.path.clone()).or_default().push(tree);
                } else if let Some(name) = tree.get("service").map(Tree::text) {
                    let mut known = read.services.remove(&name);
                    join(&mut known, tree);
                    declared.push((id, name.clone()));
                    read.services.extend(known.map(|tree| (name, tree)));
                } else {
                    read.registries.entry(source.path.clone()).or_default().push(tree);
                }
            }
        }
        let levels = Levels::of(sources, written.iter().map(|(id, node)| (*id, node)));
        // A later one of the same team is the organisation's below a central one.
        read.policies = levels.iter().map(|(_, it)| (it.team.clone(), Tree::of(&it.effective))).collect();
        let team = |id| levels.of_file(sources, id).and_then(|number| levels.get(number));
        read.teams = declared
            .into_iter()
            .map(|(id, service)| (service, team(id).map(|level| level.team.clone()).unwrap_or_default()))
            .collect();
        read
    }

    /// What holds for a team: its policy, or the nearest one above.
    fn policy(&self, team: &str) -> Option<&Tree> {
        let mut team = team;
        loop {
            if let Some(policy) = self.policies.get(team) {
                return Some(policy);
            }
            if team.is_empty() {
                return None;
            }
            team = team.rsplit_once('/').map_or("", |(outer, _)| outer);
        }
    }
}

fn join(known: &mut Option<Tree>, tree: Tree) {
    match known {
        Some(known) => known.join(tree),
        None => *known = Some(tree),
    }
}
