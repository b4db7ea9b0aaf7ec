//! What the generated unit tests cost promtool, in seconds of processor time: those of this repository, and those of a
//! hundred objectives of ten services.
//!
//! `cargo bench -p emberline-proofs --bench unit_tests`. The bars: 30 s and 3 minutes.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use emberline_proofs::process::run as output_of;
use emberline_proofs::tools::{emberline, workspace};
use emberline_proofs::units::{run, units};

fn main() -> Result<()> {
    let committed = workspace().join("generated/prometheus/tests");
    measure("the committed unit tests", &committed)?;
    let folder = tempfile::tempdir()?;
    let specs = folder.path().join("slos");
    fs::create_dir(&specs)?;
    for service in 0..10 {
        fs::write(specs.join(format!("service-{service}.yaml")), spec(service))?;
    }
    let out = folder.path().join("generated");
    let mut compile = Command::new(emberline()?);
    compile.arg("compile").arg("--specs").arg(&specs).arg("--out").arg(&out).args(["--only", "tests"]);
    output_of(&mut compile).context("compiling a hundred objectives")?;
    measure("those of 100 objectives of ten services", &out.join("prometheus/tests"))
}

/// Ten objectives of a service: counters with `bad` and `good`, histograms, time slices, groups, quiet traffic.
fn spec(service: usize) -> String {
    let mut text = format!("version: emberline/v1\nservice: service-{service}\nslos:\n");
    for slo in 0..10 {
        let events = format!("requests_{slo}_total{{job=\"s{service}\"}}");
        let failed = format!("requests_{slo}_total{{job=\"s{service}\", code=~\"5..\"}}");
        let sli = match slo {
            0..4 => format!("events: {{total: '{events}', bad: '{failed}'}}"),
            4 => format!("events: {{total: '{events}', good: '{}'}}", failed.replace("=~", "!~")),
            5 | 6 => format!(
                "latency: {{metric: duration_{slo}_seconds, threshold: 250ms, selector: '{{job=\"s{service}\"}}'}}"
            ),
            7 => format!("events: {{total: '{events}', bad: '{failed}', group_by: [route]}}"),
            8 => format!("timeslice: {{total: '{events}', bad: '{failed}', max_error_ratio: 5%}}"),
            _ => format!("timeslice: {{up: 'up{{job=\"s{service}\"}}'}}"),
        };
        let objective = ["99.9%", "99.5%", "99%", "99.95%"][(service + slo) % 4];
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  - {{name: objective-{slo}, objective: {objective}, window: 30d, sli: {{{sli}}}}}");
    }
    text
}

fn measure(what: &str, folder: &Path) -> Result<()> {
    let (mut files, mut objectives, mut took) = (0, 0, Duration::ZERO);
    for unit in units(folder)? {
        objectives += 1;
        for test in &unit.tests {
            let verdict = run(test)?;
            ensure!(verdict.passed, "{} fails:\n{}", test.display(), verdict.printed);
            files += 1;
            took += verdict.took;
        }
    }
    println!("units: {what}: {:.1} s of processor time, {files} files of {objectives} objectives", took.as_secs_f64());
    Ok(())
}
