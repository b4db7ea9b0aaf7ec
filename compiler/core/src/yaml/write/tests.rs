#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Serialize, Serializer};

use super::{WriteError, append, to_string};
use crate::source::Sources;
use crate::yaml::{self, Node, Value};

/// Any value that an artefact could hold.
#[derive(Debug, Clone)]
enum Any {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    /// A text that is written through its `Display`.
    Shown(String),
    List(Vec<Any>),
    Map(Vec<(String, Any)>),
}

impl Serialize for Any {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Shown(text) => serializer.collect_str(text),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(None)?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(None)?;
                entries.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
        }
    }
}

/// What another reader makes of it.
fn same_elsewhere(expected: &Any, read: &serde_yaml::Value) -> bool {
    use serde_yaml::Value as Read;
    match (expected, read) {
        (Any::Null, Read::Null) => true,
        (Any::Bool(left), Read::Bool(right)) => left == right,
        (Any::Int(left), Read::Number(right)) => right.is_i64() && right.as_i64() == Some(*left),
        (Any::Float(left), Read::Number(right)) => {
            right.is_f64() && right.as_f64().is_some_and(|right| right == *left || right.is_nan() && left.is_nan())
        }
        (Any::Text(left) | Any::Shown(left), Read::String(right)) => left == right,
        (Any::List(left), Read::Sequence(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_elsewhere(left, right))
        }
        (Any::Map(left), Read::Mapping(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|((key, left), (other, right))| {
                    other.as_str() == Some(key.as_str()) && same_elsewhere(left, right)
                })
        }
        _ => false,
    }
}

/// What our own reader makes of it; it resolves no types.
fn same_here(expected: &Any, read: &Node) -> bool {
    match (expected, &read.value) {
        (Any::Null, Value::Scalar(scalar)) => scalar.is_null(),
        (Any::Bool(_) | Any::Int(_) | Any::Float(_), Value::Scalar(_)) => true,
        (Any::Text(left) | Any::Shown(left), Value::Scalar(scalar)) => **left == *scalar.text && !scalar.is_null(),
        (Any::List(left), Value::Sequence(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_here(left, right))
        }
        (Any::Map(left), Value::Mapping(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|((key, left), (other, right))| **key == *other.value.text && same_here(left, right))
        }
        _ => false,
    }
}

fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(TRICKY).prop_map(str::to_owned);
    let nasty = "[ :#\\-\n\t\"'\\\\\\[\\]{},&*!|>%@`?=~<.0-9eExyn_\r\u{85}\u{2028}\u{2029}\u{feff}\u{fffe}\u{7f}\u{1b}\u{a0}é😀]{0,12}";
    prop_oneof![pieces, nasty, "[a-z \n]{0,20}", any::<String>(), "[0-9.:eE_+xob,-]{1,6}", "( ?[a-z]{1,3}\n{0,2}){1,4}"]
}

fn values() -> impl Strategy<Value = Any> {
    let leaf = prop_oneof![
        Just(Any::Null),
        any::<bool>().prop_map(Any::Bool),
        any::<i64>().prop_map(Any::Int),
        any::<f64>().prop_map(Any::Float),
        texts().prop_map(Any::Text),
        texts().prop_map(Any::Shown),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Any::List),
            prop::collection::vec((texts(), inner), 0..5).prop_map(|entries| {
                let mut seen = std::collections::BTreeSet::new();
                Any::Map(entries.into_iter().filter(|(key, _)| seen.insert(key.clone())).collect())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(value in values()) {
        let written = to_string(&value).unwrap();
        let elsewhere: serde_yaml::Value = serde_yaml::from_str(&written)
            .map_err(|error| TestCaseError::fail(format!("{error}\n{written}")))?;
        prop_assert!(same_elsewhere(&value, &elsewhere), "{}", written);
        let id = Sources::default().add("a.yaml", "");
        let here = yaml::parse(id, &written);
        prop_assert!(here.findings.is_empty(), "{:?}\n{}", here.findings, written);
        prop_assert!(same_here(&value, here.documents.first().unwrap_or(&nothing(id))), "{}", written);
    }
}

/// A document of nothing is no document; its value is null.
fn nothing(id: crate::source::SourceId) -> Node {
    let scalar = yaml::Scalar { text: "".into(), style: yaml::Style::Plain };
    Node { span: crate::source::Span::new(id, 0..0), value: Value::Scalar(scalar) }
}

/// Texts that some reader would not take for the text they are.
const TRICKY: &[&str] = &[
    "",
    "~",
    "null",
    "Null",
    "on",
    "Off",
    "yes",
    "Y",
    "n",
    "true",
    "False",
    "1",
    "-1",
    "+1",
    "1e3",
    "1E+3",
    "0x1",
    "0o7",
    "0b1",
    "1_000",
    "1,000",
    "12:30:45",
    "1:30",
    "2024-01-02",
    "2024-01-02 03:04:05Z",
    "2024-01-02T03:04:05.1+02:00",
    ".5",
    "5.",
    ".",
    ".inf",
    "-.INF",
    ".NaN",
    "nan",
    "inf",
    "-inf",
    " a",
    "a ",
    "a: b",
    "a:",
    ":a",
    ": ",
    "a #b",
    "#a",
    "-",
    "- a",
    "--- a",
    "---",
    "...",
    "?",
    "? a",
    "{{ $value }}",
    "[a]",
    "{a}",
    ",a",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    "'a'",
    "\"a\"",
    "%a",
    "@a",
    "`a`",
    "=",
    "<<",
    "a\tb",
    "\ta",
    "a\u{85}b",
    "a\u{2028}b",
    "a\u{2029}b",
    "\u{feff}a",
    "a\u{7f}",
    "a\u{0}b",
    "a\u{1b}[0m",
    "a\r\nb",
    "a\u{fffe}",
    "\"",
    "\n",
    "\n\n",
    "a\n",
    "a\n\n",
    "\na",
    " a\nb",
    "a\n b\n",
    "a\n \nb",
    "a\n\nb",
    "a\nb ",
    "a\n# b",
    "a\n--- b",
    "a\n\t",
    "\u{9f}",
];

/// Texts that every reader takes for the text they are.
const HARMLESS: &[&str] = &[
    "a",
    "5m",
    "30d",
    "1h30m",
    "a b",
    "a:b",
    "job:errors:rate5m",
    "a#b",
    "-a",
    "a-b",
    "100%",
    "a, b",
    "sum(rate(x{a=\"b\"}[5m])) > 0",
    "é",
    "😀",
    "a\u{a0}b",
    "yesterday",
    "nothing",
    "a'b",
    "it's \"so\"",
    "x ? y",
    "a\\b",
    "tilde~",
    "http://a/b?c#d",
    "0.999 * x",
    "-5m",
    "1.2.3-rc1",
    "10 GiB",
    "a{{ b }}",
    "e3",
    "x1",
    "\\",
];

#[test]
fn tricky_texts_are_quoted_or_blocks_and_no_others() {
    for text in TRICKY {
        let written = to_string(text).unwrap();
        assert!(written.starts_with(['"', '|']), "{text:?} was written as {written:?}");
        assert_eq!(&serde_yaml::from_str::<String>(&written).unwrap(), text);
        assert_eq!(to_string(&format_args!("{text}")).unwrap(), written, "a Display is written as its text");
    }
    for text in HARMLESS {
        assert_eq!(to_string(text).unwrap(), format!("{text}\n"));
    }
}

#[test]
fn a_key_is_quoted_like_a_text_and_never_a_block() {
    let written = to_string(&BTreeMap::from([("a\nb", 1), ("on", 2), ("x y", 3)])).unwrap();
    assert_eq!(written, "\"a\\nb\": 1\n\"on\": 2\nx y: 3\n");
}

#[derive(Serialize)]
enum Variant {
    Unit,
    On,
    Newtype(u8),
    Tuple(u8, u8),
    Struct { a: Vec<u8> },
}

#[derive(Serialize)]
struct Shape {
    groups: Vec<Group>,
    empty: Vec<u8>,
    none: BTreeMap<u8, u8>,
    variants: Vec<Variant>,
    floats: Vec<f64>,
    nested: Vec<Vec<u8>>,
    absent: Option<u8>,
    unit: (),
    character: char,
}

#[derive(Serialize)]
struct Group {
    name: &'static str,
    labels: BTreeMap<&'static str, &'static str>,
    note: &'static str,
    last: Vec<BTreeMap<u8, u8>>,
}

#[test]
fn every_shape_has_its_form() {
    use Variant::{Newtype, On, Struct, Tuple, Unit};
    let group = |note| Group {
        name: "g",
        labels: BTreeMap::from([("a", "x"), ("b", "y")]),
        note,
        last: vec![BTreeMap::from([(1, 2)]), BTreeMap::new()],
    };
    let shape = Shape {
        groups: vec![group("one\n\n  two\n"), group("one\ntwo")],
        empty: Vec::new(),
        none: BTreeMap::new(),
        variants: vec![Unit, On, Newtype(1), Tuple(2, 3), Struct { a: Vec::new() }],
        floats: vec![1.0, -0.5, 1e300, 1.5e-7, f64::INFINITY],
        nested: vec![vec![1, 2], vec![], vec![3]],
        absent: None,
        unit: (),
        character: '-',
    };
    let expected = "\
groups:
- name: g
  labels:
    a: x
    b: \"y\"
  note: |
    one

      two
  last:
  - 1: 2
  - {}
- name: g
  labels:
    a: x
    b: \"y\"
  note: |-
    one
    two
  last:
  - 1: 2
  - {}
empty: []
none: {}
variants:
- Unit
- \"On\"
- Newtype: 1
- Tuple:
  - 2
  - 3
- Struct:
    a: []
floats:
- 1.0
- -0.5
- 1.0e+300
- 1.5e-7
- .inf
nested:
- - 1
  - 2
- []
- - 3
absent: null
unit: null
character: \"-\"
";
    assert_eq!(to_string(&shape).unwrap(), expected);
}

#[test]
fn what_cannot_be_written_leaves_the_text_as_it_was() {
    struct Failing;
    impl fmt::Display for Failing {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("half").and(Err(fmt::Error))
        }
    }
    impl Serialize for Failing {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }
    let mut out = "a: 1\n".to_owned();
    assert!(append(&mut out, &vec![Failing]).is_err());
    assert_eq!(append(&mut out, &BTreeMap::from([(vec![1], 2)])), Err(WriteError::KeyNotScalar));
    assert_eq!(append(&mut out, &BTreeMap::from([("k".repeat(2000), 2)])), Err(WriteError::KeyTooLong));
    assert_eq!(out, "a: 1\n");
    append(&mut out, &BTreeMap::from([("b", 2)])).unwrap();
    assert_eq!(out, "a: 1\nb: 2\n");
}
