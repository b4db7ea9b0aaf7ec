//! What a pull request can take from its own gate: the tables that the summary is made of.

use emberline_core::SchemaKind;
use emberline_core::weaker::fields;
use emberline_core::weaker::rule::{Rule, When};
use emberline_core::weaker::table::RECORDS;

use super::fields::short;
use super::page;
use crate::weaker::files::{self, KINDS};

pub(super) fn page() -> String {
    let mut text = page::begin("What can weaken the gate");
    for part in [
        "A pull request can change the files that judge it. `emberline check --changed-since REVISION` compares \
         these files with the revision. It prints each change below as `weaker gate`, and lists it in the \
         `--summary`. Such a change is no finding: people decide on it.",
        "The revision decides on the baseline of `check`: a finding counts unless the revision's baseline lists it \
         too. A baseline that grows in the pull request excuses nothing there. No comment in a file silences a \
         finding.",
        "Other files than specs are compared as they are committed or staged.",
    ] {
        page::paragraph(&mut text, part);
    }
    text.push_str("\n## Files of the repository\n\n");
    for kind in KINDS {
        page::item(&mut text, &format!("{}: {}.", first_upper(kind.files), kind.what));
    }
    for (files, what) in [
        ("Baselines, of `check` and of `scan`", files::BASELINE),
        ("Any other file, but prose, that names a command of the gate or `EMBERLINE`", files::MENTION),
        ("Symbolic links", files::LINK),
        ("Submodules", files::MODULE),
        ("Files of more than 16 MiB", files::LONG),
        ("Snapshots in `observed/` of the specs", fields::SNAPSHOT),
        ("Registries of semantic conventions in the specs", fields::REGISTRY),
        ("Service specs", fields::SERVICE_GONE),
    ] {
        page::item(&mut text, &format!("{files}: {what}."));
    }
    for (kind, title) in [
        (SchemaKind::Policy, "Fields of policy.yaml"),
        (SchemaKind::Service, "Fields of service specs"),
        (SchemaKind::Prices, "Fields of prices.yaml"),
    ] {
        text.push_str(&format!("\n## {title}\n\n"));
        of_kind(&mut text, kind);
    }
    text.push_str("\n## Fields that weaken nothing\n\n");
    for (record, own) in RECORDS {
        for (field, rule) in *own {
            if let Rule::Free(why) = rule {
                let kinds = [SchemaKind::Policy, SchemaKind::Service, SchemaKind::Prices];
                let kind = kinds.into_iter().find(|kind| is_of(*kind, record)).unwrap_or(SchemaKind::Policy);
                page::item(&mut text, &format!("`{field}` of {}: {why}.", link(record, kind)));
            }
        }
    }
    text
}

/// The rules of a kind of file, record by record. Records that several kinds have stand under the first kind.
fn of_kind(text: &mut String, kind: SchemaKind) {
    let schema = fields::schema(kind);
    let root = schema["title"].as_str().unwrap_or_default();
    let has = |record: &str| record == root || schema["$defs"][record].is_object();
    let is_first = |record: &str| kind != SchemaKind::Service || !is_of(SchemaKind::Policy, record);
    for (record, own) in RECORDS.iter().filter(|(record, _)| has(record) && is_first(record)) {
        for (field, rule) in *own {
            if let Rule::Weakens(when, what) = rule {
                let name =
                    if *record == root { format!("`{field}`") } else { format!("`{field}` of {}", link(record, kind)) };
                page::item(text, &format!("{name} ({}): {what}.", words(*when)));
            }
        }
    }
}

fn is_of(kind: SchemaKind, record: &str) -> bool {
    let schema = fields::schema(kind);
    schema["title"] == record || schema["$defs"][record].is_object()
}

/// A record's name, with a link to its fields.
fn link(record: &str, kind: SchemaKind) -> String {
    let (name, file) = (short(record), kind.word());
    let anchor = if fields::schema(kind)["title"] == record {
        String::new()
    } else {
        format!("#{}", name.to_lowercase().replace(' ', "-"))
    };
    format!("[{}]({file}.md{anchor})", name.to_lowercase())
}

fn words(when: When) -> String {
    match when {
        When::Changed => "any change".to_owned(),
        When::Larger => "a larger value; added or removed".to_owned(),
        When::Smaller => "a smaller value; added or removed".to_owned(),
        When::Lost(word) => format!("no longer `{word}`"),
        When::Gained(word) => format!("`{word}`"),
        When::Added => "an entry added".to_owned(),
        When::Removed => "an entry removed".to_owned(),
        When::Either => "an entry added or removed".to_owned(),
        When::Chosen => "an entry added or removed; the whole list added or removed".to_owned(),
    }
}

fn first_upper(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
