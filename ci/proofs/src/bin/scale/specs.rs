//! The objectives that are measured, and the counters that they read.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use super::Plan;

/// Objectives of a service.
const PER_SERVICE: usize = 10;

/// Writes the specs: each objective counts the requests of one operation of a service.
pub(super) fn write(folder: &Path, plan: &Plan) -> Result<()> {
    fs::create_dir_all(folder)?;
    let policy =
        format!("version: emberline/v1\nscrape_interval: 15s\ntargets: [rules]\nrules: {{shards: {}}}\n", plan.shards);
    fs::write(folder.join("policy.yaml"), policy)?;
    let operations: Vec<String> = (0..PER_SERVICE).map(|at| format!("op-{at}")).collect();
    for first in (0..plan.objectives).step_by(PER_SERVICE) {
        let service = service(first);
        let mut text = format!(
            "version: emberline/v1\nservice: {service}\ninstances: {}\nmetrics:\n  app.requests:\n    type: counter\n    \
             labels:\n      op: {{values: [{}]}}\n      code: {{values: [\"200\", \"500\"]}}\nslos:\n",
            plan.raw / 2,
            operations.join(", ")
        );
        for at in first..plan.objectives.min(first + PER_SERVICE) {
            let (name, all) = (operation(at), format!("service_name=\"{service}\",op=\"{}\"", operation(at)));
            write!(
                text,
                "- name: {name}\n  objective: 99.9%\n  sli:\n    events:\n      total: app_requests_total{{{all}}}\n      \
                 bad: app_requests_total{{{all},code=\"500\"}}\n"
            )?;
        }
        fs::write(folder.join(format!("{service}.yaml")), text)?;
    }
    Ok(())
}

fn service(objective: usize) -> String {
    format!("svc-{:04}", objective / PER_SERVICE)
}

fn operation(objective: usize) -> String {
    format!("op-{}", objective % PER_SERVICE)
}

/// The counters of some objectives as they stand now.
pub(super) fn counters(objectives: std::ops::Range<usize>, raw: usize, since: Instant) -> String {
    let seconds = since.elapsed().as_secs();
    let mut text = String::from("# TYPE app_requests_total counter\n");
    for objective in objectives {
        let (service, operation) = (service(objective), operation(objective));
        for pod in 0..raw / 2 {
            for (code, a_second) in [("200", 5), ("500", 0)] {
                // Each has its pace. An error comes now and then.
                let count = match a_second {
                    0 => seconds / (40 + u64::try_from(objective % 50).unwrap_or(0)),
                    _ => seconds * (a_second + u64::try_from((objective + pod) % 7).unwrap_or(0)),
                };
                text.push_str("app_requests_total{service_name=\"");
                text.push_str(&service);
                text.push_str("\",op=\"");
                text.push_str(&operation);
                text.push_str("\",code=\"");
                text.push_str(code);
                let _ = writeln!(text, "\",pod=\"{service}-{pod}\"}} {count}");
            }
        }
    }
    text
}
