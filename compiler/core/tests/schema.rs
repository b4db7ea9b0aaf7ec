//! The JSON Schemas agree with the reader: editors complain of what the compiler refuses, and of nothing else.
//!
//! What decides is the reader itself, not a list of files: whatever `spec::parse` (the form, without any meaning) or a
//! code of form finds at fault in a case, the schema must refuse too; a case without errors it must accept.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::panic, reason = "a test reads fixtures and may stop")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use emberline_core::finding::Severity;
use emberline_core::source::Sources;
use emberline_core::{SchemaKind, code, schema, spec};
use serde::Deserialize;
use serde_json::{Map, Value, json};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn parsed(kind: SchemaKind) -> Value {
    serde_json::from_str(&schema(kind)).unwrap()
}

fn validator(kind: SchemaKind) -> jsonschema::Validator {
    jsonschema::draft202012::new(&parsed(kind)).unwrap()
}

fn kind_of(path: &str) -> SchemaKind {
    match path {
        path if spec::is_policy(path) => SchemaKind::Policy,
        path if spec::is_prices(path) => SchemaKind::Prices,
        path if spec::is_observed(path) => SchemaKind::Observed,
        _ => SchemaKind::Service,
    }
}

/// Every YAML file below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    folders
}

/// The documents of a text as an editor's language server sees them; `None` where it is no YAML.
fn documents(text: &str) -> Option<Vec<Value>> {
    let mut documents = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text.trim_start_matches('\u{feff}')) {
        let mut value = serde_yaml::Value::deserialize(document).ok()?;
        value.apply_merge().ok()?;
        documents.push(serde_json::to_value(value).ok()?);
    }
    documents.retain(|document| !document.is_null());
    Some(documents)
}

/// What one file of a case is, by the reader.
struct Judged {
    path: String,
    documents: Vec<Value>,
    /// Why the schema must refuse it.
    form: Vec<String>,
    /// Whether the case as a whole compiles.
    compiles: bool,
}

/// The files of one folder of specs that are YAML at all.
fn judge(folder: &Path) -> Vec<Judged> {
    let mut sources = Sources::default();
    for path in files(folder) {
        let Ok(text) = fs::read_to_string(&path) else { return Vec::new() };
        sources.add(path.to_str().unwrap(), text);
    }
    let findings = emberline_core::analyse(&sources, None).findings;
    let compiles = findings.iter().all(|finding| finding.severity < Severity::Error);
    let mut judged = Vec::new();
    for (id, source) in sources.iter() {
        let Some(documents) = documents(&source.text) else { continue };
        let read = spec::parse(id, source, false).findings;
        if documents.is_empty() || read.iter().any(|finding| *finding.code == code::INVALID_YAML) {
            continue;
        }
        let of_form = findings.iter().filter(|finding| {
            finding.label.span.source == id && [&code::MISSING_FIELD, &code::UNKNOWN_FIELD].contains(&finding.code)
        });
        let form = read.iter().chain(of_form).map(|finding| finding.message.clone()).collect();
        judged.push(Judged { path: source.path.clone(), documents, form, compiles });
    }
    judged
}

#[test]
fn they_are_valid_schemas() {
    for kind in SchemaKind::ALL {
        let schema = parsed(*kind);
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        jsonschema::draft202012::meta::validate(&schema).unwrap();
    }
}

#[test]
fn they_refuse_what_the_reader_refuses_and_accept_what_compiles() {
    let mut wrong = Vec::new();
    let (mut accepted, mut refused) = (0, 0);
    let groups = folders(&root().join("compiler/cli/tests/cases"));
    let cases = groups.iter().flat_map(|group| folders(group)).map(|case| case.join("slos"));
    let validators: Vec<_> = SchemaKind::ALL.iter().map(|kind| (*kind, validator(*kind))).collect();
    for folder in cases.chain([root().join("slos")]) {
        for file in judge(&folder) {
            let (_, validator) = validators.iter().find(|(kind, _)| *kind == kind_of(&file.path)).unwrap();
            let faults: Vec<String> = file
                .documents
                .iter()
                .flat_map(|document| validator.iter_errors(document).map(|error| error.to_string()))
                .collect();
            if file.compiles && !faults.is_empty() {
                wrong.push(format!("{}: compiles, but the schema says {faults:?}", file.path));
            } else if !file.form.is_empty() && faults.is_empty() {
                wrong.push(format!("{}: the schema accepts it, but {:?}", file.path, file.form));
            }
            accepted += usize::from(file.compiles);
            refused += usize::from(!file.form.is_empty());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(accepted >= 30 && refused >= 80, "{accepted} accepted, {refused} refused: are these all cases?");
}

#[test]
fn every_property_has_hover_text() {
    for kind in SchemaKind::ALL {
        let schema = parsed(*kind);
        for (owner, object) in objects(&schema) {
            for (name, property) in object["properties"].as_object().unwrap() {
                let text = property["description"].as_str().unwrap_or_default();
                assert!(!text.trim().is_empty(), "`{name}` of {owner} has no description");
            }
        }
        for (name, definition) in schema["$defs"].as_object().unwrap() {
            for word in definition["oneOf"].as_array().into_iter().flatten().filter(|one| one.get("const").is_some()) {
                assert!(word["description"].is_string(), "{} of {name} has no description", word["const"]);
            }
        }
    }
}

/// The records of a schema: the root and those among its definitions.
fn objects(schema: &Value) -> Vec<(String, &Value)> {
    let definitions = schema["$defs"].as_object().unwrap().iter().map(|(name, value)| (name.clone(), value));
    let all = [("the root".to_owned(), schema)].into_iter().chain(definitions);
    all.filter(|(_, value)| value.get("properties").is_some()).collect()
}

/// The properties of every record, wherever it stands in a schema.
fn inline<'s>(schema: &'s Value, found: &mut BTreeSet<BTreeSet<&'s str>>) {
    match schema {
        Value::Object(fields) => {
            // Others are conditions on a record.
            let is_record = fields.get("additionalProperties") == Some(&Value::Bool(false));
            if let Some(properties) = fields.get("properties").and_then(Value::as_object).filter(|_| is_record) {
                found.insert(properties.keys().map(String::as_str).collect());
            }
            fields.values().for_each(|field| inline(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| inline(item, found)),
        _ => {}
    }
}

/// A key that no record has.
const UNKNOWN: &str = "zzzzzzzzzzzz";

/// A document with every property of a schema, and in each record one more that it does not have.
fn everything(schema: &Value, of: &Value) -> Value {
    if let Some(reference) = of["$ref"].as_str() {
        return everything(schema, &schema["$defs"][reference.rsplit('/').next().unwrap()]);
    }
    if let Some(properties) = of["properties"].as_object() {
        let fields = properties.iter().map(|(name, property)| (name.clone(), everything(schema, property)));
        return Value::Object(fields.chain([(UNKNOWN.to_owned(), json!(1))]).collect());
    }
    let mut forms = ["oneOf", "anyOf"].into_iter().filter_map(|key| of[key].as_array()).flatten();
    if let Some(record) = forms.find(|form| form["properties"].is_object() || form["$ref"].is_string()) {
        return everything(schema, record);
    }
    if of["additionalProperties"].is_object() {
        return Value::Object(Map::from_iter([("name".to_owned(), everything(schema, &of["additionalProperties"]))]));
    }
    if of["items"].is_object() {
        return json!([everything(schema, &of["items"])]);
    }
    json!("text")
}

#[test]
fn their_properties_are_those_that_the_reader_knows() {
    for (kind, path) in [
        (SchemaKind::Service, "slos/a.yaml"),
        (SchemaKind::Policy, "slos/policy.yaml"),
        (SchemaKind::Prices, "slos/prices.yaml"),
    ] {
        let schema = parsed(kind);
        let mut sources = Sources::default();
        // JSON is YAML.
        let id = sources.add(path, everything(&schema, &schema).to_string());
        let findings = spec::parse(id, sources.get(id), false).findings;
        let unknown: Vec<_> = findings.iter().filter(|finding| *finding.code == code::UNKNOWN_FIELD).collect();
        for finding in &unknown {
            assert_eq!(
                finding.message,
                format!("unknown field `{UNKNOWN}`"),
                "the schema has a field that is not read"
            );
        }
        // Each record says which fields it reads.
        let read: BTreeSet<BTreeSet<&str>> =
            unknown.iter().map(|finding| finding.notes[0].split('`').skip(1).step_by(2).collect()).collect();
        let mut described = BTreeSet::new();
        inline(&schema, &mut described);
        assert_eq!(read, described, "{}", kind.word());
    }
}
