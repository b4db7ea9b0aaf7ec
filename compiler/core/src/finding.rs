//! Findings: what is wrong, where, why and what to do about it.
//!
//! A finding is plain data. Colour, width, escaping and file formats belong to the renderers (`cli`'s `render`).

pub use crate::code::Severity;

use crate::code::Code;
use crate::source::Span;

/// A place with a few words on what it has to do with the finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What stands there; may be empty.
    pub text: String,
}

/// One fault with its place, cause and remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of fault; `emberline explain CODE` says more.
    pub code: &'static Code,
    /// The code's own severity, unless policy changed it.
    pub severity: Severity,
    /// Lower case, no full stop, what the person wrote in backquotes.
    pub message: String,
    /// The place at fault, with what is wrong *here*.
    pub label: Label,
    /// Other places that matter, such as the earlier of two duplicates.
    pub related: Vec<Label>,
    /// The arithmetic or the background, a sentence each.
    pub notes: Vec<String>,
    /// One action.
    pub hint: Option<String>,
    /// Where in a capture it shows; absent of what specs alone are at fault for.
    pub evidence: Option<Box<Evidence>>,
    /// Whether the place at fault holds a secret, of which no report may show anything.
    pub hides: bool,
}

/// The first place in a capture that shows a fault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The trace, in hexadecimal.
    pub trace_id: Option<String>,
    /// The span, in hexadecimal.
    pub span_id: Option<String>,
    /// The service that sent it.
    pub service: String,
    /// The hop at fault, `caller -> callee`.
    pub edge: Option<String>,
}

impl Finding {
    /// A finding of `code` at `span`, with the code's own severity.
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity,
            message: message.into(),
            label: Label { span, text: String::new() },
            related: Vec::new(),
            notes: Vec::new(),
            hint: None,
            evidence: None,
            hides: false,
        }
    }

    /// With a secret at its place.
    #[must_use]
    pub(crate) fn hides(mut self) -> Self {
        self.hides = true;
        self
    }

    /// With words beside the place at fault.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.label.text = text.into();
        self
    }

    /// With another place.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }

    /// With a sentence of background.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// With the place in a capture that shows it.
    #[must_use]
    pub fn evidence(mut self, evidence: Evidence) -> Self {
        self.evidence = Some(Box::new(evidence));
        self
    }

    /// With the action to take.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hint = Some(text.into());
        self
    }

    /// With the action to take, if there is one.
    #[must_use]
    pub(crate) fn maybe_hint(mut self, text: Option<String>) -> Self {
        self.hint = text.or(self.hint);
        self
    }
}

/// Puts findings in the order people read them: by source, place, then code. Makes output independent of check order.
/// What is said twice of one place (of a text behind an alias, of a policy by each objective) is kept once.
pub fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| (a.label.span, a.code.id, &a.message).cmp(&(b.label.span, b.code.id, &b.message)));
    findings.dedup_by(|later, first| {
        (later.label.span, later.code.id, &later.message) == (first.label.span, first.code.id, &first.message)
    });
}
