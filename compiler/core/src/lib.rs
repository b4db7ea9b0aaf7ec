//! The Emberline compiler as a pure function of its input.
pub mod code;
pub mod finding;
pub mod oracle;
pub mod source;
