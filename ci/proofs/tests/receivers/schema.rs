//! Values by the policy's JSON Schema: valid ones for every field of a receiver, and where each field stands.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

/// The JSON Schema of policies, as the program prints it.
pub struct Schema(Value);

/// A field, with a configuration that Alertmanager takes and that has it.
pub struct Place {
    /// The integration, and the way to the field: names, and `-` for an item of a list.
    pub path: Vec<String>,
    /// The field's schema.
    pub form: Value,
    /// The configuration.
    pub valid: Value,
}

impl Schema {
    /// The schema that the program printed.
    pub fn of(text: &str) -> Result<Self> {
        Ok(Self(serde_json::from_str(text)?))
    }

    /// The keys of integrations, with the schema of a configuration of each.
    pub fn integrations(&self) -> Result<Vec<(String, Value)>> {
        let fields = self.0["$defs"]["ReceiverSpec"]["properties"].as_object().context("a receiver has fields")?;
        let lists = fields.iter().filter(|(key, _)| key.ends_with("_configs"));
        Ok(lists.map(|(key, list)| (key.clone(), list["items"].clone())).collect())
    }

    /// What a reference stands for.
    pub fn resolved<'s>(&'s self, form: &'s Value) -> &'s Value {
        match form["$ref"].as_str() {
            Some(reference) => &self.0["$defs"][reference.rsplit('/').next().unwrap_or_default()],
            None => form,
        }
    }

    /// The fields of a record.
    pub fn fields<'s>(&'s self, form: &'s Value) -> impl Iterator<Item = (&'s String, &'s Value)> {
        self.resolved(form)["properties"].as_object().into_iter().flatten()
    }

    /// A valid value.
    pub fn value(&self, form: &Value) -> Value {
        let form = self.resolved(form);
        if let Some(example) = form["examples"].get(0).or_else(|| form["enum"].get(0)) {
            return example.clone();
        }
        if let Some(either) = form["anyOf"].get(0) {
            return self.value(either);
        }
        match form["type"].as_str() {
            Some("boolean") => json!(true),
            Some("integer") => json!(7),
            Some("array") => json!([self.value(&form["items"])]),
            Some("object") if form["properties"].is_object() => Value::Object(self.least(form)),
            Some("object") => json!({"X-Name": self.value(&form["additionalProperties"])}),
            _ => json!("some text"),
        }
    }

    /// A record with the fields that it must have.
    pub fn least(&self, form: &Value) -> Map<String, Value> {
        let mut fields = Map::new();
        self.require(form, form, &mut fields);
        for rule in form["allOf"].as_array().into_iter().flatten() {
            let chosen = rule["oneOf"].get(0).or_else(|| rule["anyOf"].get(0)).unwrap_or(rule);
            if rule["if"].is_null() {
                self.require(form, chosen, &mut fields);
            }
        }
        fields
    }

    /// Adds the fields that a part of a schema asks for, also within records.
    fn require(&self, record: &Value, part: &Value, fields: &mut Map<String, Value>) {
        for name in part["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let form = &record["properties"][name];
            let within = &part["properties"][name];
            let value = fields.entry(name).or_insert_with(|| self.value(form));
            if let (Some(inner), true) = (value.as_object_mut(), within["required"].is_array()) {
                self.require(&self.resolved(form).clone(), within, inner);
            }
        }
    }

    /// The least record that has a field.
    fn with(&self, form: &Value, name: &str) -> Map<String, Value> {
        let form = self.resolved(form);
        let mut fields = self.least(form);
        for rule in form["allOf"].as_array().into_iter().flatten() {
            let needs = |it: &Value| it["required"][0].as_str().unwrap_or_default().to_owned();
            let either: Vec<&Value> = rule["oneOf"].as_array().into_iter().flatten().collect();
            if let Some(own) = either.iter().find(|it| needs(it) == name && it["properties"].is_null()) {
                either.iter().for_each(|other| drop(fields.remove(&needs(other))));
                self.require(form, own, &mut fields);
            }
            if rule["if"]["required"][0] == name {
                let then = &rule["then"];
                self.require(form, then["anyOf"].get(0).unwrap_or(then), &mut fields);
            }
        }
        fields.entry(name).or_insert_with(|| self.value(&form["properties"][name]));
        fields
    }

    /// Every field of a record and of the records within, each with a valid configuration. Records in `known` are passed
    /// over: they were visited.
    pub fn places(&self, key: &str, form: &Value, known: &mut BTreeSet<String>) -> Vec<Place> {
        let mut places = Vec::new();
        let own = self.resolved(form).clone();
        for (name, field) in self.fields(&own) {
            let mut found = vec![(vec![name.clone()], field.clone(), Value::Null)];
            self.within(std::slice::from_ref(name), field, known, &mut found);
            for (path, form, value) in found {
                let mut valid = Value::Object(self.with(&own, name));
                if !value.is_null() {
                    valid[name] = value;
                }
                let path = std::iter::once(key.to_owned()).chain(path).collect();
                places.push(Place { path, form, valid });
            }
        }
        places
    }

    /// The fields of the record that a field holds: the way to each, its schema, and a value of the whole field.
    fn within(
        &self,
        path: &[String],
        field: &Value,
        known: &mut BTreeSet<String>,
        found: &mut Vec<(Vec<String>, Value, Value)>,
    ) {
        let (step, inner) = match field {
            field if field["items"].is_object() => (Some("-"), &field["items"]),
            field if field["additionalProperties"].is_object() => (Some("X-Name"), &field["additionalProperties"]),
            field if field["anyOf"].is_array() => (None, &field["anyOf"][1]),
            field => (None, field),
        };
        let Some(reference) = inner["$ref"].as_str() else { return };
        if !known.insert(reference.to_owned()) {
            return;
        }
        let wrap = |value: Value| match step {
            Some("-") => json!([value]),
            Some(name) => json!({name: value}),
            None => value,
        };
        for place in self.places("", inner, known) {
            let way = step.iter().map(|step| (*step).to_owned()).chain(place.path.into_iter().skip(1));
            found.push((path.iter().cloned().chain(way).collect(), place.form, wrap(place.valid)));
        }
    }
}

/// The value at a path below an integration's configuration.
pub fn at<'v>(value: &'v mut Value, path: &[String]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, step| match step.as_str() {
        "-" => value.get_mut(0),
        name => value.get_mut(name),
    })
}
