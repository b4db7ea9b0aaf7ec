//! Faults in the form of a spec.

use super::Code;
use crate::finding::Severity::Error;

/// The file is not YAML that a spec can be read from.
pub static INVALID_YAML: Code = Code {
    id: "invalid-yaml",
    severity: Error,
    summary: "the file is not YAML that a spec can be read from",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// A field that the specification does not know.
pub static UNKNOWN_FIELD: Code = Code {
    id: "unknown-field",
    severity: Error,
    summary: "a field that the specification does not know",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// A required field is missing.
pub static MISSING_FIELD: Code = Code {
    id: "missing-field",
    severity: Error,
    summary: "a required field is missing",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// A value of the wrong type, form or range.
pub static INVALID_VALUE: Code = Code {
    id: "invalid-value",
    severity: Error,
    summary: "a value of the wrong type, form or range",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// A name that no spec declares.
pub static UNKNOWN_REFERENCE: Code = Code {
    id: "unknown-reference",
    severity: Error,
    summary: "a name that no spec declares",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// Two objectives of one service have the same name.
pub static DUPLICATE_SLO: Code = Code {
    id: "duplicate-slo",
    severity: Error,
    summary: "two objectives of one service have the same name",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// Something that may be declared once is declared twice.
pub static DUPLICATE_NAME: Code = Code {
    id: "duplicate-name",
    severity: Error,
    summary: "something that may be declared once is declared twice",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

pub(super) static CODES: &[&Code] = &[
    &INVALID_YAML,
    &UNKNOWN_FIELD,
    &MISSING_FIELD,
    &INVALID_VALUE,
    &UNKNOWN_REFERENCE,
    &DUPLICATE_SLO,
    &DUPLICATE_NAME,
];
