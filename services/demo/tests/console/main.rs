//! What on-call opens, held against the running demo while requests fail and are slow: every panel of every dashboard has
//! data, and every query on the page of each alert that fires returns what its step promises.
//!
//! PromQL, exemplars, and the addresses of the store are asked. TraceQL, LogQL and Pyroscope have no engine here: their
//! queries are parsed by their published grammars in `ci/browser`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops at the first surprise, and prints figures")]

mod page;
mod preview;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use demo::ask;
use demo::programs::{self, Programs};
use demo::system::{Options, System};
use serde_json::Value;

use page::{Ask, asks};
use preview::preview;

/// Requests a second: as many as two cores can do while some of them burn processor time.
const RATE: u64 = 12;
/// The shares of requests that fail and that are slow, in percent. A third of the slow ones is slow in each service: enough
/// for the fastest page of a 99% objective, which wants 14.4%.
const SHARES: [&str; 2] = ["--errors=20", "--slow=55"];
/// Sums over a day and more are made of five-minute counts, so they begin with the second of these; a group that is
/// evaluated every two minutes then makes budgets of them.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// The addresses of the policy, in whose place the demo's own stand.
const STORE: &str = "https://store.example.com";
const RUNBOOKS: &str = "https://runbooks.example.com/emberline/";

#[test]
fn panels_have_data_and_steps_return_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let checkout = programs::checkout();
    let programs = Programs::find(&checkout, |_| {}).unwrap();
    let options = Options {
        checkout: checkout.clone(),
        folder: folder.path().join("data"),
        capture: None,
        scenarios: true,
        drill: None,
    };
    let mut system = System::new(&programs, &options).unwrap();
    system.start(|_| {}).unwrap();
    let mut load =
        system.load("loadgen", &[format!("--rate={RATE}"), SHARES[0].to_owned(), SHARES[1].to_owned()]).unwrap();
    load.start().unwrap();
    // All are judged, so that one run tells all that is wrong.
    let outcomes = [dashboards(&system, &checkout), runbooks(&system, &checkout), preview(&system, &checkout)];
    let faults: Vec<String> = outcomes.iter().filter_map(|it| it.as_ref().err()).map(|it| format!("{it:#}")).collect();
    if !faults.is_empty() {
        println!("{}", ends_of_logs(&system.logs()));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The last lines that each program printed.
fn ends_of_logs(folder: &Path) -> String {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ends = entries.map(|entry| {
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        format!("--- {}\n{}\n", entry.path().display(), lines[lines.len().saturating_sub(8)..].join("\n"))
    });
    ends.collect()
}

fn query(system: &System, text: &str) -> Result<Vec<Value>> {
    let answer = ask::json(&format!("http://{}/api/v1/query", system.at.prometheus), &[("query", text)])?;
    ensure!(answer["status"] == "success", "{text}: {answer}");
    Ok(answer["data"]["result"].as_array().cloned().unwrap_or_default())
}

/// The trace ids of exemplars of a selector's series, the newest last.
fn exemplars(system: &System, selector: &str) -> Result<Vec<String>> {
    let url = format!("http://{}/api/v1/query_exemplars", system.at.prometheus);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs_f64();
    let (start, end) = ((now - 3600.0).to_string(), now.to_string());
    let answer = ask::json(&url, &[("query", selector), ("start", &start), ("end", &end)])?;
    let series = answer["data"].as_array().cloned().unwrap_or_default();
    let all = series.iter().flat_map(|one| one["exemplars"].as_array().cloned().unwrap_or_default());
    Ok(all.filter_map(|exemplar| exemplar["labels"]["trace_id"].as_str().map(str::to_owned)).collect())
}

/// Every PromQL expression of every panel, by where it stands; a panel's range is what Grafana would choose.
fn panels(checkout: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(checkout.join("generated/grafana/dashboards"))? {
        let path = entry?.path();
        let board: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
        for panel in board["panels"].as_array().context("a dashboard without panels")? {
            if panel["datasource"]["type"] != "prometheus" {
                continue;
            }
            for target in panel["targets"].as_array().context("a panel without queries")? {
                let expr = target["expr"].as_str().context("a query without an expression")?;
                let place = format!("{} {} {}", board["uid"], panel["title"], target["refId"]);
                found.insert(place, expr.replace("$__rate_interval", "1m"));
            }
        }
        let marks = board["annotations"]["list"][0]["expr"].as_str().context("a dashboard without marks")?;
        found.insert(format!("{} marks", board["uid"]), marks.to_owned());
    }
    Ok(found)
}

/// Waits until every panel has had data, and says which never had.
fn dashboards(system: &System, checkout: &Path) -> Result<()> {
    let all = panels(checkout)?;
    ensure!(all.len() > 100, "{} panels", all.len());
    let mut waiting = all.clone();
    let began = Instant::now();
    while !waiting.is_empty() && began.elapsed() < PATIENCE {
        sleep(Duration::from_secs(10));
        let mut still = BTreeMap::new();
        for (place, expr) in waiting {
            if query(system, &expr)?.is_empty() {
                still.insert(place, expr);
            }
        }
        waiting = still;
    }
    println!(
        "dashboards: {} of {} queries of panels and marks returned data, all within {} s",
        all.len() - waiting.len(),
        all.len(),
        began.elapsed().as_secs()
    );
    ensure!(waiting.is_empty(), "without data: {waiting:#?}");
    // The heatmaps' points: exemplars that lead to kept traces.
    for heat in all.values().filter(|expr| expr.contains("exemplars_duration_seconds_bucket")) {
        ensure!(!exemplars(system, heat)?.is_empty(), "no exemplar on {heat}");
    }
    Ok(())
}

/// The Markdown pages of the alerts that fire now, by their address.
fn firing(system: &System, checkout: &Path) -> Result<BTreeSet<PathBuf>> {
    let answer = ask::json(&format!("http://{}/api/v1/alerts", system.at.prometheus), &[])?;
    let alerts = answer["data"]["alerts"].as_array().cloned().unwrap_or_default();
    let firing = alerts.iter().filter(|alert| alert["state"] == "firing");
    firing
        .map(|alert| {
            let url = alert["annotations"]["runbook_url"].as_str().context("an alert without a page")?;
            let page = url.strip_prefix(RUNBOOKS).with_context(|| format!("{url} is elsewhere"))?;
            Ok(checkout.join("generated/runbooks").join(page.replace(".html", ".md")))
        })
        .collect()
}

fn runbooks(system: &System, checkout: &Path) -> Result<()> {
    let pages = firing(system, checkout)?;
    for wanted in
        ["checkout/availability/burn-1h-5m.md", "checkout/latency/burn-1h-5m.md", "frontend/availability/burn-1h-5m.md"]
    {
        ensure!(pages.iter().any(|page| page.ends_with(wanted)), "{wanted} is of no alert that fires: {pages:?}");
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut faults = Vec::new();
    for page in &pages {
        let text = fs::read_to_string(page).with_context(|| format!("reading {}", page.display()))?;
        let asks = asks(&text);
        ensure!(asks.len() > 12, "{}: {} queries", page.display(), asks.len());
        // Only what burns processor time has a profile of its own: here, the slow orders in checkout.
        let burns = page.components().any(|part| part.as_os_str() == "checkout")
            && page.components().any(|part| part.as_os_str() == "latency");
        for fault in evidence(system, &asks, burns, &mut counts)? {
            faults.push(format!("{}: {fault}", page.display()));
        }
    }
    println!(
        "console: {} pages of alerts that fire; what their queries were asked of, and answered: {counts:?}",
        pages.len()
    );
    ensure!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    Ok(())
}

/// Asks what a page asks, in its order, and says which answers are empty.
fn evidence(system: &System, asks: &[Ask], burns: bool, counts: &mut BTreeMap<String, usize>) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut traces: Vec<String> = Vec::new();
    for ask in asks {
        let found = match ask.language.as_str() {
            "promql" if ask.text.starts_with("exemplars_duration_seconds_bucket") => {
                !exemplars(system, &ask.text)?.is_empty()
            }
            "promql" => !query(system, &ask.text)?.is_empty(),
            "store" => {
                let address = ask.text.replace(STORE, &format!("http://{}", system.at.store));
                if address.contains("/api/search") {
                    let answer = ask::json(&address, &[])?;
                    let listed = answer["traces"].as_array().cloned().unwrap_or_default();
                    traces = listed.iter().filter_map(|it| it["traceID"].as_str().map(str::to_owned)).collect();
                    !traces.is_empty()
                } else if address.contains("TRACE_ID") {
                    of_a_trace(&address, &traces)?
                } else {
                    holds_something(&ask::json(&address, &[])?)
                }
            }
            // What no engine here can answer, and what is typed into a terminal.
            _ => continue,
        };
        let may_be_empty = ask.text.contains("/api/profiles/TRACE_ID") && !burns;
        if found || may_be_empty {
            *counts.entry(ask.language.clone()).or_default() += 1;
        } else {
            faults.push(format!("{} returned nothing: {} ({})", ask.language, ask.text, ask.shows));
        }
    }
    Ok(faults)
}

/// Whether one of the bad requests that were found answers; most waited, so that few have a profile of their own.
fn of_a_trace(address: &str, traces: &[String]) -> Result<bool> {
    for trace in traces {
        if let Some(answer) = ask::json_if_found(&address.replace("TRACE_ID", trace))?
            && holds_something(&answer)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a list in an answer has an element.
fn holds_something(answer: &Value) -> bool {
    match answer {
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => fields.values().any(holds_something),
        _ => false,
    }
}
