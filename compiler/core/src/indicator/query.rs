//! Selectors that people wrote, parsed, with every part at its place in the source.

use std::ops::Range;

use super::pasted;
use crate::code;
use crate::finding::Finding;
use crate::promql::{Selector, boundary, parse_selector};
use crate::scope::Scope;
use crate::source::{Sources, Span, Spanned};
use crate::spec::leaf::Promql;
use crate::yaml::{self, Scalar};

/// A selector as written, parsed.
#[derive(Debug, Clone)]
pub struct Query {
    /// What it selects; a bucket boundary in every spelling.
    pub selector: Selector,
    /// The scalar that holds it.
    pub span: Span,
    scalar: Scalar,
}

impl Query {
    /// Parses a selector, and reports each fault at its place in the YAML scalar.
    pub(super) fn parse(promql: &Spanned<Promql>, scope: &mut Scope<'_>) -> Option<Self> {
        let scalar = &promql.value.0;
        match parse_selector(&scalar.text) {
            Ok(mut selector) => {
                boundary::widen(&mut selector);
                Some(Self { selector, span: promql.span, scalar: scalar.clone() })
            }
            Err(mut faults) => {
                // One hint says all; what it mends is no fault of its own.
                if let Some(hint) = pasted::hint(&scalar.text) {
                    faults.truncate(1);
                    faults.iter_mut().for_each(|fault| fault.hint = Some(hint.clone()));
                }
                let text = &scope.sources.get(promql.span.source).text;
                let place = |range| yaml::locate(text, promql.span, scalar, range);
                let findings: Vec<Finding> = faults
                    .into_iter()
                    .map(|fault| {
                        Finding::new(&code::INVALID_PROMQL, place(fault.range), fault.message)
                            .label(fault.label)
                            .maybe_hint(fault.hint)
                    })
                    .collect();
                scope.findings.extend(findings);
                None
            }
        }
    }

    /// The place in the source of a byte range of the selector's text.
    #[must_use]
    pub fn place(&self, sources: &Sources, range: Range<usize>) -> Span {
        yaml::locate(&sources.get(self.span.source).text, self.span, &self.scalar, range)
    }

    /// The selector's text as decoded from YAML.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.scalar.text
    }
}
