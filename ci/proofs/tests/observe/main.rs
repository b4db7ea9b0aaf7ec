//! Specs against what is really exported. A real Prometheus scrapes itself, an Alertmanager, a collector, node_exporter
//! and a program with a client library, and an OpenTelemetry SDK pushes to it. Beside it stand the page of that program
//! as text, and what the collector captured of another SDK.
//!
//! Honest specs of each have no finding. Each planted fault is found at its place, by asking the server and from a
//! snapshot without one.

mod programs;
mod setup;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use emberline_proofs::tools::emberline;
use serde_json::Value;

use programs::{Fault, POLICY, PROGRAMS, Program};
use setup::Setup;

/// Runs `emberline check`, and gives its findings as JSON.
fn check(folder: &Path, against: Option<&str>) -> Result<Vec<Value>> {
    let mut command = Command::new(emberline()?);
    command.current_dir(folder).args(["check", "--format", "json", "--fail-on", "never"]);
    if let Some(source) = against {
        command.args(["--against", source, "--over", "10m"]);
    }
    let output = command.output()?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout)?;
    report["findings"].as_array().cloned().context("a report without findings")
}

/// Writes a folder of specs.
fn specs(folder: &Path, spec: &str, policy: &str) -> Result<()> {
    let slos = folder.join("slos");
    let _ = fs::remove_dir_all(&slos);
    fs::create_dir_all(&slos)?;
    fs::write(slos.join("policy.yaml"), policy)?;
    fs::write(slos.join("spec.yaml"), spec)?;
    Ok(())
}

/// The text that a finding underlines.
fn underlined(folder: &Path, finding: &Value) -> Result<String> {
    let at = |name: &str| finding[name].as_u64().map_or(0, |number| number as usize);
    let text = fs::read_to_string(folder.join(finding["path"].as_str().unwrap_or_default()))?;
    let line = text.lines().nth(at("line").saturating_sub(1)).unwrap_or_default();
    let (from, to) = (at("column").saturating_sub(1), at("end_column"));
    Ok(line.chars().skip(from).take(to.saturating_sub(from)).collect())
}

/// Whether a fault is among the findings, at its place.
fn is_found(folder: &Path, findings: &[Value], fault: &Fault) -> Result<bool> {
    for finding in findings.iter().filter(|finding| finding["code"] == fault.code) {
        if underlined(folder, finding)?.contains(fault.place) {
            return Ok(finding["hint"].as_str().is_some_and(|hint| hint.contains(fault.remedy)));
        }
    }
    Ok(false)
}

/// A finding in a line.
fn short(finding: &Value) -> String {
    format!("{} at line {}: {}, help: {}", finding["code"], finding["line"], finding["message"], finding["hint"])
}

#[test]
fn honest_specs_have_no_finding_and_faults_are_found_at_their_place() -> Result<()> {
    let setup = Setup::start()?;
    let folder = tempfile::tempdir()?;
    let snapshots = setup.snapshots(folder.path())?;
    let mut wrong = Vec::new();
    for Program { name, spec, .. } in PROGRAMS {
        specs(folder.path(), spec, POLICY)?;
        let live = check(folder.path(), Some(&setup.source(name)))?;
        snapshots.lay(folder.path(), name)?;
        let shot = check(folder.path(), None)?;
        for (how, findings) in [("live", live), ("snapshot", shot)] {
            // Honest short specs declare nothing, which is a warning of its own.
            let told: Vec<&Value> = findings.iter().filter(|it| it["code"] != "undeclared-metric").collect();
            if !told.is_empty() {
                let told: Vec<String> = told.into_iter().map(short).collect();
                wrong.push(format!("the honest spec of {name} ({how}): {}", told.join("; ")));
            }
        }
    }
    let (mut found, mut kinds) = (0, BTreeSet::new());
    for (program, fault) in PROGRAMS.iter().flat_map(|program| program.faults.iter().map(move |fault| (program, fault)))
    {
        let Program { name, spec, .. } = program;
        ensure!(spec.contains(fault.right), "{}: `{}` is not in the honest spec", fault.what, fault.right);
        specs(folder.path(), &spec.replace(fault.right, fault.wrong), fault.policy.unwrap_or(POLICY))?;
        let live = check(folder.path(), Some(&setup.source(name)))?;
        let is_live = is_found(folder.path(), &live, fault)?;
        snapshots.lay(folder.path(), name)?;
        let shot = check(folder.path(), None)?;
        let is_shot = is_found(folder.path(), &shot, fault)?;
        if is_live && is_shot {
            found += 1;
            kinds.insert(fault.code);
        } else {
            let told = if is_live { shot } else { live };
            let told: Vec<String> = told.iter().map(short).collect();
            wrong.push(format!("{name}: {} (live: {is_live}, snapshot: {is_shot}): {}", fault.what, told.join("; ")));
        }
    }
    ensure!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let exporters: BTreeSet<_> = PROGRAMS.iter().map(|program| program.exporter).collect();
    println!(
        "observe: {found} faults of {} kinds found, 0 findings on {} honest specs of {} exporters",
        kinds.len(),
        PROGRAMS.len(),
        exporters.len()
    );
    ensure!(found >= 25 && kinds.len() >= 12, "too few were planted");
    Ok(())
}
