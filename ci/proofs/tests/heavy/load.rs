//! Rules of every kind of indicator load in Thanos Ruler, and in Cortex's ruler through its HTTP API.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use emberline_proofs::engines::cortex::{Cortex, MOST_RULES_A_GROUP};
use emberline_proofs::engines::thanos::Thanos;
use emberline_proofs::engines::{Engine, comes_to_hold, compile};
use emberline_proofs::objectives::{self, POLICIES};
use emberline_proofs::random::Random;
use emberline_proofs::tools::workspace;
use serde_yaml::Value;
use tempfile::TempDir;

/// Objectives of each kind under each policy: above a thousand in all.
const OF_EACH_KIND: usize = 20;

/// The rule files of a thousand random objectives and of this repository, for an engine, and how many objectives are new.
fn files(engine: Engine) -> Result<(TempDir, usize, Vec<PathBuf>)> {
    let folder = tempfile::tempdir()?;
    let count = objectives::write(folder.path(), OF_EACH_KIND, &mut Random(17))?;
    let mut files = engine.files(&workspace().join("generated"))?;
    for number in 0..POLICIES.len() {
        let out = folder.path().join(format!("generated-{number}"));
        compile(&folder.path().join(number.to_string()), &out, engine.target().0)?;
        files.extend(engine.files(&out)?);
    }
    Ok((folder, count, files))
}

/// The groups of a rule file, as they are written.
fn groups(file: &PathBuf) -> Result<Vec<Value>> {
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let file: Value = serde_yaml::from_str(&text)?;
    Ok(file["groups"].as_sequence().context("a rule file without groups")?.clone())
}

fn rules(group: &Value) -> usize {
    group["rules"].as_sequence().map_or(0, Vec::len)
}

#[test]
fn thanos_loads_every_kind() -> Result<()> {
    let (_folder, count, files) = files(Engine::Thanos)?;
    let mut expected = 0;
    for file in &files {
        expected += groups(file)?.iter().map(rules).sum::<usize>();
    }
    let thanos = Thanos::start(&files, Duration::from_secs(30))?;
    let (held, sick) = comes_to_hold(&format!("{}/api/v1/rules", thanos.url), expected)?;
    println!("| Thanos Ruler loads {held} rules of {count} random objectives and ours");
    assert_eq!(held, expected, "rules that Thanos holds, against rules in the files");
    assert!(sick.is_empty(), "rules that do not evaluate: {sick:#?}");
    Ok(())
}

#[test]
fn cortex_takes_every_group_and_refuses_a_longer_one() -> Result<()> {
    let (_folder, count, files) = files(Engine::Cortex)?;
    let cortex = Cortex::start(Duration::from_secs(30))?;
    let (mut taken, mut expected, mut longest, mut refused) = (0, 0, 0, Vec::new());
    for file in &files {
        let namespace = file.file_stem().context("a file without a name")?.to_string_lossy().into_owned();
        for group in groups(file)? {
            match cortex.refuses(&namespace, &group)? {
                None => taken += 1,
                Some(why) => {
                    refused.push(format!("{namespace}: {}: {why}", group["name"].as_str().unwrap_or_default()))
                }
            }
            expected += rules(&group);
            longest = longest.max(rules(&group));
        }
    }
    assert!(refused.is_empty(), "{} refused groups:\n{}", refused.len(), refused[..refused.len().min(20)].join("\n"));
    assert!(longest <= MOST_RULES_A_GROUP, "a group has {longest} rules");
    // The limit holds at this door: one rule more is refused. Cortex's local backend would load it.
    let rule = |number: usize| format!("{{record: 'r{number}', expr: up}}");
    let long = |count| (0..count).map(rule).collect::<Vec<_>>().join(", ");
    let group = |count| serde_yaml::from_str::<Value>(&format!("{{name: long, rules: [{}]}}", long(count)));
    let why = cortex.refuses("limit", &group(MOST_RULES_A_GROUP + 1)?)?.context("a group of 21 rules is taken")?;
    ensure!(why.contains("limit"), "a group of 21 rules is refused for another reason: {why}");
    ensure!(cortex.refuses("limit", &group(MOST_RULES_A_GROUP)?)?.is_none(), "a group of 20 rules is refused");
    expected += MOST_RULES_A_GROUP;
    // The ruler itself must come to hold them, beyond the store behind the API.
    let (held, sick) = comes_to_hold(&format!("{}/prometheus/api/v1/rules", cortex.url), expected)?;
    println!(
        "| Cortex's ruler takes {taken} groups, the longest of {longest} rules, and holds {held} rules of {count} \
         objectives and ours; 21 rules: {}",
        why.trim()
    );
    assert_eq!(held, expected, "rules that Cortex's ruler holds, against rules that were sent");
    assert!(sick.is_empty(), "rules that do not evaluate: {sick:#?}");
    Ok(())
}

#[test]
fn cortex_refuses_broken_rules() -> Result<()> {
    let cortex = Cortex::start(Duration::from_secs(30))?;
    for rule in ["{record: a, expr: 'sum(rate(x[5m])'}", "{alert: a, expr: up, for: soon}", "{expr: up}"] {
        let group = serde_yaml::from_str(&format!("{{name: g, rules: [{rule}]}}"))?;
        assert!(cortex.refuses("broken", &group)?.is_some(), "Cortex takes {rule}");
    }
    Ok(())
}
