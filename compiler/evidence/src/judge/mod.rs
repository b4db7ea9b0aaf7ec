//! `Capture, Model → Findings`: compares the declarations with the telemetry.
//!
//! The capture is judged in parts, each of whole traces. A fault that shows in many traces is reported once, with the
//! lowest trace id and the number of times. The findings therefore do not depend on the order of the capture.

mod answered;
mod arrival;
mod branches;
mod conclude;
mod context;
mod faults;
mod hops;
mod joins;
mod leaks;
mod messages;
mod missing;
mod peers;
mod sampling;
mod series;
mod trace;
mod tree;

use std::io;

use emberline_core::code;
use emberline_core::finding::{self, Finding};
use emberline_core::model::Model;

use crate::capture::{Capture, Part};
use crate::span::{Reference, Span, SpanKind, TraceId};
use context::{Judge, Seen};
pub use context::{Sampled, Stage};
pub use series::Shown;
use tree::Tree;

/// The most different spans of one id that are kept.
const DIFFERENT: usize = 8;

/// The findings, and whether anything can be concluded from the capture.
#[derive(Debug)]
pub struct Verdict {
    /// Sorted findings.
    pub findings: Vec<Finding>,
    /// Whether the capture is too thin or too lossy to judge.
    pub is_inconclusive: bool,
    /// The time series of each metric, as seen and as bounded.
    pub series: Vec<Shown>,
    /// How often a fault showed that is not among the findings: thousands of its code are.
    pub left_out: u64,
    /// The judged traces by the decision of the generated tail sampling.
    pub sampled: Sampled,
}

/// Judges a capture. Findings about services without a spec point to the first service of `model`. A model without a
/// service makes the verdict inconclusive.
///
/// # Errors
///
/// The file of spans that memory could not hold cannot be read again.
pub fn judge(capture: &mut Capture, model: &Model, stage: Stage) -> io::Result<Verdict> {
    let Some(fallback) = model.services.first().map(|service| service.name.span) else {
        return Ok(Verdict {
            findings: Vec::new(),
            is_inconclusive: true,
            series: Vec::new(),
            left_out: 0,
            sampled: Sampled::default(),
        });
    };
    let mut seen = Seen::default();
    let mut is_short = false;
    capture.parts(|capture, part| {
        is_short |= part.is_short;
        let mut judge = Judge::new(capture, model, fallback, &mut seen);
        self::part(&mut judge, part, stage);
    })?;
    let mut judge = Judge::new(capture, model, fallback, &mut seen);
    conclude::run(&mut judge);
    let series = series::run(&mut judge);
    leaks::run(&mut judge);
    let is_inconclusive = inconclusive(&mut judge, is_short);
    let (sampled, left_out) = (seen.sampled, seen.faults.left_out());
    let mut findings = seen.faults.findings();
    finding::sort(&mut findings);
    Ok(Verdict { findings, is_inconclusive, series, left_out, sampled })
}

/// Judges the traces of a part, and the records that name them.
fn part(judge: &mut Judge<'_>, part: Part, stage: Stage) {
    let Part { mut spans, mut references, .. } = part;
    spans.sort_by_key(|span| span.trace);
    references.sort_by_key(|reference| reference.trace);
    let mut references = references.as_slice();
    for spans in spans.chunk_by(|one, other| one.trace == other.trace) {
        let Some(trace) = spans.first().map(|span| span.trace) else { continue };
        let (before, of) = split(references, trace);
        references = &references[before.len() + of.len()..];
        joins::outside(judge, before, stage);
        let spans = distinct(spans);
        let tree = Tree::new(&spans);
        trace::run(judge, &tree);
        hops::run(judge, &tree);
        joins::unsampled(judge, &spans, of);
        sampling::run(judge, &spans, of, stage);
    }
    joins::outside(judge, references, stage);
}

fn inconclusive(judge: &mut Judge<'_>, is_short: bool) -> bool {
    let counts = judge.capture.counts;
    let mut causes = Vec::new();
    if judge.capture.is_cut {
        causes.push("it ends inside a record".to_owned());
    }
    if counts.skipped() > 0 {
        causes.push(format!("{} of its records were not read", counts.skipped()));
    }
    if counts.bad_ids > 0 {
        causes.push(format!("{} of its ids are zero or of the wrong length", counts.bad_ids));
    }
    if counts.spans.read == 0 {
        causes.push("it holds no span".to_owned());
    }
    if is_short {
        causes.push("a few of its traces have more spans than can be held".to_owned());
    }
    // What SDKs dropped may be the reason for missing parents.
    if counts.dropped > 0 && judge.seen.orphans > 0 {
        causes.push(format!(
            "SDKs dropped {} attributes, events or links, and {} spans have no parent in it",
            counts.dropped, judge.seen.orphans
        ));
    }
    if causes.is_empty() {
        return false;
    }
    let code = &code::INCONCLUSIVE_CAPTURE;
    let hint = match counts.unknown {
        0 => "take a longer capture, and stop it only after exporters have flushed",
        _ => "name the signal of ambiguous messages with `--signal`; keep everything but OTLP 1.10 out of the capture",
    };
    judge.report(code, judge.fallback, String::new(), 0, |judge| {
        let message = format!("the capture is inconclusive: {}", causes.join("; "));
        Finding::new(code, judge.fallback, message).hint(hint)
    });
    true
}

/// The references to traces before this one, and the references to this one.
fn split(references: &[Reference], trace: TraceId) -> (&[Reference], &[Reference]) {
    let before = references.partition_point(|reference| reference.trace < trace);
    let (before, rest) = references.split_at(before);
    let of = rest.partition_point(|reference| reference.trace == trace);
    (before, &rest[..of])
}

/// The spans of a trace without retries: a repeated export sends the same spans again. If very many different spans share
/// an id, a few of them suffice to show the fault.
fn distinct(spans: &[Span]) -> Vec<&Span> {
    let mut sorted: Vec<&Span> = spans.iter().collect();
    // A request that shares its id with its call stands behind it.
    sorted.sort_by_key(|span| (span.id, span.kind != SpanKind::Client));
    let mut kept: Vec<&Span> = Vec::with_capacity(sorted.len());
    let mut first = 0;
    for span in sorted {
        if kept.get(first).is_none_or(|other| other.id != span.id) {
            first = kept.len();
        }
        let same = &kept[first..];
        if same.len() < DIFFERENT && !same.contains(&span) {
            kept.push(span);
        }
    }
    kept
}
