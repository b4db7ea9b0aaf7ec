//! Changes as text: for a terminal, for a comment on a pull request, for programs. What happens alike to several objectives
//! is said once.

use std::fmt::Write as _;

use emberline_core::change::{Change, Kind};
use emberline_prose::escape::markdown_inert as cell;
use serde::Serialize;

use crate::args::ReportFormat;
use crate::failure::{Failure, Result};
use crate::render::counted;
use crate::terminal;

/// The most names that stand before one change.
const NAMES: usize = 4;
/// The most characters of a value.
const VALUE: usize = 160;
/// The most bytes of Markdown: a comment on GitHub has at most 65,536 characters.
const MARKDOWN: usize = 60_000;
const NOTHING: &str = "Nothing changes: the specs mean the same as before.";

/// The document for programs.
#[derive(Serialize)]
struct Document<'c> {
    changes: &'c [Change],
}

/// Changes that are alike, and what they are about.
struct Group<'c> {
    first: &'c Change,
    about: Vec<String>,
}

/// Writes changes to standard output.
pub(super) fn put(format: ReportFormat, changes: &[Change]) -> Result<()> {
    let text = match format {
        ReportFormat::Human => terminal::clean(&human(changes)),
        ReportFormat::Json => serde_json::to_string_pretty(&Document { changes }).map_err(Failure::bug)? + "\n",
        ReportFormat::Markdown => markdown(changes),
    };
    terminal::print(|out| out.write_all(text.as_bytes()))
}

fn human(changes: &[Change]) -> String {
    if changes.is_empty() {
        return format!("{NOTHING}\n");
    }
    let mut text = String::new();
    for (kind, groups) in sections(changes) {
        let gap = if text.is_empty() { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{}", kind.heading());
        for group in groups {
            let _ = writeln!(text, "  {}: {}", group.names(), cut(&group.first.news()));
        }
    }
    text
}

fn markdown(changes: &[Change]) -> String {
    let mut text = String::from("## What this change means\n\n");
    if changes.is_empty() {
        let _ = writeln!(text, "{NOTHING}");
        return text;
    }
    // What the change takes from the gate comes first: no limit may hide it behind other changes.
    let (mut gate, rest): (Vec<_>, Vec<_>) = sections(changes).into_iter().partition(|(kind, _)| *kind == Kind::Gate);
    gate.extend(rest);
    for (kind, groups) in gate {
        let _ =
            writeln!(text, "### {}\n\n| where | what | before | after |\n| --- | --- | --- | --- |", kind.heading());
        let mut shown = 0;
        for group in &groups {
            if text.len() > MARKDOWN {
                break;
            }
            let Change { what, before, after, note, .. } = group.first;
            let what = note.as_ref().map_or_else(|| what.clone(), |note| format!("{what} ({note})"));
            let [before, after] =
                [before, after].map(|side| side.as_deref().map_or("—".to_owned(), |it| cell(&cut(it))));
            let _ = writeln!(text, "| {} | {} | {before} | {after} |", cell(&cut(&group.names())), cell(&cut(&what)));
            shown += 1;
        }
        if shown < groups.len() {
            let _ = writeln!(text, "| {} | | | |", counted(groups.len() - shown, "more change"));
        }
        text.push('\n');
    }
    text
}

/// Changes by kind, those that are alike in one group.
fn sections(changes: &[Change]) -> Vec<(Kind, Vec<Group<'_>>)> {
    let mut sections: Vec<(Kind, Vec<Group<'_>>)> = Vec::new();
    for change in changes {
        if sections.last().is_none_or(|(kind, _)| *kind != change.kind) {
            sections.push((change.kind, Vec::new()));
        }
        let Some((_, groups)) = sections.last_mut() else { continue };
        match groups.iter_mut().find(|group| group.is_of(change)) {
            Some(group) => group.about.push(change.about()),
            None => groups.push(Group { first: change, about: vec![change.about()] }),
        }
    }
    sections
}

impl Group<'_> {
    fn is_of(&self, change: &Change) -> bool {
        let alike = |one: &Change| (one.what.clone(), one.before.clone(), one.after.clone(), one.note.clone());
        alike(self.first) == alike(change)
    }

    fn names(&self) -> String {
        let mut names = self.about.iter().take(NAMES).cloned().collect::<Vec<_>>().join(", ");
        if self.about.len() > NAMES {
            let _ = write!(names, " and {} more", self.about.len() - NAMES);
        }
        names
    }
}

/// A text of a length that people read.
fn cut(text: &str) -> String {
    if text.chars().count() <= VALUE {
        return text.to_owned();
    }
    text.chars().take(VALUE).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(kind: Kind, subject: &str, before: &str) -> Change {
        Change {
            kind,
            subject: subject.to_owned(),
            alert: None,
            what: "target".to_owned(),
            before: Some(before.to_owned()),
            after: None,
            note: None,
        }
    }

    #[test]
    fn what_is_alike_is_said_once() {
        let changes: Vec<Change> = ["a", "b", "c", "d", "e"].map(|name| change(Kind::Objective, name, "1%")).into();
        assert_eq!(human(&changes), "Objectives\n  a, b, c, d and 1 more: target: 1% → none\n");
        assert_eq!(human(&[]), format!("{NOTHING}\n"));
    }

    #[test]
    fn a_comment_has_a_limit_and_the_gate_is_before_it() {
        let mut changes: Vec<Change> =
            (0..2_000).map(|number| change(Kind::Objective, &format!("a/{number}"), &format!("{number}<b>"))).collect();
        changes.push(change(Kind::Gate, "policy.strict", "true"));
        let text = markdown(&changes);
        assert!(text.len() < 65_000, "{}", text.len());
        assert!(text.find("policy.strict").unwrap() < text.find("a/0").unwrap());
        assert!(text.contains("more changes") && !text.contains("<b>"));
    }
}
