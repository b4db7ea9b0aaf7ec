//! One line of a page: a comment that says something of a family, or a sample.

use std::collections::BTreeMap;

use emberline_core::spec::SeenType;

use crate::gather::kind_of;

/// A line.
#[derive(Debug, PartialEq)]
pub(super) enum Line {
    /// Nothing, or a comment for people.
    Blank,
    /// What the page says of a family.
    Comment(Comment),
    /// A value.
    Sample(Sample),
}

/// What a page says of a family.
#[derive(Debug, PartialEq)]
pub(super) enum Comment {
    Type(String, SeenType),
    Unit(String, String),
    End,
}

/// A value of a series.
#[derive(Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) labels: BTreeMap<String, String>,
    /// The value; of a native histogram its number of events.
    pub(super) value: f64,
    /// Whether the value is a native histogram.
    pub(super) is_native: bool,
}

type Read<T> = Result<T, &'static str>;

/// Reads a line.
pub(super) fn read(line: &str) -> Read<Line> {
    let mut cursor = Cursor { rest: line };
    cursor.blanks();
    match cursor.peek() {
        None => Ok(Line::Blank),
        Some('#') => comment(cursor.rest),
        Some(_) => sample(&mut cursor).map(Line::Sample),
    }
}

fn comment(text: &str) -> Read<Line> {
    let mut cursor = Cursor { rest: text.trim_start_matches('#') };
    cursor.blanks();
    let word = cursor.word();
    match word {
        "EOF" if cursor.rest.trim().is_empty() => Ok(Line::Comment(Comment::End)),
        "TYPE" | "UNIT" => {
            cursor.blanks();
            let name = cursor.name()?;
            cursor.blanks();
            let about = cursor.rest.trim();
            Ok(Line::Comment(match word {
                "TYPE" => Comment::Type(name, kind_of(about)),
                _ => Comment::Unit(name, about.to_owned()),
            }))
        }
        _ => Ok(Line::Blank),
    }
}

fn sample(cursor: &mut Cursor<'_>) -> Read<Sample> {
    let mut name = if cursor.peek() == Some('{') { String::new() } else { cursor.name()? };
    cursor.blanks();
    let mut labels = BTreeMap::new();
    if !cursor.is_composite() && cursor.eat('{') {
        cursor.labels(&mut name, &mut labels)?;
    }
    if name.is_empty() {
        return Err("a sample needs the name of a metric");
    }
    cursor.blanks();
    let (value, is_native) = cursor.value()?;
    cursor.blanks();
    if !cursor.rest.is_empty() && cursor.peek() != Some('#') {
        let time = cursor.word();
        if time.parse::<f64>().is_err() && !time.starts_with("st@") {
            return Err("expected a time stamp behind the value");
        }
        cursor.blanks();
    }
    // Exemplars and start times follow behind `#` and `st@`: nothing of them is kept.
    if !(cursor.rest.is_empty() || cursor.rest.starts_with('#') || cursor.rest.starts_with("st@")) {
        return Err("expected the end of the line");
    }
    Ok(Sample { name, labels, value, is_native })
}

/// What is left of a line.
struct Cursor<'l> {
    rest: &'l str,
}

impl<'l> Cursor<'l> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    /// Everything up to a blank.
    fn word(&mut self) -> &'l str {
        let end = self.rest.find([' ', '\t']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// A name, bare or in quotes.
    fn name(&mut self) -> Read<String> {
        if self.eat('"') {
            return self.quoted();
        }
        let end = self.rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
            return Err("expected a name of letters, digits and `_`, or one in quotes");
        }
        self.rest = rest;
        Ok(name.to_owned())
    }

    /// A text behind its opening quote.
    fn quoted(&mut self) -> Read<String> {
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text);
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, c @ ('"' | '\\'))) => text.push(c),
                    // Prometheus keeps an escape that means nothing.
                    Some((_, c)) => text.extend(['\\', c]),
                    None => break,
                },
                c => text.push(c),
            }
        }
        Err("a quoted text does not end")
    }

    /// Labels behind the opening brace; a quoted text alone is the metric's name.
    fn labels(&mut self, name: &mut String, labels: &mut BTreeMap<String, String>) -> Read<()> {
        loop {
            self.blanks();
            if self.eat('}') {
                return Ok(());
            }
            let is_quoted = self.peek() == Some('"');
            let label = self.name()?;
            self.blanks();
            if self.eat('=') {
                self.blanks();
                if !self.eat('"') {
                    return Err("expected a label's value in quotes");
                }
                let value = self.quoted()?;
                if labels.insert(label, value).is_some() {
                    return Err("a label stands twice");
                }
            } else if is_quoted && name.is_empty() {
                *name = label;
            } else {
                return Err("expected `=` behind a label");
            }
            self.blanks();
            if !self.eat(',') && self.peek() != Some('}') {
                return Err("expected `,` or `}` behind a label");
            }
        }
    }

    /// Whether a native histogram follows: its fields have colons, where labels have `=`.
    fn is_composite(&self) -> bool {
        let fields = self.rest.strip_prefix('{').map(str::trim_start);
        let behind = fields.map(|fields| fields.trim_start_matches(|c: char| c.is_ascii_lowercase() || c == '_'));
        behind.is_some_and(|behind| behind.trim_start().starts_with(':'))
    }

    /// A number, or a native histogram in braces.
    fn value(&mut self) -> Read<(f64, bool)> {
        if !self.rest.starts_with('{') {
            let word = self.word();
            return number(word).map(|value| (value, false)).ok_or("expected a number");
        }
        let end = self.rest.find('}').ok_or("a native histogram does not end")?;
        let fields = &self.rest[1..end];
        self.rest = &self.rest[end + 1..];
        let count = fields.split(',').find_map(|field| field.trim().strip_prefix("count:"));
        count
            .and_then(|count| number(count.trim()))
            .map(|value| (value, true))
            .ok_or("a native histogram needs a count")
    }
}

/// A number as Go and OpenMetrics write it.
fn number(word: &str) -> Option<f64> {
    // Rust also reads `infinity`, as both formats do.
    word.parse().ok()
}
