//! The catalogue of finding codes: one definition each, from which `explain`, the tests and the docs are made.
//!
//! A code's `wrong` example must produce the code and its `right` example must not; `tests/codes.rs` runs both.

mod arithmetic;
mod artefact;
mod promql;
mod spec;
mod telemetry;

pub use arithmetic::*;
pub use artefact::*;
pub use promql::*;
pub use spec::*;
pub use telemetry::*;

use crate::finding::Severity;

/// One kind of finding. Ids are stable: outside tools rely on them.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Kebab-case name, as printed in every format.
    pub id: &'static str,
    /// How grave, unless policy says otherwise.
    pub severity: Severity,
    /// One sentence: what is wrong.
    pub summary: &'static str,
    /// Why it is a fault, in prose (Markdown).
    pub cause: &'static str,
    /// A spec that produces the code.
    pub wrong: &'static str,
    /// The same spec, mended.
    pub right: &'static str,
    /// What to do, in prose (Markdown).
    pub remedy: &'static str,
}

/// Every code, in alphabetical order.
#[must_use]
pub fn all() -> Vec<&'static Code> {
    let mut codes: Vec<&'static Code> =
        [spec::CODES, arithmetic::CODES, artefact::CODES, promql::CODES, telemetry::CODES]
            .into_iter()
            .flatten()
            .copied()
            .collect();
    codes.sort_by_key(|code| code.id);
    codes
}

/// The code of that name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Code> {
    all().into_iter().find(|code| code.id == id)
}
