//! Rewritings as people would type them: YAML on one line, quoted where it must be.

use std::fmt;

use super::counted::{Counted, text};

/// What to write instead of a query.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Instead {
    /// A value of the same field.
    Value { of: Counted },
    /// Another indicator, as the fields of `sli`; the labels to group by are among them.
    Sli { sli: String, delay: Option<String>, objective: Option<String>, why: String },
    /// Something else that is said in words.
    Words(String),
}

impl fmt::Display for Instead {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { of } => {
                write!(out, "write `{}`: the compiler adds rate, sum and the range", value(of))?;
                let mut beside = Vec::new();
                if !of.by.is_empty() {
                    beside.push(format!("`{}` beside it", group_by(&of.by)));
                }
                if let Some(delay) = &of.delay {
                    beside.push(format!("`delay: {delay}` beside `objective`"));
                }
                if !beside.is_empty() {
                    write!(out, "; with {}", beside.join(" and "))?;
                }
                match of.without.is_empty() {
                    true => Ok(()),
                    false => write!(out, "; list the labels to keep apart under `group_by`, if any"),
                }
            }
            Self::Sli { sli, delay, objective, why } => {
                write!(out, "write `sli: {{{sli}}}`")?;
                let beside: Vec<String> = [
                    objective.as_ref().map(|share| format!("`objective: {share}`")),
                    delay.as_ref().map(|delay| format!("`delay: {delay}`")),
                ]
                .into_iter()
                .flatten()
                .collect();
                if !beside.is_empty() {
                    write!(out, " with {}", beside.join(" and "))?;
                }
                if why.is_empty() { Ok(()) } else { write!(out, ": {why}") }
            }
            Self::Words(words) => out.write_str(words),
        }
    }
}

/// One selector, or a list of them.
pub(super) fn value(of: &Counted) -> String {
    let texts: Vec<String> = of.of.iter().map(text).collect();
    match texts.as_slice() {
        // The field has quotes of its own around the whole.
        [only] => only.clone(),
        _ => format!("[{}]", texts.iter().map(|text| scalar(text)).collect::<Vec<_>>().join(", ")),
    }
}

/// The same inside braces.
pub(super) fn field(name: &str, of: &Counted) -> String {
    match of.only() {
        Some(only) => format!("{name}: {}", scalar(&text(only))),
        None => format!("{name}: {}", value(of)),
    }
}

/// The field for labels to group by.
pub(super) fn group_by(labels: &[String]) -> String {
    format!("group_by: [{}]", labels.iter().map(|label| scalar(label)).collect::<Vec<_>>().join(", "))
}

/// A scalar inside braces or brackets.
pub(super) fn scalar(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '%' | '/');
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    match is_word && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "''")),
    }
}
