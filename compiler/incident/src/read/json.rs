//! Values of JSON files, with the place of what is wrong.

use serde_json::{Map, Value};

use crate::clock;
use crate::fault::Fault;

/// The JSON of a file, or the line where it ends to be JSON.
pub(super) fn json(file: &str, text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(|cause| Fault::new(file, Some(cause.line()), format!("no JSON: {cause}")))
}

/// The objects of a file that is a list of objects.
pub(super) fn objects(file: &str, text: &str) -> Result<Vec<Map<String, Value>>, Fault> {
    let Value::Array(items) = json(file, text)? else {
        return Err(Fault::new(file, Some(1), "the file is no list"));
    };
    let mut found = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        let Value::Object(fields) = item else {
            return Err(Fault::new(file, None, format!("entry {} is no object", index + 1)));
        };
        found.push(fields);
    }
    Ok(found)
}

/// The first of some fields that is there, as text.
pub(super) fn string(fields: &Map<String, Value>, names: &[&str]) -> String {
    names.iter().find_map(|name| fields.get(*name).and_then(scalar)).unwrap_or_default()
}

/// A value that is no list and no object, as text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

/// The instant of an entry; an entry without one has no place in time.
pub(super) fn instant(fields: &Map<String, Value>, names: &[&str]) -> Result<i64, String> {
    let Some(value) = names.iter().find_map(|name| fields.get(*name)) else {
        return Err(format!("`{}` is missing", names.first().unwrap_or(&"timestamp")));
    };
    clock::instant(value).ok_or_else(|| format!("{value} is no instant like `2026-06-18T15:03:00Z`"))
}
