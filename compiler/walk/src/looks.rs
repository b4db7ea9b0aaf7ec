//! How much a change may do, beyond what kind of change it looks like.
//!
//! The look of a diff is a weak prior. A log line that calls a function runs that function, and an attribute of a
//! serializer changes what is sent.

use super::program::change::{Changed, How};

/// Words in attributes, and visibility, that change nothing at run time.
const IDLE: [&str; 30] = [
    "doc",
    "inline",
    "always",
    "never",
    "allow",
    "expect",
    "warn",
    "deny",
    "reason",
    "must_use",
    "cold",
    "deprecated",
    "since",
    "note",
    "pub",
    "crate",
    "super",
    "self",
    "in",
    "derive",
    "Debug",
    "Clone",
    "Copy",
    "PartialEq",
    "Eq",
    "clippy",
    "dead_code",
    "unused",
    "track_caller",
    "non_exhaustive",
];
/// Macros and functions that only build a text.
const BUILDS: [&str; 8] = ["format", "context", "with_context", "Some", "to_owned", "to_string", "into", "clone"];

/// The weight of a change as evidence: 0 if it cannot be the cause, 1 if it may well be.
pub(super) fn substance(changed: &Changed) -> f64 {
    let looks = changed.how.weight();
    let least = match changed.how {
        How::Attributes if changed.added.iter().chain(&changed.removed).any(|word| is_active(word)) => 0.5,
        How::Logs | How::Texts if calls(changed) > 0 => 0.4,
        How::Attributes | How::Names | How::Logs => 0.1,
        How::Texts => 0.2,
        _ => 0.0,
    };
    f64::max(looks, least)
}

/// Whether a change does more than its look says.
pub(super) fn is_deceptive(changed: &Changed) -> bool {
    matches!(changed.how, How::Attributes | How::Logs | How::Texts) && substance(changed) >= 0.3
}

/// Whether a word of an attribute may change behaviour. A text of one word is a name, such as a field's.
fn is_active(word: &str) -> bool {
    let is_name = word.starts_with('"') && !word.contains(' ');
    is_name || (word.starts_with(|c: char| c.is_ascii_alphabetic()) && !IDLE.contains(&word))
}

/// The calls that a log line or a text gained or lost, beside the macro itself.
fn calls(changed: &Changed) -> usize {
    let of = |words: &[String]| {
        let count = |wanted: &str| words.iter().filter(|word| *word == wanted).count();
        let idle: usize = BUILDS.iter().map(|word| count(word)).sum();
        // `format!(` is both a macro and one of the functions that build a text.
        count("(").saturating_sub(count("!").max(idle))
    };
    of(&changed.added) + of(&changed.removed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::Program;
    use crate::program::change::{Names, compare};

    fn weight(before: &str, after: &str) -> f64 {
        let (old, new) = (Program::of("a.rs", before.into()), Program::of("a.rs", after.into()));
        let names = Names::of([&old.tokens[..]].into_iter(), [&new.tokens[..]].into_iter());
        compare(Some(&old), Some(&new), &names).first().map_or(0.0, substance)
    }

    #[test]
    fn a_log_line_that_calls_runs_what_it_calls() {
        let f = "fn f(x: u8) -> u8 { let y = x; y }";
        let logged = |line: &str| weight(f, &format!("fn f(x: u8) -> u8 {{ let y = x; {line} y }}"));
        assert!(logged("tracing::info!(x, \"y is {y}\");") < 0.15);
        assert!(logged("tracing::info!(all = all(x), \"y is {y}\");") >= 0.4);
    }

    #[test]
    fn attributes_that_change_what_is_sent_matter() {
        assert!(weight("#[serde(rename = \"a\")] fn f() {}", "#[serde(rename = \"b\")] fn f() {}") >= 0.5);
        assert!(weight("fn f() {}", "#[inline] pub fn f() {}") < 0.15);
        assert!(weight("fn f() {}", "#[cfg(feature)] fn f() {}") >= 0.5);
    }
}
