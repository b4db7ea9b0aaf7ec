//! What people write of gauges: the gauges themselves, and the level that bounds them.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::quantity::{Malformed, Percent};
use crate::source::Spanned;
use crate::spec::decode::{Decode, Decoder};
use crate::spec::encode::{Encode, Written};
use crate::spec::leaf::{Number, Promql};
use crate::yaml::{Node, Value};

/// A bound as written: a number in the gauge's unit, or a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// `10000`
    Number(Decimal),
    /// `5%`
    Share(Percent),
}

/// The largest bound: floats hold every whole number up to here.
const LARGEST: i64 = 1_000_000_000_000_000;
const EXPECTED: &str = "a number such as `10000`, or a share such as `5%`";

impl fmt::Display for Level {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(out, "{number}"),
            Self::Share(share) => write!(out, "{share}"),
        }
    }
}

impl Decode for Level {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        if matches!(&node.value, Value::Scalar(scalar) if scalar.text.ends_with('%')) {
            return decoder.parse(node, EXPECTED, Percent::parse).map(Self::Share);
        }
        if let Value::Scalar(scalar) = &node.value
            && let Some(hint) = spelt_out(&scalar.text)
        {
            return decoder.expected_with(node, EXPECTED, hint);
        }
        let number = Number::decode(node, decoder)?.0;
        if number.abs() > Decimal::from(LARGEST) {
            return decoder.parse(node, EXPECTED, |_| {
                Err(Malformed::new("a number of at most 15 digits").hint("give the bound in the unit of the metric"))
            });
        }
        Some(Self::Number(number))
    }
}

/// What to write instead of `10k`.
fn spelt_out(text: &str) -> Option<String> {
    const LETTERS: [(char, i64); 4] = [('k', 1_000), ('K', 1_000), ('M', 1_000_000), ('G', 1_000_000_000)];
    let times = |(letter, factor): &(char, i64)| {
        let number: Decimal = text.strip_suffix(*letter)?.parse().ok()?;
        Some(number.checked_mul(Decimal::from(*factor))?.normalize())
    };
    LETTERS.iter().find_map(times).map(|number| format!("write `{number}`"))
}

impl Encode for Level {
    fn encode(&self) -> Written {
        match self {
            Self::Number(number) => Number(*number).encode(),
            Self::Share(share) => share.encode(),
        }
    }
}

impl JsonSchema for Level {
    fn schema_name() -> Cow<'static, str> {
        "Level".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {"type": "number", "minimum": -LARGEST, "maximum": LARGEST},
                {"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?%$", "maxLength": 21}
            ],
            "examples": ["10000", "0.8", "5%"]
        })
    }
}

#[cfg(test)]
impl crate::spec::any::Any for Level {
    fn any(chance: &mut crate::spec::any::Chance<'_>) -> Self {
        match bool::any(chance) {
            true => Self::Share(Percent::any(chance)),
            false => Self::Number(Number::any(chance).0),
        }
    }
}

/// One gauge, or two of which the first is held against the second.
#[derive(Debug, Clone)]
pub enum Gauges {
    /// `lag`
    One(Spanned<Promql>),
    /// `[unavailable, desired]`
    Share(Box<[Spanned<Promql>; 2]>),
}

impl Decode for Gauges {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        let Value::Sequence(items) = &node.value else { return Spanned::decode(node, decoder).map(Self::One) };
        match items.as_slice() {
            [part, whole] => {
                // Both are read before either is missed, so that one run reports the faults of both.
                let (part, whole) = (Spanned::decode(part, decoder), Spanned::decode(whole, decoder));
                Some(Self::Share(Box::new([part?, whole?])))
            }
            _ => decoder.expected_with(
                node,
                "a selector, or a list of two: a part and its whole",
                "write `[part, whole]`, such as the unavailable and the desired replicas".to_owned(),
            ),
        }
    }
}

impl Encode for Gauges {
    fn encode(&self) -> Written {
        match self {
            Self::One(gauge) => gauge.encode(),
            Self::Share(both) => Written::List(both.iter().map(Encode::encode).collect()),
        }
    }
}

impl JsonSchema for Gauges {
    fn schema_name() -> Cow<'static, str> {
        "Gauges".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 2, "maxItems": 2}
            ],
            "examples": ["queue_depth{queue=\"mail\"}", "[unavailable_replicas, desired_replicas]"]
        })
    }
}

#[cfg(test)]
impl crate::spec::any::Any for Gauges {
    fn any(chance: &mut crate::spec::any::Chance<'_>) -> Self {
        match bool::any(chance) {
            true => Self::Share(Box::new([Spanned::any(chance), Spanned::any(chance)])),
            false => Self::One(Spanned::any(chance)),
        }
    }
}
