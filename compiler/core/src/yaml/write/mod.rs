//! Typed values → block-style YAML, as the tools that read our artefacts expect it.
//!
//! It exists for speed: a rule file is most of what a compilation writes, and a general serializer spends longer on it
//! than the planner. Each text is looked at once, by a table of bytes, and copied once. Nothing is wrapped, sorted or
//! referenced; what a reader gets back is what the value holds, whichever YAML version it speaks.

mod error;
mod scalar;
mod serializer;

#[cfg(test)]
mod tests;

use serde::Serialize;

pub use error::WriteError;

/// A text as a scalar on one line: plain where every reader gives the same text back, else in double quotes. It may be a key, or
/// stand behind one or a dash; not within `[…]` or `{…}`.
#[must_use]
pub fn scalar(text: &str) -> String {
    if scalar::form(text, false) == scalar::Form::Plain {
        return text.to_owned();
    }
    let mut out = String::new();
    scalar::push_quoted(&mut out, text);
    out
}

/// `value` as a document, ending in a line break.
///
/// # Errors
/// For what no reader would understand; see [`WriteError`].
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String, WriteError> {
    let mut out = String::new();
    append(&mut out, value)?;
    Ok(out)
}

/// Writes `value` as a document behind what `out` holds, which must be empty or end in a line break.
///
/// # Errors
/// As [`to_string`]; `out` is then as it was.
pub fn append<T: Serialize + ?Sized>(out: &mut String, value: &T) -> Result<(), WriteError> {
    let start = out.len();
    let written = value.serialize(&mut serializer::Writer::new(out));
    if written.is_ok() {
        out.push('\n');
    } else {
        out.truncate(start);
    }
    written
}
