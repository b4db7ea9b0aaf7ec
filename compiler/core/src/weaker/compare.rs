//! Compares two states of a spec field by field, along the JSON Schemas of the records that read them. The table
//! says which changes of a field weaken the gate.

use std::collections::BTreeMap;
use std::rc::Rc;

use rust_decimal::Decimal;
use serde_json::Value;

use super::Weakening;
use super::fields;
use super::rule::{Rule, When};
use super::tree::Tree;
use crate::promql::parse_selector;
use crate::quantity::{Bound, Date, decimal};
use crate::spec::schema::Kind as SchemaKind;

/// A comparison along one schema.
pub(crate) struct Comparison<'f> {
    /// The name of the record that a file holds.
    root: String,
    /// The fields of every record.
    records: Rc<BTreeMap<String, Vec<Field>>>,
    /// Whether changes that do not weaken the gate are told as well.
    tells_all: bool,
    found: &'f mut Vec<Weakening>,
}

/// A field of a record.
struct Field {
    name: String,
    form: Form,
    rule: Rule,
}

/// The form of a field, as far as the comparison cares.
enum Form {
    Record(String),
    Records(String),
    Items,
    Leaf,
}

impl<'f> Comparison<'f> {
    pub(crate) fn new(kind: SchemaKind, found: &'f mut Vec<Weakening>) -> Self {
        let schema = fields::schema(kind);
        let root = schema["title"].as_str().unwrap_or_default().to_owned();
        let names = schema["$defs"].as_object().into_iter().flatten().map(|(name, _)| name).chain([&root]);
        let records = names.map(|name| (name.clone(), fields_of(&schema, name))).collect();
        Self { root, records: Rc::new(records), tells_all: false, found }
    }

    /// Tells every change, whether or not it weakens the gate.
    pub(super) fn telling_all(self) -> Self {
        Self { tells_all: true, ..self }
    }

    /// Compares two states of the record that a file of the kind holds; `name` begins the places.
    pub(crate) fn root(&mut self, name: &str, before: Option<&Tree>, after: Option<&Tree>) {
        let root = self.root.clone();
        self.record(&root, name, before, after);
    }

    pub(super) fn tell(&mut self, what: &'static str, place: String, before: Option<String>, after: Option<String>) {
        self.found.push(Weakening { what, place, before, after });
    }

    fn record(&mut self, record: &str, place: &str, before: Option<&Tree>, after: Option<&Tree>) {
        let records = Rc::clone(&self.records);
        for Field { name, form, rule } in records.get(record).into_iter().flatten() {
            let [old, new] = [before, after].map(|tree| tree.and_then(|tree| tree.get(name)));
            if old == new {
                continue;
            }
            let place = format!("{place}.{name}");
            match (self.rule(*rule), form) {
                // Records below such a field have no rules.
                (Rule::Free(what), _) if self.tells_all => self.leaf(place, When::Changed, what, [old, new]),
                (Rule::Free(_), _) => {}
                (Rule::Within, Form::Record(inner)) => self.record(inner, &place, old, new),
                (Rule::Weakens(when, what), Form::Records(inner)) => {
                    self.entries(inner, &place, when, what, [old, new]);
                }
                (Rule::Weakens(when, what), Form::Items) => self.items(place, when, what, [old, new]),
                (Rule::Weakens(when, what), _) => self.leaf(place, when, what, [old, new]),
                // The table's test refuses such a row; until then the change shows.
                (Rule::Within, _) => self.leaf(place, When::Changed, fields::UNKNOWN, [old, new]),
            }
        }
    }

    /// The rule that holds here.
    fn rule(&self, rule: Rule) -> Rule {
        match rule {
            Rule::Weakens(when, what) if self.tells_all && when != When::Chosen => Rule::Weakens(When::Either, what),
            rule => rule,
        }
    }

    /// Records in a list or a mapping: which of them are there, and the fields of those that are on both sides.
    fn entries(&mut self, record: &str, place: &str, when: When, what: &'static str, sides: [Option<&Tree>; 2]) {
        if when == When::Chosen && sides[0].is_some() != sides[1].is_some() {
            self.leaf(place.to_owned(), when, what, sides);
            return;
        }
        let by = fields::key(record);
        let [old, new] = sides.map(|tree| -> BTreeMap<String, &Tree> {
            tree.map(|tree| tree.named(by)).unwrap_or_default().into_iter().collect()
        });
        for (name, old) in &old {
            let place = format!("{place}[{name}]");
            match new.get(name) {
                Some(new) => self.record(record, &place, Some(*old), Some(*new)),
                None if when.on_removal() => self.tell(what, place, Some(old.text()), None),
                None => {}
            }
        }
        for (name, new) in new.iter().filter(|(name, _)| !old.contains_key(*name) && when.on_addition()) {
            self.tell(what, format!("{place}[{name}]"), None, Some(new.text()));
        }
    }

    /// A list or a mapping of values.
    fn items(&mut self, place: String, when: When, what: &'static str, sides: [Option<&Tree>; 2]) {
        if when == When::Chosen && sides[0].is_some() != sides[1].is_some() {
            self.leaf(place, when, what, sides);
            return;
        }
        let [old, new] = sides.map(|tree| tree.map(Tree::items).unwrap_or_default());
        let missing = |from: &[String], of: &[String]| -> Vec<String> {
            of.iter().filter(|item| !from.contains(item)).cloned().collect()
        };
        let (removed, added) = (missing(&new, &old), missing(&old, &new));
        let counts = (when.on_removal() && !removed.is_empty()) || (when.on_addition() && !added.is_empty());
        if counts {
            let text = |items: Vec<String>| (!items.is_empty()).then(|| items.join(", "));
            self.tell(what, place, text(removed), text(added));
        }
    }

    fn leaf(&mut self, place: String, when: When, what: &'static str, sides: [Option<&Tree>; 2]) {
        if sides[0] == sides[1] {
            return;
        }
        let [old, new] = sides.map(|tree| tree.map(Tree::text));
        if old.as_deref().zip(new.as_deref()).is_some_and(|(old, new)| means_same(old, new)) {
            return;
        }
        let counts = match (when, &old, &new) {
            (When::Lost(word), old, _) => old.as_deref() == Some(word),
            (When::Gained(word), _, new) => new.as_deref() == Some(word),
            (When::Larger | When::Smaller, Some(old), Some(new)) => match (size(old), size(new)) {
                (Some((kind, old)), Some((other, new))) if kind == other => {
                    if when == When::Larger {
                        new > old
                    } else {
                        new < old
                    }
                }
                // What cannot be compared is shown.
                _ => true,
            },
            _ => true,
        };
        if counts {
            self.tell(what, place, old, new);
        }
    }
}

/// The record that a field holds, by itself or in a list or a mapping; `Some(None)` for a field without one, `None` if the
/// record has no such field.
pub(crate) fn step(schema: &Value, record: &str, field: &str) -> Option<Option<String>> {
    let (_, form) = fields::properties(schema, record).find(|(name, _)| *name == field)?;
    let inner = [form, &form["items"], &form["additionalProperties"]];
    Some(inner.into_iter().find_map(|form| fields::record_of(schema, form)))
}

/// The fields of a record, with their forms and rules.
fn fields_of(schema: &Value, record: &str) -> Vec<Field> {
    let of = |schema_of: &Value| fields::record_of(schema, schema_of);
    fields::properties(schema, record)
        .map(|(name, field)| {
            let form = match field["type"].as_str() {
                Some("array") => of(&field["items"]).map_or(Form::Items, Form::Records),
                Some("object") => of(&field["additionalProperties"]).map_or(Form::Items, Form::Records),
                _ => of(field).map_or(Form::Leaf, Form::Record),
            };
            Field { name: name.clone(), form, rule: fields::rule(record, name) }
        })
        .collect()
}

/// Whether two texts are one length of time, one share or one selector, written in two ways.
fn means_same(old: &str, new: &str) -> bool {
    if let (Some(old), Some(new)) = (size(old), size(new)) {
        return matches!(old.0, "seconds" | "percent") && old == new;
    }
    let written = |text: &str| text.contains('{').then(|| parse_selector(text).ok()).flatten().map(|it| it.plain());
    written(old).is_some_and(|old| Some(old) == written(new))
}

/// A quantity: its kind, and its size in one unit. Quantities of two kinds cannot be compared.
fn size(text: &str) -> Option<(&'static str, Decimal)> {
    let text = text.trim();
    if let Some(number) = decimal(text) {
        return Some(("number", number));
    }
    if let Some(percent) = text.strip_suffix('%').and_then(|text| decimal(text.trim())) {
        return Some(("percent", percent));
    }
    if Date::parse(text).is_ok() {
        return Some(("day", decimal(&text.replace('-', ""))?));
    }
    let bound = Bound::parse(text).ok()?;
    Some(bound.seconds().map_or_else(|| ("size", bound.number()), |seconds| ("seconds", seconds)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn notations_of_one_meaning_are_the_same() {
        for (one, other) in [("90s", "1m30s"), ("99.90%", "99.9%"), ("a{b=\"c\", d=~\"e\"}", "a{ d=~'e',b='c' }")] {
            assert!(means_same(one, other), "{one} {other}");
        }
        for (one, other) in [("1", "1.0"), ("a{b=\"c\"}", "a{b=\"C\"}"), ("99%", "99.9%"), ("{", "{ ")] {
            assert!(!means_same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn quantities_compare_within_their_kind() {
        let larger = |one: &str, other: &str| {
            let ((kind, one), (other_kind, other)) = (size(one).unwrap(), size(other).unwrap());
            (kind == other_kind).then(|| other > one)
        };
        for (one, other) in [("1", "2"), ("1e3", "1001"), ("99.9%", "99.95%"), ("90s", "2m"), ("30d", "1000h")] {
            assert_eq!((larger(one, other), larger(other, one)), (Some(true), Some(false)), "{one} {other}");
        }
        for (one, other) in [("1MiB", "2MiB"), ("2027-03-31", "2027-04-01"), ("300ms", "0.5s")] {
            assert_eq!((larger(one, other), larger(other, one)), (Some(true), Some(false)), "{one} {other}");
        }
        assert_eq!(larger("99.90%", "99.9%"), Some(false));
        assert_eq!(larger("5%", "0.8"), None);
        assert_eq!(size("a lot"), None);
    }
}
