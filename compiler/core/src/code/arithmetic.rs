//! Faults in what an objective asks of arithmetic.

use super::Code;
use crate::finding::Severity::{Error, Warning};

/// An objective must lie between 0% and 100%, both excluded.
pub static OBJECTIVE_OUT_OF_RANGE: Code = Code {
    id: "objective-out-of-range",
    severity: Error,
    summary: "an objective must lie between 0% and 100%, both excluded",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// An alert whose threshold no error ratio can reach.
pub static CANNOT_FIRE: Code = Code {
    id: "cannot-fire",
    severity: Error,
    summary: "an alert whose threshold no error ratio can reach",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// A window that holds fewer than four scrapes.
pub static WINDOW_TOO_SHORT: Code = Code {
    id: "window-too-short",
    severity: Error,
    summary: "a window that holds fewer than four scrapes",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// So little traffic that a single failed request pages.
pub static LOW_TRAFFIC: Code = Code {
    id: "low-traffic",
    severity: Warning,
    summary: "so little traffic that a single failed request pages",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

pub(super) static CODES: &[&Code] = &[&OBJECTIVE_OUT_OF_RANGE, &CANNOT_FIRE, &WINDOW_TOO_SHORT, &LOW_TRAFFIC];
