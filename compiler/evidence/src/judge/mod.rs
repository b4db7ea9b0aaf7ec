//! `Capture, Model → Findings`: what is declared held against what was seen.
//!
//! Traces are judged a part of the capture at a time. A fault shows in many of them, so each is reported once, with the
//! lowest trace id that shows it and how many do: the answer does not depend on the order of the capture.

mod faults;
mod hops;
mod joins;
mod leaks;
mod sampling;
mod trace;

use std::collections::HashMap;
use std::io;

use emberline_core::code;
use emberline_core::finding::{self, Evidence, Finding};
use emberline_core::model::{Call, Model, Service};
use emberline_core::source::Span as Place;

use crate::capture::{Capture, Name, Part, Reference, Span, TraceId};
use faults::Faults;
use hops::Missing;
pub use sampling::Sampled;

/// Where on its way the telemetry was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// As services send it: it may hold what redaction takes out.
    Raw,
    /// After redaction, before sampling.
    Redacted,
    /// After sampling: logs and profiles are not sampled, so they may name traces that are gone.
    Kept,
}

/// What was found, and whether anything can be concluded.
#[derive(Debug)]
pub struct Verdict {
    /// Sorted findings.
    pub findings: Vec<Finding>,
    /// Whether the capture is too thin or too lossy to judge.
    pub is_inconclusive: bool,
    /// Traces that were judged, and what the generated tail sampling would make of them.
    pub sampled: Sampled,
}

/// Judges a capture. `model` holds at least one service; findings about others point to the first.
///
/// # Errors
///
/// What was put aside while reading cannot be read again.
pub fn judge(capture: &mut Capture, model: &Model, stage: Stage) -> io::Result<Verdict> {
    let Some(fallback) = model.services.first().map(|service| service.name.span) else {
        return Ok(Verdict { findings: Vec::new(), is_inconclusive: true, sampled: Sampled::default() });
    };
    let mut seen = Seen::default();
    let mut is_short = false;
    capture.parts(|capture, part| {
        is_short |= part.is_short;
        let mut judge = Judge::new(capture, model, fallback, &mut seen);
        judge.part(part, stage);
    })?;
    let mut judge = Judge::new(capture, model, fallback, &mut seen);
    hops::conclude(&mut judge);
    joins::labels(&mut judge);
    leaks::run(&mut judge);
    let is_inconclusive = judge.inconclusive(is_short);
    let sampled = seen.sampled;
    let mut findings = seen.faults.findings();
    finding::sort(&mut findings);
    Ok(Verdict { findings, is_inconclusive, sampled })
}

/// What is known of the parts judged so far.
#[derive(Default)]
struct Seen {
    faults: Faults,
    missing: Missing,
    sampled: Sampled,
    /// Spans whose parent is not in the capture.
    orphans: u64,
}

struct Judge<'c> {
    capture: &'c Capture,
    model: &'c Model,
    fallback: Place,
    /// Declared services by the number that the capture has for them.
    declared: HashMap<Name, &'c Service>,
    seen: &'c mut Seen,
}

/// How many spans of one id are told apart.
const DIFFERENT: usize = 8;

impl<'c> Judge<'c> {
    fn new(capture: &'c Capture, model: &'c Model, fallback: Place, seen: &'c mut Seen) -> Self {
        let declared = model
            .services
            .iter()
            .filter_map(|service| Some((capture.services.find(&service.name.value)?, service)))
            .collect();
        Self { capture, model, fallback, declared, seen }
    }

    /// Judges the traces of a part, and what names them.
    fn part(&mut self, part: Part, stage: Stage) {
        let Part { mut spans, mut references, .. } = part;
        spans.sort_by_key(|span| span.trace);
        references.sort_by_key(|reference| reference.trace);
        let mut references = references.as_slice();
        for spans in spans.chunk_by(|one, other| one.trace == other.trace) {
            let Some(trace) = spans.first().map(|span| span.trace) else { continue };
            let (before, of) = split(references, trace);
            references = &references[before.len() + of.len()..];
            joins::outside(self, before, stage);
            let spans = distinct(spans);
            trace::run(self, &spans);
            hops::run(self, &spans);
            sampling::run(self, &spans, of, stage);
        }
        joins::outside(self, references, stage);
    }

    fn service(&self, name: Name) -> &'c str {
        self.capture.services.text(name)
    }

    fn declared(&self, name: Name) -> Option<&'c Service> {
        self.declared.get(&name).copied()
    }

    /// The declared call of one service to another.
    fn call(&self, caller: Name, callee: &str) -> Option<&'c Call> {
        self.declared(caller)?.calls.iter().find(|call| call.service.value == callee)
    }

    /// Where a service is declared.
    fn place(&self, service: Name) -> Place {
        self.declared(service).map_or(self.fallback, |service| service.name.span)
    }

    /// Where a hop is declared, else its caller, else its callee.
    fn place_of_hop(&self, caller: Name, callee: Name) -> Place {
        let call = self.call(caller, self.service(callee)).map(|call| call.service.span);
        call.unwrap_or_else(|| self.place(if self.declared(caller).is_some() { caller } else { callee }))
    }

    fn inconclusive(&mut self, is_short: bool) -> bool {
        let counts = self.capture.counts;
        let mut causes = Vec::new();
        if self.capture.is_cut {
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
        // The loss may be what broke the traces.
        if counts.dropped > 0 && self.seen.orphans > 0 {
            causes.push(format!(
                "SDKs say that they left out {} attributes, events or links, and {} spans hang on none",
                counts.dropped, self.seen.orphans
            ));
        }
        if causes.is_empty() {
            return false;
        }
        let code = &code::INCONCLUSIVE_CAPTURE;
        let hint = match counts.unknown {
            0 => "take a longer capture, and stop it once exporters have flushed",
            _ => {
                "say with `--signal` what the messages are that fit several signals; write what is no OTLP 1.10 elsewhere"
            }
        };
        self.report(code, self.fallback, String::new(), 0, |judge| {
            let message = format!("the capture is inconclusive: {}", causes.join("; "));
            Finding::new(code, judge.fallback, message).hint(hint)
        });
        true
    }

    /// The evidence that a span is.
    fn evidence(&self, span: &Span, edge: Option<(Name, Name)>) -> Evidence {
        Evidence {
            span_id: Some(format!("{:016x}", span.id)),
            edge: edge.map(|(caller, callee)| format!("{} -> {}", self.service(caller), self.service(callee))),
            ..self.evidence_of(span.service, Some(span.trace))
        }
    }

    /// The evidence that something is which names a trace, or none.
    fn evidence_of(&self, service: Name, trace: Option<TraceId>) -> Evidence {
        Evidence {
            trace_id: trace.map(|trace| format!("{trace:032x}")),
            service: self.service(service).to_owned(),
            ..Evidence::default()
        }
    }

    /// How a span is called in a message.
    fn called(&self, span: &Span) -> String {
        let (kind, service) = (span.kind.word(), self.service(span.service));
        match self.capture.names.text(span.name) {
            "" => format!("a {kind} span of {service}"),
            name => format!("the {kind} span `{name}` of {service}"),
        }
    }
}

/// Those of traces before this one, and those of it.
fn split(references: &[Reference], trace: TraceId) -> (&[Reference], &[Reference]) {
    let before = references.partition_point(|reference| reference.trace < trace);
    let (before, rest) = references.split_at(before);
    let of = rest.partition_point(|reference| reference.trace == trace);
    (before, &rest[..of])
}

/// The spans of a trace, retries left out: an export that is repeated sends the same spans again. Of very many that
/// differ under one id, a few show the fault.
fn distinct(spans: &[Span]) -> Vec<&Span> {
    let mut sorted: Vec<&Span> = spans.iter().collect();
    sorted.sort_by_key(|span| span.id);
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
