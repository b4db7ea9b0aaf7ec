//! Hides the values that were found: at their place, and wherever a copy of them stands.

use std::collections::HashMap;
use std::ops::Range;

use emberline_core::sensitive::starting;

use super::hit::{Hit, Kind, is_word};

/// The text with every secret replaced by asterisks. Its length and its line breaks stay.
#[must_use]
pub fn masked(text: &str, hits: &[Hit]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut done = 0;
    for hit in hits {
        let start = hit.secret.start.max(done);
        let Some((open, secret)) = text.get(done..start).zip(text.get(start..hit.secret.end)) else { continue };
        masked.push_str(open);
        blot(secret, &mut masked);
        done = hit.secret.end;
    }
    masked.push_str(&text[done..]);
    masked
}

fn blot(secret: &str, onto: &mut String) {
    onto.extend(secret.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { '*' }));
}

/// How many characters of a match may be shown: those of the issuer, and nothing of the rest. A match without its issuer's
/// prefix shows nothing.
pub(super) fn shown(kind: Kind, text: &[u8]) -> usize {
    let begins = |heads: &[&str]| heads.iter().any(|head| text.starts_with(head.as_bytes()));
    let shown = match kind {
        Kind::PrivateKey if begins(&["-----BEGIN "]) => text.len(),
        Kind::Issued(_) => prefix(text),
        Kind::Jwt if begins(&["eyJ"]) => 3,
        Kind::Email | Kind::Iban => 2,
        _ => 0,
    };
    shown.min(text.len())
}

/// The length of an issuer's prefix, at most 8.
fn prefix(text: &[u8]) -> usize {
    let prefixes =
        starting(text).iter().map(|(form, _)| form.prefix()).filter(|prefix| text.starts_with(prefix.as_bytes()));
    prefixes.map(str::len).max().unwrap_or_default().min(8)
}

/// The shortest value whose copies are hidden: any text holds shorter ones.
const SHORTEST_COPY: usize = 4;
/// From this length on, a value is no ordinary word, whatever it is made of.
const LONG: usize = 12;

/// Values that were found. Their copies are hidden where no detector recognises them: in a comment, in a file's name.
#[derive(Debug, Default, Clone)]
pub struct Values {
    /// The values by their first bytes, the longest first.
    by_head: HashMap<[u8; SHORTEST_COPY], Vec<Value>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Value {
    text: Box<str>,
    /// How many bytes of the start may be shown.
    shown: usize,
}

impl Value {
    /// Whether every occurrence is a copy. A password such as `admin` is also an ordinary word.
    fn is_telling(&self) -> bool {
        let has = |fits: fn(&u8) -> bool| self.text.as_bytes().iter().any(fits);
        let letters = has(u8::is_ascii_alphabetic);
        let is_mixed = letters && has(|byte| !byte.is_ascii_alphabetic());
        match self.text.len() {
            LONG.. => true,
            9.. if !letters => true,
            6.. => is_mixed,
            _ => false,
        }
    }
}

impl Values {
    /// Adds the hits of a text.
    pub fn add(&mut self, text: &str, hits: &[Hit]) {
        for hit in hits {
            let (Some(whole), Some(secret)) = (text.get(hit.range.clone()), text.get(hit.secret.clone())) else {
                continue;
            };
            match hit.kind {
                // A copy of the body may have anything between its lines.
                Kind::PrivateKey => {
                    let base64 = |c: char| !(c.is_ascii_alphanumeric() || "+/=".contains(c));
                    secret.split(base64).filter(|line| line.len() >= LONG).for_each(|line| self.put(line, 0));
                }
                Kind::Card | Kind::TestCard | Kind::Iban | Kind::Ssn => {
                    let digits: String = whole.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
                    for between in ["", " ", "-"] {
                        self.put(&grouped(&digits, between), 0);
                    }
                    self.put(whole, 0);
                }
                Kind::Email => {
                    self.put(whole, 2);
                    self.put(&whole.replace("%40", "@"), 2);
                    self.put(&whole.replace('@', "%40"), 2);
                }
                _ if hit.secret.end > hit.range.end => {
                    self.put(secret, 0);
                    self.put(whole, 0);
                }
                _ => self.put(whole, hit.secret.start - hit.range.start),
            }
        }
    }

    fn put(&mut self, text: &str, shown: usize) {
        let Some(head) = text.as_bytes().first_chunk() else { return };
        let values = self.by_head.entry(*head).or_default();
        let at = values.partition_point(|value| (value.text.len(), &*value.text) > (text.len(), text));
        if values.get(at).is_none_or(|value| *value.text != *text) {
            values.insert(at, Value { text: text.into(), shown });
        }
    }

    /// Adds those values of `other` whose every occurrence is a copy.
    pub fn take_telling(&mut self, other: &Self) {
        for value in other.by_head.values().flatten().filter(|value| value.is_telling()) {
            self.put(&value.text, value.shown);
        }
    }

    /// The text with every copy of a value replaced by asterisks, of the same length; `None` if it holds no copy. A value that
    /// is also an ordinary word is hidden only where it stands alone.
    #[must_use]
    pub fn hide(&self, text: &str) -> Option<String> {
        let (mut hidden, mut done) = (String::new(), 0);
        for (copy, shown) in self.found(text) {
            // A value is ASCII or a whole text, so it begins and ends between characters.
            if let Some((open, secret)) = text.get(done..copy.start + shown).zip(text.get(copy.start + shown..copy.end))
            {
                hidden.push_str(open);
                blot(secret, &mut hidden);
                done = copy.end;
            }
        }
        hidden.push_str(&text[done..]);
        (done > 0).then_some(hidden)
    }

    /// The places of copies in a text, in bytes and in order. None overlaps another.
    #[must_use]
    pub fn copies(&self, text: &str) -> Vec<Range<usize>> {
        self.found(text).into_iter().map(|(place, _)| place).collect()
    }

    /// The places of copies, each with the number of its bytes that may be shown.
    fn found(&self, text: &str) -> Vec<(Range<usize>, usize)> {
        let (bytes, mut found, mut at) = (text.as_bytes(), Vec::new(), 0);
        if self.by_head.is_empty() {
            return found;
        }
        while let Some(head) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
            let copy = self.by_head.get(head).and_then(|values| values.iter().find(|value| value.stands_at(bytes, at)));
            let Some(value) = copy else {
                at += 1;
                continue;
            };
            let end = at + value.text.len();
            found.push((at..end, value.shown));
            at = end;
        }
        found
    }
}

impl Value {
    fn stands_at(&self, bytes: &[u8], at: usize) -> bool {
        let end = at + self.text.len();
        let alone = || {
            let before = at.checked_sub(1).and_then(|index| bytes.get(index));
            ![before, bytes.get(end)].into_iter().flatten().any(|byte| is_word(*byte))
        };
        bytes.get(at..end) == Some(self.text.as_bytes()) && (self.is_telling() || alone())
    }
}

/// Digits in groups of four.
fn grouped(digits: &str, between: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index.is_multiple_of(4) {
            grouped.push_str(between);
        }
        grouped.push(digit);
    }
    grouped
}
