//! The same outages in Prometheus and in vmalert: when alerts fire and clear, evaluation by evaluation.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use emberline_proofs::engines::layers::layered;
use emberline_proofs::engines::times::{Compared, Times, compare};
use emberline_proofs::engines::units::{Runner, run};
use emberline_proofs::engines::{Engine, compile};
use emberline_proofs::outages::{EVALUATION, OUTAGES, Outage, policy};
use tempfile::TempDir;

/// The share of alerts that must fire and clear within one evaluation of Prometheus.
const BAR: f64 = 0.95;

/// The outages' specs, compiled for an engine.
fn compiled(engine: Engine) -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let specs = folder.path().join("slos");
    fs::create_dir(&specs)?;
    fs::write(specs.join("policy.yaml"), policy(1))?;
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

/// All outages in one runner, each with the rules that `prepare` makes of the compiled ones.
fn all(runner: Runner, engine: Engine, prepare: fn(&str) -> Result<String>) -> Result<Times> {
    let folder = compiled(engine)?;
    let mut times = Times::new();
    for outage in OUTAGES {
        let path = rules(engine, folder.path(), outage)?;
        let prepared = folder.path().join(format!("{}-{runner:?}.rules", outage.name));
        fs::write(&prepared, prepare(&fs::read_to_string(path)?)?)?;
        times.extend(run(runner, outage, &prepared, folder.path())?);
    }
    ensure!(times.len() > 30, "only {} alerts fired in all outages", times.len());
    Ok(times)
}

fn said(what: &str, compared: &Compared) {
    println!(
        "| {what}: {} of {} alerts fire and clear within one evaluation of Prometheus ({:.1}%)",
        compared.agreed,
        compared.all,
        100.0 * compared.share()
    );
    compared.others.iter().for_each(|line| println!("|   {line}"));
}

#[test]
fn vmalert_fires_and_clears_as_prometheus_does() -> Result<()> {
    let prometheus = all(Runner::Promtool, Engine::Prometheus, |rules| Ok(rules.to_owned()))?;
    let vmalert = all(Runner::VmalertTool, Engine::Vmalert, |rules| layered(rules, false))?;
    let compared = compare(&prometheus, &vmalert, EVALUATION.as_secs_f64());
    said("vmalert, a group for each layer", &compared);
    assert!(compared.share() >= BAR, "vmalert and Prometheus disagree");
    Ok(())
}
