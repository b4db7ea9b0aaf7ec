//! Masks personal data and secrets, by the catalogue of the gate.
//!
//! A mask says the kind of the value, and equal values have equal masks: `<email-1>`, `<card-2>`, `<secret-1>`. Spans,
//! log lines and commits therefore still join. A scrub first learns every value of every file, and masks then, because
//! a copy of a value may stand where no detector recognises it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use emberline_core::plan::TelemetryPlan;
use emberline_core::sensitive::names::secrecy;
use emberline_evidence::sensitive::{self, Hit, Kind, Origin, Values};
use serde_json::Value;

use super::stores::Stores;

/// How often a masked text is searched again. Masking one value may show another one to a detector.
const AGAIN: usize = 3;
/// The longest text that is remembered, in bytes.
const SHORT: usize = 160;

/// What was learnt of the values to mask.
pub(super) struct Scrub<'p> {
    plan: &'p TelemetryPlan,
    stores: Stores,
    /// The number of each value's mask, by kind and by the value without separators.
    numbers: BTreeMap<(&'static str, String), usize>,
    /// The number of masks of each kind.
    counts: BTreeMap<&'static str, usize>,
    /// Authors and actors, by name.
    people: BTreeMap<String, usize>,
    values: Values,
    /// Short texts that were learnt. Spans and stacks repeat the same few.
    learnt: HashSet<String>,
    /// Short texts that were masked.
    masked: HashMap<String, String>,
}

impl<'p> Scrub<'p> {
    /// A scrub that knows what the specs declare of attributes, and how the walk's stores are called.
    pub(super) fn new(plan: &'p TelemetryPlan, stores: Stores) -> Self {
        let (numbers, counts) = (BTreeMap::new(), BTreeMap::new());
        let (learnt, masked) = (HashSet::new(), HashMap::new());
        Self { plan, stores, numbers, counts, people: BTreeMap::new(), values: Values::default(), learnt, masked }
    }

    /// Learns the values within a document, and the people whom it names.
    pub(super) fn learn(&mut self, document: &Value) {
        match document {
            Value::Array(items) => items.iter().for_each(|item| self.learn(item)),
            Value::Object(fields) => {
                for (key, value) in fields {
                    self.learn_text(key);
                    match value {
                        Value::String(text) if is_person(key) => self.meet(text),
                        Value::String(text) if self.is_masked(key, text) => self.add(text, &[whole(text)]),
                        Value::String(text) if key == "diff" => self.learn_text(&apart(text).1.join("\n")),
                        value => self.learn(value),
                    }
                }
            }
            Value::String(text) => self.learn_text(text),
            _ => {}
        }
    }

    /// Learns the values within a text.
    pub(super) fn learn_text(&mut self, text: &str) {
        if text.len() < sensitive::SHORTEST || (text.len() <= SHORT && !self.learnt.insert(text.to_owned())) {
            return;
        }
        for origin in [Origin::File, Origin::Telemetry] {
            self.add(text, &sensitive::scan(text, origin));
        }
    }

    fn add(&mut self, text: &str, hits: &[Hit]) {
        if !hits.is_empty() {
            let mut own = Values::default();
            own.add(text, hits);
            self.values.take_telling(&own);
        }
    }

    fn meet(&mut self, name: &str) {
        let next = self.people.len() + 1;
        if !name.is_empty() {
            self.people.entry(name.to_owned()).or_insert(next);
        }
    }

    /// Masks a document in place: values, and names of fields.
    pub(super) fn mask(&mut self, document: &mut Value) {
        match document {
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask(item)),
            Value::Object(fields) => {
                for (key, mut value) in std::mem::take(fields) {
                    self.mask_field(&key, &mut value);
                    fields.insert(self.text(&key), value);
                }
            }
            Value::String(text) => *text = self.text(text),
            _ => {}
        }
    }

    fn mask_field(&mut self, key: &str, value: &mut Value) {
        let declared = self.plan.masked.contains(key);
        match value {
            Value::String(text) if is_person(key) => *text = self.person(text),
            Value::String(text) if self.is_masked(key, text) => {
                let kind = if declared { "data" } else { "secret" };
                *text = self.placeholder(kind, text);
            }
            Value::Number(number) if declared => *value = Value::String(self.placeholder("data", &number.to_string())),
            Value::String(text) if self.plan.sql.contains(key) => *text = self.text(&without_literals(text)),
            Value::String(text) if self.plan.urls.contains(key) => *text = self.text(&without_query(text)),
            Value::String(text) if key == "diff" => *text = self.diff(text),
            value => self.mask(value),
        }
    }

    /// Whether the whole value of a field is masked, by what the specs declare or by the field's name.
    fn is_masked(&self, key: &str, value: &str) -> bool {
        let named = secrecy(key.as_bytes()).is_some_and(|secrecy| sensitive::is_secret_value(value, secrecy));
        !value.is_empty() && (named || self.plan.masked.contains(key))
    }

    /// A text with masks. The number of its lines stays.
    pub(super) fn text(&mut self, text: &str) -> String {
        if let Some(known) = self.masked.get(text) {
            return known.clone();
        }
        let masked = self.searched(text);
        if text.len() <= SHORT {
            self.masked.insert(text.to_owned(), masked.clone());
        }
        masked
    }

    fn searched(&mut self, text: &str) -> String {
        let mut masked = self.stores.hide(&self.without_people(text));
        for _ in 0..AGAIN {
            let places = self.places(&masked);
            if places.is_empty() {
                break;
            }
            let (mut out, mut done) = (String::with_capacity(masked.len()), 0);
            for (place, kind) in places {
                let Some((open, value)) = masked.get(done..place.start).zip(masked.get(place.clone())) else {
                    continue;
                };
                out.push_str(open);
                let lines = value.matches('\n').count();
                out.push_str(&self.placeholder(kind, value));
                out.extend(std::iter::repeat_n('\n', lines));
                done = place.end;
            }
            out.push_str(masked.get(done..).unwrap_or_default());
            masked = out;
        }
        masked
    }

    /// A diff with masks. The signs of its lines stay, and no detector reads one as a part of a value.
    fn diff(&mut self, text: &str) -> String {
        let (signs, lines) = apart(text);
        let masked = self.text(&lines.join("\n"));
        let joined: Vec<String> =
            signs.iter().zip(masked.split('\n')).map(|(sign, line)| format!("{sign}{line}")).collect();
        joined.join("\n")
    }

    /// The values of a text, in order, each with its kind. None overlaps another.
    fn places(&self, text: &str) -> Vec<(Range<usize>, &'static str)> {
        let mut found: Vec<(Range<usize>, &'static str)> = Vec::new();
        for origin in [Origin::File, Origin::Telemetry] {
            found.extend(sensitive::scan(text, origin).iter().map(|hit| (secret(hit), kind(hit.kind))));
        }
        let copies = self.values.copies(text);
        found.extend(copies.into_iter().map(|place| {
            let known = text.get(place.clone()).and_then(|value| self.known(value));
            (place, known.unwrap_or("secret"))
        }));
        found.retain(|(place, _)| !place.is_empty());
        found.sort_by_key(|(place, _)| (place.start, std::cmp::Reverse(place.end)));
        let mut apart: Vec<(Range<usize>, &'static str)> = Vec::with_capacity(found.len());
        for (place, kind) in found {
            match apart.last_mut() {
                Some((last, _)) if place.start < last.end => last.end = last.end.max(place.end),
                _ => apart.push((place, kind)),
            }
        }
        apart
    }

    /// The kind by which a value was masked before.
    fn known(&self, value: &str) -> Option<&'static str> {
        let mut kinds = self.counts.keys();
        kinds.find(|kind| self.numbers.contains_key(&(**kind, plain(kind, value)))).copied()
    }

    fn placeholder(&mut self, kind: &'static str, value: &str) -> String {
        let count = self.counts.entry(kind).or_default();
        let number = *self.numbers.entry((kind, plain(kind, value))).or_insert_with(|| {
            *count += 1;
            *count
        });
        format!("<{kind}-{number}>")
    }

    /// The stand-in of an author or actor.
    fn person(&mut self, name: &str) -> String {
        self.meet(name);
        self.people.get(name).map_or_else(String::new, |number| format!("author-{number}"))
    }

    /// A text without names of people. A name of one plain word is also a word, so it stays outside fields of people.
    fn without_people(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for (name, number) in self.people.iter().rev() {
            let is_telling = name.len() >= 4 && name.contains([' ', '.', '_', '-']);
            if is_telling && out.contains(name.as_str()) {
                out = out.replace(name.as_str(), &format!("author-{number}"));
            }
        }
        out
    }
}

/// Whether a field of the layout holds a person's name.
fn is_person(key: &str) -> bool {
    matches!(key, "author" | "actor")
}

/// The signs of a diff's lines, and the lines without them. A line without a sign has an empty one.
fn apart(diff: &str) -> (Vec<&str>, Vec<&str>) {
    diff.split('\n').map(|line| line.split_at(usize::from(line.starts_with(['+', '-', ' '])))).unzip()
}

/// A whole text as a hit.
fn whole(text: &str) -> Hit {
    Hit { range: 0..text.len(), secret: 0..text.len(), kind: Kind::Assigned }
}

/// The place to mask: the match and the whole secret behind it.
fn secret(hit: &Hit) -> Range<usize> {
    hit.range.start..hit.range.end.max(hit.secret.end)
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Email => "email",
        Kind::Card | Kind::TestCard => "card",
        Kind::Iban => "iban",
        Kind::Ssn => "ssn",
        Kind::Declared => "data",
        Kind::PrivateKey => "key",
        Kind::Issued(_) | Kind::Jwt | Kind::Bearer | Kind::UrlPassword | Kind::Assigned => "secret",
    }
}

/// A value as its copies are compared.
fn plain(kind: &str, value: &str) -> String {
    match kind {
        "card" | "iban" | "ssn" => value.chars().filter(|c| !matches!(c, ' ' | '-')).collect(),
        "email" => value.replace("%40", "@").to_lowercase(),
        _ => value.to_owned(),
    }
}

/// A statement with `?` for every literal.
fn without_literals(statement: &str) -> String {
    let mut out = String::with_capacity(statement.len());
    let mut rest = statement.chars().peekable();
    let mut is_in_word = false;
    while let Some(c) = rest.next() {
        if c == '\'' {
            // A doubled quote is a part of the literal.
            while let Some(inner) = rest.next() {
                if inner == '\'' && rest.next_if_eq(&'\'').is_none() {
                    break;
                }
            }
            out.push('?');
            is_in_word = false;
        } else if c.is_ascii_digit() && !is_in_word {
            while rest.next_if(|next| next.is_ascii_alphanumeric() || *next == '.').is_some() {}
            out.push('?');
        } else {
            is_in_word = c.is_alphanumeric() || matches!(c, '_' | '$');
            out.push(c);
        }
    }
    out
}

/// A URL without its query and fragment.
fn without_query(url: &str) -> String {
    url.find(['?', '#']).map_or_else(|| url.to_owned(), |at| url.get(..at).unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_go_and_names_stay() {
        for (statement, kept) in [
            (
                "SELECT * FROM t1 WHERE a = 'it''s' AND b > 1.5e3 LIMIT 10",
                "SELECT * FROM t1 WHERE a = ? AND b > ? LIMIT ?",
            ),
            ("x = $1 AND y = 'open", "x = $1 AND y = ?"),
            ("ü = 'é'", "ü = ?"),
        ] {
            assert_eq!(without_literals(statement), kept);
        }
        assert_eq!(without_query("https://x/a?b=c#d"), "https://x/a");
    }

    #[test]
    fn signs_of_a_diff_are_no_part_of_values() {
        let (signs, lines) = apart("@@ a @@\n+ann@shop.test\n-\n x");
        assert_eq!((signs, lines), (vec!["", "+", "-", " "], vec!["@@ a @@", "ann@shop.test", "", "x"]));
    }
}
