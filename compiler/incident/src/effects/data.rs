//! Statements, schemas and fields.

use std::collections::BTreeSet;

use super::diff::{Hunk, code, paired};
use super::doing::{Doing, Effect};
use super::files::{Kind, kind};
use super::numbers::likeness;
use crate::read::Commit;
use crate::words;

/// What a hunk does to statements, schemas and fields.
pub(super) fn effects(hunk: &Hunk, commit: &Commit, doing: &mut Doing) {
    statements(hunk, commit, doing);
    renames(hunk, doing);
    wire(hunk, doing);
}

fn text(lines: &[String], file: &str) -> String {
    lines.iter().map(|line| code(file, line)).collect::<Vec<_>>().join("\n")
}

fn is_sql(text: &str) -> bool {
    let upper = text.to_uppercase();
    ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM", "ALTER TABLE", "CREATE TABLE", "CREATE INDEX", "DROP "]
        .iter()
        .any(|word| upper.contains(word))
}

fn statements(hunk: &Hunk, commit: &Commit, doing: &mut Doing) {
    let (before, after) = (text(&hunk.removed, &hunk.file), text(&hunk.added, &hunk.file));
    let count = |text: &str, words: &[&str]| {
        let parts = words::parts(text);
        parts.iter().filter(|part| words.contains(&&***part)).count()
    };
    let line_with = |lines: &[String], words: &[&str]| {
        lines.iter().find(|line| count(code(&hunk.file, line), words) > 0).cloned().unwrap_or_default()
    };
    let sql = is_sql(&before) || is_sql(&after) || hunk.before.iter().any(|(_, line)| is_sql(line));
    let limits = [
        "limit",
        "take",
        "pagesize",
        "paginate",
        "page",
        "perpage",
        "maxresults",
        "fetchsize",
        "pageable",
        "setmaxresults",
    ];
    if count(&before, &limits) > 0 && count(&after, &limits) == 0 {
        doing.note(
            Effect::LimitRemoved,
            if sql || count(&before, &["limit", "page", "paginate"]) > 0 { 1.0 } else { 0.6 },
            &line_with(&hunk.removed, &limits),
        );
    }
    if sql {
        let filters = ["where", "and", "between"];
        if count(&before, &filters) > count(&after, &filters) {
            doing.note(Effect::FilterRemoved, 0.8, &line_with(&hunk.removed, &filters));
        }
        let (old, new) = (before.to_uppercase(), after.to_uppercase());
        let hard = [
            "LOWER(",
            "UPPER(",
            "LIKE '%",
            "DATE(",
            "CAST(",
            " OR ",
            "ORDER BY RANDOM",
            "LIKE CONCAT",
            "COALESCE(",
            "NOT IN",
            "ILIKE",
            "CROSS JOIN",
            "||",
        ];
        if let Some(mark) = hard.iter().find(|mark| new.contains(*mark) && !old.contains(*mark)) {
            let line = hunk.added.iter().find(|line| line.to_uppercase().contains(mark)).cloned().unwrap_or_default();
            doing.note(Effect::IndexRemoved, 0.7, &line);
        }
        // A function or a cast around a column makes its index useless; around a parameter it does not.
        let casts =
            |text: &str| text.matches("::").count() - text.matches("?::").count() - text.matches("$1::").count();
        if casts(&new) > casts(&old)
            && let Some(line) = hunk.added.iter().find(|line| casts(line) > 0)
        {
            doing.note(Effect::IndexRemoved, 0.9, line);
        }
        if new.contains("SELECT *") && !old.contains("SELECT *") {
            doing.note(Effect::PayloadGrown, 0.6, &after);
        }
        let narrower = old.contains("SELECT *") && !new.contains("SELECT *");
        if !before.is_empty() && old != new && !narrower {
            doing.note(Effect::QueryChanged, 0.3, &after);
        }
        tables(hunk, &before, &after, commit, doing);
    }
    let (old, new) = (before.to_lowercase(), after.to_lowercase());
    let index = |text: &str| {
        [
            "create index",
            "create unique index",
            "add_index",
            "addindex",
            "@index",
            "createindex",
            "ensureindex",
            "index=true",
            "index: true",
        ]
        .iter()
        .any(|mark| text.contains(mark))
    };
    let drop = ["drop index", "remove_index", "dropindex", "drop_index"].iter().find(|mark| new.contains(*mark));
    if drop.is_some() || index(&old) && !index(&new) {
        doing.note(Effect::IndexRemoved, 1.0, if drop.is_some() { &after } else { &before });
    }
    let drops = [
        "drop column",
        "drop table",
        "rename column",
        "rename to",
        "remove_column",
        "dropcolumn",
        "rename_column",
        "set not null",
        "alter column",
        "drop_column",
        "droptable",
        "modify column",
        "renamecolumn",
    ];
    if new.contains("not null") && !new.contains("default") && !new.contains("create table") && new.contains("add ") {
        doing.note(Effect::SchemaDropped, 0.9, &after);
    }
    if let Some(mark) = drops.iter().find(|mark| new.contains(*mark)) {
        let line = hunk.added.iter().find(|line| line.to_lowercase().contains(mark)).cloned().unwrap_or_default();
        doing.note(Effect::SchemaDropped, 1.0, &line);
    }
    if new.contains("alter table")
        || new.contains("create index") && !new.contains("concurrently") && kind(&hunk.file) == Kind::Schema
    {
        doing.note(Effect::LockAdded, 0.7, &after);
    }
    if kind(&hunk.file) == Kind::Schema && !hunk.removed.is_empty() && hunk.added.is_empty() && !sql {
        doing.note(Effect::SchemaDropped, 0.6, &before);
    }
    if (old.contains("createtable")
        || old.contains("create table")
        || old.contains("add column")
        || old.contains("add_column"))
        && !new.contains("create")
    {
        doing.note(Effect::TableUsed, 0.8, &before);
    }
}

/// Tables that new statements use, though the commit brings no migration.
fn tables(hunk: &Hunk, before: &str, after: &str, commit: &Commit, doing: &mut Doing) {
    if commit.files.iter().any(|file| kind(file) == Kind::Schema) || kind(&hunk.file) == Kind::Schema {
        return;
    }
    let old = names(before);
    let known: BTreeSet<String> = hunk.context.iter().flat_map(|line| names(line)).collect();
    if let Some(name) = names(after).iter().find(|name| !old.contains(*name) && !known.contains(*name)) {
        let line = hunk.added.iter().find(|line| line.contains(name.as_str())).cloned().unwrap_or_default();
        doing.note(Effect::TableUsed, 0.7, &line);
    } else if is_sql(after) {
        // A column that only the new statement names.
        let old: BTreeSet<&str> = words::identifiers(before, &[]).into_iter().collect();
        let fresh = words::identifiers(after, &[])
            .into_iter()
            .find(|word| !old.contains(word) && word.len() > 2 && word.contains('_'));
        if let Some(name) = fresh {
            doing.note(
                Effect::TableUsed,
                0.5,
                hunk.added.iter().find(|line| line.contains(name)).map_or(name, |line| line),
            );
        }
    }
}

/// The tables that statements name.
fn names(text: &str) -> BTreeSet<String> {
    let words: Vec<&str> = text
        .split(|letter: char| !(letter.is_alphanumeric() || "_.".contains(letter)))
        .filter(|word| !word.is_empty())
        .collect();
    let pairs = words.iter().zip(words.iter().skip(1));
    pairs
        .filter(|(verb, _)| ["FROM", "INTO", "JOIN", "UPDATE"].contains(&&*verb.to_uppercase()))
        .map(|(_, name)| (*name).to_owned())
        .filter(|name| name.to_uppercase() != *name || name.len() > 3)
        .collect()
}

/// Lines that differ by one name.
fn renames(hunk: &Hunk, doing: &mut Doing) {
    let data = [
        "schema",
        "mapping",
        "model",
        "dto",
        "proto",
        "message",
        "event",
        "payload",
        "contract",
        "types",
        "entity",
        "serializer",
        "codec",
        "index",
        "struct",
        "record",
        "avro",
        "json",
        "openapi",
    ];
    let place = format!("{} {}", hunk.file, hunk.header).to_lowercase();
    let described = kind(&hunk.file) == Kind::Schema || data.iter().any(|word| place.contains(word));
    for old in paired(&hunk.removed) {
        let old = code(&hunk.file, old);
        let old_words = words::identifiers(old, &[]);
        for new in paired(&hunk.added).map(|line| code(&hunk.file, line)) {
            let new_words = words::identifiers(new, &[]);
            if old_words.len() != new_words.len() || old_words.is_empty() || old == new {
                continue;
            }
            let differ: Vec<(&&str, &&str)> = old_words.iter().zip(&new_words).filter(|(a, b)| a != b).collect();
            // One declaration may name a field twice: as a member and in its tag.
            if differ.is_empty() || differ.len() > 2 || old_words.len() <= differ.len() && likeness(old, new) < 0.2 {
                continue;
            }
            // Another number is no other name.
            let bare = |word: &str| word.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>();
            if differ.iter().all(|(a, b)| bare(a) == bare(b)) {
                continue;
            }
            let quoted = differ.iter().any(|(a, b)| quoted(old, a) && quoted(new, b));
            let keyed = quoted && (old.contains(':') || old.contains("json") || old.contains('[') || old.contains('='));
            let text = old.contains(' ') && quoted && is_sentence(old);
            let strength = match (keyed && !text, quoted && !text, described) {
                (true, _, true) => 1.0,
                (true, _, false) | (false, true, true) => 0.8,
                (false, true, false) => 0.5,
                (false, false, true) => 0.5,
                _ => 0.15,
            };
            doing.note(Effect::FieldRenamed, strength, new);
        }
    }
}

fn quoted(line: &str, word: &str) -> bool {
    ['"', '\'', '`'].iter().any(|mark| {
        line.match_indices(word).any(|(at, _)| {
            line.get(..at).is_some_and(|before| before.ends_with(*mark) || before.matches(*mark).count() % 2 == 1)
        })
    })
}

/// Whether a line's quoted text is prose: several words in one pair of quotes.
fn is_sentence(line: &str) -> bool {
    line.split(['"', '\'', '`']).skip(1).step_by(2).any(|text| text.split_whitespace().count() >= 3)
}

/// Messages between services, and the width of values.
fn wire(hunk: &Hunk, doing: &mut Doing) {
    let (before, after) = (text(&hunk.removed, &hunk.file), text(&hunk.added, &hunk.file));
    if kind(&hunk.file) == Kind::Schema && !is_sql(&after) && !before.is_empty() && before != after {
        doing.note(Effect::WireChanged, 0.8, &after);
    }
    // A key that keeps its name and holds something else.
    let outward = format!("{} {}", hunk.file, hunk.header).to_lowercase();
    let sent = ["serial", "dto", "view", "api", "payload", "message", "event", "contract", "presenter", "schema"];
    for old in paired(&hunk.removed).map(|line| code(&hunk.file, line)) {
        let Some((key, value)) = old.split_once(": ") else { continue };
        let keyed = |new: &&str| new.split_once(": ").is_some_and(|(other, held)| other == key && held != value);
        let twin = paired(&hunk.added).map(|line| code(&hunk.file, line)).find(keyed);
        if let Some(new) = twin
            && kind(&hunk.file) == Kind::Code
            && !key.contains(' ')
        {
            let strength = if sent.iter().any(|word| outward.contains(word)) { 0.7 } else { 0.4 };
            doing.note(Effect::WireChanged, strength, new);
        }
    }
    let formats = [
        "json",
        "protobuf",
        "proto",
        "avro",
        "msgpack",
        "xml",
        "marshal",
        "serialize",
        "serializer",
        "deserializer",
        "gzip",
        "snappy",
        "base64",
        "codec",
        "encoding",
        "contenttype",
        "compression",
        "omitempty",
        "rename",
        "enum",
    ];
    let set =
        |text: &str| words::parts(text).into_iter().filter(|part| formats.contains(&&**part)).collect::<BTreeSet<_>>();
    let (old, new) = (set(&before), set(&after));
    if !old.is_empty() && !new.is_empty() && old != new {
        doing.note(Effect::WireChanged, 0.7, &after);
    }
    let wide = [
        "int64",
        "i64",
        "u64",
        "uint64",
        "long",
        "bigint",
        "bigdecimal",
        "decimal",
        "float64",
        "f64",
        "double",
        "biginteger",
        "u128",
    ];
    let slim = [
        "int32",
        "i32",
        "u32",
        "uint32",
        "int",
        "integer",
        "float32",
        "f32",
        "float",
        "smallint",
        "short",
        "int16",
        "i16",
        "u16",
        "number",
        "parsefloat",
        "parseint",
    ];
    let has = |text: &str, all: &[&str]| {
        words::identifiers(text, &[]).iter().any(|word| all.contains(&&*word.to_lowercase()))
    };
    let count = |text: &str, all: &[&str]| {
        words::identifiers(text, &[]).iter().filter(|word| all.contains(&&*word.to_lowercase())).count()
    };
    if has(&before, &wide) && !has(&after, &wide) && has(&after, &slim) {
        doing.note(Effect::WidthNarrowed, 0.9, &after);
    } else if !before.is_empty() && count(&after, &slim) > count(&before, &slim) {
        // A cast to fewer bits, as `int32(…)` around what was read.
        let cast = slim.iter().any(|name| after.contains(&format!("{name}(")) || after.contains(&format!("as {name}")));
        doing.note(Effect::WidthNarrowed, if cast { 0.8 } else { 0.4 }, &after);
    }
    let more = hunk.added.iter().find(|line| {
        let text = code(&hunk.file, line).to_lowercase();
        ["include: {", "expand=", "fields: '*'", "_source", "preload(", "withfullbody", "includeall"]
            .iter()
            .any(|mark| text.contains(mark))
    });
    if let Some(line) = more {
        doing.note(Effect::PayloadGrown, 0.5, line);
    }
}
