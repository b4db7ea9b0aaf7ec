//! A record of the table as somebody wrote it, and the types by which specs hold one.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value};

use super::kind::Record;
use super::table::{GLOBALS, INTEGRATIONS, INTERVAL};
use super::value::Config;
use super::{read, schema};
use crate::spec::decode::{Decode, Decoder};
use crate::spec::encode::{Encode, Written, text};
use crate::yaml::Node;

/// Says which record a type is read as.
pub trait Form {
    /// The record.
    fn record() -> &'static Record;
}

/// A record of the table in a spec.
pub struct Told<F> {
    /// What was written.
    pub config: Config,
    form: PhantomData<F>,
}

impl<F> fmt::Debug for Told<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.config.fmt(f)
    }
}

impl<F> Clone for Told<F> {
    fn clone(&self) -> Self {
        Self { config: self.config.clone(), form: PhantomData }
    }
}

impl<F: Form> Decode for Told<F> {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        read::record(F::record(), node, decoder).map(|config| Self { config, form: PhantomData })
    }
}

impl<F> Encode for Told<F> {
    fn encode(&self) -> Written {
        mapping(&self.config.fields)
    }
}

impl<F: Form> JsonSchema for Told<F> {
    // A record of ours has a rule for each field in `weaker`; these change as wholes.
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        F::record().name.into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schema::of(F::record(), generator)
    }
}

#[cfg(test)]
impl<F: Form> crate::spec::any::Any for Told<F> {
    fn any(chance: &mut crate::spec::any::Chance<'_>) -> Self {
        let fields = super::any::record(F::record(), chance);
        let config = Config { fields, ..Config::default() };
        Self { config, form: PhantomData }
    }
}

fn mapping(fields: &Map<String, Value>) -> Written {
    let written = |(name, value): (&String, &Value)| (crate::yaml::scalar(name), "", written(value));
    Written::Mapping(fields.iter().map(written).collect())
}

fn written(value: &Value) -> Written {
    match value {
        Value::Null => Written::Absent,
        Value::Bool(_) => Written::Scalar(value.to_string()),
        Value::Number(number) => Written::Number(number.to_string()),
        Value::String(said) => text(said),
        Value::Array(items) => Written::List(items.iter().map(written).collect()),
        Value::Object(fields) => mapping(fields),
    }
}

/// The global part of a configuration.
#[derive(Debug, Clone, Copy)]
pub struct OfGlobals;
/// The global part of a configuration, in a spec.
pub(crate) type Globals = Told<OfGlobals>;

impl Form for OfGlobals {
    fn record() -> &'static Record {
        &GLOBALS
    }
}

/// A part of an interval of time.
#[derive(Debug, Clone, Copy)]
pub struct OfInterval;
/// A part of an interval of time, in a spec.
pub(crate) type Interval = Told<OfInterval>;

impl Form for OfInterval {
    fn record() -> &'static Record {
        &INTERVAL
    }
}

/// An integration, by its place in `INTEGRATIONS`.
#[derive(Debug, Clone, Copy)]
pub struct Nth<const AT: usize>;
/// An integration of a receiver, in a spec.
pub type Integration<const AT: usize> = Told<Nth<AT>>;

impl<const AT: usize> Form for Nth<AT> {
    fn record() -> &'static Record {
        INTEGRATIONS[AT].1
    }
}

/// The place of an integration in the table.
pub(crate) const fn at(key: &str) -> usize {
    let mut at = 0;
    while at < INTEGRATIONS.len() {
        if is_same(INTEGRATIONS[at].0, key) {
            return at;
        }
        at += 1;
    }
    at
}

/// `==` of texts, which constants cannot ask for.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}
