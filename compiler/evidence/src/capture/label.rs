//! Names and values of labels, as they are kept.

use super::otlp::Value;

/// The most bytes of a field's name or a label's value that are kept: no declared one is as long.
pub(super) const MOST_TEXT: usize = 1_024;

/// The part of a text that is kept.
pub(super) fn held(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MOST_TEXT)).unwrap_or(text)
}

/// The value of a label as Prometheus shows it.
pub(super) fn shown(value: &Value<'_>) -> String {
    match value {
        Value { string_value: Some(text), .. } => held(text).to_owned(),
        Value { int_value: Some(number), .. } => number.to_string(),
        Value { bool_value: Some(bool), .. } => bool.to_string(),
        Value { double_value: Some(number), .. } => number.to_string(),
        _ => {
            let mut json = String::new();
            write(value, &mut json);
            held(&json).to_owned()
        }
    }
}

/// Writes a value as JSON, as exporters do for a list, a map or bytes. Nothing is written past [`MOST_TEXT`].
fn write(value: &Value<'_>, into: &mut String) {
    if into.len() > MOST_TEXT {
        return;
    }
    let quoted = |text: &str| serde_json::Value::from(held(text)).to_string();
    match value {
        Value { string_value: Some(text), .. } => into.push_str(&quoted(text)),
        Value { bytes_value: Some(bytes), .. } => {
            into.push('"');
            bytes.0.iter().take(MOST_TEXT).for_each(|byte| into.push_str(&format!("{byte:02x}")));
            into.push('"');
        }
        Value { array_value: Some(list), .. } => {
            into.push('[');
            for (at, item) in list.values.iter().enumerate() {
                into.push_str(if at > 0 { "," } else { "" });
                write(item, into);
            }
            into.push(']');
        }
        Value { kvlist_value: Some(list), .. } => {
            into.push('{');
            for (at, pair) in list.values.iter().enumerate() {
                into.push_str(if at > 0 { "," } else { "" });
                into.push_str(&quoted(&pair.key));
                into.push(':');
                write(&pair.value, into);
            }
            into.push('}');
        }
        Value { int_value: None, bool_value: None, double_value: None, .. } => {}
        plain => into.push_str(&shown(plain)),
    }
}
