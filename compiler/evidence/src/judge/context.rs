//! Holds what every check needs: the capture, the model, and the findings so far.

use std::collections::HashMap;

use emberline_core::code::Code;
use emberline_core::finding::{Evidence, Finding};
use emberline_core::model::{Call, Model, Service};
use emberline_core::source::Span as Place;

use super::faults::Faults;
use super::missing::Missing;
use crate::capture::Capture;
use crate::names::Name;
use crate::span::{Span, TraceId};

/// The stage of its way at which telemetry was captured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// As services send it, before redaction: it may hold personal data.
    Raw,
    /// After redaction, before sampling.
    Redacted,
    /// After sampling: logs and profiles are not sampled, so they may name dropped traces.
    Kept,
}

/// Traces by the decision of tail sampling.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Sampled {
    /// All judged traces.
    pub traces: u64,
    /// Traces kept for an error or because they are slow.
    pub kept: u64,
    /// Traces that show an error or are too slow, and are kept only by chance.
    pub lost: u64,
}

/// The results of the parts judged so far.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) faults: Faults,
    pub(super) missing: Missing,
    pub(super) sampled: Sampled,
    /// The number of spans whose parent is not in the capture.
    pub(super) orphans: u64,
}

pub(super) struct Judge<'c> {
    pub(super) capture: &'c Capture,
    pub(super) model: &'c Model,
    pub(super) fallback: Place,
    /// Declared services by their numbers in the capture.
    pub(super) declared: HashMap<Name, &'c Service>,
    pub(super) seen: &'c mut Seen,
}

impl<'c> Judge<'c> {
    pub(super) fn new(capture: &'c Capture, model: &'c Model, fallback: Place, seen: &'c mut Seen) -> Self {
        let declared = model
            .services
            .iter()
            .filter_map(|service| Some((capture.services.find(&service.name.value)?, service)))
            .collect();
        Self { capture, model, fallback, declared, seen }
    }

    pub(super) fn service(&self, name: Name) -> &'c str {
        self.capture.services.text(name)
    }

    pub(super) fn declared(&self, name: Name) -> Option<&'c Service> {
        self.declared.get(&name).copied()
    }

    /// The declared call of one service to another.
    pub(super) fn call(&self, caller: Name, callee: &str) -> Option<&'c Call> {
        self.declared(caller)?.calls.iter().find(|call| call.service.value == callee)
    }

    /// The place of a service's declaration.
    pub(super) fn place(&self, service: Name) -> Place {
        self.declared(service).map_or(self.fallback, |service| service.name.span)
    }

    /// The place of a hop's declaration, else of its caller's, else of its callee's.
    pub(super) fn place_of_hop(&self, caller: Name, callee: Name) -> Place {
        let call = self.call(caller, self.service(callee)).map(|call| call.service.span);
        call.unwrap_or_else(|| self.place(if self.declared(caller).is_some() { caller } else { callee }))
    }

    /// A span as the evidence of a finding.
    pub(super) fn evidence(&self, span: &Span, edge: Option<(Name, Name)>) -> Evidence {
        Evidence {
            span_id: Some(format!("{:016x}", span.id)),
            edge: edge.map(|(caller, callee)| format!("{} -> {}", self.service(caller), self.service(callee))),
            ..self.evidence_of(span.service, Some(span.trace))
        }
    }

    /// A service and the trace that one of its records names, if any, as the evidence of a finding.
    pub(super) fn evidence_of(&self, service: Name, trace: Option<TraceId>) -> Evidence {
        Evidence {
            trace_id: trace.map(|trace| format!("{trace:032x}")),
            service: self.service(service).to_owned(),
            ..Evidence::default()
        }
    }

    /// The words for a span in a message.
    pub(super) fn called(&self, span: &Span) -> String {
        let (kind, service) = (span.kind.word(), self.service(span.service));
        match self.capture.names.text(span.name) {
            "" => format!("a {kind} span of {service}"),
            name => format!("the {kind} span `{name}` of {service}"),
        }
    }

    /// Reports a fault that shows in `trace`. Faults with the same code, place and `key` are one: the finding shows the
    /// lowest trace. `tell` makes the finding, and is called only if it may be shown.
    pub(super) fn report(
        &mut self,
        code: &'static Code,
        place: Place,
        key: String,
        trace: TraceId,
        tell: impl FnOnce(&Self) -> Finding,
    ) {
        let key = (code.id, place, key);
        if let Some(before) = self.seen.faults.seen_before(&key, trace) {
            let finding = tell(self);
            self.seen.faults.tell(key, trace, before, finding);
        }
    }
}
