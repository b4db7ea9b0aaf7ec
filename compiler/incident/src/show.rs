//! A verdict for people.

use emberline_prose::escape;

use crate::rank::short;
use crate::verdict::{Because, Verdict};

/// A heading and its lines.
type Section = (&'static str, Vec<String>);

/// The claim, the three strongest facts for it, the strongest against it, what was not looked at, and what would
/// change its mind.
#[must_use]
pub fn human(verdict: &Verdict) -> String {
    let mut out = claim(verdict) + "\n";
    for (title, lines) in sections(verdict) {
        out += &format!("\n{title}\n");
        for line in lines {
            out += &format!("  {line}\n");
        }
    }
    out
}

/// The same as [`human`], for an incident's channel or ticket.
#[must_use]
pub fn markdown(verdict: &Verdict) -> String {
    let mut out = format!("## {}\n", escape::markdown(&claim(verdict)));
    for (title, lines) in sections(verdict) {
        out += &format!("\n### {title}\n\n");
        for line in lines {
            out += &format!("- {}\n", escape::markdown(&line));
        }
    }
    out
}

fn claim(verdict: &Verdict) -> String {
    if verdict.root_cause_commit == "none" {
        format!("no commit caused this incident; the cause is {}", verdict.mechanism)
    } else {
        format!("commit {} caused this incident: {}", short(&verdict.root_cause_commit), verdict.mechanism)
    }
}

fn sections(verdict: &Verdict) -> Vec<Section> {
    let sure = if verdict.certain { "certain" } else { "not certain" };
    let result = vec![
        format!("confidence {:.0}%, {sure}", verdict.confidence * 100.0),
        format!("first failing service: {}", verdict.first_failing_service),
        format!("other services that suffer: {}", or(&verdict.blast_radius.join(", "), "none")),
        format!("remediation: {}", verdict.remediation),
    ];
    let strongest = verdict.reasons_for.iter().take(3).map(placed).collect();
    let against = verdict.reasons_against.first().map_or_else(|| "none was found".to_owned(), placed);
    let others = verdict.suspects.iter().filter(|suspect| suspect.sha != verdict.root_cause_commit).take(3);
    let others = others.map(|suspect| {
        let against = suspect.reasons_against.first().map_or("no reason against it", |reason| &reason.what);
        format!("{} {:.0}%: {against}", short(&suspect.sha), suspect.confidence * 100.0)
    });
    let absent = verdict.not_looked_at.iter().map(|file| format!("{file}: the case lacks it"));
    vec![
        ("Result", result),
        ("Strongest facts for it", strongest),
        ("Strongest fact against it", vec![against]),
        ("Other suspects", some(others.collect(), "none")),
        ("Not looked at", some(absent.collect(), "every file of the case was there")),
        ("What would change this verdict", verdict.would_change.clone()),
    ]
}

fn or(text: &str, instead: &str) -> String {
    if text.is_empty() { instead.to_owned() } else { text.to_owned() }
}

fn some(lines: Vec<String>, instead: &str) -> Vec<String> {
    if lines.is_empty() { vec![instead.to_owned()] } else { lines }
}

fn placed(reason: &Because) -> String {
    if reason.place.is_empty() { reason.what.clone() } else { format!("{} ({})", reason.what, reason.place) }
}
