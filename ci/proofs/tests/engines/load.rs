//! Rules of every kind of indicator load in Prometheus, and in vmalert what MetricsQL has words for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use emberline_proofs::engines::{Engine, loaded, vmalert};
use emberline_proofs::prometheus::{Config, Prometheus};
use emberline_proofs::rules::RuleFile;

use crate::compiled;

/// The rule files for an engine, and how many rules they hold.
fn files(engine: Engine, generated: &[PathBuf]) -> Result<(Vec<PathBuf>, usize)> {
    let mut files = Vec::new();
    for folder in generated {
        files.extend(engine.files(folder)?);
    }
    let mut rules = 0;
    for file in &files {
        rules += RuleFile::read(file)?.groups.iter().map(|group| group.rules.len()).sum::<usize>();
    }
    Ok((files, rules))
}

#[test]
fn prometheus_loads_every_kind() -> Result<()> {
    let (_folder, count, generated) = compiled(Engine::Prometheus.target().0)?;
    let (files, rules) = files(Engine::Prometheus, &generated)?;
    let config = files.iter().fold(Config::default(), |config, file| config.rules(file));
    let prometheus = Prometheus::start(&config)?;
    let (held, sick) = loaded(&format!("{}/api/v1/rules", prometheus.url()))?;
    println!("| Prometheus loads {held} rules of {count} random objectives and ours");
    assert_eq!(held, rules, "rules that Prometheus holds, against rules in the files");
    assert!(sick.is_empty(), "rules that do not evaluate: {sick:#?}");
    Ok(())
}

/// What vmalert has no words for, as its refusal names it, and what stands for it in a spec.
const LACKING: &[(&str, &str)] = &[
    ("query_offset", "an objective with a delay"),
    ("histogram_count", "the observations of a native histogram"),
    ("histogram_fraction", "a threshold over a native histogram"),
];

#[test]
fn vmalert_loads_what_metricsql_has_words_for() -> Result<()> {
    let (_folder, count, generated) = compiled(Engine::Vmalert.target().0)?;
    let (files, rules) = files(Engine::Vmalert, &generated)?;
    let mut groups = 0;
    let mut refused = BTreeMap::<&str, BTreeSet<String>>::new();
    for file in &files {
        groups += RuleFile::read(file)?.groups.len();
        for why in vmalert::refuses(file)? {
            let lacking = LACKING.iter().find(|(function, _)| why.contains(function));
            let (_, what) = lacking.with_context(|| format!("vmalert refuses {}: {why}", file.display()))?;
            let group = why.split('"').nth(1).with_context(|| format!("no group in: {why}"))?;
            refused.entry(what).or_default().insert(group.to_owned());
        }
    }
    let lost: usize = refused.values().map(BTreeSet::len).sum();
    println!("| vmalert takes {} of {groups} groups ({rules} rules) of {count} objectives and ours", groups - lost);
    for (what, groups) in &refused {
        let kinds: BTreeSet<_> = groups.iter().filter_map(|group| group.split('/').next()).collect();
        println!("| vmalert refuses {what}: {} groups of {} services", groups.len(), kinds.len());
    }
    assert!(lost < groups / 2, "vmalert refuses {lost} of {groups} groups");
    Ok(())
}

#[test]
fn vmalert_refuses_broken_rules() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("broken.yaml");
    for (what, rule) in [
        ("an expression that does not parse", "{record: a, expr: 'sum(rate(x[5m])'}"),
        ("a template with a function that is none", "{alert: a, expr: up, annotations: {summary: '{{ nothing 1 }}'}}"),
        ("a field that is misspelt", "{alert: a, expr: up, keepFiringFor: 5m}"),
    ] {
        fs::write(&file, format!("groups: [{{name: g, rules: [{rule}]}}]"))?;
        assert!(!vmalert::refuses(&file)?.is_empty(), "vmalert takes {what}");
    }
    Ok(())
}
