//! Which spans of different traces count as the same.

use serde::Serialize;

use super::spot::Spot;
use crate::source::{Span, SpanKind};

/// The properties by which two spans of different traces count as the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Kind {
    /// The service.
    pub service: String,
    /// The span's name, with `N` for each number.
    pub name: String,
    /// The span's kind: `server`, `client`, …
    pub kind: &'static str,
    /// The span's `code.function.name`, if it has one.
    pub function: String,
}

impl Kind {
    /// The kind of a span.
    pub(super) fn of(span: &Span) -> Self {
        let kind = match span.kind {
            SpanKind::Internal => "internal",
            SpanKind::Server => "server",
            SpanKind::Client => "client",
            SpanKind::Producer => "producer",
            SpanKind::Consumer => "consumer",
        };
        let function = Spot::of(&span.attributes).map(|spot| spot.function).unwrap_or_default();
        Self { service: span.service.clone(), name: unnumbered(&span.name), kind, function }
    }

    /// The span as people read it.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} `{}`", self.service, self.name)
    }
}

/// A name with `N` for each run of digits, so that `GET /orders/17` is the same as `GET /orders/18`.
fn unnumbered(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !out.ends_with('N') {
            out.push('N');
        }
    }
    out
}
