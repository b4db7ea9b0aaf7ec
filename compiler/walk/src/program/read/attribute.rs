//! Attributes, annotations and decorators: which of them change nothing, and which mark tests.

use super::super::language::Language;
use super::super::token::{Role, Token};

/// Traits of the standard library that a type may derive. Code that uses them changes as well.
const DERIVED: [&str; 9] = ["Debug", "Clone", "Copy", "Default", "PartialEq", "Eq", "Hash", "PartialOrd", "Ord"];

/// Whether an attribute changes nothing that a program does: lints, documentation, hints to the compiler.
pub(super) fn is_inert(language: Language, text: &str) -> bool {
    let text = text.trim_matches(|c: char| matches!(c, '#' | '!' | '[' | ']' | '@') || c.is_whitespace());
    let (name, arguments) = text.split_once('(').unwrap_or((text, ""));
    let name = name.split('=').next().unwrap_or_default().trim();
    match language {
        Language::Rust => match name {
            "derive" => {
                let named = arguments.trim_end_matches(')').split(',').map(str::trim).filter(|name| !name.is_empty());
                named.into_iter().all(|name| DERIVED.contains(&name))
            }
            _ => matches!(
                name,
                "allow"
                    | "warn"
                    | "deny"
                    | "forbid"
                    | "expect"
                    | "doc"
                    | "inline"
                    | "cold"
                    | "must_use"
                    | "deprecated"
                    | "rustfmt::skip"
                    | "non_exhaustive"
            ),
        },
        Language::Java => matches!(
            name,
            "Override" | "SuppressWarnings" | "Deprecated" | "FunctionalInterface" | "SafeVarargs" | "Nullable"
        ),
        Language::Python => matches!(name, "override" | "typing.override" | "final" | "typing.final"),
        Language::CSharp => matches!(name, "Obsolete" | "SuppressMessage" | "ExcludeFromCodeCoverage"),
        _ => false,
    }
}

/// Whether attributes among the tokens mark a test.
pub(super) fn marks_test(tokens: &[Token]) -> bool {
    let words: Vec<&str> =
        tokens.iter().take_while(|token| token.role != Role::Code).map(|token| token.text.as_str()).collect();
    let is_rust = words.windows(2).any(|pair| matches!(pair, ["[" | ":" | "::" | "(", "test"]));
    let is_named = words.windows(2).any(|pair| {
        matches!(
            pair,
            [
                "@" | "[" | ",",
                "Test" | "ParameterizedTest" | "RepeatedTest" | "Fact" | "Theory" | "TestMethod" | "TestCase"
            ]
        )
    });
    is_rust || is_named
}
