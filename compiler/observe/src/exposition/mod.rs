//! A page of metrics in Prometheus's text format or OpenMetrics, read whole.
//!
//! ```text
//! text ──line──▶ Comment | Sample ──families──▶ series of metrics
//! ```
//!
//! Both formats are read by one grammar: it takes quoted names, exemplars, time stamps, `# UNIT`, `# EOF` and native
//! histograms as OpenMetrics 2.0 writes them, and refuses what neither format allows.

mod line;

use std::collections::BTreeMap;
use std::fmt;

use emberline_core::spec::SeenType;

use crate::gather::Gather;
use line::{Comment, Line, Sample};

/// Why a page cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it; quotes nothing of the page.
    pub cause: &'static str,
}

impl fmt::Display for Malformed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}: {}", self.line, self.cause)
    }
}

impl std::error::Error for Malformed {}

/// The ends of a family's series, and the kinds that have them.
const ENDS: [(&str, &[SeenType]); 7] = [
    ("_bucket", &[SeenType::Histogram]),
    ("_count", &[SeenType::Histogram, SeenType::Summary]),
    ("_sum", &[SeenType::Histogram, SeenType::Summary]),
    ("_total", &[SeenType::Counter]),
    ("_created", &[SeenType::Histogram, SeenType::Summary, SeenType::Counter]),
    ("_gcount", &[SeenType::Histogram]),
    ("_gsum", &[SeenType::Histogram]),
];

/// Whether bytes begin like a page of metrics rather than like OTLP.
#[must_use]
pub fn is_page(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    match start.first() {
        Some(b'#' | b'_' | b':') => true,
        Some(byte) if byte.is_ascii_alphabetic() => true,
        // A quoted name in braces, where JSON has a colon behind the text.
        Some(b'{') => {
            let Some(rest) = start.get(1..).map(<[u8]>::trim_ascii_start) else { return false };
            let Some(rest) = rest.strip_prefix(b"\"") else { return false };
            let end = rest.iter().position(|byte| *byte == b'"').unwrap_or(rest.len());
            matches!(rest.get(end + 1..).unwrap_or_default().trim_ascii_start().first(), Some(b',' | b'}'))
        }
        _ => false,
    }
}

/// Reads a page. Its values are those since each program's start.
///
/// # Errors
/// The first line that neither format allows.
pub fn read(text: &str, into: &mut Gather) -> Result<(), Malformed> {
    let mut families = Families::default();
    let mut samples = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (at, line) in text.lines().enumerate() {
        let read = line::read(line).map_err(|cause| Malformed { line: at + 1, cause })?;
        match read {
            Line::Blank => {}
            Line::Comment(Comment::Type(name, kind)) => _ = families.kinds.insert(name, kind),
            Line::Comment(Comment::Unit(name, unit)) => _ = families.units.insert(name, unit),
            Line::Comment(Comment::End) => break,
            Line::Sample(sample) => samples.push(sample),
        }
    }
    // Older programs write no types; what has buckets is a histogram.
    for sample in &samples {
        if let Some(stem) = sample.name.strip_suffix("_bucket").filter(|_| sample.labels.contains_key("le")) {
            families.kinds.entry(stem.to_owned()).or_insert(SeenType::Histogram);
        }
    }
    samples.into_iter().for_each(|sample| families.take(sample, into));
    Ok(())
}

/// The declared families of a page.
#[derive(Debug, Default)]
struct Families {
    kinds: BTreeMap<String, SeenType>,
    units: BTreeMap<String, String>,
}

impl Families {
    /// The family of a sample, and the end of its name.
    fn family<'n>(&self, name: &'n str) -> (&'n str, &'n str, SeenType) {
        if let Some(kind) = self.kinds.get(name) {
            return (name, "", *kind);
        }
        for (end, kinds) in ENDS {
            let Some(stem) = name.strip_suffix(end) else { continue };
            if let Some(kind) = self.kinds.get(stem).filter(|kind| kinds.contains(kind)) {
                return (stem, end, *kind);
            }
        }
        (name, "", SeenType::Unknown)
    }

    fn take(&self, sample: Sample, into: &mut Gather) {
        let Sample { name, mut labels, value, is_native } = sample;
        let (family, end, kind) = self.family(&name);
        // Prometheus takes a counter's series by its whole name.
        let metric = if kind == SeenType::Counter { name.as_str() } else { family };
        if end == "_created" {
            return;
        }
        into.kind(metric, kind);
        if let Some(unit) = self.units.get(family) {
            into.unit(metric, unit);
        }
        match (kind, end) {
            (SeenType::Histogram, "_bucket") => {
                if let Some(le) = labels.remove("le") {
                    into.bound(metric, &le);
                }
            }
            (SeenType::Histogram, "") if is_native => {
                into.native(metric);
                into.series(metric, labels, Some(value));
            }
            (SeenType::Summary, "") => {}
            (SeenType::Histogram | SeenType::Summary, "_sum" | "_gsum") => {}
            (SeenType::Histogram | SeenType::Summary, _) => into.series(metric, labels, Some(value)),
            (SeenType::Counter, _) => into.series(metric, labels, Some(value)),
            _ => into.series(metric, labels, Some(value).filter(|_| metric.ends_with("_total"))),
        }
    }
}

#[cfg(test)]
mod tests;
