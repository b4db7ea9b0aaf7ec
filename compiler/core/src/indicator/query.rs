//! Selectors that people wrote, parsed, with every part at its place in the source.

use std::ops::Range;

use super::pasted;
use crate::code;
use crate::finding::Finding;
use crate::promql::{Fault, Selector, boundary, parse_selector};
use crate::scope::Scope;
use crate::source::{Sources, Span, Spanned};
use crate::spec::leaf::Promql;
use crate::yaml::{self, Scalar};

/// A text of PromQL as written.
#[derive(Debug, Clone)]
pub(super) struct Written {
    span: Span,
    scalar: Scalar,
}

impl Written {
    /// The text of the scalar at `span`.
    pub(super) fn of(span: Span, promql: &Promql) -> Self {
        Self { span, scalar: promql.0.clone() }
    }

    /// The text as decoded from YAML.
    pub(super) fn text(&self) -> &str {
        &self.scalar.text
    }

    /// The place in the source of a byte range of the text.
    pub(super) fn place(&self, sources: &Sources, range: Range<usize>) -> Span {
        yaml::locate(&sources.get(self.span.source).text, self.span, &self.scalar, range)
    }

    /// Reports faults at their places.
    pub(super) fn report(&self, faults: Vec<Fault>, scope: &mut Scope<'_>) {
        for fault in faults {
            let place = self.place(scope.sources, fault.range);
            let finding = Finding::new(&code::INVALID_PROMQL, place, fault.message);
            scope.report(finding.label(fault.label).maybe_hint(fault.hint));
        }
    }
}

/// A selector as written, parsed.
#[derive(Debug, Clone)]
pub struct Query {
    /// What it selects; a bucket boundary in every spelling.
    pub selector: Selector,
    /// The scalar that holds it.
    pub span: Span,
    written: Written,
}

impl Query {
    /// Parses a selector, and reports each fault at its place in the YAML scalar.
    pub(super) fn parse(promql: &Spanned<Promql>, scope: &mut Scope<'_>) -> Option<Self> {
        let written = Written::of(promql.span, &promql.value);
        match parse_selector(written.text()) {
            Ok(mut selector) => {
                boundary::widen(&mut selector);
                Some(Self::inside(selector, &written))
            }
            Err(mut faults) => {
                // One hint says all; what it mends is no fault of its own.
                if let Some(hint) = pasted::hint(written.text()) {
                    faults.truncate(1);
                    faults.iter_mut().for_each(|fault| fault.hint = Some(hint.clone()));
                }
                written.report(faults, scope);
                None
            }
        }
    }

    /// A selector whose ranges are places of a longer text.
    pub(super) fn inside(selector: Selector, written: &Written) -> Self {
        Self { selector, span: written.span, written: written.clone() }
    }

    /// The place in the source of a byte range of the text that holds it.
    #[must_use]
    pub fn place(&self, sources: &Sources, range: Range<usize>) -> Span {
        self.written.place(sources, range)
    }

    /// The text that holds it, as decoded from YAML.
    #[must_use]
    pub fn text(&self) -> &str {
        self.written.text()
    }
}
