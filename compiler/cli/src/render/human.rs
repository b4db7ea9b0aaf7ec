//! Findings for people, in the manner of rustc: the source with the fault underlined, why it is one, what to do.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use annotate_snippets::{Annotation, AnnotationKind, Element, Level, Origin, Snippet};
use emberline_core::finding::{Finding, Severity};

use super::excerpt::{Excerpt, Mark, excerpts};
use super::places::Places;
use super::{Counts, Renderer, Report};
use crate::terminal::{BOLD, GREEN, RED, YELLOW, clean};

/// The format `human`.
pub(crate) struct Human {
    renderer: annotate_snippets::Renderer,
}

impl Human {
    /// With colours, for a stream that strips them where they do not belong.
    pub(crate) fn styled() -> Self {
        Self { renderer: annotate_snippets::Renderer::styled() }
    }
}

impl Renderer for Human {
    fn render(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut places = Places::new(report.sources);
        let (shown, more) = in_full(report);
        for finding in shown {
            writeln!(out, "{}\n", self.finding(finding, &mut places))?;
        }
        for (_, alike) in more {
            writeln!(out, "{}\n", self.alike(&alike, &mut places))?;
        }
        writeln!(out, "{}", summary(report))
    }
}

/// Of so many warnings or notes of one code, the first few are shown in full and the others counted.
const MANY: usize = 10;
const FEW: usize = 3;
/// So many places are named where findings are counted.
const NAMED: usize = 12;

/// The findings of one code that are counted.
type Alike<'f> = BTreeMap<&'static str, Vec<&'f Finding>>;

/// The findings to show in full, and those that are counted: thirty times one warning hides the one error among them.
fn in_full<'f>(report: &Report<'f>) -> (Vec<&'f Finding>, Alike<'f>) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let is_mild = |finding: &Finding| finding.severity != Severity::Error;
    for finding in report.findings.iter().filter(|finding| is_mild(finding)) {
        *counts.entry(finding.code.id).or_default() += 1;
    }
    let (mut shown, mut more) = (Vec::new(), Alike::new());
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in report.findings {
        let is_many = is_mild(finding) && counts.get(finding.code.id).is_some_and(|count| *count >= MANY);
        let seen = seen.entry(finding.code.id).or_default();
        *seen += usize::from(is_mild(finding));
        match is_many && *seen > FEW {
            true => more.entry(finding.code.id).or_default().push(finding),
            false => shown.push(finding),
        }
    }
    (shown, more)
}

impl Human {
    /// Findings of one code in few lines.
    fn alike(&self, findings: &[&Finding], places: &mut Places<'_>) -> String {
        let gravest = findings.iter().map(|finding| finding.severity).max();
        let (level, word) = match gravest {
            Some(Severity::Note) => (Level::NOTE, "note"),
            _ => (Level::WARNING, "warning"),
        };
        let code = findings.first().map(|finding| finding.code.id).unwrap_or_default();
        let named: Vec<String> = findings
            .iter()
            .take(NAMED)
            .map(|finding| {
                let span = finding.label.span;
                format!("{}:{}", clean(places.path(span.source)), places.positions(span).0.line)
            })
            .collect();
        let rest = match findings.len() - named.len() {
            0 => String::new(),
            rest => format!(" and {rest} more"),
        };
        let title = format!("{} of this kind", counted(findings.len(), &format!("more {word}")));
        let elements = [
            Element::from(Level::NOTE.message(format!("at {}{rest}", named.join(", ")))),
            Element::from(Level::HELP.message("`--format json` lists each with its remedy")),
        ];
        self.renderer.render(&[level.primary_title(title).id(code).elements(elements)])
    }

    fn finding(&self, finding: &Finding, places: &mut Places<'_>) -> String {
        let level = match finding.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let labels = std::iter::once((&finding.label, true)).chain(finding.related.iter().map(|label| (label, false)));
        let marks =
            labels.map(|(label, is_primary)| Mark { span: label.span, text: &label.text, is_primary }).collect();
        let mut elements = Vec::new();
        for excerpt in excerpts(marks, places) {
            show(excerpt, places, &mut elements);
        }
        for note in &finding.notes {
            elements.push(Level::NOTE.message(clean(note)).into());
        }
        if let Some(trace) = finding.evidence.as_ref().and_then(|evidence| evidence.trace_id.as_ref()) {
            elements.push(Level::NOTE.message(format!("seen in the trace {}", clean(trace))).into());
        }
        if let Some(hint) = &finding.hint {
            elements.push(Level::HELP.message(clean(hint)).into());
        }
        self.renderer.render(&[level.primary_title(clean(&finding.message)).id(finding.code.id).elements(elements)])
    }
}

/// The path with the place, then the lines. A source without any text (a file that is missing) shows its path alone.
fn show<'a>(excerpt: Excerpt<'a>, places: &Places<'_>, elements: &mut Vec<Element<'a>>) {
    let path = clean(places.path(excerpt.source));
    if places.text(excerpt.source).is_empty() {
        elements.push(Origin::path(path).line(1).into());
        return;
    }
    let mut snippet = Snippet::source(excerpt.text).line_start(excerpt.first_line);
    match excerpt.moved_from {
        // The snippet would count columns in what is left of the line.
        Some(place) => elements.push(Origin::path(path).line(place.line).char_column(place.column).into()),
        None => snippet = snippet.path(path),
    }
    let annotations = excerpt.marks.into_iter().map(|(range, mark)| {
        let kind = if mark.is_primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let label = (!mark.text.is_empty()).then(|| clean(mark.text));
        kind.span(range).label(label)
    });
    let annotations: Vec<Annotation<'a>> = annotations.collect();
    elements.push(snippet.annotations(annotations).into());
}

/// `2 errors and 1 warning in 2 files; …`.
fn summary(report: &Report<'_>) -> String {
    let Counts { errors, warnings, notes } = report.counts();
    let mut parts: Vec<String> =
        [(errors, "error", RED), (warnings, "warning", YELLOW), (notes, "note", BOLD), (report.waived, "waived", BOLD)]
            .into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, word, style)| match word {
                "waived" => format!("{style}{count} waived{style:#}"),
                _ => format!("{style}{}{style:#}", counted(count, word)),
            })
            .collect();
    if report.findings.is_empty() {
        let checked: BTreeSet<&str> = report.sources.iter().map(|(_, source)| source.path.as_str()).collect();
        let checked = counted(checked.len(), "file");
        parts.insert(0, format!("{GREEN}no findings{GREEN:#}"));
        return format!("{} in {checked}", parts.join(", "));
    }
    // Several parts of one file are one file.
    let path = |finding: &Finding| report.sources.get(finding.label.span.source).path.as_str();
    let files: BTreeSet<&str> = report.findings.iter().map(path).collect();
    let codes: BTreeSet<_> = report.findings.iter().map(|finding| finding.code.id).collect();
    let code = match codes.first() {
        Some(only) if codes.len() == 1 => only,
        _ => "CODE",
    };
    format!("{} in {}; `emberline explain {code}` says more", parts.join(", "), counted(files.len(), "file"))
}

/// `1 file`, `2 files`.
pub(crate) fn counted(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
