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
        _ => String::new(),
    }
}
