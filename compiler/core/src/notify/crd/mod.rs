//! Receivers and intervals of time as an `AlertmanagerConfig` of the Prometheus Operator has them
//! (`monitoring.coreos.com/v1alpha1` of v0.85): other names, secrets by reference, and less than Alertmanager knows.

mod table;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::kind::{Kind, Record};
use super::table::{INTEGRATIONS, INTERVAL};
use crate::quantity::Duration;
use table::{LISTS, NAMES, NEEDED, To};

/// A key of a Kubernetes `Secret`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The secret's name.
    pub name: String,
    /// The key in it.
    pub key: String,
}

/// The secrets that stand for files on Alertmanager's machine, by the file.
pub type Secrets = BTreeMap<String, Selector>;

/// A configuration of an integration, and the key of its list; or everything that the object cannot say, a clause each.
pub(crate) fn config(
    integration: &str,
    fields: &Map<String, Value>,
    secrets: &Secrets,
) -> Result<(&'static str, Value), Vec<String>> {
    let record = INTEGRATIONS.iter().find(|(key, _)| *key == integration).map(|(_, record)| *record);
    let list = LISTS.iter().find(|(key, _)| *key == integration).map(|(_, list)| *list);
    let (Some(record), Some(list)) = (record, list) else {
        return Err(vec![format!("it has no `{integration}`")]);
    };
    let mut object = Object { secrets, faults: Vec::new() };
    let config = object.record(record, fields);
    let needed = NEEDED.iter().filter(|(key, ..)| *key == integration);
    for (_, _, written) in needed.filter(|(_, field, _)| config.get(*field).is_none()) {
        object.faults.push(format!("it needs `{written}`"));
    }
    if object.faults.is_empty() { Ok((list, config)) } else { Err(object.faults) }
}

/// An interval of time; or what the object cannot say.
pub(crate) fn interval(name: &str, parts: &[Value]) -> Result<Value, Vec<String>> {
    let secrets = Secrets::new();
    let mut object = Object { secrets: &secrets, faults: Vec::new() };
    let parts: Vec<Value> =
        parts.iter().filter_map(Value::as_object).map(|part| object.record(&INTERVAL, part)).collect();
    let interval = json!({"name": name, "timeIntervals": parts});
    if object.faults.is_empty() { Ok(interval) } else { Err(object.faults) }
}

struct Object<'s> {
    secrets: &'s Secrets,
    faults: Vec<String>,
}

impl Object<'_> {
    fn record(&mut self, record: &Record, fields: &Map<String, Value>) -> Value {
        let mut object = Map::new();
        // The operator wants a list with items, or none.
        for (name, value) in fields.iter().filter(|(_, value)| *value != &json!([])) {
            let field = record.fields.iter().find(|field| field.name == name);
            let kind = field.map_or(Kind::Any, |field| field.kind);
            let own = NAMES.iter().find(|(owner, ..)| *owner == record.name).map_or(&[][..], |(_, names)| names);
            let to = own.iter().find(|(field, _)| field == name).map(|(_, to)| *to);
            let (as_name, value) = match to {
                None => (camel(name), self.value(kind, name, value)),
                Some(To::Name(to)) => (to.to_owned(), self.value(kind, name, value)),
                Some(To::Blank(to)) => (to.to_owned(), value.clone()),
                Some(To::Not) => {
                    self.faults.push(format!("it has no `{name}`"));
                    continue;
                }
                Some(To::NotAs(why)) => {
                    self.faults.push(format!("it has no `{name}` {why}"));
                    continue;
                }
                Some(To::Secret(to)) => (to.to_owned(), self.secret(name, value)),
                Some(To::Within(to)) => (to.to_owned(), json!({"secret": self.secret(name, value)})),
                Some(To::Pairs(to)) => (to.to_owned(), self.pairs(name, value)),
                Some(To::Address(to)) => (to.to_owned(), self.address(name, value)),
                Some(To::Small) => (camel(name), small(value)),
                Some(To::Ranges(to)) => (to.to_owned(), ranges(value)),
            };
            object.insert(as_name, value);
        }
        Value::Object(object)
    }

    fn value(&mut self, kind: Kind, name: &str, value: &Value) -> Value {
        match (kind, value) {
            (Kind::Record(record), Value::Object(fields)) => self.record(record, fields),
            (Kind::List(inner), Value::Array(items)) => {
                Value::Array(items.iter().map(|item| self.value(*inner, name, item)).collect())
            }
            (Kind::GoSpan, Value::String(text)) if text == "0" => json!("0s"),
            (Kind::GoSpan, Value::String(text)) if Duration::parse(text).is_err() => {
                self.faults.push(format!("`{name}` has whole numbers only, from hours to milliseconds"));
                Value::Null
            }
            (Kind::Count, Value::Number(number)) if number.as_i64().is_none_or(|it| it > i64::from(i32::MAX)) => {
                self.faults.push(format!("`{name}` is at most {}", i32::MAX));
                Value::Null
            }
            (_, Value::String(text)) if text.is_empty() => {
                self.faults.push(format!("an empty `{name}` stands for the default"));
                Value::Null
            }
            (_, value) => value.clone(),
        }
    }

    fn secret(&mut self, name: &str, file: &Value) -> Value {
        let file = file.as_str().unwrap_or_default();
        match self.secrets.get(file) {
            Some(Selector { name, key }) => json!({"name": name, "key": key}),
            None => {
                self.faults.push(format!(
                    "`{name}` is a key of a `Secret` there, and `operator.secrets` names none for `{file}`"
                ));
                Value::Null
            }
        }
    }

    fn pairs(&mut self, name: &str, values: &Value) -> Value {
        let mut pairs = Vec::new();
        for (key, value) in values.as_object().into_iter().flatten() {
            match value {
                Value::String(text) if !key.is_empty() => pairs.push(json!({"key": key, "value": text})),
                _ => self.faults.push(format!("`{name}` has texts with names only")),
            }
        }
        Value::Array(pairs)
    }

    fn address(&mut self, name: &str, value: &Value) -> Value {
        let text = value.as_str().unwrap_or_default();
        let is_address = ["http://", "https://"]
            .iter()
            .any(|head| text.strip_prefix(head).is_some_and(|rest| !rest.is_empty() && !rest.contains(['\n', '\r'])));
        if !is_address || name == "url" && text.contains("{{") {
            self.faults.push(format!(
                "`{name}` begins with `http://` or `https://`, and the address of a hook is no template"
            ));
        }
        value.clone()
    }
}

/// A name of Alertmanager's in the operator's form.
fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut whole, part| {
        let mut letters = part.chars();
        whole.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        whole.push_str(letters.as_str());
        whole
    })
}

/// Words in small letters.
fn small(words: &Value) -> Value {
    let words = words.as_array().into_iter().flatten().filter_map(Value::as_str);
    words.map(str::to_lowercase).collect()
}

/// Days of a month as first and last.
fn ranges(values: &Value) -> Value {
    let range = |text: &str| {
        let (start, end) = text.split_once(':').unwrap_or((text, text));
        Some(json!({"start": start.parse::<i64>().ok()?, "end": end.parse::<i64>().ok()?}))
    };
    Value::Array(values.as_array().into_iter().flatten().filter_map(Value::as_str).filter_map(range).collect())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_table_exist() {
        let mut records: Vec<&Record> = INTEGRATIONS.iter().map(|(_, record)| *record).chain([&INTERVAL]).collect();
        let mut at = 0;
        while let Some(record) = records.get(at).copied() {
            at += 1;
            for field in record.fields {
                let mut kind = field.kind;
                while let Kind::List(inner) | Kind::Map(inner) = kind {
                    kind = *inner;
                }
                if let Kind::Record(inner) | Kind::TemplateOr(inner) = kind {
                    records.push(inner);
                }
            }
        }
        for (owner, names) in NAMES {
            let record = records.iter().find(|record| record.name == *owner).unwrap_or_else(|| panic!("{owner}"));
            for (name, _) in *names {
                assert!(record.fields.iter().any(|field| field.name == *name), "{owner}.{name}");
            }
        }
    }

    /// Selectors for every file that a value names.
    fn secrets(value: &Value, secrets: &mut Secrets) {
        match value {
            Value::String(file) => {
                secrets.insert(file.clone(), Selector { name: "slo-receivers".to_owned(), key: "a.key".to_owned() });
            }
            Value::Array(items) => items.iter().for_each(|item| self::secrets(item, secrets)),
            Value::Object(fields) => fields.values().for_each(|value| self::secrets(value, secrets)),
            _ => {}
        }
    }

    fn object(list: &str, config: &Value, interval: &[Value]) -> Value {
        json!({
            "apiVersion": "monitoring.coreos.com/v1alpha1", "kind": "AlertmanagerConfig", "metadata": {},
            "spec": {
                "route": {"receiver": "r"},
                "receivers": [{"name": "r", list: [config]}],
                "muteTimeIntervals": interval
            }
        })
    }

    /// Whatever we take for expressible, the schema of the operator's own resource takes, without fields that it lacks.
    #[test]
    fn any_configuration_is_valid_by_the_operators_schema() {
        let schema: Value = serde_json::from_str(include_str!("schema.json")).unwrap();
        let valid = jsonschema::draft202012::new(&schema).unwrap();
        let (mut state, mut taken, mut refused) = (7_u64, BTreeMap::<&str, usize>::new(), 0);
        for round in 0..400 {
            let bytes: Vec<u8> = (0..300)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    // The first rounds hold the least of everything.
                    if round < 20 { 1 } else { u8::try_from(state >> 56).unwrap_or_default() }
                })
                .collect();
            for (integration, record) in INTEGRATIONS {
                let mut chance = crate::spec::any::Chance::of(&bytes);
                let fields = crate::notify::any::record(record, &mut chance);
                let mut secrets = Secrets::new();
                self::secrets(&Value::Object(fields.clone()), &mut secrets);
                // Every field by itself with what it needs: together, one of them is nearly always unknown there.
                for name in record.fields.iter().map(|field| field.name).filter(|name| fields.contains_key(*name)) {
                    let mut one = fields.clone();
                    one.retain(|key, _| key == name || record.rules.iter().any(|rule| rule.names(key)));
                    let Ok((list, config)) = config(integration, &one, &secrets) else {
                        refused += 1;
                        continue;
                    };
                    let object = object(list, &config, &[]);
                    let faults: Vec<String> = valid.iter_errors(&object).map(|fault| fault.to_string()).collect();
                    assert!(faults.is_empty(), "{integration}.{name}: {faults:?}\n{object:#}");
                    *taken.entry(integration).or_default() += 1;
                }
            }
            let part = crate::notify::any::record(&INTERVAL, &mut crate::spec::any::Chance::of(&bytes));
            if let Ok(interval) = interval("a", &[Value::Object(part)]) {
                let object = object("emailConfigs", &json!({"to": "a"}), &[interval]);
                let faults: Vec<String> = valid.iter_errors(&object).map(|fault| fault.to_string()).collect();
                assert!(faults.is_empty(), "{faults:?}\n{object:#}");
            }
        }
        assert_eq!(taken.len(), LISTS.len(), "{taken:?}");
        assert!(refused > 0, "every configuration is expressible, which the object's own limits forbid");
    }

    #[test]
    fn a_schema_with_unknown_fields_would_be_seen() {
        let schema: Value = serde_json::from_str(include_str!("schema.json")).unwrap();
        let valid = jsonschema::draft202012::new(&schema).unwrap();
        assert!(valid.is_valid(&object("emailConfigs", &json!({"to": "a", "requireTLS": true}), &[])));
        assert!(!valid.is_valid(&object("emailConfigs", &json!({"to": "a", "requireTls": true}), &[])));
        assert!(!valid.is_valid(&object("slackConfigs", &json!({"apiURL": "https://a"}), &[])));
    }

    #[test]
    fn names_in_the_form_of_the_operator() {
        assert_eq!(camel("send_resolved"), "sendResolved");
        assert_eq!(camel("to"), "to");
    }
}
