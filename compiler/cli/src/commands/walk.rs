//! `emberline walk`: from the alert that fires to the commit.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use emberline_core::finding::Severity;
use emberline_core::model::Pace;
use emberline_walk::source::{Connected, Endpoints, Product};
use emberline_walk::{self as walk, Question, Verdict};

use super::gate::{self, Gate, LOADED};
use super::{access, freeze, stores, walk_case};
use crate::args::{FailOn, Format, ReportFormat, Reporting, Walk};
use crate::failure::{Failure, Result};
use crate::status::Status;
use crate::terminal;
use crate::world::{shown, write_file};

/// For how long a walk waits for a bad request that was kept: the collector decides after ten seconds, as the policy has it.
const PATIENCE: Duration = Duration::from_secs(15);

/// Walks, and prints what was found. Specs with errors are shown instead, and are no walk.
pub(crate) fn run(walk: &Walk, quiet: bool) -> Result<Status> {
    if let Some(folder) = &walk.case {
        return walk_case::run(folder, walk.format);
    }
    let began = Instant::now();
    if let Some(folder) = &walk.export {
        freeze::check(folder)?;
    }
    let mut gate = match walk.time_scale {
        Some(_) => Gate::open_at(&walk.specs, Pace::Drill(walk.time_scale), LOADED)?,
        None => Gate::open(&walk.specs, None)?,
    };
    let Some(plan) = gate.plan.take() else {
        let reporting = Reporting { format: Format::Human, fail_on: FailOn::Error, today: None };
        gate::show(&gate.found(), &reporting, true)?;
        debug_assert!(gate.findings.iter().any(|finding| finding.severity == Severity::Error));
        return Ok(Status::Failed);
    };
    let endpoints = endpoints(walk)?;
    let connected = Connected::new(&endpoints, Some(&walk.repository)).map_err(|why| {
        Failure::new(why).help("`--prometheus`, `--victoria-metrics` or the file of `--stores` names one")
    })?;
    let question = Question { plan: &plan, alert: walk.alert.as_deref(), now: super::now() };
    let mut found = walk::walk_patiently(&question, &connected.sources(), PATIENCE);
    found.seconds = began.elapsed().as_secs_f64();
    if let Some(why) = &found.unreachable {
        let help = if ["401", "403"].iter().any(|status| why.contains(&format!("answers {status} "))) {
            "`--bearer-token-file`, `--basic-auth-file`, `--header` or the file of `--stores` gives credentials"
        } else {
            "`--prometheus` names the Prometheus that evaluates the rules"
        };
        return Err(Failure::new(why.as_str()).help(help));
    }
    if let Some(folder) = &walk.out {
        write(folder, &walk::artefacts(&found), quiet)?;
    }
    let text = match walk.format {
        ReportFormat::Human => terminal::clean(&walk::human(&found)),
        ReportFormat::Markdown => walk::markdown(&found),
        ReportFormat::Json => {
            let json = serde_json::to_string_pretty(&found);
            json.map_err(|cause| Failure::bug(format!("a walk cannot be written as JSON: {cause}")))? + "\n"
        }
    };
    terminal::print(|out| out.write_all(text.as_bytes()))?;
    if !quiet && walk.format == ReportFormat::Human {
        terminal::say(&format!("walked in {:.1} s", found.seconds));
    }
    if let Some(folder) = &walk.export {
        freeze::write(folder, &question, &connected.sources(), &found, quiet)?;
    }
    Ok(if found.verdict == Verdict::NotCertain { Status::Findings } else { Status::Clean })
}

/// The stores of the file, if one is named, and those of options, which win.
fn endpoints(walk: &Walk) -> Result<Endpoints> {
    let access = access::open(&walk.access)?;
    let mut endpoints = match &walk.stores {
        Some(file) => stores::read(file, &access)?,
        None => Endpoints::default(),
    };
    for (product, address) in [
        (Product::Prometheus, &walk.prometheus),
        (Product::VictoriaMetrics, &walk.victoria_metrics),
        (Product::Ruler, &walk.ruler),
        (Product::Store, &walk.store),
        (Product::Tempo, &walk.tempo),
        (Product::Jaeger, &walk.jaeger),
        (Product::Zipkin, &walk.zipkin),
        (Product::Loki, &walk.loki),
        (Product::VictoriaLogs, &walk.victoria_logs),
        (Product::Pyroscope, &walk.pyroscope),
        (Product::Grafana, &walk.grafana),
    ] {
        let Some(address) = address else { continue };
        endpoints.add(product, address, &access).map_err(|why| {
            let option = product.key().replace('_', "-");
            Failure::new(why).help(format!("write it like `--{option} http://127.0.0.1:9090`"))
        })?;
    }
    if let Some(log) = &walk.deployments {
        endpoints.set_deployments(log);
    }
    for repository in &walk.repo {
        match repository.split_once('=') {
            Some((service, folder)) if !service.is_empty() && Path::new(folder).is_dir() => {
                endpoints.set_repository(service, Path::new(folder));
            }
            Some((service, folder)) if !service.is_empty() => {
                return Err(Failure::new(format!("{} is no folder", shown(Path::new(folder))))
                    .help(format!("`--repo {service}=PATH` names a clone of {service}'s source code")));
            }
            _ => {
                return Err(Failure::new(format!("`{repository}` names no service"))
                    .help("write it like `--repo payments=../payments`"));
            }
        }
    }
    Ok(endpoints)
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
