//! `Capture, Model → Findings`: what is declared held against what was seen.
//!
//! A fault shows in many traces, so each is reported once, with the first trace that shows it and how many do.

mod hops;
mod joins;
mod leaks;
mod trace;

use std::collections::{BTreeMap, HashMap, HashSet};

use emberline_core::code::{self, Code};
use emberline_core::finding::{self, Evidence, Finding};
use emberline_core::model::{Call, Model, Service};
use emberline_core::source::Span as Place;

use crate::capture::{Capture, Span, TraceId};

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
}

/// Judges a capture. `model` holds at least one service; findings about others point to the first.
#[must_use]
pub fn judge(capture: &Capture, model: &Model, stage: Stage) -> Verdict {
    let Some(fallback) = model.services.first().map(|service| service.name.span) else {
        return Verdict { findings: Vec::new(), is_inconclusive: true };
    };
    let mut judge = Judge { capture, model, fallback, faults: BTreeMap::new() };
    let traces = judge.traces();
    for spans in traces.values() {
        trace::run(&mut judge, spans);
        hops::run(&mut judge, spans, &traces);
    }
    let known: HashSet<TraceId> = traces.keys().copied().collect();
    joins::run(&mut judge, &known, stage);
    leaks::run(&mut judge);
    let is_inconclusive = judge.inconclusive();
    let mut findings = judge.findings();
    finding::sort(&mut findings);
    Verdict { findings, is_inconclusive }
}

/// The spans of each trace, in the order of the capture, retries left out; sorted, so that the first is always the same.
type Traces<'c> = BTreeMap<TraceId, Vec<&'c Span>>;

/// How many spans of one id are told apart.
const DIFFERENT: usize = 8;

struct Judge<'c> {
    capture: &'c Capture,
    model: &'c Model,
    fallback: Place,
    /// Faults by code, place and what tells them apart, with how often each shows.
    faults: BTreeMap<(&'static str, Place, String), (Finding, u64)>,
}

impl<'c> Judge<'c> {
    fn traces(&self) -> Traces<'c> {
        let mut traces = Traces::new();
        let mut seen: HashMap<(TraceId, u64), Vec<&Span>> = HashMap::new();
        for span in &self.capture.spans {
            let same = seen.entry((span.trace, span.id)).or_default();
            // A retry of an export sends the same span again. Of very many that differ, a few show the fault.
            if same.len() < DIFFERENT && !same.contains(&span) {
                same.push(span);
                traces.entry(span.trace).or_default().push(span);
            }
        }
        traces
    }

    fn service(&self, index: usize) -> &'c str {
        self.capture.services.get(index).map_or("", String::as_str)
    }

    fn declared(&self, name: &str) -> Option<&'c Service> {
        self.model.services.iter().find(|service| service.name.value == name)
    }

    fn call(&self, caller: &str, callee: &str) -> Option<&'c Call> {
        self.declared(caller)?.calls.iter().find(|call| call.service.value == callee)
    }

    /// Where a service is declared.
    fn place(&self, service: &str) -> Place {
        self.declared(service).map_or(self.fallback, |service| service.name.span)
    }

    /// Where a hop is declared, else its caller, else its callee.
    fn place_of_hop(&self, caller: &str, callee: &str) -> Place {
        let call = self.call(caller, callee).map(|call| call.service.span);
        call.unwrap_or_else(|| self.place(if self.declared(caller).is_some() { caller } else { callee }))
    }

    /// Reports a fault of a kind; only the first of those with the same `key` is shown, the others are counted.
    fn report(&mut self, code: &'static Code, place: Place, key: String, finding: impl FnOnce() -> Finding) {
        self.faults.entry((code.id, place, key)).or_insert_with(|| (finding(), 0)).1 += 1;
    }

    fn inconclusive(&mut self) -> bool {
        let capture = self.capture;
        let cause = match () {
            () if capture.cut => "it ends inside a record".to_owned(),
            () if capture.spans.is_empty() => "it holds no span".to_owned(),
            () if capture.bad_ids > 0 && capture.spans.len() as u64 <= capture.bad_ids => {
                format!("{} of its spans have no usable id", capture.bad_ids)
            }
            () => return false,
        };
        let finding =
            Finding::new(&code::INCONCLUSIVE_CAPTURE, self.fallback, format!("the capture says nothing: {cause}"))
                .hint("take a longer capture, and stop it once exporters have flushed");
        self.report(&code::INCONCLUSIVE_CAPTURE, self.fallback, String::new(), || finding);
        true
    }

    fn findings(self) -> Vec<Finding> {
        let counted = |(finding, count): (Finding, u64)| match count {
            1 => finding,
            _ => finding.note(format!("shows {count} times in this capture; this is the first")),
        };
        self.faults.into_values().map(counted).collect()
    }

    /// The evidence that a span is.
    fn evidence(&self, span: &Span, edge: Option<(&str, &str)>) -> Evidence {
        Evidence {
            trace_id: Some(format!("{:032x}", span.trace)),
            span_id: Some(format!("{:016x}", span.id)),
            service: self.service(span.service).to_owned(),
            edge: edge.map(|(caller, callee)| format!("{caller} -> {callee}")),
        }
    }

    /// How a span is called in a message.
    fn called(&self, span: &Span) -> String {
        let kind = span.kind.word();
        match &*span.name {
            "" => format!("a {kind} span of {}", self.service(span.service)),
            name => format!("the {kind} span `{name}` of {}", self.service(span.service)),
        }
    }
}
