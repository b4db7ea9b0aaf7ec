//! Rules of every kind of indicator load in Prometheus and in vmalert.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use emberline_proofs::engines::vmalert::Vmalert;
use emberline_proofs::engines::{Engine, comes_to_evaluate, loaded, vmalert};
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

#[test]
fn vmalert_loads_every_kind() -> Result<()> {
    let (_folder, count, generated) = compiled(Engine::Vmalert.target().0)?;
    let (files, rules) = files(Engine::Vmalert, &generated)?;
    let mut refused = Vec::new();
    for file in &files {
        refused.extend(vmalert::refuses(file)?.iter().map(|why| format!("{}: {why}", file.display())));
    }
    assert!(refused.is_empty(), "groups that vmalert refuses: {refused:#?}");
    let vmalert = Vmalert::start(&files, Duration::from_secs(30))?;
    // The slowest groups are evaluated every five minutes, and again where the store had too much to do.
    let (held, sick) = comes_to_evaluate(&format!("{}/api/v1/rules", vmalert.url), Duration::from_secs(1_200))?;
    println!("| vmalert loads and evaluates {held} rules of {count} random objectives and ours");
    assert_eq!(held, rules, "rules that vmalert holds, against rules in the files");
    assert!(sick.is_empty(), "rules that do not evaluate: {sick:#?}");
    Ok(())
}

/// What the dialect is for: vmalert refuses groups that are Prometheus's.
#[test]
fn vmalert_refuses_rules_for_prometheus() -> Result<()> {
    let (_folder, _, generated) = compiled(Engine::Prometheus.target().0)?;
    let mut refused = Vec::new();
    for file in files(Engine::Prometheus, &generated)?.0 {
        refused.extend(vmalert::refuses(&file)?);
    }
    for lacking in ["query_offset", "histogram_count"] {
        let groups = refused.iter().filter(|why| why.contains(lacking)).count();
        println!("| vmalert refuses {groups} groups with `{lacking}` of the rules for Prometheus");
        assert!(groups > 0, "vmalert takes `{lacking}`: {refused:#?}");
    }
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
