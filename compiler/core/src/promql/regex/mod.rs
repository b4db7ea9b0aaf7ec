//! Regexes as Prometheus understands them: RE2's syntax, anchored at both ends, `.` matching newlines too.
//!
//! [`check`] decides whether Prometheus would accept a regex; a [`Pattern`] matches, lists and invents values. The
//! differences between RE2 and Rust's `regex` are settled in `re2`, so that nothing passes here and fails in
//! Prometheus, and a value that matches here matches there.

mod fault;
mod overlap;
mod re2;
mod sample;

use std::sync::OnceLock;

use regex_syntax::hir::{Class, Hir, HirKind};

pub use fault::RegexFault;

/// Whether Prometheus accepts `pattern`.
///
/// # Errors
/// The first fault, with its place in the pattern.
pub fn check(pattern: &str) -> Result<(), RegexFault> {
    // Nearly all patterns are of this kind, `5..` or `GET|POST`, and nothing in them can be wrong.
    if pattern.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'|' | b'_' | b'-' | b'/' | b' ')) {
        return Ok(());
    }
    re2::translate(pattern).map(drop)
}

/// A regex of a matcher.
#[derive(Debug)]
pub struct Pattern {
    translated: String,
    hir: Hir,
    words: Option<Vec<String>>,
    compiled: OnceLock<Option<::regex::Regex>>,
}

impl Pattern {
    /// Reads a regex without compiling it.
    ///
    /// # Errors
    /// As [`check`].
    pub fn new(pattern: &str) -> Result<Self, RegexFault> {
        let (translated, hir) = re2::translate(pattern)?;
        let words = sample::words(&hir);
        Ok(Self { translated, hir, words, compiled: OnceLock::new() })
    }

    /// Whether the whole of `value` matches. A pattern that is too large to compile (10 MB) matches nothing.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        if let Some(words) = &self.words {
            return words.iter().any(|word| word == value);
        }
        if let Some(answer) = fixed(&self.hir, value) {
            return answer;
        }
        let compile = || ::regex::Regex::new(&format!("^(?s:{})$", self.translated)).ok();
        self.compiled.get_or_init(compile).as_ref().is_some_and(|regex| regex.is_match(value))
    }

    /// Every value that matches, if the regex is no more than a short list of them: `GET|POST`, `50[03]`.
    #[must_use]
    pub fn literals(&self) -> Option<Vec<String>> {
        self.words.clone()
    }

    /// A short, natural value that matches: `500` for `5..`.
    #[must_use]
    pub fn sample(&self) -> Option<String> {
        self.samples(1).pop()
    }

    /// At most `n` distinct values that match, the most natural first.
    #[must_use]
    pub fn samples(&self, n: usize) -> Vec<String> {
        let mut found = match &self.words {
            Some(words) => words.clone(),
            None => sample::invent(&self.hir, n).into_iter().filter(|value| self.matches(value)).collect(),
        };
        found.truncate(n);
        found
    }

    /// Whether every value matches, the empty one included; `.*` and its spellings.
    #[must_use]
    pub(crate) fn matches_everything(&self) -> bool {
        is_any(&self.hir, 0)
    }

    /// Whether every value but the empty one is known to match, as with `.+`.
    #[must_use]
    pub(crate) fn matches_all_non_empty(&self) -> bool {
        is_any(&self.hir, 1) || self.matches_everything()
    }

    /// The text that every match is known to begin with; may be empty.
    #[must_use]
    pub fn prefix(&self) -> String {
        let parts = match self.hir.kind() {
            HirKind::Concat(parts) => parts.as_slice(),
            _ => std::slice::from_ref(&self.hir),
        };
        match parts.first().map(Hir::kind) {
            Some(HirKind::Literal(literal)) => String::from_utf8_lossy(&literal.0).into_owned(),
            _ => String::new(),
        }
    }

    /// Whether it is certain that no value matches both.
    #[must_use]
    pub(crate) fn is_disjoint(&self, other: &Self) -> bool {
        overlap::part_ways(&self.hir, &other.hir)
    }

    /// The prefix `p` if the pattern is `p.*`, so that it matches whatever begins with `p`.
    #[must_use]
    pub(crate) fn only_prefix(&self) -> Option<String> {
        match self.hir.kind() {
            HirKind::Concat(parts) => match parts.as_slice() {
                [first, any] if is_any(any, 0) && matches!(first.kind(), HirKind::Literal(_)) => Some(self.prefix()),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Whether `hir` is any character, `min` times or more.
fn is_any(hir: &Hir, min: u32) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => is_any(&capture.sub, min),
        HirKind::Repetition(repetition) => {
            let any = match repetition.sub.kind() {
                HirKind::Class(Class::Unicode(class)) => *class == full_class(),
                _ => false,
            };
            any && repetition.min == min && repetition.max.is_none()
        }
        _ => false,
    }
}

fn full_class() -> regex_syntax::hir::ClassUnicode {
    regex_syntax::hir::ClassUnicode::new([regex_syntax::hir::ClassUnicodeRange::new('\0', char::MAX)])
}

/// Decides patterns of fixed length, such as `5..`, without compiling them: `None` for all others.
fn fixed(hir: &Hir, value: &str) -> Option<bool> {
    let parts = match hir.kind() {
        HirKind::Concat(parts) => parts.as_slice(),
        _ => std::slice::from_ref(hir),
    };
    let mut rest = value;
    let mut answer = true;
    for part in parts {
        // A part of another kind makes the pattern undecidable here, so all parts are looked at.
        match part.kind() {
            HirKind::Literal(literal) => match rest.as_bytes().strip_prefix(&*literal.0) {
                Some(_) if rest.is_char_boundary(literal.0.len()) => rest = &rest[literal.0.len()..],
                _ => answer = false,
            },
            HirKind::Class(Class::Unicode(class)) => match rest.chars().next() {
                Some(c) if class.iter().any(|range| (range.start()..=range.end()).contains(&c)) => {
                    rest = &rest[c.len_utf8()..];
                }
                _ => answer = false,
            },
            _ => return None,
        }
    }
    Some(answer && rest.is_empty())
}

#[cfg(test)]
mod tests;
