//! The same outages in Prometheus and in vmalert: when alerts fire and clear, evaluation by evaluation.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use emberline_proofs::engines::times::{Compared, Times, compare};
use emberline_proofs::engines::units::{Runner, run};
use emberline_proofs::engines::{Engine, compile};
use emberline_proofs::outages::{EVALUATION, OUTAGES, Outage, policy};
use serde_yaml::{Mapping, Value};
use tempfile::TempDir;

/// The share of alerts that must fire and clear within one evaluation of Prometheus.
const BAR: f64 = 0.95;

/// The outages' specs under a policy with more settings, compiled for an engine.
fn compiled(engine: Engine, settings: &str) -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let specs = folder.path().join("slos");
    fs::create_dir(&specs)?;
    fs::write(specs.join("policy.yaml"), policy(1) + settings)?;
    for outage in OUTAGES {
        fs::write(specs.join(format!("{}.yaml", outage.name)), outage.spec())?;
    }
    compile(&specs, &folder.path().join("generated"), engine.target().0)?;
    Ok(folder)
}

fn rules(engine: Engine, folder: &Path, outage: &Outage) -> Result<PathBuf> {
    let files = engine.files(&folder.join("generated"))?;
    let wanted = format!("{}.yaml", outage.name);
    files.into_iter().find(|file| file.ends_with(&wanted)).with_context(|| format!("no rules of {}", outage.name))
}

/// Some outages in one runner, each with the rules that `prepare` makes of the compiled ones.
fn times(runner: Runner, engine: Engine, outages: &[Outage], prepare: fn(&str) -> Result<String>) -> Result<Times> {
    times_with("", runner, engine, outages, prepare)
}

/// The same with more settings in the policy.
fn times_with(
    settings: &str,
    runner: Runner,
    engine: Engine,
    outages: &[Outage],
    prepare: fn(&str) -> Result<String>,
) -> Result<Times> {
    let folder = compiled(engine, settings)?;
    let mut times = Times::new();
    for outage in outages {
        let path = rules(engine, folder.path(), outage)?;
        let prepared = folder.path().join(format!("{}-{runner:?}.rules", outage.name));
        fs::write(&prepared, prepare(&fs::read_to_string(path)?)?)?;
        times.extend(run(runner, outage, &prepared, folder.path())?);
    }
    Ok(times)
}

/// The groups of vmalert's target, with those of the same layer in one: the runner evaluates groups in order at each tick, and
/// writes its store out after each group, which takes most of its time.
fn by_layer(rules: &str) -> Result<String> {
    let mut file: Value = serde_yaml::from_str(rules)?;
    let mut layers: BTreeMap<u32, Vec<Value>> = BTreeMap::new();
    for group in file["groups"].as_sequence().context("groups")? {
        let name = group["name"].as_str().context("a group without a name")?;
        let (_, layer) = name.rsplit_once('~').with_context(|| format!("the group {name} has no layer"))?;
        let rules = group["rules"].as_sequence().context("rules")?;
        layers.entry(layer.parse()?).or_default().extend(rules.iter().cloned());
    }
    let group = |(layer, rules): (u32, Vec<Value>)| {
        let mut group = Mapping::new();
        group.insert("name".into(), format!("layer {layer}").into());
        group.insert("rules".into(), Value::Sequence(rules));
        Value::Mapping(group)
    };
    file["groups"] = Value::Sequence(layers.into_iter().map(group).collect());
    Ok(serde_yaml::to_string(&file)?)
}

fn unchanged(rules: &str) -> Result<String> {
    Ok(rules.to_owned())
}

fn one(name: &str) -> Result<&'static [Outage]> {
    let place = OUTAGES.iter().position(|outage| outage.name == name).with_context(|| format!("no outage {name}"))?;
    Ok(&OUTAGES[place..=place])
}

fn said(what: &str, compared: &Compared) {
    println!(
        "| {what}: {} of {} alerts fire and clear within one evaluation of Prometheus ({:.1}%)",
        compared.agreed,
        compared.all,
        100.0 * compared.share()
    );
    compared.others.values().for_each(|line| println!("|   {line}"));
}

/// Windows of 2h and more read a sample a minute, `[6h:1m]`: a difference in the last digits of a rate moves the moment at
/// which a threshold is crossed by a whole minute.
const STEP_OF_LONG_WINDOWS: f64 = 60.0;

/// Every outage in Prometheus and, under a policy with more settings, in vmalert, held against each other.
fn both(settings: &'static str, within: f64) -> Result<Compared> {
    let vmalert = move || times_with(settings, Runner::VmalertTool, Engine::Vmalert, OUTAGES, by_layer);
    let vmalert = std::thread::spawn(vmalert);
    let prometheus = times(Runner::Promtool, Engine::Prometheus, OUTAGES, unchanged)?;
    let vmalert = vmalert.join().map_err(|_| anyhow::anyhow!("vmalert's thread panicked"))??;
    ensure!(prometheus.len() > 60, "only {} alerts fired in all outages", prometheus.len());
    Ok(compare(&prometheus, &vmalert, |_| within))
}

/// Raw series read at their moment, as Prometheus reads them: what is left is how MetricsQL evaluates our rules.
#[test]
fn vmalert_fires_and_clears_as_prometheus_does() -> Result<()> {
    let compared = both("rulers: {vmalert: {eval_delay: 0s}}\n", EVALUATION.as_secs_f64())?;
    said("vmalert that reads raw series at their moment", &compared);
    assert!(compared.share() >= BAR, "vmalert and Prometheus disagree");
    // The rest must have the one explanation that there is.
    let explained = STEP_OF_LONG_WINDOWS + EVALUATION.as_secs_f64();
    assert!(compared.worst <= explained, "an alert is {} s off, and no step of a window explains it", compared.worst);
    let is_long = |line: &String| ["6h 30m", "1d 2h", "3d 6h"].iter().any(|windows| line.contains(windows));
    let short: Vec<_> = compared.others.values().filter(|line| !is_long(line)).collect();
    assert!(short.is_empty(), "alerts over short windows, which read every sample, are off: {short:#?}");
    Ok(())
}

/// By default vmalert reads raw series half a minute late, since VictoriaMetrics hides the newest: alerts are that much behind.
#[test]
fn vmalert_is_behind_by_what_its_store_hides() -> Result<()> {
    let compared = both("", 30.0 + EVALUATION.as_secs_f64())?;
    said("vmalert that reads raw series 30 s late, which is allowed for", &compared);
    assert!(compared.share() >= BAR, "vmalert and Prometheus disagree");
    let explained = 30.0 + STEP_OF_LONG_WINDOWS + EVALUATION.as_secs_f64();
    assert!(compared.worst <= explained, "an alert is {} s off, and no step of a window explains it", compared.worst);
    Ok(())
}

/// Why the layers: within a group, a rule of vmalert reads what rules before it recorded an evaluation ago.
#[test]
fn without_layers_vmalert_is_late_by_each_link() -> Result<()> {
    let outage = one("short-outage")?;
    let prometheus = times(Runner::Promtool, Engine::Prometheus, outage, unchanged)?;
    let vmalert = times(Runner::VmalertTool, Engine::Prometheus, outage, unchanged)?;
    let compared = compare(&prometheus, &vmalert, |_| EVALUATION.as_secs_f64());
    said("vmalert, groups as compiled for Prometheus", &compared);
    let pages = prometheus.iter().filter(|(name, _)| name.contains(" 1h 5m"));
    // An alert reads a window's record, which reads the base, which may read what it is a part of: two or three links.
    let evaluation = EVALUATION.as_secs_f64();
    for (name, here) in pages {
        let there = vmalert.get(name).with_context(|| format!("{name} never fires in vmalert"))?;
        let late = [there.first - here.first, there.last - here.last];
        assert!(late[0] >= 2.0 * evaluation, "{name} fires {} s late, less than two links", late[0]);
        assert!(late.iter().all(|late| *late <= 3.0 * evaluation), "{name} is {late:?} s late, more than three links");
    }
    Ok(())
}

#[test]
fn a_threshold_that_is_off_is_seen() -> Result<()> {
    let outage = one("fast-burn")?;
    let honest = times(Runner::Promtool, Engine::Prometheus, outage, unchanged)?;
    let wrong = |rules: &str| {
        ensure!(rules.contains("0.0144"), "no rule has the threshold of the first page");
        Ok(rules.replace("0.0144", "0.01"))
    };
    let wrong = times(Runner::Promtool, Engine::Prometheus, outage, wrong)?;
    let compared = compare(&honest, &wrong, |_| EVALUATION.as_secs_f64());
    assert!(compared.share() < BAR, "a page that fires at 10× instead of 14.4× is not noticed");
    Ok(())
}
