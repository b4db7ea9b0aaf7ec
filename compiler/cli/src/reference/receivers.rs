//! The fields of Alertmanager's receivers, from the table that reads, checks and writes them.

use emberline_core::notify::{Field, GLOBALS, INTEGRATIONS, INTERVAL, Kind, Record, Rule};

use super::fields::short;
use super::page;

/// The page.
pub(super) fn page() -> String {
    let mut text = page::begin("Receivers");
    for part in [
        "A receiver of `policy.yaml` takes Alertmanager's own configuration, as of version 0.31. Each list below holds \
         any number of configurations. `compile` reports what Alertmanager would refuse, and templates that would fail \
         when a notification is sent.",
        "A field that would hold a secret is refused: the repository is no place for it. The file that such a field \
         names lies on Alertmanager's machine. Fields that name a secret in a secret manager (`…_ref`) are unknown \
         here, as Alertmanager has no such manager.",
        "The [guide](../adopt.md#alertmanager) says how receivers, globals, templates and intervals of time go together.",
    ] {
        page::paragraph(&mut text, part);
    }
    text.push_str("\n## Lists of a receiver\n\n");
    for (key, record) in INTEGRATIONS {
        page::item(&mut text, &format!("`{key}`: {} {}", link(record), record.about));
    }
    for record in records() {
        text.push_str(&format!("\n## {}\n", short(record.name)));
        page::paragraph(&mut text, record.about);
        text.push('\n');
        for field in record.fields {
            page::item(&mut text, &line(field));
        }
        let rules: Vec<String> = record.rules.iter().map(|rule| said(*rule)).collect();
        if !rules.is_empty() {
            text.push_str("\nWhat goes together:\n\n");
            rules.iter().for_each(|rule| page::item(&mut text, rule));
        }
    }
    text
}

/// Whether a record of the JSON Schema stands on this page.
pub(super) fn has(name: &str) -> bool {
    records().iter().any(|record| record.name == name)
}

/// A link to a record, from this page.
fn link(record: &Record) -> String {
    let name = short(record.name);
    format!("[{}](#{}).", name.to_lowercase(), name.to_lowercase().replace(' ', "-"))
}

/// Every record, each behind the first that holds it.
fn records() -> Vec<&'static Record> {
    let mut records = Vec::new();
    let roots = INTEGRATIONS.iter().map(|(_, record)| *record).chain([&GLOBALS, &INTERVAL]);
    roots.for_each(|record| collect(record, &mut records));
    records
}

fn collect(record: &'static Record, records: &mut Vec<&'static Record>) {
    if records.iter().any(|known| known.name == record.name) {
        return;
    }
    records.push(record);
    record.fields.iter().filter_map(|field| inner(field.kind)).for_each(|inner| collect(inner, records));
}

fn inner(kind: Kind) -> Option<&'static Record> {
    match kind {
        Kind::Record(record) | Kind::TemplateOr(record) => Some(record),
        Kind::List(kind) | Kind::Map(kind) => inner(*kind),
        _ => None,
    }
}

fn line(field: &Field) -> String {
    match field.kind {
        Kind::Secret(instead) => format!("`{}` is refused: use {instead}.", field.name),
        kind => format!("`{}` ({}): {}", field.name, form(kind), field.about),
    }
}

/// What a field holds, in words.
fn form(kind: Kind) -> String {
    let words = |words: &[&str]| {
        let quoted: Vec<String> =
            words.iter().map(|it| if it.is_empty() { "``".into() } else { format!("`{it}`") }).collect();
        quoted.join(", ").replace("``", "nothing")
    };
    match kind {
        Kind::Text => "text".to_owned(),
        Kind::Template => "template".to_owned(),
        Kind::Url | Kind::Proxy => "address".to_owned(),
        Kind::Hook => "address or template".to_owned(),
        Kind::File => "file".to_owned(),
        Kind::SecretFile => "file with a secret".to_owned(),
        Kind::Secret(_) => "secret".to_owned(),
        Kind::Bool => "`true` or `false`".to_owned(),
        Kind::Count => "whole number from 0".to_owned(),
        Kind::Id => "whole number but 0".to_owned(),
        Kind::Span => "duration such as `7d`".to_owned(),
        Kind::GoSpan => "duration such as `10s`, up to hours".to_owned(),
        Kind::Word(all) => words(all),
        Kind::WordOrTemplate(all) => format!("{}, or a template", words(all)),
        Kind::HostPort => "host and port".to_owned(),
        Kind::Clock => "time of the day".to_owned(),
        Kind::Zone => "time zone".to_owned(),
        Kind::Weekdays => "such as `monday:friday`".to_owned(),
        Kind::Days => "such as `1:5` or `-1`".to_owned(),
        Kind::Months => "such as `1:3` or `december`".to_owned(),
        Kind::Years => "such as `2027:2029`".to_owned(),
        Kind::List(inner) => format!("list: {}", form(*inner)),
        Kind::Map(inner) => format!("names, each with: {}", form(*inner)),
        Kind::Record(record) => link(record).trim_end_matches('.').to_owned(),
        Kind::TemplateOr(record) => format!("template, or {}", link(record).trim_end_matches('.')),
        Kind::Any => "anything; texts are templates".to_owned(),
    }
}

/// A rule as a sentence.
fn said(rule: Rule) -> String {
    let all = |names: &[&str], word: &str| {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        match quoted.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} {word} {last}", rest.join(", ")),
            _ => quoted.concat(),
        }
    };
    match rule {
        Rule::Needed(name) => format!("`{name}` is required."),
        Rule::OneOf(names) => format!("One of {} is required, and no more.", all(names, "and")),
        Rule::AnyOf(names) => format!("One of {} is required.", all(names, "and")),
        Rule::AtMostOne(names) => format!("At most one of {} can be set.", all(names, "and")),
        Rule::Needs(name, others) => format!("`{name}` needs {}.", all(others, "or")),
        Rule::NeededOrGlobal(names) => format!("{} is required, here or in `globals`.", all(names, "or")),
        Rule::NotNamed(name, refused) => format!("`{name}` cannot have the names {}.", all(refused, "and")),
        Rule::Distinct(name) => format!("Names of `{name}` differ in more than case."),
        Rule::NotNamedWhile(condition, name, refused) => {
            format!("While `{condition}` is `true`, `{name}` cannot have the names {}.", all(refused, "and"))
        }
        Rule::NeededWhile(condition, name) => format!("While `{condition}` is `true`, `{name}` is required."),
        Rule::Tokens(name) => format!("Names of `{name}` are letters, digits and `-`, as those of headers."),
        Rule::Before(first, last) => format!("`{first}` is earlier than `{last}`."),
        Rule::NotWord(name, word) => format!("`{name}` cannot be `{word}`."),
    }
}
