//! The JSON Schemas of the spec language, made from the same records that read it.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use super::{ObservedSpec, PolicySpec, PricesSpec, ServiceSpec};

/// A kind of file that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A service and its objectives.
    Service,
    /// The organisation's rules.
    Policy,
    /// What telemetry costs.
    Prices,
    /// What a source of metrics exports.
    Observed,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = &[Self::Service, Self::Policy, Self::Prices, Self::Observed];

    /// The word for `emberline schema` and the file name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Policy => "policy",
            Self::Prices => "prices",
            Self::Observed => "observed",
        }
    }
}

/// The schema of a kind of file, as JSON text (draft 2020-12) that ends with a newline.
#[must_use]
pub fn text(kind: Kind) -> String {
    match kind {
        Kind::Service => of::<ServiceSpec>(),
        Kind::Policy => of::<PolicySpec>(),
        Kind::Prices => of::<PricesSpec>(),
        Kind::Observed => of::<ObservedSpec>(),
    }
}

fn of<T: JsonSchema>() -> String {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(refuse_null));
    let schema = settings.into_generator().into_root_schema_for::<T>();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// What may be left out is an `Option`, for which `schemars` allows null as well; a field that is written needs a value.
fn refuse_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = &mut types[..] {
            let only = only.take();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(either)) = object.get_mut("anyOf") {
        either.retain(|schema| schema.get("type").is_none_or(|name| name != "null"));
        if let [Value::Object(only)] = &mut either[..] {
            let only = std::mem::take(only);
            object.remove("anyOf");
            object.extend(only);
        }
    }
}
