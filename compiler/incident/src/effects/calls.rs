//! Calls that a diff adds to loops, or removes.

use std::collections::BTreeMap;

use super::diff::{Hunk, code};
use super::doing::{Doing, Effect};
use super::verbs::{BATCHES, CLOSE, IO, LOGS, RECEIVERS, SETUP, has};
use crate::words;

/// A call on a line: its dotted path and name.
fn calls(line: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut word = String::new();
    for letter in line.chars() {
        if letter.is_alphanumeric() || "_.:?!".contains(letter) {
            word.push(letter);
        } else {
            if letter == '(' && !word.is_empty() {
                let path = word.replace("::", ".").replace(['?', '!'], "");
                let name = path.rsplit('.').next().unwrap_or_default().to_owned();
                let keyword =
                    ["if", "for", "while", "switch", "catch", "func", "function", "return", "match", "foreach"];
                if !name.is_empty() && !keyword.contains(&&*name) {
                    found.push((path, name));
                }
            }
            word.clear();
        }
    }
    found
}

/// Whether a call leaves the process, as far as its words tell.
fn leaves(line: &str, path: &str, name: &str) -> bool {
    let receiver = path.strip_suffix(name).unwrap_or_default();
    let context =
        line.contains("(ctx") || line.contains("await ") || line.contains("Context(") || line.contains(".await");
    let verb = has(name, IO);
    verb && (context || has(receiver, RECEIVERS) || has(name, RECEIVERS)) && !has(path, LOGS)
}

/// Whether a line waits for something outside of the process, as far as its words tell.
pub(super) fn waits(line: &str) -> bool {
    line.contains(".await")
        || line.contains("await ")
        || calls(line).iter().any(|(path, name)| leaves(line, path, name))
}

pub(super) fn opens_loop(line: &str) -> bool {
    let line = line.trim_start();
    ["for ", "for(", "foreach", "while ", "while(", "loop {"].iter().any(|start| line.starts_with(start))
        || [".map(", ".forEach(", ".for_each(", ".each ", ".flatMap(", ".stream()", " for "]
            .iter()
            .any(|call| line.contains(call))
            && !line.starts_with("//")
}

/// Calls that leave the process inside loops: the name of each with its line.
fn in_loops(lines: &[(bool, String)], file: &str, only_changed: bool) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut depth: Option<(usize, usize)> = None;
    for (at, (changed, line)) in lines.iter().enumerate() {
        let indent = line.chars().take_while(|letter| letter.is_whitespace()).count();
        let text = code(file, line);
        // A loop ends where a line stands as far left as its head, or after a screen.
        if let Some((left, since)) = depth
            && !text.is_empty()
            && (indent <= left && !text.starts_with(['}', ')']) || at - since > 30)
        {
            depth = None;
        }
        let opens = opens_loop(text);
        if (depth.is_some() || opens) && (*changed || !only_changed) {
            for (path, name) in calls(text) {
                if leaves(text, &path, &name)
                    && !(opens && depth.is_none() && text.starts_with("for ") && text.ends_with(['{', ':']))
                {
                    found.insert(name, line.clone());
                }
            }
        }
        if opens && depth.is_none() {
            depth = Some((indent, at));
        }
    }
    found
}

/// The names that all hunks call more often on one side.
fn balance(hunks: &[Hunk]) -> BTreeMap<String, i64> {
    let mut found = BTreeMap::new();
    for hunk in hunks {
        for (lines, step) in [(&hunk.removed, -1), (&hunk.added, 1)] {
            for (_, name) in lines.iter().flat_map(|line| calls(code(&hunk.file, line))) {
                *found.entry(name).or_default() += step;
            }
        }
    }
    found
}

/// What a hunk's calls do.
pub(super) fn effects(hunk: &Hunk, hunks: &[Hunk], doing: &mut Doing) {
    let balance = balance(hunks);
    let before = in_loops(&hunk.before, &hunk.file, false);
    let after = in_loops(&hunk.after, &hunk.file, false);
    let added = |line: &str| hunk.added.iter().any(|other| other == line);
    // A loop around a call counts if the loop or the call is new. A helper with the loop may only have moved.
    let fresh: Vec<(&String, &String)> =
        after.iter().filter(|(name, line)| !before.contains_key(*name) && added(line)).collect();
    for (name, line) in &fresh {
        let elsewhere = hunks.iter().any(|other| in_loops(&other.before, &other.file, false).contains_key(*name));
        let retry = has(line, &["retry", "attempt"])
            || hunk.added.iter().any(|line| has(line, &["retry", "attempt", "attempts", "retries"]));
        if retry {
            doing.note(Effect::RetryRaised, 0.7, line);
        } else if !elsewhere {
            doing.note(Effect::CallInLoop, 0.9, line);
        }
    }
    let gone: Vec<&String> = hunk.removed.iter().filter(|line| has(code(&hunk.file, line), BATCHES)).collect();
    let kept = hunk.added.iter().any(|line| has(code(&hunk.file, line), BATCHES));
    if let Some(line) = gone.first()
        && !kept
    {
        let singles = !fresh.is_empty() || after.keys().any(|name| !before.contains_key(name));
        doing.note(Effect::BatchRemoved, if singles { 1.0 } else { 0.5 }, line);
        if !fresh.is_empty() {
            doing.note(Effect::CallInLoop, 1.0, line);
        }
    }
    removed(hunk, &balance, doing);
}

/// Calls that are gone, and nothing like them came instead.
fn removed(hunk: &Hunk, balance: &BTreeMap<String, i64>, doing: &mut Doing) {
    let replaced = balance.values().filter(|count| **count > 0).count();
    for line in &hunk.removed {
        let text = code(&hunk.file, line);
        let defers = ["defer ", "using ", "using(", "with ", "try (", "try(", "finally"]
            .iter()
            .any(|start| text.starts_with(start));
        for (path, name) in calls(text) {
            if balance.get(&name).copied().unwrap_or(0) >= 0 || has(&path, LOGS) {
                continue;
            }
            // A call that stands alone is there for what it does, not for its value.
            let alone = text.starts_with(&path)
                || text.starts_with("await ")
                || text.starts_with("defer ")
                || text.starts_with("go ");
            let similar = balance
                .iter()
                .any(|(other, count)| *count > 0 && words::parts(other).first() == words::parts(&name).first());
            if has(&name, CLOSE) || defers {
                doing.note(Effect::CloseRemoved, if similar { 0.4 } else { 0.9 }, line);
            } else if alone && has(&name, SETUP) {
                doing.note(Effect::SetupRemoved, if similar { 0.3 } else { 1.0 }, line);
            } else if alone {
                doing.note(Effect::CallRemoved, if replaced > 0 { 0.15 } else { 0.6 }, line);
            }
        }
        if defers
            && !hunk
                .added
                .iter()
                .any(|line| code(&hunk.file, line).starts_with(text.split_whitespace().next().unwrap_or_default()))
        {
            doing.note(Effect::CloseRemoved, 0.8, line);
        }
        // Entries of lists and annotations set things up as calls do.
        let entry = text.starts_with('@')
            && has(text, &["bean", "component", "route", "mapping", "inject", "handler", "injectable"]);
        if entry && !hunk.added.iter().any(|other| other.trim_start().starts_with('@')) {
            doing.note(Effect::SetupRemoved, 0.8, line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::doing;
    use crate::read::Commit;

    fn effects_of(diff: &str) -> Doing {
        doing(&Commit {
            sha: "a".to_owned(),
            at: None,
            files: vec!["svc/a.py".to_owned()],
            diff: Some(diff.to_owned()),
        })
    }

    #[test]
    fn a_call_in_a_new_loop_is_seen_and_a_moved_loop_is_not() {
        let added = effects_of(
            "@@ f @@\n-    users = repo.find_many(ids)\n+    for i in ids:\n+        users.append(repo.find(i))",
        );
        assert!(added.strength(Effect::CallInLoop) > 0.8 && added.strength(Effect::BatchRemoved) > 0.8);
        let moved = effects_of(
            "@@ f @@\n-    for i in ids:\n-        repo.find(i)\n+    load(ids)\n+\n+def load(ids):\n+    for i in ids:\n+        repo.find(i)",
        );
        assert_eq!(moved.strength(Effect::CallInLoop), 0.0, "{moved:?}");
        assert!(moved.moved);
    }

    #[test]
    fn a_removed_setup_or_close_is_seen() {
        assert!(
            effects_of("@@ f @@\n-    register_handlers(app)\n     app.run()").strength(Effect::SetupRemoved) > 0.9
        );
        assert!(effects_of("@@ f @@\n-    conn.close()\n     return rows").strength(Effect::CloseRemoved) > 0.8);
        assert_eq!(effects_of("@@ f @@\n-    conn.close()\n+    conn.close()").strength(Effect::CloseRemoved), 0.0);
    }
}
