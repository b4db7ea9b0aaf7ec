//! Mechanisms: what a commit's lines say that telemetry shows, wherever the lines are.
//!
//! - An added number is the duration at which spans cluster.
//! - Added words are those of a value that only bad requests have.
//! - An added or removed line about a table's form names a table of statements that differ.
//! - A library whose version changed is on the stacks of bad requests.

use super::candidates::{Candidate, is_beside};
use super::fits::{Reason, Said};
use super::numbers;
use super::plateau::Plateau;
use super::profile::Library;
use super::program::items::is_test_path;
use super::values::Value;
use emberline_prose::number::{length, percent};

/// What telemetry shows that lines of a commit may name.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) plateaus: Vec<Plateau>,
    pub(super) values: Vec<Value>,
    pub(super) libraries: Vec<Library>,
    /// Statements of spans that differ from healthy ones.
    pub(super) statements: Vec<String>,
}

/// A mechanism, with the file that names it.
pub(super) struct Mechanism {
    pub(super) path: String,
    pub(super) reason: Reason,
}

/// The mechanisms that a candidate's lines name, the strongest of each sort.
pub(super) fn find(candidate: &Candidate, shown: &Shown, said: &Said) -> Vec<Mechanism> {
    let mut found: Vec<Mechanism> = Vec::new();
    let mut add = |sort: Option<Mechanism>| found.extend(sort);
    add(plateau(candidate, &shown.plateaus));
    add(value(candidate, &shown.values));
    add(library(candidate, &shown.libraries, said));
    add(schema(candidate, &shown.statements));
    found
}

/// Lines that a candidate adds and removes, file by file, where they may run.
fn lines(candidate: &Candidate) -> impl Iterator<Item = (&str, Vec<&str>, Vec<&str>)> {
    candidate.changes.iter().filter_map(|change| {
        let path = change.after.as_deref()?;
        let added = change.hunks.iter().flat_map(|hunk| &hunk.added).map(String::as_str).collect();
        let removed = change.hunks.iter().flat_map(|hunk| &hunk.removed).map(String::as_str).collect();
        (!is_test_path(path) && !is_beside(path)).then_some((path, added, removed))
    })
}

fn strongest(all: impl Iterator<Item = Mechanism>) -> Option<Mechanism> {
    all.max_by(|a, b| a.reason.counts.total_cmp(&b.reason.counts))
}

/// An added number at which durations cluster.
fn plateau(candidate: &Candidate, plateaus: &[Plateau]) -> Option<Mechanism> {
    let found = lines(candidate).flat_map(|(path, added, removed)| {
        let old: Vec<f64> = removed.iter().flat_map(|line| numbers::of(line)).flat_map(|it| it.seconds).collect();
        let new: Vec<numbers::Number> = added.iter().flat_map(|line| numbers::of(line)).collect();
        let fits = new.into_iter().filter_map(move |number| {
            let is_at = |plateau: &&Plateau| number.seconds.iter().any(|it| plateau.is_at(*it));
            let plateau = plateaus.iter().find(is_at)?;
            // A number that the commit moves or repeats is not new.
            let is_old = number.seconds.iter().any(|it| old.iter().any(|old| (old - it).abs() < 1e-9));
            let counts = if number.is_time { 0.55 } else { 0.3 };
            let words = format!(
                "adds the number `{}`, and {} spans {} take {}",
                number.text,
                plateau.count,
                plateau.span.words(),
                length(plateau.seconds)
            );
            (!is_old).then(|| Mechanism { path: path.to_owned(), reason: Reason { counts, words } })
        });
        fits.collect::<Vec<_>>()
    });
    strongest(found)
}

/// The least share of a value's new words that a commit has to add.
const NAMED: f64 = 0.6;

/// Added words of a value that no healthy request has.
fn value(candidate: &Candidate, values: &[Value]) -> Option<Mechanism> {
    let found = lines(candidate).flat_map(|(path, added, removed)| {
        let (added, removed) = (words(&added.join("\n")), words(&removed.join("\n")));
        let fits = values.iter().filter_map(move |value| {
            let usual: Vec<String> = value.before.iter().flat_map(|it| words(it)).collect();
            let new: Vec<String> = words(&value.now).into_iter().filter(|word| !usual.contains(word)).collect();
            let is_added = |word: &&String| added.contains(word) && !removed.contains(word);
            let named = new.iter().filter(is_added).count();
            let is_telling = new.iter().filter(is_added).any(|word| word.len() >= 4 || is_code(word));
            let share = super::middle::number(named) / super::middle::number(new.len().max(1));
            let words = format!("writes what only bad requests have: {}", value.words());
            let reason = Reason { counts: 0.55 * share, words };
            (is_telling && share >= NAMED).then(|| Mechanism { path: path.to_owned(), reason })
        });
        fits.collect::<Vec<_>>()
    });
    strongest(found)
}

/// The words of a text, each once.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| word.len() >= 2)
        .map(str::to_owned)
        .collect();
    words.sort();
    words.dedup();
    words
}

/// Whether a word is a number such as a status, which is short and telling all the same.
fn is_code(word: &str) -> bool {
    word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// A changed index or column of a table whose statements differ.
fn schema(candidate: &Candidate, statements: &[String]) -> Option<Mechanism> {
    let named: Vec<String> = statements.iter().flat_map(|it| words(&it.to_ascii_lowercase())).collect();
    let found = lines(candidate).flat_map(|(path, added, removed)| {
        let judge = |line: &str, is_added: bool| {
            let upper = line.to_ascii_uppercase();
            let has = |word: &str| upper.split(|c: char| !c.is_ascii_alphanumeric()).any(|it| it == word);
            let is_form = (has("INDEX") || has("TABLE")) && (has("CREATE") || has("DROP") || has("ALTER"));
            let lower = line.to_ascii_lowercase();
            // The table stands behind such a word: `CREATE INDEX i ON orders`, `ALTER TABLE orders`.
            let mut parts = lower.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|part| !part.is_empty());
            let mut behind = false;
            let table = parts.find(|part| {
                let is_table = behind && named.iter().any(|word| word == part) && !SQL.contains(part);
                behind = matches!(*part, "on" | "table" | "exists");
                is_table
            });
            let fallback = || words(&lower).into_iter().find(|it| named.contains(it) && !SQL.contains(&it.as_str()));
            let table = table.map(str::to_owned).or_else(fallback)?;
            let is_lost = has("INDEX") && (has("DROP") == is_added);
            let (counts, what) = if is_lost { (0.5, "takes out an index of") } else { (0.25, "changes the form of") };
            let words = format!("{what} `{table}`, which statements of bad requests use");
            is_form.then(|| Mechanism { path: path.to_owned(), reason: Reason { counts, words } })
        };
        let new = added.iter().filter(|line| !removed.contains(line)).filter_map(|line| judge(line, true));
        let old = removed.iter().filter(|line| !added.contains(line)).filter_map(|line| judge(line, false));
        new.chain(old).collect::<Vec<_>>()
    });
    strongest(found)
}

/// Words of statements that name no table, in lower case.
const SQL: [&str; 22] = [
    "select", "from", "where", "insert", "into", "values", "update", "set", "delete", "and", "or", "not", "null", "on",
    "by", "order", "id", "as", "in", "index", "table", "any",
];

/// A changed library that bad requests run, or that an error names.
fn library(candidate: &Candidate, libraries: &[Library], said: &Said) -> Option<Mechanism> {
    let path = candidate
        .changes
        .iter()
        .filter_map(|change| change.after.clone())
        .find(|path| super::packages::is_manifest(path))?;
    let found = candidate.packages.iter().filter_map(|package| {
        let plain = plain(package);
        if let Some(on) = libraries.iter().find(|library| self::plain(&library.name) == plain) {
            let has_grown = on.before.is_none_or(|before| on.now > before * 1.5 + 0.02);
            let counts = if has_grown { 0.2 + 0.45 * on.now.min(1.0) } else { 0.1 };
            let before = on.before.map_or_else(String::new, |before| format!(", {} before", percent(before)));
            let words = format!(
                "changes the version of `{package}`, which is in {} of the samples of bad requests{before}",
                percent(on.now)
            );
            return Some(Mechanism { path: path.clone(), reason: Reason { counts, words } });
        }
        let is_named = |text: &String| names(text, &plain);
        let is_said = said.stacks.iter().chain(&said.messages).chain(&said.kinds).any(is_named);
        let words = format!("changes the version of `{package}`, which the error's stack or message names");
        is_said.then(|| Mechanism { path: path.clone(), reason: Reason { counts: 0.45, words } })
    });
    strongest(found)
}

/// A library's name as functions have it.
fn plain(name: &str) -> String {
    name.rsplit('/').next().unwrap_or(name).replace('-', "_")
}

/// Whether a text has a name as a whole word.
fn names(text: &str, name: &str) -> bool {
    let text = text.replace('-', "_");
    let is_name = |word: &str| {
        // A folder of a registry has the version behind the name.
        let version = word.strip_prefix(name).and_then(|rest| rest.strip_prefix('_'));
        word == name || version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    };
    name.len() >= 3 && text.split(|c: char| !c.is_alphanumeric() && c != '_').any(is_name)
}
