//! Why a regex is refused, and where.

use std::ops::Range;

/// Why Prometheus would refuse a regex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegexFault {
    /// Bytes of the regex; at its end it may be empty.
    pub range: Range<usize>,
    /// Lower case, no full stop.
    pub message: String,
    /// What to do, where there is more to say than the message does.
    pub hint: Option<String>,
}
