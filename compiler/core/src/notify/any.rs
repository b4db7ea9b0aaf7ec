//! Any record of the table that breaks no rule, for the test that what is written is read back as it was.

use serde_json::{Map, Value, json};

use super::kind::{Kind, Record, Rule};
use super::rules;
use crate::spec::any::Chance;

/// Any record.
pub(crate) fn record(record: &Record, chance: &mut Chance<'_>) -> Map<String, Value> {
    let mut fields = Map::new();
    for field in record.fields {
        if !matches!(field.kind, Kind::Secret(_)) && chance.one_of(&[true, false]) {
            fields.insert(field.name.to_owned(), value(field.kind, chance));
        }
    }
    for rule in record.rules {
        mend(*rule, record, &mut fields, chance);
    }
    // What one rule wants another may forbid: then the least that all allow.
    if !rules::broken(record.rules, &fields, &[]).is_empty() {
        fields.clear();
        for rule in record.rules {
            mend(*rule, record, &mut fields, chance);
        }
    }
    assert_eq!(rules::broken(record.rules, &fields, &[]), Vec::new(), "{} {fields:#?}", record.name);
    // In the order in which they are read.
    let ordered = record.fields.iter().filter_map(|field| fields.remove_entry(field.name));
    ordered.collect()
}

/// Adds and removes fields until the rule holds.
fn mend(rule: Rule, record: &Record, fields: &mut Map<String, Value>, chance: &mut Chance<'_>) {
    let mut put = |path: &str, fields: &mut Map<String, Value>| {
        let (name, inner) = path.split_once('.').unwrap_or((path, ""));
        let field = record.fields.iter().find(|field| field.name == name).unwrap();
        let made = match inner {
            "" => value(field.kind, chance),
            inner => json!({inner: {"credentials_file": "/etc/token"}}),
        };
        fields.insert(name.to_owned(), if made == "" { json!("x") } else { made });
    };
    match rule {
        Rule::Needed(path) => put(path, fields),
        Rule::OneOf(paths) => {
            for path in paths {
                fields.remove(path.split('.').next().unwrap());
            }
            put(paths[0], fields);
        }
        Rule::AnyOf(paths) => put(paths[0], fields),
        Rule::AtMostOne(paths) => {
            for path in paths {
                fields.remove(path.split('.').next().unwrap());
            }
        }
        Rule::Needs(path, _) | Rule::NotNamed(path, _) | Rule::NotWord(path, _) => {
            fields.remove(path);
        }
        Rule::Distinct(path) | Rule::Tokens(path) | Rule::NotNamedWhile(_, path, _) => {
            fields.remove(path);
        }
        Rule::NeededWhile(path, _) => {
            fields.remove(path.split('.').next().unwrap());
        }
        Rule::Before(first, last) => {
            fields.insert(first.to_owned(), json!("09:00"));
            fields.insert(last.to_owned(), json!("24:00"));
        }
        Rule::NeededOrGlobal(_) => {}
    }
}

fn value(kind: Kind, chance: &mut Chance<'_>) -> Value {
    let mut one = |of: &[&str]| Value::from(chance.one_of(of));
    match kind {
        Kind::Text => one(&["a", "", "null", "0x1f", "a: b", "é\n", "{{ x }}", "- a", "'\"", "1.10", "true"]),
        Kind::Template => one(&["a", "", "~", "12:30", "{{ .Status }}", "{{ range .Alerts }}#{{ end }}", "*a", "! b"]),
        Kind::Url | Kind::Hook => one(&["https://a.example/", "http://a:1/%20#x"]),
        Kind::Proxy => one(&["socks5://a.example:1"]),
        Kind::File | Kind::SecretFile => one(&["/etc/a", "- b", "c: d", "0"]),
        Kind::Secret(_) => Value::Null,
        Kind::Bool => json!(chance.one_of(&[true, false])),
        Kind::Count => json!(chance.one_of(&[0, 7])),
        Kind::Id => json!(chance.one_of(&[-1, 7])),
        Kind::Span => one(&["7d", "1h30m"]),
        Kind::GoSpan => one(&["1.5h", "0"]),
        Kind::Word(words) | Kind::WordOrTemplate(words) => one(words),
        Kind::HostPort => one(&["a:25", "[::1]:587"]),
        Kind::Clock => one(&["09:00", "24:00"]),
        Kind::Zone => one(&["UTC", "Europe/Berlin"]),
        Kind::Weekdays => one(&["monday:friday"]),
        Kind::Days => one(&["1", "-3:-1"]),
        Kind::Months => one(&["1:3", "may"]),
        Kind::Years => one(&["2027"]),
        Kind::List(inner) => Value::Array((0..chance.one_of(&[0, 1, 2])).map(|_| value(*inner, chance)).collect()),
        Kind::Map(inner) => {
            let names = chance.one_of(&[&[][..], &["a"], &["b: c", "d"]]);
            Value::Object(names.iter().map(|name| ((*name).to_owned(), value(*inner, chance))).collect())
        }
        Kind::Record(inner) | Kind::TemplateOr(inner) => Value::Object(record(inner, chance)),
        Kind::Any => match chance.one_of(&[0, 1, 2, 3]) {
            0 => json!(5),
            1 => json!(true),
            2 => json!({"a": ["1.5", 1.5]}),
            _ => json!("{{ .Status }}"),
        },
    }
}
