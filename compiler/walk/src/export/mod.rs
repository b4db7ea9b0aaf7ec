//! Freezes an incident: what a walk looked at, scrubbed, in files that another walk can read without servers.
//!
//! The layout is that of public sets of incidents: `alert.json`, `metrics.csv`, `logs.ndjson`, `patterns.json`,
//! `traces.json`, and `commits.json`, `deploys.json` and `flags.json` in `context`. Beside them stand `profiles.json`
//! and `walk.json`, the walk itself. If a source is absent, so is its file, and a note says so.
//!
//! `incident` says what belongs to the incident. Each further file collects one kind of evidence. `scrub` masks it all.

mod alert;
mod commits;
mod deploys;
mod incident;
mod logs;
mod metrics;
mod patterns;
mod profiles;
mod runtime;
mod scrub;
mod stores;
mod table;
mod traces;

use serde_json::{Value, json};

use super::case::Question;
use super::report::Walk;
use crate::source::Sources;
use incident::Incident;
use scrub::Scrub;
use stores::{Stores, without_addresses};
use table::Table;

/// The version of the layout, in `walk.json`.
const LAYOUT: &str = "emberline-incident/v1";

/// An incident as files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// Paths, relative to the folder, and contents.
    pub files: Vec<(String, String)>,
    /// Absent files and evidence that was left out, a sentence each.
    pub notes: Vec<String>,
}

/// Collects the evidence of a walk from its sources, and scrubs it. Every query is bounded, so it takes seconds.
///
/// # Errors
/// When no alert fires, because there is no incident then; when the plan lacks the alert's objective; when the walk
/// could not start.
pub fn freeze(question: &Question<'_>, sources: &Sources<'_>, walk: &Walk) -> Result<Frozen, String> {
    let incident = Incident::of(question, sources, walk)?;
    let mut notes = Vec::new();
    let alert = alert::alert(&incident);
    // What says most about the cause comes first.
    let commits = commits::collect(&incident, &mut notes);
    let deploys = deploys::deploys(&incident, &mut notes);
    let mut table = Table::default();
    metrics::collect(&incident, &mut table, &mut notes);
    runtime::collect(&incident, &mut table, &mut notes);
    let traces = traces::collect(&incident, &mut notes);
    let lines = logs::collect(&incident, traces.as_ref(), &mut notes);
    let spans = traces.as_ref().map(|traces| traces.document(&mut notes));
    let profiles = profiles::collect(&incident, traces.as_ref(), &mut notes);
    let flags = deploys::flags(traces.as_ref());
    let told = walk_document(&incident, &notes)?;
    let mut scrub = Scrub::new(&question.plan.telemetry, Stores::of(sources));
    let mut documents = vec![("alert.json", alert)];
    documents.extend([("traces.json", spans), ("profiles.json", profiles)].into_iter().filter_map(some));
    documents
        .extend([("context/commits.json", commits), ("context/deploys.json", deploys)].into_iter().filter_map(some));
    documents.extend([("context/flags.json", flags), ("walk.json", told)]);
    documents.iter().for_each(|(_, document)| scrub.learn(document));
    lines.iter().flat_map(logs::Lines::documents).for_each(|line| scrub.learn(line));
    table.names().for_each(|name| scrub.learn_text(name));
    let mut files = Vec::new();
    for (name, mut document) in documents {
        scrub.mask(&mut document);
        files.push((name.to_owned(), written(&document)?));
    }
    files.push(("metrics.csv".to_owned(), table.written(&mut |name| scrub.text(name))));
    if let Some(mut lines) = lines {
        lines.documents_mut().for_each(|line| scrub.mask(line));
        files.push(("logs.ndjson".to_owned(), lines.written()));
        // A pattern joins lines that differ in a value. It is read from masked lines, whose masks are values too.
        files.push(("patterns.json".to_owned(), written(&patterns::patterns(&lines))?));
    }
    files.sort();
    let notes = notes.iter().map(|note| scrub.text(&without_addresses(note))).collect();
    Ok(Frozen { files, notes })
}

fn some(named: (&'static str, Option<Value>)) -> Option<(&'static str, Value)> {
    named.1.map(|document| (named.0, document))
}

/// The walk, with the times of the export and its notes.
fn walk_document(incident: &Incident<'_>, notes: &[String]) -> Result<Value, String> {
    let unwritten = |why| format!("the walk cannot be written: {why}");
    let mut document = serde_json::to_value(incident.walk).map_err(unwritten)?;
    without_stores(&mut document);
    if let Some(fields) = document.as_object_mut() {
        let notes: Vec<String> = notes.iter().map(|note| without_addresses(note)).collect();
        let export = json!({
            "layout": LAYOUT,
            "from": table::time(incident.start),
            "onset": table::time(incident.case.onset.time),
            "to": table::time(incident.case.now),
            "notes": notes,
        });
        fields.insert("export".to_owned(), export);
    }
    Ok(document)
}

/// Takes addresses out of what sources answered. Other addresses are evidence, such as a span's `url.full`.
fn without_stores(document: &mut Value) {
    match document {
        Value::Array(items) => items.iter_mut().for_each(without_stores),
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                match value {
                    Value::String(text) if matches!(key.as_str(), "source" | "answer" | "headline") => {
                        *text = without_addresses(text);
                    }
                    Value::Array(texts) if key == "missing" => {
                        for text in texts.iter_mut() {
                            if let Value::String(text) = text {
                                *text = without_addresses(text);
                            }
                        }
                    }
                    value => without_stores(value),
                }
            }
        }
        _ => {}
    }
}

fn written(document: &Value) -> Result<String, String> {
    let text = serde_json::to_string_pretty(document).map_err(|why| format!("a file cannot be written: {why}"))?;
    Ok(text + "\n")
}
