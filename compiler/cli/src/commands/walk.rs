//! `emberline walk`: from the alert that fires to the commit.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use emberline_core::finding::Severity;
use emberline_walk::source::{Connected, Endpoints};
use emberline_walk::{self as walk, Question, Verdict};

use super::access;
use super::gate::{self, Gate};
use crate::args::{FailOn, Format, Reporting, Walk, WalkFormat};
use crate::failure::{Failure, Result};
use crate::status::Status;
use crate::terminal;
use crate::world::{shown, write_file};

/// For how long a walk waits for a bad request that was kept: the collector decides after ten seconds, as the policy has it.
const PATIENCE: Duration = Duration::from_secs(15);

/// Walks, and prints what was found. Specs with errors are shown instead, and are no walk.
pub(crate) fn run(walk: &Walk, quiet: bool) -> Result<Status> {
    let began = Instant::now();
    let mut gate = Gate::open(&walk.specs, None)?;
    let Some(plan) = gate.plan.take() else {
        let reporting = Reporting { format: Format::Human, fail_on: FailOn::Error, today: None };
        gate::show(&gate.found(), &reporting, true)?;
        debug_assert!(gate.findings.iter().any(|finding| finding.severity == Severity::Error));
        return Ok(Status::Failed);
    };
    let endpoints = endpoints(walk)?;
    let connected = Connected::through(&endpoints, Some(&walk.repository), &access::open(&walk.access)?);
    let question = Question { plan: &plan, alert: walk.alert.as_deref(), now: super::now() };
    let mut found = walk::walk_patiently(&question, &connected.sources(), PATIENCE);
    found.seconds = began.elapsed().as_secs_f64();
    if let Some(why) = &found.unreachable {
        return Err(Failure::new(why.as_str()).help("`--prometheus` names the Prometheus that evaluates the rules"));
    }
    if let Some(folder) = &walk.out {
        write(folder, &walk::artefacts(&found), quiet)?;
    }
    let text = match walk.format {
        WalkFormat::Human => terminal::clean(&walk::human(&found)),
        WalkFormat::Markdown => walk::markdown(&found),
        WalkFormat::Json => {
            let json = serde_json::to_string_pretty(&found);
            json.map_err(|cause| Failure::bug(format!("a walk cannot be written as JSON: {cause}")))? + "\n"
        }
    };
    terminal::print(|out| out.write_all(text.as_bytes()))?;
    if !quiet && walk.format == WalkFormat::Human {
        terminal::say(&format!("walked in {:.1} s", found.seconds));
    }
    Ok(if found.verdict == Verdict::NotCertain { Status::Findings } else { Status::Clean })
}

/// The addresses, each of which must be one.
fn endpoints(walk: &Walk) -> Result<Endpoints> {
    let optional = [
        ("--store", &walk.store),
        ("--tempo", &walk.tempo),
        ("--jaeger", &walk.jaeger),
        ("--loki", &walk.loki),
        ("--pyroscope", &walk.pyroscope),
    ];
    let given = optional.into_iter().filter_map(|(option, address)| Some((option, address.as_ref()?)));
    for (option, address) in std::iter::once(("--prometheus", &walk.prometheus)).chain(given) {
        if !(address.starts_with("http://") || address.starts_with("https://")) {
            return Err(Failure::new(format!("`{address}` is not an address"))
                .help(format!("write it like `{option} http://127.0.0.1:9090`")));
        }
    }
    Ok(Endpoints {
        prometheus: walk.prometheus.clone(),
        store: walk.store.clone(),
        tempo: walk.tempo.clone(),
        jaeger: walk.jaeger.clone(),
        loki: walk.loki.clone(),
        pyroscope: walk.pyroscope.clone(),
    })
}

fn write(folder: &Path, artefacts: &[(String, String)], quiet: bool) -> Result<()> {
    fs::create_dir_all(folder).map_err(|cause| Failure::io("cannot make the folder", folder, &cause))?;
    clear(folder, artefacts)?;
    for (name, content) in artefacts {
        write_file(&folder.join(name), content.as_bytes())?;
    }
    if !quiet {
        terminal::say(&format!("{} artefacts in {}", artefacts.len(), shown(folder)));
    }
    Ok(())
}

/// Takes away what an earlier walk left in a folder and this one does not write again.
pub(super) fn clear(folder: &Path, artefacts: &[(String, String)]) -> Result<()> {
    for name in walk::superseded(artefacts) {
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => {
                return Err(Failure::io("cannot remove", &path, &cause));
            }
            _ => {}
        }
    }
    Ok(())
}
