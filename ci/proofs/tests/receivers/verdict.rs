//! What emberline and amtool say of the same receivers.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use emberline_proofs::process::run;
use emberline_proofs::tools::{emberline, tool};
use serde_json::{Value, json};

/// A service whose alerts the receivers get.
pub const SERVICE: &str = "version: emberline/v1\nservice: shop\nslos:\n  - {name: a, objective: 99%, sli: {events: {total: t, bad: 't{code=\"5\"}'}}}\n";

/// How many receivers one policy holds.
const CHUNK: usize = 250;

/// Which receivers emberline takes, with what it says of the others.
pub fn ours(receivers: &[Value], globals: &Value) -> Result<Vec<Option<String>>> {
    let mut verdicts = Vec::new();
    for chunk in receivers.chunks(CHUNK) {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("shop.yaml"), SERVICE)?;
        let mut policy = format!("version: emberline/v1\nglobals: {globals}\nreceivers:\n");
        let before = policy.lines().count();
        for (at, receiver) in chunk.iter().enumerate() {
            writeln!(policy, "  r{at}: {receiver}")?;
        }
        fs::write(folder.path().join("policy.yaml"), policy)?;
        let mut faults: BTreeMap<usize, String> = BTreeMap::new();
        for (line, message) in findings(folder.path())? {
            ensure!(line > before, "the globals are at fault: {message}");
            faults.entry(line - before - 1).or_insert(message);
        }
        verdicts.extend((0..chunk.len()).map(|at| faults.remove(&at)));
    }
    Ok(verdicts)
}

/// The lines of the policy with an error, and what is wrong.
fn findings(specs: &Path) -> Result<Vec<(usize, String)>> {
    let output =
        Command::new(emberline()?).args(["check", "--quiet", "--format", "json", "--specs"]).arg(specs).output()?;
    let report: Value =
        serde_json::from_slice(&output.stdout).with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    let findings = report["findings"].as_array().context("a report has findings")?;
    let of_policy = |it: &&Value| {
        it["severity"] == "error" && it["path"].as_str().is_some_and(|path| path.ends_with("policy.yaml"))
    };
    let line = |it: &Value| {
        let line = it["line"].as_u64().and_then(|line| usize::try_from(line).ok())?;
        Some((line, it["message"].as_str()?.to_owned()))
    };
    findings.iter().filter(of_policy).map(|it| line(it).with_context(|| format!("no place: {it}"))).collect()
}

/// Which receivers amtool takes in a configuration of their own, with what it says of the others.
pub fn theirs(receivers: &[Value], globals: &Value) -> Result<Vec<Option<String>>> {
    let folder = tempfile::tempdir()?;
    let mut files = Vec::new();
    for (at, receiver) in receivers.iter().enumerate() {
        let mut named = json!({"name": "r"});
        named.as_object_mut().context("an object")?.extend(receiver.as_object().context("an object")?.clone());
        let config = json!({"global": globals, "route": {"receiver": "r"}, "receivers": [named]});
        let file = folder.path().join(format!("{at}.yml"));
        fs::write(&file, config.to_string())?;
        files.push(file);
    }
    let mut verdicts = Vec::new();
    for chunk in files.chunks(CHUNK) {
        let output = Command::new(tool("amtool")?).arg("check-config").args(chunk).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let said: Vec<&str> = text.split("Checking '").skip(1).collect();
        ensure!(said.len() == chunk.len(), "amtool checked {} of {} files: {text}", said.len(), chunk.len());
        for said in said {
            let failed = said.split_once("  FAILED: ").map(|(_, why)| why.trim().to_owned());
            ensure!(failed.is_some() || said.contains("  SUCCESS"), "amtool says neither: {said}");
            verdicts.push(failed);
        }
    }
    Ok(verdicts)
}

/// What emberline makes of a policy: amtool must take it.
pub fn compiled(receivers: &[&Value], globals: &Value) -> Result<()> {
    for chunk in receivers.chunks(CHUNK) {
        let folder = tempfile::tempdir()?;
        let specs = folder.path().join("slos");
        fs::create_dir(&specs)?;
        fs::write(specs.join("shop.yaml"), SERVICE)?;
        let all: serde_json::Map<String, Value> =
            chunk.iter().enumerate().map(|(at, receiver)| (format!("r{at}"), (*receiver).clone())).collect();
        let policy = json!({
            "version": "emberline/v1", "targets": ["rules", "alertmanager"], "globals": globals, "receivers": all
        });
        fs::write(specs.join("policy.yaml"), policy.to_string())?;
        let out = folder.path().join("out");
        run(Command::new(emberline()?).arg("compile").arg("--specs").arg(&specs).arg("--out").arg(&out))?;
        run(Command::new(tool("amtool")?).arg("check-config").arg(out.join("alertmanager/alertmanager.yaml")))?;
    }
    Ok(())
}
