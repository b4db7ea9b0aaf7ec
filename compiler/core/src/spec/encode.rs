//! Spec records → YAML: what programs write for people, with the records' own documentation as comments.
//!
//! [`record!`](crate::spec::record::record) implements [`Encode`] beside [`Decode`](super::decode::Decode), so a field that can be read can
//! be written, and what was written is read back as the same record (`any.rs` tests it of every record).

use super::decode::{Named, Needed};
use crate::source::Spanned;
use crate::yaml;

/// Which comments are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comments {
    /// What each field is, above it.
    Fields,
    /// None.
    No,
}

/// A value as YAML has it.
#[derive(Debug)]
pub enum Written {
    /// Nothing: the field is left out.
    Absent,
    /// A number; lists of numbers stand on one line.
    Number(String),
    /// Any other scalar, quoted where it must be.
    Scalar(String),
    /// A list.
    List(Vec<Written>),
    /// A mapping: key, what the key is, value.
    Mapping(Vec<(String, &'static str, Written)>),
}

/// What can be written into a spec.
pub trait Encode {
    /// The value as YAML has it.
    fn encode(&self) -> Written;
}

/// A record as YAML, with a line break at the end.
#[must_use]
pub fn write(value: &impl Encode, comments: Comments) -> String {
    let mut writer = Writer { out: String::new(), comments };
    writer.block(&value.encode(), 0);
    writer.out
}

/// A text, quoted where some reader would take it for something else.
pub(crate) fn text(text: &str) -> Written {
    Written::Scalar(yaml::scalar(text))
}

/// Columns that comments fill.
const WIDTH: usize = 100;

struct Writer {
    out: String,
    comments: Comments,
}

impl Writer {
    /// A value on lines of its own.
    fn block(&mut self, value: &Written, indent: usize) {
        match value {
            Written::Mapping(entries) if !is_one_line(value) => self.mapping(entries, indent, None),
            Written::List(items) if !is_one_line(value) => self.list(items, indent),
            value => {
                self.margin(indent);
                self.inline(value);
                self.out.push('\n');
            }
        }
    }

    /// `dash` is where the dash of the list's item stands that this mapping is.
    fn mapping(&mut self, entries: &[(String, &'static str, Written)], indent: usize, mut dash: Option<usize>) {
        for (key, about, value) in entries.iter().filter(|(.., value)| !is_absent(value)) {
            // The comment of an item's first field stands above the dash.
            self.comment(about, dash.unwrap_or(indent));
            match dash.take() {
                Some(dash) => {
                    self.margin(dash);
                    self.out.push_str("- ");
                }
                None => self.margin(indent),
            }
            self.out.push_str(key);
            self.out.push(':');
            self.behind(value, indent + 2);
        }
    }

    fn list(&mut self, items: &[Written], indent: usize) {
        for item in items {
            match item {
                Written::Mapping(entries) if !is_one_line(item) => self.mapping(entries, indent + 2, Some(indent)),
                item => {
                    self.margin(indent);
                    self.out.push('-');
                    self.behind(item, indent + 2);
                }
            }
        }
    }

    /// A value behind its key or its dash.
    fn behind(&mut self, value: &Written, indent: usize) {
        if is_one_line(value) {
            self.out.push(' ');
            self.inline(value);
            self.out.push('\n');
        } else {
            self.out.push('\n');
            self.block(value, indent);
        }
    }

    fn inline(&mut self, value: &Written) {
        match value {
            Written::Absent => self.out.push_str("null"),
            Written::Number(text) | Written::Scalar(text) => self.out.push_str(text),
            Written::List(items) => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    self.out.push_str(if at == 0 { "" } else { ", " });
                    self.inline(item);
                }
                self.out.push(']');
            }
            Written::Mapping(_) => self.out.push_str("{}"),
        }
    }

    fn margin(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn comment(&mut self, about: &str, indent: usize) {
        if self.comments == Comments::No {
            return;
        }
        let mut column = usize::MAX;
        for word in about.split_whitespace() {
            if column.saturating_add(1 + word.chars().count()) > WIDTH {
                self.out.push_str(if column == usize::MAX { "" } else { "\n" });
                self.margin(indent);
                self.out.push('#');
                column = indent + 1;
            }
            self.out.push(' ');
            self.out.push_str(word);
            column += 1 + word.chars().count();
        }
        self.out.push_str(if column == usize::MAX { "" } else { "\n" });
    }
}

fn is_absent(value: &Written) -> bool {
    matches!(value, Written::Absent)
}

/// Whether a value stands behind its key.
fn is_one_line(value: &Written) -> bool {
    match value {
        Written::Absent | Written::Number(_) | Written::Scalar(_) => true,
        Written::List(items) => items.iter().all(|item| matches!(item, Written::Number(_))),
        Written::Mapping(entries) => entries.iter().all(|(.., value)| is_absent(value)),
    }
}

impl<T: Encode> Encode for Spanned<T> {
    fn encode(&self) -> Written {
        self.value.encode()
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(&self) -> Written {
        self.as_ref().map_or(Written::Absent, Encode::encode)
    }
}

impl<T: Encode> Encode for Needed<T> {
    fn encode(&self) -> Written {
        self.0.encode()
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self) -> Written {
        Written::List(self.iter().map(Encode::encode).collect())
    }
}

impl<T: Encode> Encode for Named<T> {
    fn encode(&self) -> Written {
        Written::Mapping(self.iter().map(|(name, value)| (yaml::scalar(&name.value), "", value.encode())).collect())
    }
}

impl Encode for String {
    fn encode(&self) -> Written {
        text(self)
    }
}

impl Encode for bool {
    fn encode(&self) -> Written {
        Written::Scalar(self.to_string())
    }
}

impl Encode for u32 {
    fn encode(&self) -> Written {
        Written::Number(self.to_string())
    }
}

/// The doc comments among attributes, as one text.
macro_rules! documentation {
    () => { "" };
    (#[doc = $line:literal] $($rest:tt)*) => { concat!($line, $crate::spec::encode::documentation!($($rest)*)) };
    (#[$($other:tt)*] $($rest:tt)*) => { $crate::spec::encode::documentation!($($rest)*) };
}
pub(crate) use documentation;
