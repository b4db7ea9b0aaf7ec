//! Policies by folder: which policy holds for a file, what stands above it, and the team that a policy makes of its folder.
//!
//! ```text
//! --policy FILE            above every folder of specs
//! slos/policy.yaml         the organisation's
//! slos/web/policy.yaml     of the team `web`
//! slos/web/eu/policy.yaml  of the team `web/eu`
//! ```

use std::collections::BTreeMap;

use super::inherit;
use crate::source::{SourceId, Sources};
use crate::yaml::Node;

/// The policies of a run, each after those above it.
#[derive(Debug, Default)]
pub struct Levels {
    levels: Vec<Level>,
    /// By the number of a folder of specs, and the folders from there on.
    by_folder: BTreeMap<(usize, String), usize>,
    /// The policy above every folder of specs.
    central: Option<usize>,
    /// What the paths of all specs begin with, where nobody said in which folder they lie.
    base: String,
}

/// A policy in its place.
#[derive(Debug)]
pub struct Level {
    /// The team, by its folders below the specs: `web/eu`. Empty for the organisation's.
    pub team: String,
    /// The file.
    pub id: SourceId,
    /// What the file itself says.
    pub own: Node,
    /// What it says together with the policies above it.
    pub effective: Node,
    /// The policy right above.
    pub above: Option<usize>,
}

impl Levels {
    /// The levels of these policies; of two in one folder the first counts.
    pub fn of<'n>(sources: &Sources, policies: impl Iterator<Item = (SourceId, &'n Node)>) -> Self {
        let mut policies: Vec<(SourceId, &Node)> = policies.collect();
        let folder = |id: SourceId| sources.get(id).path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let shallow = policies.iter().map(|(id, _)| folder(*id)).min_by_key(|folder| (depth(folder), *folder));
        let mut levels = Self { base: shallow.unwrap_or_default().to_owned(), ..Self::default() };
        // Those above come first.
        policies.sort_by_key(|(id, _)| (sources.central() != Some(*id), depth(&levels.place(sources, *id).1)));
        for (id, own) in policies {
            if sources.central() == Some(id) {
                if levels.central.is_none() {
                    levels.central = Some(levels.levels.len());
                    levels.levels.push(Level {
                        team: String::new(),
                        id,
                        own: own.clone(),
                        effective: own.clone(),
                        above: None,
                    });
                }
                continue;
            }
            let place = levels.place(sources, id);
            if levels.by_folder.contains_key(&place) {
                continue;
            }
            let root = sources.in_folder(id).map_or("", |at| at.team);
            let parts = [root, &place.1].into_iter().filter(|part| !part.is_empty());
            let team = parts.collect::<Vec<_>>().join("/");
            let above = levels.nearest(&place);
            let effective = above
                .and_then(|above| levels.levels.get(above))
                .map_or_else(|| own.clone(), |above| inherit::merged(&above.effective, own, !team.is_empty()));
            levels.by_folder.insert(place, levels.levels.len());
            levels.levels.push(Level { team, id, own: own.clone(), effective, above });
        }
        levels
    }

    /// Every policy, each after those above it.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (usize, &Level)> {
        self.levels.iter().enumerate()
    }

    /// The policy of a number.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&Level> {
        self.levels.get(number)
    }

    /// The number of the policy that holds for a file.
    #[must_use]
    pub fn of_file(&self, sources: &Sources, id: SourceId) -> Option<usize> {
        if sources.central() == Some(id) {
            return self.central;
        }
        self.nearest(&self.place(sources, id))
    }

    /// The number of the organisation's policy: that of the folder of specs, else the one above all folders.
    #[must_use]
    pub fn organisation(&self) -> Option<usize> {
        let own = self.iter().filter(|(_, level)| level.team.is_empty()).map(|(number, _)| number);
        own.last()
    }

    /// The policy of a folder or of the nearest one around it.
    fn nearest(&self, (number, below): &(usize, String)) -> Option<usize> {
        let mut below = below.as_str();
        loop {
            if let Some(level) = self.by_folder.get(&(*number, below.to_owned())) {
                return Some(*level);
            }
            if below.is_empty() {
                return self.central;
            }
            below = below.rsplit_once('/').map_or("", |(outer, _)| outer);
        }
    }

    /// The number of a file's folder of specs, and the folders from there on.
    fn place(&self, sources: &Sources, id: SourceId) -> (usize, String) {
        if let Some(at) = sources.in_folder(id) {
            return (at.number, at.below.to_owned());
        }
        let path = &sources.get(id).path;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let below = match folder.strip_prefix(self.base.as_str()) {
            Some(rest) if self.base.is_empty() || rest.is_empty() || rest.starts_with('/') => rest,
            _ => "",
        };
        (0, below.trim_start_matches('/').to_owned())
    }
}

fn depth(folder: &str) -> usize {
    if folder.is_empty() { 0 } else { folder.matches('/').count() + 1 }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// The team of each policy with the team above it, and the team of each file.
    fn teams(sources: &Sources, policies: &[SourceId]) -> Vec<(String, Option<String>)> {
        let nodes: Vec<(SourceId, Node)> = policies
            .iter()
            .map(|id| (*id, crate::yaml::parse(*id, "version: emberline/v1").documents.remove(0)))
            .collect();
        let levels = Levels::of(sources, nodes.iter().map(|(id, node)| (*id, node)));
        let team = |number: usize| levels.get(number).unwrap().team.clone();
        levels.iter().map(|(_, level)| (level.team.clone(), level.above.map(team))).collect()
    }

    fn policies(paths: &[&str], folders: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
        let mut sources = Sources::default();
        for (prefix, team) in folders {
            sources.lie_in_of(*prefix, "slos", *team);
        }
        let ids: Vec<SourceId> = paths.iter().map(|path| sources.add(*path, "")).collect();
        if paths.first().is_some_and(|path| path.starts_with("central/")) {
            sources.stand_above(ids[0]);
        }
        teams(&sources, &ids)
    }

    fn level(team: &str, above: &str) -> (String, Option<String>) {
        (team.to_owned(), (above != "-").then(|| above.to_owned()))
    }

    #[test]
    fn a_policy_inherits_the_nearest_one_above() {
        let paths = ["slos/web/eu/policy.yaml", "slos/web/policy.yaml", "slos/policy.yaml", "slos/a/b/policy.yaml"];
        for folders in [&[("slos", "")][..], &[]] {
            let found = policies(&paths, folders);
            assert_eq!(found, [level("", "-"), level("web", ""), level("web/eu", "web"), level("a/b", "")]);
        }
    }

    #[test]
    fn a_central_policy_stands_above_every_folder() {
        let paths = ["central/policy.yaml", "shop/slos/policy.yaml", "bank/slos/web/policy.yaml"];
        let found = policies(&paths, &[("shop/slos", "shop"), ("bank/slos", "bank")]);
        assert_eq!(found, [level("", "-"), level("shop", ""), level("bank/web", "")]);
        let found = policies(&["central/policy.yaml", "slos/policy.yaml"], &[("slos", "")]);
        assert_eq!(found, [level("", "-"), level("", "")]);
    }
}
