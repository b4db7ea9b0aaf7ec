//! Checks that requests pass from service to service as the specs declare: no undeclared call, no missing hop, no span with
//! the wrong parent.

use emberline_core::model::Call;
use emberline_core::spec::CallKind;

use super::answered::SKEW;
use super::arrival;
use super::branches::Branches;
use super::context::Judge;
use super::peers::Peer;
use super::tree::Tree;
use super::{conclude, messages};
use crate::span::{Span, SpanKind};

pub(super) fn run(judge: &mut Judge<'_>, tree: &Tree<'_, '_>) {
    let branches = Branches::new(judge, tree);
    for at in 0..tree.spans.len() {
        let Some(span) = tree.span(at) else { continue };
        arrival::check(judge, tree, &branches, at);
        if span.parent.is_none() && tree.parent(at).is_none() {
            messages::began(judge, tree, at);
            conclude::stray(judge, span);
        }
        match span.kind {
            SpanKind::Server if !span.failed && !span.is_short => served(judge, tree, &branches, at),
            SpanKind::Client => sent(judge, tree, &branches, at),
            _ => {}
        }
    }
}

/// Checks a successful request: every call of its route must show below it.
fn served(judge: &mut Judge<'_>, tree: &Tree<'_, '_>, branches: &Branches, at: usize) {
    let Some(span) = tree.span(at) else { return };
    let Some(service) = judge.declared(span.service) else { return };
    for call in &service.calls {
        // A message may be consumed long after the request.
        if call.external || call.kind != CallKind::Sync || !judge.is_on_route(call, span) {
            continue;
        }
        let callee = judge.owner_id(&call.service.value);
        let reached = branches.reaches(tree, at, callee)
            || branches.failed_to(tree, at, callee)
            || behind(judge, tree, branches, call, span);
        if !reached {
            let mut calls = branches.unanswered(tree, at).map(|(_, call)| call);
            let from = calls.find(|from| {
                !from.failed
                    && match judge.peer(from) {
                        Peer::Unknown => true,
                        Peer::Service(name) => name == call.service.value,
                        Peer::Other => false,
                    }
            });
            judge.seen.missing.note(call, from.unwrap_or(span));
        }
    }
}

/// Checks a CLIENT span that nobody answered.
fn sent(judge: &mut Judge<'_>, tree: &Tree<'_, '_>, branches: &Branches, at: usize) {
    let Some(span) = tree.span(at) else { return };
    // Services often leave probes out of their traces.
    if span.asks_database || span.message.is_some() || span.is_probe || judge.declared(span.service).is_none() {
        return;
    }
    // The header may also be lost between a callee and the proxy beside it.
    for call in judge.declared(span.service).into_iter().flat_map(|service| &service.calls) {
        let callee = judge.owner_id(&call.service.value);
        if call.kind == CallKind::Sync && branches.ends_before(tree, at, callee) {
            judge.seen.missing.unanswered(span, Some(&call.service.value));
        }
    }
    match judge.peer(span) {
        Peer::Service(peer) => {
            let call = judge.call(span.service, peer);
            let is_answered = branches.reaches(tree, at, judge.owner_id(peer))
                || call.is_some_and(|call| call.external || behind(judge, tree, branches, call, span));
            // The service itself is a peer of calls through its own proxy.
            if is_answered || judge.owner(span.service).name == peer {
                return;
            }
            if let Some(call) = call.filter(|_| !span.failed) {
                judge.seen.missing.note(call, span);
            }
            judge.seen.missing.unanswered(span, Some(peer));
        }
        Peer::Unknown if !branches.leaves(tree, at) => judge.seen.missing.unanswered(span, None),
        Peer::Unknown | Peer::Other => {}
    }
}

/// Whether a call was answered behind a load balancer that exports nothing: then the parent of the callee's span is the load
/// balancer's, but its trace and its time are the call's.
fn behind<'c>(judge: &mut Judge<'c>, tree: &Tree<'_, '_>, branches: &Branches, call: &'c Call, span: &Span) -> bool {
    let callee = call.service.value.as_str();
    let is_declared = judge.named(callee).is_some_and(|service| service.behind.is_some());
    let callee = judge.owner_id(callee);
    branches.orphans(tree, callee).any(|request| {
        (is_declared || request.in_function)
            && request.time.0.saturating_add(SKEW) >= span.time.0
            && request.time.0 <= span.time.1.saturating_add(SKEW)
    })
}
