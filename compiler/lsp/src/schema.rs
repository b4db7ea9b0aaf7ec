//! The JSON Schema of a kind of file, followed from the top down to a field.

use emberline_core::SchemaKind;
use emberline_core::spec;
use serde_json::Value;

use crate::at::Step;

/// The most references and alternatives that are followed in one place.
const DEEPEST: usize = 8;

/// The schemas of every kind of file.
#[derive(Debug)]
pub struct Schemas(Vec<(SchemaKind, Value)>);

/// A schema at a place, with the root that its references are below.
#[derive(Debug, Clone, Copy)]
pub struct Field<'s> {
    root: &'s Value,
    schema: &'s Value,
}

impl Default for Schemas {
    fn default() -> Self {
        let read =
            |kind: &SchemaKind| (*kind, serde_json::from_str(&emberline_core::schema(*kind)).unwrap_or_default());
        Self(SchemaKind::ALL.iter().map(read).collect())
    }
}

impl Schemas {
    /// The schema of a file.
    #[must_use]
    pub fn of(&self, path: &str, is_central: bool) -> Option<Field<'_>> {
        let kind = if is_central || spec::is_policy(path) {
            SchemaKind::Policy
        } else if spec::is_prices(path) {
            SchemaKind::Prices
        } else if spec::is_observed(path) {
            SchemaKind::Observed
        } else {
            SchemaKind::Service
        };
        let (_, schema) = self.0.iter().find(|(known, _)| *known == kind)?;
        Some(Field { root: schema, schema })
    }
}

impl<'s> Field<'s> {
    /// Every schema that may hold here: itself, what it refers to, and its alternatives.
    fn all(self) -> Vec<&'s Value> {
        let mut all = vec![self.schema];
        let mut next = 0;
        let mut depth = 0;
        while next < all.len() && depth < DEEPEST * DEEPEST {
            depth += 1;
            let Some(schema) = all.get(next).copied() else { break };
            next += 1;
            let referred = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#'));
            all.extend(referred.and_then(|pointer| self.root.pointer(pointer)));
            for word in ["anyOf", "oneOf", "allOf"] {
                all.extend(schema.get(word).and_then(Value::as_array).into_iter().flatten());
            }
        }
        all
    }

    /// Goes down; where alternatives lead to several schemas, to the first.
    #[must_use]
    pub fn down(self, steps: &[Step]) -> Option<Self> {
        steps.iter().try_fold(self, |field, step| {
            let below = |schema: &'s Value| match step {
                Step::Key(name) => {
                    let named = schema.get("properties").and_then(|all| all.get(name));
                    named.or_else(|| schema.get("additionalProperties").filter(|it| it.is_object()))
                }
                Step::Item(_) => schema.get("items").filter(|it| it.is_object()),
            };
            field.all().into_iter().find_map(below).map(|schema| Self { root: self.root, schema })
        })
    }

    /// What the field means: its own description first.
    #[must_use]
    pub fn description(self) -> Option<&'s str> {
        self.all().into_iter().find_map(|schema| schema.get("description")?.as_str())
    }

    /// Examples of its value.
    #[must_use]
    pub fn examples(self) -> Vec<String> {
        let all = self.all().into_iter().filter_map(|schema| schema.get("examples")?.as_array()).flatten();
        all.map(|example| example.as_str().map_or_else(|| example.to_string(), str::to_owned)).collect()
    }

    /// The fields of a mapping here: each with its schema, and whether it is required.
    #[must_use]
    pub fn fields(self) -> Vec<(&'s str, Self, bool)> {
        let mut fields = Vec::new();
        for schema in self.all() {
            let required = schema.get("required").and_then(Value::as_array);
            let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|it| it == name));
            for (name, field) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
                fields.push((name.as_str(), Self { root: self.root, schema: field }, is_required(name)));
            }
        }
        fields
    }

    /// The words that the value may be, each with what it means.
    #[must_use]
    pub fn words(self) -> Vec<(String, Option<&'s str>)> {
        let mut words = Vec::new();
        for schema in self.all() {
            let meaning = schema.get("description").and_then(Value::as_str);
            words.extend(schema.get("const").and_then(Value::as_str).map(|word| (word.to_owned(), meaning)));
            let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
            words.extend(listed.filter_map(Value::as_str).map(|word| (word.to_owned(), None)));
            if schema.get("type").is_some_and(|it| it == "boolean") {
                words.extend(["true", "false"].map(|word| (word.to_owned(), None)));
            }
        }
        words
    }

    /// Whether the value is PromQL.
    #[must_use]
    pub fn is_promql(self) -> bool {
        let refers = |schema: &Value| {
            let name = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.rsplit('/').next());
            name.is_some_and(|name| matches!(name, "Selector" | "Selectors" | "Expression"))
        };
        self.all().into_iter().any(refers)
    }

    /// Whether the value is a mapping or a list, which begins on the next line.
    #[must_use]
    pub fn is_nested(self) -> bool {
        let is = |schema: &Value| schema.get("type").is_some_and(|it| it == "object" || it == "array");
        self.words().is_empty() && !self.is_promql() && self.all().into_iter().any(is)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_followed() {
        let schemas = Schemas::default();
        let service = schemas.of("slos/a.yaml", false).unwrap();
        let keys = |names: &[&str]| -> Vec<Step> {
            names.iter().map(|it| if *it == "0" { Step::Item(0) } else { Step::Key((*it).to_owned()) }).collect()
        };
        let down = |names: &[&str]| service.down(&keys(names)).unwrap();
        assert!(down(&["slos", "0", "objective"]).description().unwrap().contains("99.9%"));
        assert!(down(&["slos", "0", "sli", "events", "total"]).is_promql());
        assert!(down(&["slos", "0", "sli", "events", "total", "0"]).is_promql());
        assert!(down(&["calls", "0", "kind"]).words().iter().any(|(word, what)| word == "sync" && what.is_some()));
        assert!(down(&["metrics", "any", "type"]).words().iter().any(|(word, _)| word == "counter"));
        assert!(down(&["slos"]).is_nested() && !down(&["owner"]).is_nested());
        assert!(service.fields().iter().any(|(name, _, required)| *name == "slos" && *required));
        assert!(service.down(&keys(&["nothing"])).is_none());
        assert!(schemas.of("slos/policy.yaml", false).unwrap().down(&keys(&["severities"])).is_some());
    }
}
