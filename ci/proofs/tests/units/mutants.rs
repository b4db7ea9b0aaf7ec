//! Mutants of the generated rules: the unit tests must fail with nearly every one.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use emberline_proofs::tools::workspace;
use emberline_proofs::units::{Unit, run, units};

use crate::mutate::{Mutant, mutants};

/// How many mutants are tried; the variable `MUTANTS` says otherwise, and `all` tries every one.
const TRIED: usize = 400;

/// Whether a test of the objective fails with the mutant. The objective's files are copied beside it.
fn is_killed(unit: &Unit, mutant: &Mutant) -> Result<bool> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join(unit.rules.file_name().context("rules have a name")?), &mutant.text)?;
    for test in &unit.tests {
        let copy = folder.path().join(test.file_name().context("a test has a name")?);
        fs::copy(test, &copy)?;
        if !run(&copy)?.passed {
            return Ok(true);
        }
    }
    Ok(false)
}

#[test]
fn a_fault_in_any_rule_fails_the_default_tests() -> Result<()> {
    let units = units(&workspace().join("generated/prometheus/tests"))?;
    let mut all: Vec<(&Unit, Mutant)> = Vec::new();
    for unit in &units {
        let rules = fs::read_to_string(&unit.rules)?;
        all.extend(mutants(&rules).into_iter().map(|mutant| (unit, mutant)));
    }
    let known = all.len();
    let wanted = match std::env::var("MUTANTS") {
        Ok(all) if all == "all" => known,
        Ok(number) => number.parse().context("MUTANTS is a number, or `all`")?,
        Err(_) => TRIED,
    };
    // Every kind of fault is tried alike often, spread over the objectives and their rules.
    let mut kinds: BTreeMap<&str, Vec<(&Unit, Mutant)>> = BTreeMap::new();
    for (unit, mutant) in all {
        kinds.entry(mutant.kind).or_default().push((unit, mutant));
    }
    let share = wanted.div_ceil(kinds.len());
    let chosen: Vec<(&Unit, Mutant)> = kinds
        .into_values()
        .flat_map(|of_kind| {
            let step = if wanted >= known { 1 } else { of_kind.len().div_ceil(share).max(1) };
            of_kind.into_iter().step_by(step)
        })
        .collect();

    let (next, outcomes) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism()?.get();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((unit, mutant)) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = is_killed(unit, mutant);
                    outcomes.lock().unwrap_or_else(|lock| lock.into_inner()).push((*unit, mutant, outcome));
                }
            });
        }
    });

    let mut killed: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (unit, mutant, outcome) in outcomes.into_inner().unwrap_or_else(|lock| lock.into_inner()) {
        let outcome = outcome.with_context(|| mutant.name.clone())?;
        let count = killed.entry(mutant.kind).or_default();
        (count.0, count.1) = (count.0 + usize::from(outcome), count.1 + 1);
        if !outcome {
            println!("mutants: survived in {}: {}", unit.rules.display(), mutant.name);
        }
    }
    let (dead, tried) = killed.values().fold((0, 0), |(dead, tried), kind| (dead + kind.0, tried + kind.1));
    for (kind, (dead, tried)) in &killed {
        println!("mutants: {kind}: {dead} of {tried}");
    }
    println!("mutants: {dead} of {tried} killed, of {known} there are");
    assert!(tried >= 200, "only {tried} mutants");
    assert!(dead * 100 >= tried * 98, "{dead} of {tried} mutants were killed");
    Ok(())
}
