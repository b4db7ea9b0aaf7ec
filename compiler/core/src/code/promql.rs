//! Faults in the PromQL of a spec.

use super::Code;
use crate::finding::Severity::{Error, Warning};

/// A selector that Prometheus would not accept here.
pub static INVALID_PROMQL: Code = Code {
    id: "invalid-promql",
    severity: Error,
    summary: "a selector that Prometheus would not accept here",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// The bad events are not a part of the total.
pub static BAD_NOT_SUBSET: Code = Code {
    id: "bad-not-subset",
    severity: Error,
    summary: "the bad events are not a part of the total",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// One indicator over series that are scraped at different intervals.
pub static MIXED_SCRAPE_INTERVALS: Code = Code {
    id: "mixed-scrape-intervals",
    severity: Warning,
    summary: "one indicator over series that are scraped at different intervals",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

pub(super) static CODES: &[&Code] = &[&INVALID_PROMQL, &BAD_NOT_SUBSET, &MIXED_SCRAPE_INTERVALS];
