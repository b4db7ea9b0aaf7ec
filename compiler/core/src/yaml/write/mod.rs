//! Typed values → block-style YAML, as the tools that read our artefacts expect it.
//!
//! It exists for speed: a rule file is most of what a compilation writes, and a general serializer spends longer on it
//! than the planner. Each text is looked at once, by a table of bytes, and copied once. Nothing is wrapped, sorted or
//! referenced; what a reader gets back is what the value holds, whichever YAML version it speaks.

mod scalar;
mod serializer;

#[cfg(test)]
mod tests;

use std::fmt;

use serde::Serialize;

/// Why a value could not be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteError {
    /// A mapping's key was a sequence, a mapping or nothing.
    KeyNotScalar,
    /// A key was longer than readers accept.
    KeyTooLong,
    /// Bytes were to be written, which have no form in YAML that readers agree on.
    Bytes,
    /// A `Serialize` or `Display` of ours refused.
    Custom(String),
}

/// Bytes of a key, as it is written, that every reader accepts: YAML allows 1,024 characters, quotes included.
const MAX_KEY: usize = 1024;

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

impl fmt::Display for WriteError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyNotScalar => formatter.write_str("a key of a YAML mapping must be a scalar"),
            Self::KeyTooLong => write!(formatter, "a key of a YAML mapping is longer than {MAX_KEY} bytes"),
            Self::Bytes => formatter.write_str("bytes cannot be written as YAML"),
            Self::Custom(message) => formatter.write_str(message),
        }
    }
}

impl std::error::Error for WriteError {}

impl serde::ser::Error for WriteError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Custom(message.to_string())
    }
}
