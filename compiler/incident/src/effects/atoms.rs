//! The words that a diff adds or removes on balance: what stands on both sides has only moved.

use std::collections::{BTreeMap, BTreeSet};

use super::diff::{Hunk, code};
use crate::words;

/// Words of a diff.
#[derive(Debug, Clone, Default)]
pub(crate) struct Atoms {
    /// Identifiers that the diff has more often on one side than on the other.
    pub(crate) changed: BTreeMap<String, usize>,
    /// Identifiers of changed lines that stand on both sides as often.
    pub(crate) touched: BTreeMap<String, usize>,
    /// Texts between quotes of changed lines that are no prose, as names of topics and keys.
    pub(crate) quoted: BTreeSet<String>,
    /// Identifiers of headers, and of lines around.
    pub(crate) near: BTreeMap<String, usize>,
}

/// The words of hunks.
pub(super) fn atoms(hunks: &[Hunk]) -> Atoms {
    let mut balance: BTreeMap<&str, i64> = BTreeMap::new();
    let mut atoms = Atoms::default();
    for hunk in hunks {
        // Another wording of a message explains the words of an error, but not the error.
        let reworded = [&hunk.removed, &hunk.added].iter().all(|lines| lines.iter().any(|line| is_message(line)));
        for (lines, step) in [(&hunk.removed, -1), (&hunk.added, 1)] {
            for line in lines {
                if reworded && is_message(line) {
                    identifiers(line).into_iter().for_each(|word| *atoms.near.entry(word.to_owned()).or_default() += 1);
                    continue;
                }
                atoms.quoted.extend(quoted(code(&hunk.file, line)));
                for word in identifiers(code(&hunk.file, line)) {
                    *balance.entry(word).or_default() += step;
                }
            }
        }
        for word in hunk.context.iter().chain([&hunk.header]).flat_map(|line| identifiers(line)) {
            *atoms.near.entry(word.to_owned()).or_default() += 1;
        }
    }
    for (word, count) in balance {
        let side = if count == 0 { &mut atoms.touched } else { &mut atoms.changed };
        *side.entry(word.to_owned()).or_default() += count.unsigned_abs().max(1) as usize;
    }
    atoms
}

/// Texts between quotes that are long enough to be one thing's name, and no prose. A single word may be any word.
fn quoted(line: &str) -> impl Iterator<Item = String> {
    let inside = line.split(['"', '\'', '`']).skip(1).step_by(2);
    let names = inside.filter(|text| {
        (6..=60).contains(&text.len())
            && !text.contains([' ', '{', '%', '$'])
            && text.contains(['.', '-', '_', '/', ':'])
            && text.contains(char::is_alphabetic)
    });
    names.map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// Whether a line logs, raises or throws.
pub(super) fn is_message(line: &str) -> bool {
    let parts = words::parts(line);
    let has = |names: &[&str]| names.iter().any(|name| parts.iter().any(|part| part == name));
    line.contains(['"', '\'', '`'])
        && (has(&[
            "raise", "throw", "errorf", "panic", "bail", "anyhow", "log", "logger", "logging", "slog", "console",
        ]) || line.contains("errors.New"))
}

/// Identifiers, with names joined by dashes as they are written in texts.
fn identifiers(line: &str) -> Vec<&str> {
    let mut found = words::identifiers(line, &[]);
    found.extend(words::identifiers(line, &['-']).into_iter().filter(|word| word.contains('-')));
    found
}

/// Whether nearly all removed statements are found again among the added ones, in whatever order or helper.
pub(super) fn moved(hunks: &[Hunk]) -> bool {
    let normal = |line: &str| line.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    let lines = |side: fn(&Hunk) -> &Vec<String>| {
        hunks.iter().flat_map(move |hunk| side(hunk).iter().map(|line| code(&hunk.file, line))).map(normal)
    };
    let added: Vec<String> = lines(|hunk| &hunk.added).collect();
    let removed: Vec<String> = lines(|hunk| &hunk.removed).filter(|line| line.len() > 2).collect();
    let found = removed.iter().filter(|line| added.iter().any(|other| other.contains(line.as_str()))).count();
    !removed.is_empty() && found * 10 >= removed.len() * 9
}
