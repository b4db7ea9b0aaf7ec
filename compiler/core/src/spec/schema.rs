//! The JSON Schemas of the spec language, made from the same records that read it.

use schemars::{JsonSchema, generate::SchemaSettings};

use super::{PolicySpec, ServiceSpec};

/// A kind of file that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A service and its objectives.
    Service,
    /// The organisation's rules.
    Policy,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = &[Self::Service, Self::Policy];

    /// The word for `emberline schema` and the file name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Policy => "policy",
        }
    }
}

/// The schema of a kind of file, as JSON text (draft 2020-12) that ends with a newline.
#[must_use]
pub fn text(kind: Kind) -> String {
    match kind {
        Kind::Service => of::<ServiceSpec>(),
        Kind::Policy => of::<PolicySpec>(),
    }
}

fn of<T: JsonSchema>() -> String {
    let schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
