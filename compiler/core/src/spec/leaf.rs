//! Leaves of the spec language: how quantities and names are read from scalars and described in the JSON Schema.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Decode, Decoder, Named, Needed, shorten};
use super::encode::{Encode, Written, text};
use crate::code;
use crate::finding::Finding;
use crate::quantity::{Bound, Date, Duration, Malformed, Percent, Rate, decimal};
use crate::source::Spanned;
use crate::yaml::{Node, Scalar, Style, Value};

/// A name that people gave to a service, an objective or a severity: 1 to 100 characters, none of them control
/// characters. Anything else is allowed and escaped where it is printed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub String);

impl Decode for Name {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        decoder.parse(node, "a name", |text| {
            let malformed = || Malformed::new("a name of 1 to 100 characters without control characters");
            let fits = !text.trim().is_empty() && text.chars().count() <= 100 && !text.chars().any(char::is_control);
            if fits { Ok(Self(text.to_owned())) } else { Err(malformed()) }
        })
    }
}

impl Encode for Name {
    fn encode(&self) -> Written {
        text(&self.0)
    }
}

impl JsonSchema for Name {
    fn schema_name() -> Cow<'static, str> {
        "Name".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "number", "boolean"],
            "maxLength": 100,
            "pattern": "^(?=.*\\S)[^\\u0000-\\u001f\\u007f-\\u009f]*$"
        })
    }
}

/// A scalar whose text matters as written: `200` and `"200"` are the same label value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub String);

impl Decode for Text {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        decoder.text(node, "text").map(|text| Self(text.to_owned()))
    }
}

impl Encode for Text {
    fn encode(&self) -> Written {
        text(&self.0)
    }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["string", "number", "boolean"]})
    }
}

/// A PromQL selector as written, with what is needed to point into it.
#[derive(Debug, Clone)]
pub struct Promql(pub Scalar);

impl Promql {
    /// A selector that a program writes.
    #[must_use]
    pub fn made(text: &str) -> Self {
        Self(Scalar { text: text.into(), style: Style::Plain })
    }

    /// The selector's text, decoded from YAML.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }
}

impl Decode for Promql {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        match &node.value {
            Value::Scalar(scalar) if !scalar.is_null() => Some(Self(scalar.clone())),
            Value::Mapping(_) => decoder.expected_with(
                node,
                "a selector such as `http_requests_total{code=~\"5..\"}`",
                "put it in single quotes: a brace at the beginning opens a YAML mapping".to_owned(),
            ),
            _ => decoder.expected(node, "a selector such as `http_requests_total{code=~\"5..\"}`"),
        }
    }
}

impl Encode for Promql {
    fn encode(&self) -> Written {
        text(self.text())
    }
}

impl JsonSchema for Promql {
    fn schema_name() -> Cow<'static, str> {
        "Selector".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1})
    }
}

/// A whole PromQL expression as written.
#[derive(Debug, Clone)]
pub struct Expression(pub Promql);

impl Decode for Expression {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        match &node.value {
            Value::Scalar(scalar) if !scalar.is_null() => Some(Self(Promql(scalar.clone()))),
            _ => decoder.expected(node, "an expression such as `sum(rate(http_requests_total[{{.window}}]))`"),
        }
    }
}

impl Encode for Expression {
    fn encode(&self) -> Written {
        self.0.encode()
    }
}

impl JsonSchema for Expression {
    fn schema_name() -> Cow<'static, str> {
        "Expression".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "minLength": 1, "examples": ["sum(rate(http_requests_total[{{.window}}]))"]})
    }
}

/// One selector, or a list of selectors whose events are added up. Never empty.
#[derive(Debug, Clone)]
pub struct Selectors(pub Vec<Spanned<Promql>>);

impl Selectors {
    /// One selector that a program writes.
    #[must_use]
    pub fn made(text: &str) -> Self {
        Self(vec![Spanned::made(Promql::made(text))])
    }
}

impl Decode for Selectors {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        let Value::Sequence(items) = &node.value else {
            return Spanned::decode(node, decoder).map(|one| Self(vec![one]));
        };
        if items.is_empty() {
            return decoder.expected(node, "a selector, or a list of at least one");
        }
        let read: Vec<Spanned<Promql>> = items.iter().filter_map(|item| Spanned::decode(item, decoder)).collect();
        // A sum without one of its parts would be another one.
        (read.len() == items.len()).then_some(Self(read))
    }
}

impl Encode for Selectors {
    fn encode(&self) -> Written {
        match self.0.as_slice() {
            [only] => only.encode(),
            all => Written::List(all.iter().map(Encode::encode).collect()),
        }
    }
}

impl JsonSchema for Selectors {
    fn schema_name() -> Cow<'static, str> {
        "Selectors".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<Promql>();
        json_schema!({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]})
    }
}

/// The version of the spec language; there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version;

impl Decode for Version {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        let text = decoder.text(node, "`emberline/v1`")?;
        if text != "emberline/v1" {
            decoder.findings.push(
                Finding::new(
                    &code::INVALID_VALUE,
                    node.span,
                    format!("expected `emberline/v1`, found `{}`", shorten(text)),
                )
                .label("no such version")
                .hint("write `version: emberline/v1`"),
            );
        }
        // A wrong version has been reported; reading on finds the other faults too.
        Some(Self)
    }
}

impl Encode for Version {
    fn encode(&self) -> Written {
        text("emberline/v1")
    }
}

impl JsonSchema for Version {
    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"const": "emberline/v1"})
    }
}

impl Decode for Duration {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        decoder.parse(node, "a duration such as `30d`, `1h30m` or `300ms`", Self::parse)
    }
}

impl Encode for Duration {
    fn encode(&self) -> Written {
        text(&self.to_string())
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^(?=.)([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$",
            "examples": ["30d", "1h30m", "300ms"]
        })
    }
}

impl Decode for Bound {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        decoder.parse(node, "a bound such as `300ms`, `2.5ms`, `1MiB` or `1000`", Self::parse)
    }
}

impl Encode for Bound {
    fn encode(&self) -> Written {
        match self {
            Self::Number(number) => Written::Number(number.to_string()),
            Self::Time(_) | Self::Size(_) => text(&self.to_string()),
        }
    }
}

impl JsonSchema for Bound {
    fn schema_name() -> Cow<'static, str> {
        "Bound".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "number"],
            "minimum": 0,
            "pattern": "^(?=.)(([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?|[0-9]+(\\.[0-9]+)?([dhmsw]|ms|us|µs|μs|ns|B|[kKMGT]B|[KMGT]iB)?)$",
            "examples": ["300ms", "2.5ms", "0.268435456s", "1MiB"]
        })
    }
}

impl Decode for Date {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        decoder.parse(node, "a day such as `2027-03-31`", Self::parse)
    }
}

impl Encode for Date {
    fn encode(&self) -> Written {
        text(&self.to_string())
    }
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", "examples": ["2027-03-31"]})
    }
}

impl Decode for Percent {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        decoder.parse(node, "a percentage such as `99.9%`", Self::parse)
    }
}

impl Encode for Percent {
    fn encode(&self) -> Written {
        text(&self.to_string())
    }
}

impl JsonSchema for Percent {
    fn schema_name() -> Cow<'static, str> {
        "Percent".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?%$", "maxLength": 21, "examples": ["99.9%"]})
    }
}

impl Decode for Rate {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        decoder.parse(node, "a rate such as `40/s` or `10/h`", Self::parse)
    }
}

impl Encode for Rate {
    fn encode(&self) -> Written {
        text(&self.to_string())
    }
}

impl JsonSchema for Rate {
    fn schema_name() -> Cow<'static, str> {
        "Rate".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^(?=[0-9.]{1,12}/)[0-9]+(\\.[0-9]+)?/[smhd]$",
            "examples": ["40/s", "10/h"]
        })
    }
}

/// A plain decimal number, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number(pub rust_decimal::Decimal);

impl Decode for Number {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        decoder.parse(node, "a number", |text| {
            decimal(text).map(Self).ok_or_else(|| {
                let malformed = Malformed::new("a number");
                let bare = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%').trim_end();
                if text.to_ascii_lowercase().contains("inf") {
                    malformed.hint("leave infinity out: it is there in any case")
                } else if Duration::parse(text).is_ok() {
                    malformed.hint("write the number alone, in the unit of the metric")
                } else if bare != text && bare.parse::<rust_decimal::Decimal>().is_ok() {
                    malformed.hint(format!("write `{bare}`"))
                } else {
                    malformed
                }
            })
        })
    }
}

impl Encode for Number {
    fn encode(&self) -> Written {
        Written::Number(self.0.to_string())
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number"})
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: JsonSchema> JsonSchema for Needed<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        format!("Named{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object", "additionalProperties": generator.subschema_for::<T>()})
    }
}
