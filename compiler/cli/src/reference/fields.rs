//! Every field of a kind of file, from the schema of the records that read it.

use emberline_core::SchemaKind;
use serde_json::{Map, Value};

use super::{page, receivers};

/// The page of a kind of file; `place` says which files are of the kind.
pub(super) fn page(kind: SchemaKind, title: &str, place: &str) -> String {
    let schema: Value = serde_json::from_str(&emberline_core::schema(kind)).unwrap_or_default();
    let none = Map::new();
    let mut definitions = schema["$defs"].as_object().unwrap_or(&none).clone();
    // Alertmanager's have a page of their own.
    definitions.retain(|name, _| !receivers::has(name));
    let definitions = &definitions;
    let mut text = page::begin(title);
    let word = kind.word();
    page::paragraph(
        &mut text,
        &format!("{place} `emberline schema {word}` prints the same as a JSON Schema for editors."),
    );
    record(&mut text, &schema, definitions);
    for (name, definition) in definitions.iter().filter(|(_, it)| is_record(it)) {
        text.push_str(&format!("\n## {}\n", short(name)));
        record(&mut text, definition, definitions);
    }
    for (name, definition) in definitions.iter().filter(|(_, it)| is_choice(it)) {
        text.push_str(&format!("\n## {}\n", short(name)));
        page::paragraph(&mut text, said(definition));
        text.push('\n');
        for word in definition["oneOf"].as_array().into_iter().flatten() {
            page::item(&mut text, &format!("`{}`: {}", word["const"].as_str().unwrap_or_default(), said(word)));
        }
    }
    text.push_str("\n## Values\n\n");
    for (name, definition) in definitions.iter().filter(|(_, it)| is_value(it)) {
        page::item(&mut text, &value(name, definition));
    }
    text
}

/// Whether a definition has fields.
fn is_record(definition: &Value) -> bool {
    definition["properties"].is_object()
}

/// Whether a definition is a choice of words. A record's `oneOf` is about its fields.
fn is_choice(definition: &Value) -> bool {
    !is_record(definition) && definition["oneOf"].is_array()
}

/// Whether a definition is a simple value, which the page lists under "Values".
fn is_value(definition: &Value) -> bool {
    !is_record(definition) && !is_choice(definition)
}

fn said(schema: &Value) -> &str {
    schema["description"].as_str().unwrap_or_default()
}

/// A record's description and its fields.
fn record(text: &mut String, schema: &Value, definitions: &Map<String, Value>) {
    let mut is_list = false;
    for part in said(schema).split("\n\n") {
        if part.starts_with("- ") {
            text.push('\n');
            part.split("\n- ").for_each(|item| page::item(text, item.trim_start_matches("- ")));
        } else {
            page::paragraph(text, part);
        }
        is_list |= part.starts_with("- ");
    }
    if is_list {
        page::paragraph(text, "The fields:");
    }
    text.push('\n');
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let need = if required.contains(&name.as_str()) { ", required" } else { "" };
        page::item(text, &format!("`{name}` ({}{need}): {}", form(field, definitions), said(field)));
    }
}

/// What a field holds, in words and links.
fn form(schema: &Value, definitions: &Map<String, Value>) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        let anchor = if definitions.get(name).is_some_and(is_value) {
            "values".to_owned()
        } else {
            short(name).to_lowercase().replace(' ', "-")
        };
        return format!("[{}](#{anchor})", short(name).to_lowercase());
    }
    if let Some(title) = schema["title"].as_str().filter(|title| receivers::has(title)) {
        let name = short(title).to_lowercase();
        return format!("[{name}](receivers.md#{})", name.replace(' ', "-"));
    }
    match schema["type"].as_str() {
        Some("array") => format!("list of {}", form(&schema["items"], definitions)),
        Some("object") => format!("mapping of names to {}", form(&schema["additionalProperties"], definitions)),
        Some("integer") => "whole number".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("string") => "text".to_owned(),
        _ => "value".to_owned(),
    }
}

/// A record's name without what marks it as a spec, in words: `LogTierSpec` is `Log tier`.
pub(super) fn short(name: &str) -> String {
    let name = name.strip_suffix("Spec").unwrap_or(name);
    let mut text = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !text.is_empty() {
            text.push(' ');
            text.extend(c.to_lowercase());
        } else {
            text.push(c);
        }
    }
    text
}

/// A simple value: what it is, and examples.
fn value(name: &str, schema: &Value) -> String {
    let examples: Vec<String> = schema["examples"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|it| format!("`{it}`"))
        .collect();
    let name = short(name).to_lowercase();
    match (schema["const"].as_str(), examples.is_empty()) {
        (Some(only), _) => format!("**{name}**: `{only}`"),
        (None, false) => format!("**{name}**: such as {}", examples.join(", ")),
        (None, true) => format!("**{name}**: {}", meaning(&name)),
    }
}

/// What a value without an example is.
fn meaning(name: &str) -> &'static str {
    match name {
        "name" => "text of at most 100 characters, without control characters",
        "number" => "a number, read as an exact decimal",
        "selector" => "a bare PromQL selector, without functions and ranges",
        "selectors" => "a selector, or a list of selectors whose events are added up",
        _ => "text; numbers and booleans are taken as text",
    }
}
