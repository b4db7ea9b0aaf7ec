//! Faults in what was generated.

use super::Code;
use crate::finding::Severity::Error;

/// A committed artefact is not what the specs compile to.
pub static STALE_ARTEFACT: Code = Code {
    id: "stale-artefact",
    severity: Error,
    summary: "a committed artefact is not what the specs compile to",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

pub(super) static CODES: &[&Code] = &[&STALE_ARTEFACT];
