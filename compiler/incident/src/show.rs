//! A verdict for people.

use std::fmt::Write as _;

use crate::rank::short;
use crate::verdict::{Because, Verdict};

/// The claim, the three strongest facts for it, the strongest against it, what was not looked at, and what would
/// change its mind.
#[must_use]
pub fn human(verdict: &Verdict) -> String {
    let mut out = String::new();
    let sure = if verdict.certain { "certain" } else { "not certain" };
    let percent = verdict.confidence * 100.0;
    let claim = if verdict.root_cause_commit == "none" {
        format!("no commit caused this incident; the cause is {}", verdict.mechanism)
    } else {
        format!("commit {} caused this incident: {}", short(&verdict.root_cause_commit), verdict.mechanism)
    };
    let mut line = |text: &str| {
        let _ = writeln!(out, "{text}");
    };
    line(&claim);
    line(&format!("  confidence {percent:.0}%, {sure}"));
    line(&format!("  first failing service: {}", verdict.first_failing_service));
    let others = if verdict.blast_radius.is_empty() { "none".to_owned() } else { verdict.blast_radius.join(", ") };
    line(&format!("  other services that suffer: {others}"));
    line(&format!("  remediation: {}", verdict.remediation));
    line("");
    line("Strongest facts for it");
    for reason in verdict.reasons_for.iter().take(3) {
        line(&format!("  {}", placed(reason)));
    }
    line("");
    line("Strongest fact against it");
    match verdict.reasons_against.first() {
        Some(reason) => line(&format!("  {}", placed(reason))),
        None => line("  none was found"),
    }
    line("");
    line("Other suspects");
    let others: Vec<_> = verdict.suspects.iter().filter(|suspect| suspect.sha != verdict.root_cause_commit).collect();
    for suspect in others.iter().take(3) {
        let against = suspect.reasons_against.first().map_or("", |reason| &reason.what);
        line(&format!("  {} {:.0}%: {against}", short(&suspect.sha), suspect.confidence * 100.0));
    }
    if others.is_empty() {
        line("  none");
    }
    line("");
    line("Not looked at");
    if verdict.not_looked_at.is_empty() {
        line("  every file of the case was there");
    }
    for file in &verdict.not_looked_at {
        line(&format!("  {file}: the case lacks it"));
    }
    line("");
    line("What would change this verdict");
    for what in &verdict.would_change {
        line(&format!("  {what}"));
    }
    out
}

fn placed(reason: &Because) -> String {
    if reason.place.is_empty() { reason.what.clone() } else { format!("{} ({})", reason.what, reason.place) }
}
