//! Faults in what a spec says of metrics and labels.

use super::Code;
use crate::finding::Severity::{Error, Warning};

/// An objective names a metric that no spec declares.
pub static UNDECLARED_METRIC: Code = Code {
    id: "undeclared-metric",
    severity: Warning,
    summary: "an objective names a metric that no spec declares",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// A selector uses a label that its metric does not declare.
pub static UNDECLARED_LABEL: Code = Code {
    id: "undeclared-label",
    severity: Error,
    summary: "a selector uses a label that its metric does not declare",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// A selector asks for a value outside the label's declared values.
pub static UNDECLARED_VALUE: Code = Code {
    id: "undeclared-value",
    severity: Error,
    summary: "a selector asks for a value outside the label's declared values",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// A metric label without a bounded set of values.
pub static UNBOUNDED_LABEL: Code = Code {
    id: "unbounded-label",
    severity: Error,
    summary: "a metric label without a bounded set of values",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

/// A latency threshold that is no bucket boundary of its histogram.
pub static THRESHOLD_NOT_A_BUCKET: Code = Code {
    id: "threshold-not-a-bucket",
    severity: Error,
    summary: "a latency threshold that is no bucket boundary of its histogram",
    cause: "",
    wrong: "",
    right: "",
    remedy: "",
};

pub(super) static CODES: &[&Code] =
    &[&UNDECLARED_METRIC, &UNDECLARED_LABEL, &UNDECLARED_VALUE, &UNBOUNDED_LABEL, &THRESHOLD_NOT_A_BUCKET];
