//! What no reader of YAML would understand.

use std::fmt;

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
pub(super) const MAX_KEY: usize = 1024;

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
