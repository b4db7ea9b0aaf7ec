//! Checks, conditions and locks that a diff removes, adds or turns.

use super::calls::waits;
use super::diff::{Hunk, code, paired};
use super::doing::{Doing, Effect};
use super::numbers::likeness;
use crate::words;

/// Signs of a check for something that is not there.
const CHECKS: &[&str] = &[
    "== nil",
    "!= nil",
    "is none",
    "is not none",
    "=== null",
    "!== null",
    "== null",
    "!= null",
    "=== undefined",
    "!== undefined",
    "?.",
    "?? ",
    "optional",
    ".ispresent",
    "is_some",
    "is_none",
    "unwrap_or",
    "getordefault",
    ".get(",
    "ok :=",
    ", ok =",
    "isempty",
    "is_empty",
    "len(",
    ".length",
    "nonnull",
    "if let some",
    "hasattr",
    "requirenonnull",
    "omitempty",
    "isnull",
    "isnan",
    " or {}",
    "|| {}",
    "|| []",
    " or []",
    "or \"\"",
    "if not ",
];

fn checks(lines: &[String], file: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for line in lines {
        let text = code(file, line).to_lowercase();
        // Errors of calls are checked everywhere in Go; helpers move them about.
        let errors = ["err != nil", "err == nil", "error != nil"].iter().any(|check| text.contains(check));
        let conditional = text.starts_with("if")
            || text.contains("?.")
            || text.contains("??")
            || text.contains("unwrap_or")
            || text.contains(" if ")
            || text.contains("getordefault")
            || text.contains("||")
            || text.contains(" or ")
            || text.contains("ok :=")
            || text.contains(".get(")
            || text.contains("optional");
        let count = CHECKS.iter().filter(|check| text.contains(*check)).count();
        if count > 0 && conditional && !errors {
            found.push((count, line.clone()));
        }
    }
    found
}

/// What changed checks do.
pub(super) fn effects(hunk: &Hunk, hunks: &[Hunk], doing: &mut Doing) {
    let count = |side: fn(&Hunk) -> &Vec<String>| {
        hunks.iter().flat_map(|hunk| checks(side(hunk), &hunk.file)).map(|(count, _)| count).sum::<usize>()
    };
    let (before, after) = (count(|hunk| &hunk.removed), count(|hunk| &hunk.added));
    if before > after
        && let Some((_, line)) = checks(&hunk.removed, &hunk.file).first()
    {
        // A new helper's body may hold the check; a helper that nobody sees leaves a doubt.
        doing.note(Effect::GuardRemoved, if after == 0 { 0.9 } else { 0.6 }, line);
    }
    let conditions = |lines: &[String]| lines.iter().filter(|line| opens_condition(code(&hunk.file, line))).count();
    let errors = |line: &str| line.contains("err != nil") || line.contains("err == nil");
    let rejects = hunk.added.iter().find(|line| {
        let text = code(&hunk.file, line).to_lowercase();
        opens_condition(&text) && !errors(&text)
    });
    if let Some(line) = rejects
        && conditions(&hunk.added) > conditions(&hunk.removed)
    {
        let refuses = hunk.added.iter().any(|line| {
            let parts = words::parts(line);
            ["err", "error", "throw", "raise", "reject", "invalid", "abort", "400", "422", "deny", "forbidden"]
                .iter()
                .any(|word| parts.iter().any(|part| part == word))
        });
        doing.note(Effect::GuardAdded, if refuses { 0.6 } else { 0.2 }, line);
    }
    // An error that nobody checks any more: what failed goes on as if it had not.
    let checked = |lines: &[String]| lines.iter().filter(|line| errors(code(&hunk.file, line))).count();
    let all = |side: fn(&Hunk) -> &Vec<String>| hunks.iter().map(|hunk| checked(side(hunk))).sum::<usize>();
    if all(|hunk| &hunk.removed) > all(|hunk| &hunk.added)
        && let Some(line) = hunk.removed.iter().find(|line| errors(code(&hunk.file, line)))
    {
        doing.note(Effect::ErrorHidden, 0.6, line);
    }
    turned(hunk, doing);
    asserts(hunk, doing);
    locks(hunk, doing);
}

fn opens_condition(line: &str) -> bool {
    ["if ", "if(", "elif ", "else if", "unless ", "assert", "require(", "guard "]
        .iter()
        .any(|start| line.starts_with(start))
}

/// Lines that are alike but for an operator.
fn turned(hunk: &Hunk, doing: &mut Doing) {
    let operators =
        ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", " and ", " or ", " not ", "+", "-", "*", "/", "%"];
    let count = |line: &str| operators.map(|operator| line.matches(operator).count());
    for old in paired(&hunk.removed) {
        let old = code(&hunk.file, old);
        let twin = paired(&hunk.added).map(|line| code(&hunk.file, line)).find(|new| {
            likeness(old, new) > 0.99
                && old != *new
                && count(old) != count(new)
                && words::parts(old) == words::parts(new)
        });
        if let Some(new) = twin {
            doing.note(Effect::ConditionChanged, 0.7, new);
        }
        let flipped = paired(&hunk.added).map(|line| code(&hunk.file, line)).find(|new| {
            let condition = opens_condition(old) || old.starts_with("return") || old.starts_with("while");
            condition
                && likeness(old, new) >= 0.6
                && count(old) != count(new)
                && opens_condition(new) == opens_condition(old)
        });
        if let Some(new) = flipped
            && !old.contains("err")
        {
            doing.note(Effect::ConditionChanged, 0.4, new);
        }
    }
}

/// Values that are taken without a look, where a look was before.
fn asserts(hunk: &Hunk, doing: &mut Doing) {
    let unsafe_now =
        [".unwrap()", ".expect(", ".get()!", "!!", " as! ", ".First()", ".Single()", ".Value.", ".(string)", ".(*"];
    let count = |lines: &[String]| {
        lines
            .iter()
            .map(|line| unsafe_now.iter().filter(|mark| code(&hunk.file, line).contains(*mark)).count())
            .sum::<usize>()
    };
    if count(&hunk.added) > count(&hunk.removed)
        && let Some(line) = hunk.added.iter().find(|line| unsafe_now.iter().any(|mark| line.contains(mark)))
    {
        doing.note(Effect::GuardRemoved, 0.7, line);
    }
    let caught = |lines: &[String]| {
        lines
            .iter()
            .filter(|line| {
                let text = code(&hunk.file, line);
                text.starts_with("catch")
                    || text.starts_with("except")
                    || text.contains("} catch")
                    || text.contains("recover()")
                    || text.contains(".catch(")
                    || text.starts_with("rescue")
            })
            .count()
    };
    if caught(&hunk.removed) > caught(&hunk.added)
        && let Some(line) = hunk.removed.iter().find(|line| caught(std::slice::from_ref(line)) > 0)
    {
        doing.note(Effect::GuardRemoved, 0.7, line);
    } else if caught(&hunk.added) > caught(&hunk.removed)
        && let Some(line) = hunk.added.iter().find(|line| caught(std::slice::from_ref(line)) > 0)
    {
        doing.note(Effect::ErrorHidden, 0.4, line);
    }
}

/// Locks and transactions.
fn locks(hunk: &Hunk, doing: &mut Doing) {
    let words = [
        "lock",
        "mutex",
        "synchronized",
        "rwlock",
        "semaphore",
        "transaction",
        "locked",
        "rlock",
        "runlock",
        "unlock",
        "isolation",
        "atomic",
        "forupdate",
        "begin",
    ];
    let about = |line: &&String| {
        let text = code(&hunk.file, line);
        let parts = words::parts(text);
        words.iter().any(|word| parts.iter().any(|part| part == word)) || text.to_lowercase().contains("for update")
    };
    // A lock that is taken before a call is held as long as the call takes.
    let held = |lines: &[(bool, String)]| {
        let taken = lines.iter().position(|(_, line)| {
            let text = code(&hunk.file, line).to_lowercase();
            let data = ["transaction", "begin", "isolation"].iter().any(|word| text.contains(word));
            about(&line)
                && !data
                && !text.contains("unlock")
                && !text.starts_with("use ")
                && !text.starts_with("import ")
        });
        let after = taken.and_then(|at| lines.get(at + 1..)).unwrap_or_default();
        let until =
            after.iter().take_while(|(_, line)| !line.to_lowercase().contains("unlock()") && !line.contains("drop("));
        until.map(|(_, line)| code(&hunk.file, line)).find(|line| waits(line)).map(str::to_owned)
    };
    if let Some(line) = held(&hunk.after)
        && held(&hunk.before).is_none()
    {
        doing.note(Effect::LockAdded, 1.0, &line);
    }
    let (removed, added) = (hunk.removed.iter().filter(about).count(), hunk.added.iter().filter(about).count());
    if added > removed
        && let Some(line) = hunk.added.iter().find(about)
    {
        doing.note(Effect::LockAdded, 0.9, line);
    } else if removed > added
        && let Some(line) = hunk.removed.iter().find(about)
    {
        doing.note(Effect::LockRemoved, 0.9, line);
    } else if added > 0
        && added == removed
        && let (Some(old), Some(new)) = (hunk.removed.iter().find(about), hunk.added.iter().find(about))
        && code(&hunk.file, old) != code(&hunk.file, new)
    {
        // The order of locks, their kind or their place. Transactions are written in many ways.
        let data = [old, new].iter().all(|line| line.to_lowercase().contains("transaction"));
        doing.note(Effect::LockAdded, if data { 0.3 } else { 0.6 }, new);
    } else if added > 0 {
        // A lock that stands on both sides at another place holds longer, or not as long.
        let place = |lines: &[(bool, String)]| lines.iter().position(|(changed, line)| *changed && about(&line));
        if place(&hunk.before) != place(&hunk.after)
            && let Some(line) = hunk.added.iter().find(about)
        {
            doing.note(Effect::LockAdded, 0.6, line);
        }
    }
    let dedupe = |line: &&String| {
        let text = code(&hunk.file, line).to_lowercase();
        ["idempot", "dedup", "on conflict", "ignore into", "already", "distinct", "unique", "setnx", "upsert"]
            .iter()
            .any(|word| text.contains(word))
    };
    if let Some(line) = hunk.removed.iter().find(dedupe)
        && !hunk.added.iter().any(|line| dedupe(&line))
    {
        doing.note(Effect::DedupeRemoved, 0.9, line);
    }
}
