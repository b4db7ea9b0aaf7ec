//! From spanned YAML nodes to typed records, collecting every fault on the way.
//!
//! A derived `Deserialize` stops at the first fault; here each field is read whatever became of the others, so one run
//! reports them all. [`record!`](crate::spec::record::record) makes the record, its reader and its JSON Schema from one
//! definition, so that the three cannot drift apart.

use crate::code;
use crate::finding::Finding;
use crate::quantity::Malformed;
use crate::source::{Span, Spanned};
use crate::suggest;
use crate::yaml::{Key, Node, Scalar, Value};

/// Collects what is wrong while records are read.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    pub(crate) findings: Vec<Finding>,
}

impl Decoder {
    fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Reports that `node` is not what was expected; gives `None` for the caller to return.
    pub(crate) fn expected<T>(&mut self, node: &Node, expected: &str) -> Option<T> {
        let finding =
            Finding::new(&code::INVALID_VALUE, node.span, format!("expected {expected}, found {}", found(node)))
                .label(format!("expected {expected}"));
        self.report(finding);
        None
    }

    /// The same with an action to take.
    pub(crate) fn expected_with<T>(&mut self, node: &Node, expected: &str, hint: String) -> Option<T> {
        let nothing = self.expected(node, expected);
        if let Some(finding) = self.findings.last_mut() {
            finding.hint = Some(hint);
        }
        nothing
    }

    /// The text of a scalar that is not null.
    pub(crate) fn text<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n str> {
        match &node.value {
            Value::Scalar(scalar) if !scalar.is_null() => Some(&scalar.text),
            _ => self.expected(node, expected),
        }
    }

    /// Reads a scalar's text with `parse`, reporting what it was not.
    pub(crate) fn parse<T>(
        &mut self,
        node: &Node,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Result<T, Malformed>,
    ) -> Option<T> {
        let text = self.text(node, expected)?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(malformed) => {
                let finding = Finding::new(
                    &code::INVALID_VALUE,
                    node.span,
                    format!("expected {}, found `{}`", malformed.expected, shorten(text)),
                );
                self.report(finding.label(format!("expected {}", malformed.expected)).maybe_hint(malformed.hint));
                None
            }
        }
    }

    /// The fields of a mapping that should have the given names. The value of a misspelt one is read as that of the
    /// field that was meant, so that one slip is one finding.
    pub(crate) fn fields<'n>(&mut self, node: &'n Node, names: &[&'static str]) -> Option<Fields<'n, '_>> {
        self.fields_but(node, names, &[])
    }

    /// The same, where no finding proposes the `hidden` ones: they are read to be refused with a better word.
    pub(crate) fn fields_but<'n>(
        &mut self,
        node: &'n Node,
        names: &[&'static str],
        hidden: &[&'static str],
    ) -> Option<Fields<'n, '_>> {
        let Value::Mapping(entries) = &node.value else {
            let listed = names.iter().take(4).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let more = if names.len() > 4 { ", …" } else { "" };
            return self.expected(node, &format!("a mapping with {listed}{more}"));
        };
        let mut meant: Vec<(&'static str, &'n Node)> = Vec::new();
        for (key, value) in entries {
            let written = &*key.value.text;
            if names.contains(&written) {
                continue;
            }
            let is_given = |name: &str| {
                entries.iter().any(|(key, _)| &*key.value.text == name) || meant.iter().any(|(taken, _)| *taken == name)
            };
            let free: Vec<&'static str> = names.iter().copied().filter(|name| !is_given(name)).collect();
            let field = elsewhere(written).or_else(|| suggest::nearest(written, free.iter().copied()));
            meant.extend(free.into_iter().find(|name| field == Some(*name)).map(|name| (name, value)));
            let near = field.filter(|field| names.contains(field)).map(|field| format!("did you mean `{field}`?"));
            let shown = names.iter().filter(|name| !hidden.contains(name));
            let listed = shown.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            self.report(
                Finding::new(&code::UNKNOWN_FIELD, key.span, format!("unknown field `{}`", shorten(written)))
                    .label("no such field here")
                    .maybe_hint(near.or_else(|| suggest::did_you_mean(written, names.iter().copied())))
                    .note(format!("the fields here are {listed}")),
            );
        }
        Some(Fields { entries, span: node.span, meant, flawed: Flawed::default(), decoder: self })
    }
}

/// The fields of ours that other tools (Sloth, Pyrra, OpenSLO, Prometheus) call otherwise.
const ELSEWHERE: &[(&str, &str)] = &[
    ("error_query", "bad"),
    ("errors", "bad"),
    ("total_query", "total"),
    ("success", "good"),
    ("target", "objective"),
    ("timeWindow", "window"),
    ("time_window", "window"),
    ("indicator", "sli"),
    ("help", "description"),
    ("team", "owner"),
    ("count", "max_values"),
    ("limit", "max_values"),
];

fn elsewhere(written: &str) -> Option<&'static str> {
    ELSEWHERE.iter().find(|(theirs, _)| *theirs == written).map(|(_, ours)| *ours)
}

/// The fields of a record whose value was reported: what is missing for that reason is no fault of its own.
#[derive(Debug, Clone, Default)]
pub struct Flawed(Vec<&'static str>);

impl Flawed {
    /// Whether one of these fields was written, and reported.
    #[must_use]
    pub fn any(&self, fields: &[&str]) -> bool {
        self.0.iter().any(|field| fields.contains(field))
    }
}

/// The entries of one mapping, being read field by field.
pub(crate) struct Fields<'n, 'd> {
    entries: &'n [(Key, Node)],
    span: Span,
    meant: Vec<(&'static str, &'n Node)>,
    flawed: Flawed,
    decoder: &'d mut Decoder,
}

impl<'n> Fields<'n, '_> {
    /// The value of a field, or that of a misspelt one that was meant.
    pub(crate) fn node(&self, name: &str) -> Option<&'n Node> {
        let written = self.entries.iter().find(|(key, _)| *key.value.text == *name).map(|(_, node)| node);
        written.or_else(|| self.meant.iter().find(|(field, _)| *field == name).map(|(_, node)| *node))
    }

    /// Reads one field; `None` when it is faulty, or missing though required (both are reported).
    pub(crate) fn take<T: Decode>(&mut self, name: &'static str) -> Option<T> {
        match self.node(name) {
            Some(node) => {
                let before = self.decoder.findings.len();
                let value = T::decode(node, self.decoder);
                if self.decoder.findings.len() > before {
                    self.flawed.0.push(name);
                }
                value
            }
            None => T::absent().or_else(|| {
                let first = self.entries.first().map_or(self.span, |(key, _)| key.span);
                self.decoder.report(
                    Finding::new(&code::MISSING_FIELD, first, format!("missing field `{name}`"))
                        .label(format!("this mapping needs `{name}`"))
                        .hint(format!("add `{name}:`")),
                );
                T::missing()
            }),
        }
    }

    /// The fields so far whose value was reported.
    pub(crate) fn flawed(self) -> Flawed {
        self.flawed
    }
}

/// What can be read from a node.
pub(crate) trait Decode: Sized {
    /// What a missing field means; `None` where the field is required.
    fn absent() -> Option<Self> {
        None
    }

    /// What stands for a required field that is missing, once that was reported.
    fn missing() -> Option<Self> {
        None
    }

    /// Reads the node; `None` after reporting why not.
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self>;
}

impl<T: Decode> Decode for Spanned<T> {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        T::decode(node, decoder).map(|value| Self::new(value, node.span))
    }
}

/// A faulty optional field was reported and reads as absent, so that its neighbours are still checked.
impl<T: Decode> Decode for Option<T> {
    fn absent() -> Option<Self> {
        Some(None)
    }

    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        Some(T::decode(node, decoder))
    }
}

/// A required value. `None` once it was reported as missing or faulty: the rest of its record is still checked.
#[derive(Debug, Clone, Copy)]
pub struct Needed<T>(pub Option<T>);

impl<T> Default for Needed<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> From<T> for Needed<Spanned<T>> {
    /// What a program writes.
    fn from(value: T) -> Self {
        Self(Some(Spanned::made(value)))
    }
}

impl<T: Decode> Decode for Needed<T> {
    fn missing() -> Option<Self> {
        Some(Self(None))
    }

    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        Some(Self(T::decode(node, decoder)))
    }
}

/// Faulty elements have been reported and are left out.
impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        let Value::Sequence(items) = &node.value else {
            return match &node.value {
                Value::Scalar(scalar) if !scalar.is_null() => {
                    decoder.expected_with(node, "a list", format!("write `[{}]`", shorten(&scalar.text)))
                }
                _ => decoder.expected_with(node, "a list", "begin each item with `- `".to_owned()),
            };
        };
        Some(items.iter().filter_map(|item| T::decode(item, decoder)).collect())
    }
}

/// Named things in the order written. A faulty entry keeps its name (`None`), so that references to it still resolve.
#[derive(Debug, Clone)]
pub struct Named<T>(pub Vec<(Spanned<String>, Option<T>)>);

impl<T> Named<T> {
    /// The entries that could be read.
    pub fn iter(&self) -> impl Iterator<Item = (&Spanned<String>, &T)> {
        self.0.iter().filter_map(|(name, value)| value.as_ref().map(|value| (name, value)))
    }

    /// Every name, of faulty entries too.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.value.as_str())
    }
}

impl<T: Decode> Decode for Named<T> {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        let Value::Mapping(entries) = &node.value else {
            return decoder.expected_with(node, "a mapping of names", "write each name as a key: `name: …`".to_owned());
        };
        let read = |(key, value): &(Key, Node)| {
            let name = Spanned::new(key.value.text.to_string(), key.span);
            (name, T::decode(value, decoder))
        };
        Some(Self(entries.iter().map(read).collect()))
    }
}

impl Decode for String {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        decoder.text(node, "text").map(str::to_owned)
    }
}

impl Decode for bool {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        match &node.value {
            Value::Scalar(Scalar { text, .. }) if &**text == "true" => Some(true),
            Value::Scalar(Scalar { text, .. }) if &**text == "false" => Some(false),
            Value::Scalar(Scalar { text, .. }) => match text.to_ascii_lowercase().as_str() {
                "yes" | "on" | "y" | "1" | "true" => {
                    decoder.expected_with(node, "`true` or `false`", "write `true`".to_owned())
                }
                "no" | "off" | "n" | "0" | "false" => {
                    decoder.expected_with(node, "`true` or `false`", "write `false`".to_owned())
                }
                _ => decoder.expected(node, "`true` or `false`"),
            },
            _ => decoder.expected(node, "`true` or `false`"),
        }
    }
}

impl Decode for u32 {
    fn decode(node: &Node, decoder: &mut Decoder) -> Option<Self> {
        decoder.parse(node, "a whole number", |text| {
            text.parse().map_err(|_| Malformed::new("a whole number from 0 to 4294967295"))
        })
    }
}

/// What a node is, in words for a message.
fn found(node: &Node) -> String {
    match &node.value {
        Value::Scalar(scalar) if scalar.is_null() => "nothing".to_owned(),
        Value::Scalar(scalar) => format!("`{}`", shorten(&scalar.text)),
        Value::Sequence(_) => "a list".to_owned(),
        Value::Mapping(_) => "a mapping".to_owned(),
    }
}

/// At most 60 characters of what a person wrote, on one line.
pub(crate) fn shorten(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(61).collect();
    match line.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

/// The name of a field in YAML: that in Rust, without the mark of a raw identifier (`r#type`).
pub(crate) fn field_name(rust: &str) -> &str {
    rust.strip_prefix("r#").unwrap_or(rust)
}

/// One of the given words, or a finding with the nearest.
pub(crate) fn word<T: Copy>(node: &Node, decoder: &mut Decoder, words: &[(&'static str, T)]) -> Option<T> {
    let listed = || words.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let text = match &node.value {
        Value::Scalar(scalar) if !scalar.is_null() => &*scalar.text,
        _ => return decoder.expected(node, &format!("one of {}", listed())),
    };
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return Some(*value);
    }
    decoder.report(
        Finding::new(
            &code::INVALID_VALUE,
            node.span,
            format!("expected one of {}, found `{}`", listed(), shorten(text)),
        )
        .label("not one of them")
        .maybe_hint(suggest::did_you_mean(text, words.iter().map(|(word, _)| *word))),
    );
    None
}
