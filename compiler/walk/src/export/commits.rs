//! `context/commits.json`: the commits between the last good revision and the running one, with their diffs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::incident::Incident;
use super::table::time;
use crate::source::{Change, Commit, History};
use emberline_prose::number::many;

/// The most commits, of all repositories.
const KEPT: usize = 60;
/// The most lines of a commit's diff.
const LINES: usize = 400;
/// The longest line of a diff, in bytes.
const LONGEST: usize = 400;
/// The most files of a commit.
const FILES: usize = 200;

/// Reads the commits of every service that runs another revision than before the onset. `None` without a repository,
/// and if none of its commits is known to be deployed.
pub(super) fn collect(incident: &Incident<'_>, notes: &mut Vec<String>) -> Option<Value> {
    incident.begin();
    let ranges = ranges(incident);
    if ranges.is_empty() {
        notes.push("No running revision was found in a repository: context/commits.json is absent.".to_owned());
        return None;
    }
    let (mut seen, mut written, mut all) = (BTreeSet::new(), Vec::new(), 0);
    for (history, from, to) in ranges {
        let commits = match history.commits(&from, &to) {
            Ok(commits) => commits,
            Err(trouble) => {
                notes.push(format!("Commits are incomplete: {trouble}."));
                continue;
            }
        };
        for commit in commits {
            if !seen.insert(commit.id.clone()) {
                continue;
            }
            all += 1;
            if written.len() < KEPT && !incident.is_over() {
                let changes = history.changes(&commit.id).ok();
                written.push((commit.time, document(&commit, changes.as_deref())));
            }
        }
    }
    if all > written.len() {
        let all = many(all, "commit", "commits");
        notes.push(format!("context/commits.json has the latest {} of {all}.", written.len()));
    }
    incident.tell_if_over("Commits", notes);
    written.sort_by_key(|(time, _)| *time);
    Some(written.into_iter().map(|(_, commit)| commit).collect())
}

/// The ranges of commits to read: repository, last good revision and running one. Those of the examined deployment
/// come first.
fn ranges<'i>(incident: &'i Incident<'_>) -> Vec<(&'i dyn History, String, String)> {
    let examined = incident.walk.code.as_ref();
    let first = examined.and_then(|code| Some((code.service.clone(), code.good.clone(), code.revision.clone()?)));
    let others = incident.revisions().iter().filter(|it| it.is_changed());
    let others = others.filter_map(|it| Some((it.service.clone(), it.before.clone(), it.now.clone()?)));
    let mut seen = BTreeSet::new();
    let ranges = first.into_iter().chain(others).filter_map(|(service, good, now)| {
        let history = incident.case.sources.history_of(&service)?;
        let now = history.resolve(&now).ok()??;
        let good = good.and_then(|good| history.resolve(&good).ok()?);
        // Without a good revision, the range is unknown, so the latest commits stand in, as in the walk.
        let from = good.unwrap_or_else(|| format!("{now}~10"));
        seen.insert((history.name(), from.clone(), now.clone())).then_some((history, from, now))
    });
    ranges.collect()
}

fn document(commit: &Commit, changes: Option<&[Change]>) -> Value {
    let path = |change: &Change| change.after.clone().or_else(|| change.before.clone());
    let files: Vec<String> = changes.iter().copied().flatten().filter_map(path).take(FILES).collect();
    #[expect(clippy::cast_precision_loss, reason = "unix seconds")]
    let time = time(commit.time as f64);
    json!({
        "sha": commit.id,
        "author": commit.author,
        "timestamp": time,
        "message": commit.subject,
        "files_changed": files,
        "diff": changes.map(diff),
    })
}

/// The removed and added lines below the path of their file: `@@ PATH @@`, then `-` and `+`. A file that is new, gone
/// or renamed says so.
fn diff(changes: &[Change]) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut left_out = 0;
    for change in changes {
        let header = match (&change.before, &change.after) {
            (Some(before), Some(after)) if before == after => format!("@@ {after} @@"),
            (Some(before), Some(after)) => format!("@@ {after} @@ renamed from {before}"),
            (None, Some(after)) => format!("@@ {after} @@ new file"),
            (Some(before), None) => format!("@@ {before} @@ deleted"),
            (None, None) => continue,
        };
        lines.push(header);
        for (at, hunk) in change.hunks.iter().enumerate() {
            let removed = hunk.removed.iter().map(|line| ('-', line));
            let body: Vec<(char, &String)> = removed.chain(hunk.added.iter().map(|line| ('+', line))).collect();
            if lines.len() + body.len() > LINES {
                left_out += body.len();
                continue;
            }
            if at > 0 {
                lines.push(format!(
                    "@@ {}:{} @@",
                    change.after.as_ref().or(change.before.as_ref()).map_or("", |it| it),
                    hunk.new_start
                ));
            }
            lines.extend(body.into_iter().map(|(sign, line)| format!("{sign}{}", shortened(line))));
        }
    }
    if left_out > 0 {
        lines.push(format!("@@ {} left out @@", many(left_out, "line", "lines")));
    }
    lines.join("\n")
}

fn shortened(line: &str) -> &str {
    let end = (0..=LONGEST.min(line.len())).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
    line.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Hunk;

    #[test]
    fn diffs_have_paths_and_signs() {
        let hunk = |start, removed: &[&str], added: &[&str]| Hunk {
            old_start: start,
            removed: removed.iter().map(|it| (*it).to_owned()).collect(),
            new_start: start,
            added: added.iter().map(|it| (*it).to_owned()).collect(),
        };
        let some = |path: &str| Some(path.to_owned());
        let changes = [
            Change {
                before: some("a.rs"),
                after: some("a.rs"),
                hunks: vec![hunk(1, &["x"], &["y"]), hunk(9, &[], &["z"])],
            },
            Change { before: None, after: some("b"), hunks: vec![] },
            Change { before: some("c"), after: some("d"), hunks: vec![hunk(1, &["q"; 500], &[])] },
        ];
        let told =
            "@@ a.rs @@\n-x\n+y\n@@ a.rs:9 @@\n+z\n@@ b @@ new file\n@@ d @@ renamed from c\n@@ 500 lines left out @@";
        assert_eq!(diff(&changes), told);
    }
}
