//! The catalogue of finding codes: one definition each, from which `explain`, the tests and the docs are made.
//!
//! Examples are run, not only shown: `core/tests/codes.rs` reads every pair of specs, and `cli/tests/sessions.rs` types
//! every pair of sessions. Pages are read in a terminal, so their lines are broken by hand at [`COLUMNS`].

mod arithmetic;
mod artefact;
mod evidence;
mod gate;
mod kind;
mod observed;
mod promql;
mod rulers;
mod spec;
mod telemetry;
mod units;

pub use arithmetic::*;
pub use artefact::*;
pub use evidence::*;
pub(crate) use gate::*;
pub use gate::{LOCKED_FIELD, SDK_CARDINALITY_LIMIT, SERIES_BUDGET};
pub use kind::{COLUMNS, Code, Example, Severity, files};
pub(crate) use observed::*;
pub(crate) use promql::*;
pub use rulers::*;
pub use spec::*;
pub use telemetry::*;
pub(crate) use units::*;

/// Every code, in alphabetical order.
#[must_use]
pub fn all() -> Vec<&'static Code> {
    let mut codes: Vec<&'static Code> = [
        spec::CODES,
        arithmetic::CODES,
        artefact::CODES,
        evidence::CODES,
        gate::CODES,
        observed::CODES,
        promql::CODES,
        rulers::CODES,
        telemetry::CODES,
        units::CODES,
    ]
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
