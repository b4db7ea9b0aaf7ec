//! Queries where a selector is due: what to write instead, whole.
//!
//! People paste from dashboards, alerts and Sloth's specs. What such a query says in several places (two metrics, a label to
//! group by, an offset, a quantile) belongs into several fields here, and a hint that names one of them loses the others.
//!
//! ```text
//! text ──promql::pasted──▶ tree ──counted, meaning──▶ Instead ──yaml──▶ hint
//! ```

mod counted;
mod meaning;
mod yaml;

use crate::promql::pasted::{self, Pasted};

/// What to write instead of a query; `None` where the text is none, or where its own faults are what matters.
pub(super) fn hint(text: &str) -> Option<String> {
    match pasted::parse(text)? {
        Pasted::Number(_) | Pasted::Text => None,
        query => Some(meaning::of(&query).to_string()),
    }
}

#[cfg(test)]
mod tests;
