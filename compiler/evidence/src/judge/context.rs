//! Holds what every check needs: the capture, the model, and the findings so far.

use std::collections::HashMap;

use emberline_core::code::Code;
use emberline_core::finding::{Evidence, Finding};
use emberline_core::model::{Call, Model, Service};
use emberline_core::source::Span as Place;

use super::faults::Faults;
use super::missing::Missing;
use super::peers::{Peer, Peers};
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

/// The service to which a span counts.
#[derive(Clone, Copy)]
pub(super) struct Owner<'c> {
    /// The number of the owner. A service and the proxies beside it share one.
    pub(super) id: u32,
    /// The name of the owner.
    pub(super) name: &'c str,
    /// Whether the span is of a proxy: either one beside a declared service, or a service that no spec declares.
    pub(super) is_proxy: bool,
}

pub(super) struct Judge<'c> {
    pub(super) capture: &'c Capture,
    pub(super) model: &'c Model,
    pub(super) fallback: Place,
    /// Declared services by their numbers in the capture.
    pub(super) declared: HashMap<Name, &'c Service>,
    pub(super) seen: &'c mut Seen,
    peers: Peers<'c>,
    /// The peers of names that were looked up before.
    known_peers: HashMap<Name, Peer<'c>>,
    /// The owners of services that were looked up before.
    known_owners: HashMap<Name, Owner<'c>>,
    owners: HashMap<&'c str, u32>,
}

impl<'c> Judge<'c> {
    pub(super) fn new(capture: &'c Capture, model: &'c Model, fallback: Place, seen: &'c mut Seen) -> Self {
        let declared = model
            .services
            .iter()
            .filter_map(|service| Some((capture.services.find(&service.name.value)?, service)))
            .collect();
        Self {
            capture,
            model,
            fallback,
            declared,
            seen,
            peers: Peers::new(model, &capture.services),
            known_peers: HashMap::new(),
            known_owners: HashMap::new(),
            owners: HashMap::new(),
        }
    }

    /// The service to which spans of a service count.
    pub(super) fn owner(&mut self, service: Name) -> Owner<'c> {
        if let Some(known) = self.known_owners.get(&service) {
            return *known;
        }
        let own = self.service(service);
        let declared = self.declared(service);
        let name = if declared.is_some() { own } else { self.peers.owner(own).unwrap_or(own) };
        let id = self.owner_id(name);
        let owner = Owner { id, name, is_proxy: declared.is_none() };
        self.known_owners.insert(service, owner);
        owner
    }

    /// The number of an owner.
    pub(super) fn owner_id(&mut self, name: &'c str) -> u32 {
        let next = self.owners.len() as u32;
        *self.owners.entry(name).or_insert(next)
    }

    /// The declaration of a service.
    pub(super) fn named(&self, name: &str) -> Option<&'c Service> {
        self.model.services.iter().find(|service| service.name.value == name)
    }

    /// Whom a span calls.
    pub(super) fn peer(&mut self, span: &Span) -> Peer<'c> {
        let Some(name) = span.peer else { return Peer::Unknown };
        let (capture, peers) = (self.capture, &self.peers);
        *self.known_peers.entry(name).or_insert_with(|| peers.of(Some(capture.names.text(name))))
    }

    /// The declared route of a call on which a request came; none if it came on another one. A call without routes is made
    /// on every route, but not by probes.
    pub(super) fn is_on_route(&self, call: &Call, request: &Span) -> bool {
        if call.routes.is_empty() {
            return !request.is_probe;
        }
        match (request.route, request.path) {
            (Some(route), _) => {
                let route = self.capture.names.text(route);
                // An RPC's method may be written with its service.
                let method = route.rsplit('/').next().filter(|_| !route.starts_with('/'));
                call.routes.iter().any(|declared| declared == route || method == Some(declared))
            }
            (None, Some(path)) => {
                let path = self.capture.paths.text(path);
                call.routes.iter().any(|route| fits(route, path))
            }
            (None, None) => false,
        }
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

/// Whether a path is one of a route, whose parameters may be written as `{id}`, `:id`, `<id>` or `*`.
fn fits(route: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (route.trim_matches('/').split('/'), path.trim_matches('/').split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some("**" | "{*path}"), _) => return true,
            (Some(wanted), Some(given)) => {
                let is_parameter = wanted == "*" || wanted.starts_with([':', '{', '<']);
                if wanted != given && (!is_parameter || given.is_empty()) {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_path_is_on_a_route() {
        for (route, path, wanted) in [
            ("/buy", "/buy", true),
            ("/buy", "/buy/", true),
            ("/", "/", true),
            ("/orders/{id}", "/orders/7", true),
            ("/orders/:id/items", "/orders/7/items", true),
            ("/orders/<int:id>", "/orders/7", true),
            ("/files/**", "/files/a/b", true),
            ("/buy", "/buyer", false),
            ("/buy", "/buy/7", false),
            ("/orders/{id}", "/orders", false),
            ("/orders/{id}", "/orders/", false),
            ("/", "/buy", false),
        ] {
            assert_eq!(fits(route, path), wanted, "{route} {path}");
        }
    }
}
