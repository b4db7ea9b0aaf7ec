//! The JSON Schema of a record of the table.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::kind::{Kind, Record, Rule};
use super::scalar::{DAYS, MONTHS};

/// The schema of a record. Records within stand among the definitions.
pub(super) fn of(record: &'static Record, generator: &mut SchemaGenerator) -> Schema {
    let mut properties = Map::new();
    for field in record.fields.iter().filter(|field| !matches!(field.kind, Kind::Secret(_))) {
        let mut form = kind(field.kind, generator);
        if let Some(form) = form.as_object_mut() {
            form.insert("description".to_owned(), json!(field.about));
        }
        properties.insert(field.name.to_owned(), form);
    }
    let needed: Vec<&str> = record.rules.iter().filter_map(needed).collect();
    let others: Vec<Value> = record.rules.iter().filter_map(condition).collect();
    let mut schema = json!({
        "title": record.name,
        "description": record.about,
        "type": "object",
        "properties": properties,
        "additionalProperties": false
    });
    if let Some(schema) = schema.as_object_mut() {
        if !needed.is_empty() {
            schema.insert("required".to_owned(), json!(needed));
        }
        if !others.is_empty() {
            schema.insert("allOf".to_owned(), json!(others));
        }
    }
    Schema::try_from(schema).unwrap_or_default()
}

fn kind(kind: Kind, generator: &mut SchemaGenerator) -> Value {
    let text = |example: &str| json!({"type": ["string", "number", "boolean"], "examples": [example]});
    match kind {
        Kind::Text => text("some text"),
        Kind::Template | Kind::Any => {
            let mut form = text("{{ .CommonAnnotations.summary }}");
            if let (Kind::Any, Some(form)) = (kind, form.as_object_mut()) {
                form.remove("type");
            }
            form
        }
        Kind::Url | Kind::Hook => json!({"type": "string", "minLength": 1, "examples": ["https://api.example.com/"]}),
        Kind::Proxy => json!({"type": "string", "minLength": 1, "examples": ["http://proxy.example.com:3128"]}),
        Kind::File | Kind::SecretFile => {
            json!({"type": "string", "minLength": 1, "examples": ["/etc/alertmanager/some.key"]})
        }
        // Not among the properties.
        Kind::Secret(_) => json!(false),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::Count => json!({"type": "integer", "minimum": 0}),
        Kind::Id => json!({"type": "integer", "not": {"const": 0}, "examples": [-1001]}),
        Kind::Span => json!({"type": "string", "examples": ["7d"]}),
        Kind::GoSpan => json!({"type": ["string", "integer"], "examples": ["10s"]}),
        Kind::Word(words) => json!({"enum": words}),
        Kind::WordOrTemplate(words) => json!({"type": "string", "examples": words}),
        Kind::HostPort => json!({"type": "string", "examples": ["smtp.example.com:587"]}),
        Kind::Clock => {
            json!({"type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", "examples": ["09:00", "17:30"]})
        }
        Kind::Zone => json!({"type": "string", "examples": ["Europe/Berlin"]}),
        Kind::Weekdays => json!({"type": "string", "examples": ["monday:friday", DAYS[0]]}),
        Kind::Days => json!({"type": ["string", "integer"], "examples": ["1:5", "-3:-1"]}),
        Kind::Months => json!({"type": ["string", "integer"], "examples": ["1:3", MONTHS[11]]}),
        Kind::Years => json!({"type": ["string", "integer"], "examples": ["2027:2029"]}),
        Kind::List(inner) => json!({"type": "array", "items": self::kind(*inner, generator)}),
        Kind::Map(inner) => json!({"type": "object", "additionalProperties": self::kind(*inner, generator)}),
        Kind::Record(record) => reference(record, generator),
        Kind::TemplateOr(record) => json!({"anyOf": [text("some text"), reference(record, generator)]}),
    }
}

/// A reference to a record, which is put among the definitions.
fn reference(record: &'static Record, generator: &mut SchemaGenerator) -> Value {
    if !generator.definitions().contains_key(record.name) {
        let schema = of(record, generator);
        generator.definitions_mut().insert(record.name.to_owned(), schema.to_value());
    }
    json!({"$ref": format!("#/$defs/{}", record.name)})
}

/// The field that a rule wants in any case.
fn needed(rule: &Rule) -> Option<&'static str> {
    match rule {
        Rule::Needed(path) => Some(path.split('.').next().unwrap_or(path)),
        _ => None,
    }
}

/// A record that has a field, which may be one of a record within.
fn has(path: &str) -> Value {
    match path.split_once('.') {
        Some((outer, inner)) => json!({"required": [outer], "properties": {outer: has(inner)}}),
        None => json!({"required": [path]}),
    }
}

/// A rule beyond what must be there. Rules that a schema cannot say are the reader's alone.
fn condition(rule: &Rule) -> Option<Value> {
    let each = |paths: &[&str]| paths.iter().map(|path| has(path)).collect::<Vec<_>>();
    match rule {
        Rule::Needed(path) if path.contains('.') => Some(has(path)),
        Rule::OneOf(paths) => Some(json!({"oneOf": each(paths)})),
        Rule::AnyOf(paths) => Some(json!({"anyOf": each(paths)})),
        Rule::Needs(path, others) => Some(json!({"if": has(path), "then": {"anyOf": each(others)}})),
        Rule::NeededWhile(condition, path) => Some(json!({
            "if": {"required": [condition], "properties": {(*condition): {"const": true}}},
            "then": has(path)
        })),
        _ => None,
    }
}
