//! What the alerts of a rule file did, for people.

use std::fmt::Write as _;

use serde::Serialize;

use super::incidents;
use super::table::{Form, bullet, heading, length, table};
use crate::incident::Judged;
use crate::moment::shown;
use crate::rulefile::Theirs;

/// A rule file's alerts.
#[derive(Debug, Serialize)]
pub struct OfFile {
    /// The file.
    pub file: String,
    /// From when on alerts count, in milliseconds since 1970; written in RFC 3339.
    #[serde(serialize_with = "crate::moment::write")]
    pub from: i64,
    /// Until when.
    #[serde(serialize_with = "crate::moment::write")]
    pub until: i64,
    /// Its alerts, in order.
    pub alerts: Vec<Theirs>,
    /// How well they found the incidents, if there is a list of them.
    pub judged: Option<Judged>,
}

/// Everything about a file: its alerts, what they cannot do, when they fired, and the incidents.
pub(super) fn show(text: &mut String, of_file: &OfFile, form: Form) {
    let alerts = &of_file.alerts;
    let noun = if alerts.len() == 1 { "alert" } else { "alerts" };
    heading(text, &format!("{}: {} {noun}", of_file.file, alerts.len()), form);
    let bullet = bullet(form);
    let _ = writeln!(text, "{bullet}replayed from {} to {}", shown(of_file.from), shown(of_file.until));
    for theirs in alerts {
        for line in lines(theirs) {
            let _ = writeln!(text, "{bullet}line {}: {} {line}", theirs.line, theirs.alert);
        }
    }
    text.push('\n');
    let head = ["alert", "severity", "fires after", "clears after", "times fired", "firing for", "longest"];
    let rows: Vec<Vec<String>> = alerts.iter().map(|theirs| row(theirs, of_file.until)).collect();
    table(text, &head, &rows, form);
    let mut firings: Vec<_> =
        alerts.iter().flat_map(|theirs| theirs.firings.iter().map(move |firing| (firing, theirs))).collect();
    firings.sort_by_key(|(firing, _)| firing.fired);
    let rows = firings.iter().map(|(firing, theirs)| {
        let labels = firing.group.iter().map(|(label, value)| format!("{label}={value}"));
        vec![
            shown(firing.fired),
            firing.until.map_or("still firing".to_owned(), shown),
            length(firing.until.unwrap_or(of_file.until) - firing.fired),
            theirs.alert.clone(),
            labels.collect::<Vec<_>>().join(" "),
        ]
    });
    if firings.is_empty() {
        let _ = writeln!(text, "{bullet}no alert would have fired\n");
    } else {
        table(text, &["fired", "resolved", "for", "alert", "labels"], &rows.collect::<Vec<_>>(), form);
    }
    if let Some(judged) = &of_file.judged {
        incidents::show(text, &format!("Incidents and {}", of_file.file), judged, form);
    }
}

/// What is wrong with an alert, a sentence each that its name begins.
fn lines(theirs: &Theirs) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(why) = &theirs.verdict.cannot_fire {
        lines.push(format!("cannot fire: {why}"));
    }
    if let Some(why) = &theirs.verdict.never_clears {
        lines.push(format!("never clears: {why}"));
    }
    if let Some(why) = &theirs.verdict.fires_at_once {
        lines.push(format!("fires at the first bad event: {why}"));
    }
    for selector in &theirs.without_samples {
        lines.push(format!("reads `{selector}`, of which the server has no sample"));
    }
    if let Some(why) = &theirs.not_replayed {
        lines.push(format!("is not replayed: {why}"));
    }
    if !theirs.recorded_by_server.is_empty() {
        lines.push(format!("is replayed over what the server recorded: {}", theirs.recorded_by_server.join(", ")));
    }
    lines
}

fn row(theirs: &Theirs, until: i64) -> Vec<String> {
    let verdict = &theirs.verdict;
    let told = |seconds: Option<f64>| {
        let more = if verdict.has_more { " *" } else { "" };
        seconds.map_or("-".to_owned(), |seconds| length((seconds * 1_000.0).round() as i64) + more)
    };
    let lengths = || theirs.firings.iter().map(|it| it.until.unwrap_or(until) - it.fired);
    let is_known = theirs.not_replayed.is_none();
    let or_dash = |text: String| if is_known { text } else { "-".to_owned() };
    vec![
        theirs.alert.clone(),
        theirs.severity.clone(),
        match (&verdict.cannot_fire, &verdict.fires_at_once) {
            (Some(_), _) => "never".to_owned(),
            (None, Some(_)) => "at once".to_owned(),
            (None, None) => told(verdict.fires_after_s),
        },
        if verdict.never_clears.is_some() { "never".to_owned() } else { told(verdict.clears_after_s) },
        or_dash(theirs.firings.len().to_string()),
        or_dash(length(lengths().sum())),
        or_dash(length(lengths().max().unwrap_or(0))),
    ]
}
