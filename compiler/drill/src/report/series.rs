//! The report of a series of drills.

use serde::Serialize;

use super::template;
use crate::record::{Method, Mitigation, Outcome, Record};
use crate::series::{Figure, Summary};
use emberline_walk::source::Answer;

/// A drill in the table.
#[derive(Debug, Serialize)]
struct Row<'r> {
    id: &'r str,
    fault: &'r str,
    kind: &'r str,
    detected: Option<f64>,
    recovered: Option<f64>,
    search: Option<f64>,
    attempts: usize,
    rank: String,
    verdict: &'static str,
    wrong: bool,
    cause: Option<f64>,
    outcome: &'static str,
    fired: Option<bool>,
    cleared: Option<bool>,
}

#[derive(Debug, Serialize)]
struct View<'v> {
    summary: &'v Summary,
    scales: &'v [u32],
    rows: Vec<Row<'v>>,
    /// Drills whose long windows held earlier errors.
    residue: usize,
    /// Whether no drill rolled the release back first.
    one_by_one: bool,
}

/// The report, as Markdown.
///
/// # Errors
/// When a template is faulty.
pub fn markdown(summary: &Summary, records: &[Record]) -> Answer<String> {
    let residue = records.iter().filter(|record| record.release.burn_before.is_some_and(|burn| burn > 1.0)).count();
    let mut sorted: Vec<&Record> = records.iter().collect();
    sorted.sort_by_key(|record| (record.method == Method::Trial, &record.id));
    let rows = sorted.into_iter().map(row).collect();
    let one_by_one = !records.is_empty() && records.iter().all(|record| record.mitigation == Mitigation::OneCommit);
    template::render("series.md", View { summary, scales: &summary.time_scale, rows, residue, one_by_one })
}

fn row(record: &Record) -> Row<'_> {
    let search = record.search.as_ref();
    let kind = match record.fault.outage {
        true => "outage",
        false => record.fault.opened.kind.as_str(),
    };
    Row {
        id: &record.id,
        fault: &record.fault.name,
        kind,
        detected: record.detected,
        recovered: record.recovered,
        search: search.filter(|_| record.method != Method::Trial).map(|search| search.seconds),
        attempts: record.attempts.len(),
        rank: search.and_then(|search| search.rank).map_or_else(|| "–".to_owned(), |rank| rank.to_string()),
        verdict: search.map_or("not detected", |search| search.verdict.said()),
        cause: Figure::Cause.of(record),
        outcome: match record.outcome {
            Outcome::Resolved if record.fault.outage => "the end of the outage",
            Outcome::Resolved if record.mitigation == Mitigation::OneCommit => "a revert",
            Outcome::Resolved => "the last release",
            Outcome::OlderRelease => "an older release",
            Outcome::NoRelease => "the end of the outage, after rollbacks",
            Outcome::LastResort => "last resort",
            Outcome::Undetected => "–",
        },
        wrong: search.is_some_and(|search| search.confident_and_wrong),
        fired: record.fires.met,
        cleared: record.clears.met,
    }
}
