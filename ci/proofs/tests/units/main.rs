//! The generated unit tests: that they prove what Prometheus loads, and that they notice a fault in any rule.

mod mutants;
mod mutate;

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use emberline_proofs::tools::workspace;
use emberline_proofs::units::units;

/// The groups of a rule file by name, as they are written.
fn groups(text: &str) -> BTreeMap<&str, &str> {
    let groups = text.split_once("\ngroups:\n").map_or("", |(_, groups)| groups);
    let starts: Vec<usize> = groups.match_indices("- name: ").map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([groups.len()]);
    let group = |(start, end): (&usize, usize)| {
        let text = &groups[*start..end];
        (text.lines().next().unwrap_or(text), text)
    };
    starts.iter().zip(ends).map(group).collect()
}

#[test]
fn what_is_proven_is_what_prometheus_loads() -> Result<()> {
    let generated = workspace().join("generated/prometheus");
    let mut proven = BTreeMap::new();
    let files: Vec<_> = units(&generated.join("tests"))?.into_iter().chain(units(&generated.join("shapes"))?).collect();
    // The watchers' rules have no objective, so they are no unit.
    let watchers = generated.join("tests/watchers.d/watchers.rules");
    let mut loaded = BTreeMap::new();
    for file in fs::read_dir(generated.join("rules"))? {
        let path = file?.path();
        loaded.insert(path.clone(), fs::read_to_string(path)?);
    }
    let loaded: BTreeMap<&str, &str> = loaded.values().flat_map(|text| groups(text)).collect();
    for rules in files.iter().map(|unit| &unit.rules).chain([&watchers]) {
        let text = fs::read_to_string(rules)?;
        for (name, group) in groups(&text) {
            let same = loaded.get(name).with_context(|| format!("no rule file has the group {name}"))?;
            assert_eq!(*same, group, "{name} of {}", rules.display());
            proven.insert(name.to_owned(), ());
        }
    }
    assert_eq!(proven.len(), loaded.len(), "groups that Prometheus loads and no test does");
    assert!(proven.len() >= files.len());
    Ok(())
}
