//! A walk on a terminal: a line or two for each layer, the suspects with their reasons, and the actions.

use std::fmt::Write as _;

use crate::claim::{Claim, Fact, Proof};
use crate::report::{Verdict, Walk};
use emberline_prose::number::{many, percent, short};

/// The width of the text beside a layer's name, in columns.
const COLUMNS: usize = 108;
/// The most suspects that are shown.
const SUSPECTS: usize = 4;

/// The summary of a walk. It may hold control characters from telemetry, which the printer removes.
#[must_use]
pub fn human(walk: &Walk) -> String {
    let mut out = format!("{}\n", walk.headline);
    if let Some(claim) = &walk.claim {
        out.push('\n');
        believe(&mut out, walk.verdict, claim);
    }
    let layers = [
        ("objective", walk.objective.as_ref().map(|it| &it.conclusion)),
        ("requests", walk.requests.as_ref().map(|it| &it.conclusion)),
        ("trace", walk.trace.as_ref().map(|it| &it.conclusion)),
        ("profile", walk.profile.as_ref().map(|it| &it.conclusion)),
        ("errors", walk.errors.as_ref().map(|it| &it.conclusion)),
        ("code", walk.code.as_ref().map(|it| &it.conclusion)),
        ("changed too", walk.runtime.as_ref().filter(|it| !it.shifts.is_empty()).map(|it| &it.conclusion)),
    ];
    if layers.iter().any(|(_, conclusion)| conclusion.is_some()) {
        out.push('\n');
    }
    for (name, conclusion) in layers {
        if let Some(conclusion) = conclusion {
            section(&mut out, name, conclusion);
        }
    }
    if let Some(id) = &walk.trace_id {
        section(&mut out, "trace id", id);
    }
    let also: Vec<String> =
        walk.objective.iter().flat_map(|objective| &objective.others).map(|firing| firing.words()).collect();
    if !also.is_empty() {
        section(&mut out, "also", &format!("{}.", also.join(", ")));
    }
    suspects(&mut out, walk);
    let unseen = walk.claim.as_ref().map_or(&walk.missing, |claim| &claim.unseen);
    if !unseen.is_empty() {
        out.push('\n');
        for missing in unseen {
            section(&mut out, "not seen", missing);
        }
    }
    if !walk.actions.is_empty() {
        out.push('\n');
        for action in &walk.actions {
            section(&mut out, "do", &action.what);
            if let Some(command) = &action.command {
                let _ = writeln!(out, "{:12}$ {}", "", command.replace('\n', " "));
            }
        }
    }
    out
}

/// The claim, the facts for and against it, and what would change it. A walk that is not certain claims nothing that
/// facts could be for.
fn believe(out: &mut String, verdict: Verdict, claim: &Claim) {
    let is_certain = verdict != Verdict::NotCertain;
    section(out, "claim", &claim.sentence);
    for fact in &claim.for_ {
        section(out, if is_certain { "for it" } else { "known" }, &fact.words);
        proofs(out, fact);
    }
    match &claim.against {
        Some(fact) => {
            section(out, if is_certain { "against it" } else { "against" }, &fact.words);
            proofs(out, fact);
        }
        None if is_certain => section(out, "against it", "nothing that was looked at."),
        None => {}
    }
    for doubt in &claim.would_change {
        section(out, "to check", doubt);
    }
}

/// Where to see a fact, if that is an address or a command. Queries and files are on the page.
fn proofs(out: &mut String, fact: &Fact) {
    for proof in &fact.proofs {
        let shown = match proof {
            Proof::Trace { link: Some(link), .. } => link.clone(),
            Proof::Commit { command, .. } => format!("$ {command}"),
            _ => continue,
        };
        let _ = writeln!(out, "{:12}{}", "", shown.replace('\n', " "));
    }
}

fn suspects(out: &mut String, walk: &Walk) {
    if walk.suspects.is_empty() {
        return;
    }
    out.push('\n');
    if walk.verdict == Verdict::NoCodeChange {
        let [first, ..] = walk.suspects.as_slice() else { return };
        let deployed = many(walk.suspects.len(), "commit was", "commits were");
        let nearest = format!("the closest is {} “{}”.", short(&first.commit.id), first.commit.subject);
        return section(out, "code", &format!("{deployed} deployed before, and none is suspected; {nearest}"));
    }
    if let Some(claim) = &walk.claim {
        section(out, "suspects", claim.confidence_means);
    }
    let told = walk.suspects.iter().filter(|suspect| suspect.score >= 0.02).take(SUSPECTS).count().max(1);
    for (at, suspect) in walk.suspects.iter().take(told).enumerate() {
        let commit = &suspect.commit;
        let head =
            format!("{} “{}”, {}: {}", short(&commit.id), commit.subject, commit.author, percent(suspect.confidence));
        section(out, &format!("suspect {}", at + 1), &head);
        for reason in suspect.reasons.iter().take(if at == 0 { 4 } else { 2 }) {
            wrapped(out, &format!("{:12}- ", ""), &format!("{:14}", ""), reason);
        }
    }
    let rest = walk.suspects.len() - told;
    if rest > 0 {
        section(out, "", &format!("{} of the deployment fit worse.", many(rest, "other commit", "other commits")));
    }
}

fn section(out: &mut String, name: &str, text: &str) {
    wrapped(out, &format!("{name:<12}"), &format!("{:12}", ""), text);
}

/// The words of a text. A number and its unit stay together as one word.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|c: char| c.is_ascii_punctuation());
        let is_unit = matches!(bare, "µs" | "ms" | "s" | "min" | "h" | "d" | "times");
        match words.last_mut() {
            Some(last) if is_unit && last.ends_with(|c: char| c.is_ascii_digit()) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// Breaks a text into lines between its words.
fn wrapped(out: &mut String, first: &str, next: &str, text: &str) {
    let mut line = String::new();
    let mut prefix = first;
    for word in words(text) {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > COLUMNS {
            let _ = writeln!(out, "{}", format!("{prefix}{line}").trim_end());
            line.clear();
            prefix = next;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    let _ = writeln!(out, "{}", format!("{prefix}{line}").trim_end());
}
