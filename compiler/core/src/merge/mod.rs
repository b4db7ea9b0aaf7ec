//! Our part of Alertmanager's configuration, within a file that a team keeps: everything else stays byte for byte.
//!
//! `marks` takes out what an earlier run put in, `place` finds where ours goes in what is left, and `same` reads
//! the result: without ours it must say what the file said before. The text is edited by lines and never written anew,
//! so comments, order, quotes, anchors and line ends of the team stay.

mod marks;
mod nodes;
pub mod owners;
mod place;
mod refused;
mod same;
#[cfg(test)]
mod tests;
mod text;
mod theirs;

use crate::emit::Fragment;
use crate::yaml::{self, Node};

use place::Insertion;
pub use refused::Refused;
use refused::no_route;
use text::{List, line_end, lines, source};

/// The text of a configuration with our part in it, in place of what an earlier run put there. Merging again changes
/// nothing; an empty fragment gives the text without ours.
///
/// # Errors
///
/// What cannot be edited safely: other syntax than block style where ours goes, several documents, broken markers, a
/// receiver that leads elsewhere or nowhere.
pub fn merge(text: &str, ours: &Fragment) -> Result<String, Refused> {
    let bare = marks::without_ours(text)?;
    let merged = into_bare(&bare.text, ours).map_err(|refused| Refused { at: bare.original(refused.at), ..refused })?;
    // What goes in must come out again, or the next run would not find it.
    if marks::without_ours(&merged).is_ok_and(|again| again.text == bare.text) { Ok(merged) } else { Err(not_kept()) }
}

/// The text of a configuration that holds nothing of ours, with our part.
fn into_bare(text: &str, ours: &Fragment) -> Result<String, Refused> {
    let Some(root) = read(text)? else { return Err(no_route(0)) };
    theirs::templates(&root, ours)?;
    let route = if ours.routes.is_empty() { None } else { Some(place::route(text, &root)?) };
    // In the order in which they follow each other where all go to the end of a file.
    let items = [
        (List::Routes, ours.routes.clone()),
        (List::InhibitRules, ours.inhibit_rules.clone()),
        (List::Receivers, theirs::receivers(&root, ours)?),
        (List::TimeIntervals, theirs::time_intervals(&root, ours)?),
    ];
    let mut insertions = Vec::new();
    for (list, items) in items.iter().filter(|(_, items)| !items.is_empty()) {
        let parent = route.filter(|_| *list == List::Routes).unwrap_or(place::Parent::whole(&root));
        insertions.push(place::insertion(text, &parent, *list, items)?);
    }
    let merged = put_in(text, &insertions);
    match read(&merged) {
        Ok(Some(after)) if same::but_for_ours(&root, &after, &items) => Ok(merged),
        _ => Err(not_kept()),
    }
}

/// Why a result is not written: something that no rule of [`place`] foresees.
fn not_kept() -> Refused {
    Refused::new(
        0,
        "with our part in it the file would no longer say the rest as it does now",
        "look for an anchor on `route`, `routes`, `receivers` or another list whose alias repeats what goes there",
    )
}

/// The one document of a text; `None` if there is nothing in it.
fn read(text: &str) -> Result<Option<Node>, Refused> {
    let mut parsed = yaml::parse(source(), text);
    if let Some(finding) = parsed.findings.first() {
        let hint = finding.hint.clone().unwrap_or_else(|| "correct the file".to_owned());
        return Err(Refused::new(finding.label.span.range().start, finding.message.clone(), hint));
    }
    if let Some(second) = parsed.documents.get(1) {
        return Err(several(second.span.range().start));
    }
    let root = parsed.documents.pop();
    // Behind the end of a document, another one would begin.
    let content = root.as_ref().map_or(0, |root| root.span.range().start);
    let end = lines(text).find(|(start, line)| *start > content && is_document_mark(line));
    end.map_or(Ok(root), |(start, _)| Err(several(start)))
}

fn is_document_mark(line: &str) -> bool {
    let behind = ["---", "..."].iter().find_map(|mark| line.strip_prefix(mark));
    behind.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

fn several(at: usize) -> Refused {
    Refused::new(
        at,
        "another document begins or a document ends here, and Alertmanager reads the first one alone",
        "keep one document in the file, without `---` behind its beginning and without `...`",
    )
}

/// The text with all insertions, which stand in the order of their places.
fn put_in(text: &str, insertions: &[Insertion]) -> String {
    let mut ordered: Vec<&Insertion> = insertions.iter().collect();
    ordered.sort_by_key(|insertion| insertion.at);
    let line_end = line_end(text);
    let (mut merged, mut done) = (String::with_capacity(text.len() * 2), 0);
    for insertion in ordered {
        merged.push_str(&text[done..insertion.at]);
        done = insertion.at;
        // A last line without an end gets one, and then our last line has none: so the end comes and goes with us.
        let is_open = insertion.at == text.len() && !merged.is_empty() && !text.ends_with('\n');
        for line in insertion.lines.lines() {
            if is_open {
                merged.push_str(line_end);
            }
            merged.push_str(line);
            if !is_open {
                merged.push_str(line_end);
            }
        }
    }
    merged.push_str(&text[done..]);
    merged
}
