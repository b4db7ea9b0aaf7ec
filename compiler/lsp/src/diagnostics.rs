//! Findings as diagnostics.

use emberline_core::finding::{Finding, Label, Severity};
use emberline_core::source::{SourceId, Sources};
use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Uri,
};

use crate::text::Lines;
use crate::uri;
use crate::world::World;

/// What turns findings into diagnostics.
pub struct Diagnosing<'d> {
    /// The texts.
    pub sources: &'d Sources,
    /// The URI of a source.
    pub uri: &'d dyn Fn(SourceId) -> Option<Uri>,
    /// For the pages of codes.
    pub world: &'d dyn World,
}

impl Diagnosing<'_> {
    /// The diagnostics of one file's findings.
    #[must_use]
    pub fn all(&self, id: SourceId, findings: &[Finding]) -> Vec<Diagnostic> {
        let text = &self.sources.get(id).text;
        let lines = Lines::of(text);
        findings.iter().map(|finding| self.one(finding, lines.range(text, finding.label.span.range()))).collect()
    }

    fn one(&self, finding: &Finding, range: lsp_types::Range) -> Diagnostic {
        let page = self.world.page(&format!("runbooks/codes.d/{}.html", finding.code.id));
        let related: Vec<_> = finding.related.iter().filter_map(|label| self.related(label)).collect();
        Diagnostic {
            range,
            severity: Some(match finding.severity {
                Severity::Error => DiagnosticSeverity::ERROR,
                Severity::Warning => DiagnosticSeverity::WARNING,
                Severity::Note => DiagnosticSeverity::INFORMATION,
            }),
            code: Some(NumberOrString::String(finding.code.id.to_owned())),
            code_description: page.and_then(|path| uri::of(&path)).map(|href| CodeDescription { href }),
            source: Some("emberline".to_owned()),
            message: message(finding),
            related_information: (!related.is_empty()).then_some(related),
            ..Diagnostic::default()
        }
    }

    fn related(&self, label: &Label) -> Option<DiagnosticRelatedInformation> {
        let text = &self.sources.get(label.span.source).text;
        let range = Lines::of(text).range(text, label.span.range());
        let location = Location { uri: (self.uri)(label.span.source)?, range };
        Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
    }
}

/// What is wrong, why, and what to do, a line each.
fn message(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    if !finding.label.text.is_empty() && !finding.message.contains(&finding.label.text) {
        text.push_str(&format!(" ({})", finding.label.text));
    }
    for note in &finding.notes {
        text.push_str(&format!("\nnote: {note}"));
    }
    if let Some(hint) = &finding.hint {
        text.push_str(&format!("\nhelp: {hint}"));
    }
    text
}
