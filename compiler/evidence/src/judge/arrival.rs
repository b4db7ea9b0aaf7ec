//! Checks a span against its parent: whether the context that arrived is the one of the call.
//!
//! | parent, of another service | SERVER | CONSUMER | INTERNAL, CLIENT, PRODUCER |
//! | --- | --- | --- | --- |
//! | CLIENT | right | right (a send) | broken: no SERVER span |
//! | PRODUCER | right (a push) | right | right (a handler) |
//! | CONSUMER | carried | right (forwarded) | right (a handler) |
//! | SERVER, INTERNAL | carried | carried | broken; right for a page that a browser loads |
//!
//! Context that was carried by another span than a call's own is broken if that call's own span stands beside it, unanswered.
//! Otherwise the caller has no span for its calls, as many gateways: a note. Spans of proxies are passed through. Within
//! a service everything is right but a CONSUMER span that hangs on the service's own work and links to no message.

use emberline_core::code;
use emberline_core::finding::Finding;

use super::answered::SKEW;
use super::branches::Branches;
use super::context::{Judge, Owner};
use super::peers::Peer;
use super::tree::Tree;
use crate::span::{Operation, Span, SpanKind};

/// The most spans of proxies in a row that are looked at.
const MOST_PROXIES: usize = 64;

/// How a span fits its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Right,
    /// The context is of a span around the call.
    Carried,
    Broken,
}

pub(super) fn check(judge: &mut Judge<'_>, tree: &Tree<'_, '_>, branches: &Branches, at: usize) {
    let (Some(span), Some(near)) = (tree.span(at), tree.parent(at)) else { return };
    let Some(parent) = tree.span(near) else { return };
    let (own, other) = (judge.owner(span.service), judge.owner(parent.service));
    if own.is_proxy {
        if !other.is_proxy && own.id != other.id {
            passed(judge, tree, branches, at, parent, own);
        }
        return;
    }
    // A proxy passes on the context of the service before it.
    let (caller, direct) = if other.is_proxy { (branches.above(at), false) } else { (Some(near), true) };
    let Some((above, caller)) = caller.and_then(|above| Some((above, tree.span(above)?))) else { return };
    if caller.service == span.service {
        local(judge, tree, branches, at, (parent, direct), span);
        return;
    }
    let is_call = matches!(span.kind, SpanKind::Server | SpanKind::Consumer)
        || matches!(caller.kind, SpanKind::Client | SpanKind::Producer);
    if is_call && judge.call(caller.service, own.name).is_none() && !is_past_a_callee(judge, tree, near, above) {
        undeclared(judge, caller, span, own.name);
    }
    let fit = fit(caller, span, direct);
    let wrong = match fit {
        Fit::Right if span.kind == SpanKind::Server => of_another_call(judge, caller, own, direct),
        Fit::Carried => instead_of(judge, tree, branches, above, span, own),
        _ => None,
    };
    match (fit, wrong) {
        (Fit::Right, None) => {
            if direct && span.kind == SpanKind::Server && caller.message.is_none() {
                judge.seen.missing.answered(caller, span);
                if !caller.failed {
                    outside(judge, caller, span);
                }
            }
        }
        (Fit::Carried, None) => unproven(judge, caller, span),
        (_, wrong) => broken(judge, caller, span, wrong),
    }
}

/// Whether a service without a spec stands between a caller and a span, and the caller declares the call to it. Then the
/// calls of that service are its own affair.
fn is_past_a_callee(judge: &mut Judge<'_>, tree: &Tree<'_, '_>, near: usize, above: usize) -> bool {
    let Some(caller) = tree.span(above) else { return false };
    let mut at = near;
    for _ in 0..MOST_PROXIES {
        if at == above {
            break;
        }
        let Some(name) = tree.span(at).map(|proxy| judge.owner(proxy.service).name) else { break };
        if judge.call(caller.service, name).is_some() {
            return true;
        }
        let Some(parent) = tree.parent(at) else { break };
        at = parent;
    }
    false
}

/// The table above.
fn fit(parent: &Span, span: &Span, direct: bool) -> Fit {
    use SpanKind::{Client, Consumer, Internal, Producer, Server};
    match (parent.kind, span.kind) {
        (Client | Producer, Server | Consumer) | (Consumer, Consumer) => Fit::Right,
        (Producer | Consumer, Internal | Client | Producer) => Fit::Right,
        (Server | Internal | Consumer, Server) | (Server | Internal, Consumer) => Fit::Carried,
        // A page that the server sent carries the context of its request.
        (Server | Internal, Internal | Client) if span.in_browser => Fit::Right,
        // The proxy before the service has the SERVER span.
        _ if !direct => Fit::Right,
        _ => Fit::Broken,
    }
}

/// Whether the CLIENT span above a request is of a call to another peer.
fn of_another_call<'s>(judge: &mut Judge<'_>, caller: &'s Span, own: Owner<'_>, direct: bool) -> Option<&'s Span> {
    if !direct || caller.kind != SpanKind::Client {
        return None;
    }
    let is_other = match judge.peer(caller) {
        Peer::Service(name) => name != own.name && judge.named(name).is_some(),
        Peer::Unknown | Peer::Other => false,
    };
    (caller.asks_database || is_other).then_some(caller)
}

/// The unanswered call whose own context should have arrived, below the span whose context did.
fn instead_of<'s>(
    judge: &mut Judge<'_>,
    tree: &Tree<'_, 's>,
    branches: &Branches,
    above: usize,
    span: &Span,
    own: Owner<'_>,
) -> Option<&'s Span> {
    let during = |call: &Span| {
        let is_late = span.kind == SpanKind::Consumer || span.time.0 <= call.time.1.saturating_add(SKEW);
        is_late && span.time.0.saturating_add(SKEW) >= call.time.0
    };
    let is_it = |judge: &mut Judge<'_>, call: &Span| match judge.peer(call) {
        Peer::Service(name) => name == own.name,
        Peer::Unknown => during(call),
        // A load balancer's own name tells nothing of what is behind it.
        Peer::Other => false,
    };
    if span.kind == SpanKind::Consumer {
        return branches.untaken(tree, above).map(|(_, call)| call).find(|call| during(call));
    }
    // A span can hang on a child of the request while its call hangs on the request itself.
    let from = tree
        .parent(above)
        .filter(|up| tree.span(*up).is_some_and(|up| tree.span(above).is_some_and(|a| a.service == up.service)));
    [Some(above), from]
        .into_iter()
        .flatten()
        .find_map(|from| branches.unanswered(tree, from).map(|(_, call)| call).find(|call| is_it(judge, call)))
}

fn broken(judge: &mut Judge<'_>, parent: &Span, span: &Span, call: Option<&Span>) {
    let (caller, callee) = (judge.service(parent.service), judge.service(span.service));
    let (code, place) = (&code::BROKEN_PROPAGATION, judge.place_of_hop(parent.service, span.service));
    let key = format!("{caller} {callee} {}", judge.capture.names.text(span.name));
    judge.report(code, place, key, span.trace, |judge| {
        let message = format!("{} is a child of {}", judge.called(span), judge.called(parent));
        let cause = match (span.kind, call) {
            (_, Some(call)) if call.id == parent.id => {
                "likely cause: the caller injected the context of a call to another peer".to_owned()
            }
            (_, Some(call)) => format!(
                "likely cause: the caller injected the context of the span around its call; {} has nothing below it",
                judge.called(call)
            ),
            (SpanKind::Server | SpanKind::Consumer, None) => {
                "likely cause: the caller injected the context of the span around its call, not of the call's own span"
                    .to_owned()
            }
            _ => "likely cause: the callee does not start a SERVER span for the request".to_owned(),
        };
        Finding::new(code, place, message)
            .note(cause)
            .hint(format!("inject the context of the call's own span in {caller}"))
            .evidence(judge.evidence(span, Some((parent.service, span.service))))
    });
}

/// Notes a request whose context was carried by another span than a call's.
fn unproven(judge: &mut Judge<'_>, parent: &Span, span: &Span) {
    let (caller, callee) = (judge.service(parent.service), judge.service(span.service));
    let (code, place) = (&code::UNPROVEN_HOP, judge.place_of_hop(parent.service, span.service));
    judge.report(code, place, format!("{caller} {callee}"), span.trace, |judge| {
        let message = format!("{} is a child of {}, which is no call", judge.called(span), judge.called(parent));
        Finding::new(code, place, message)
            .note(format!("{caller} exports no span for this call: its client is not instrumented, or it is a gateway"))
            .hint(format!("instrument the client with which {caller} calls {callee}"))
            .evidence(judge.evidence(span, Some((parent.service, span.service))))
    });
}

/// Checks a span against its parent in the same service.
fn local(
    judge: &mut Judge<'_>,
    tree: &Tree<'_, '_>,
    branches: &Branches,
    at: usize,
    (parent, direct): (&Span, bool),
    span: &Span,
) {
    if !direct || span.kind != SpanKind::Consumer || span.linked {
        return;
    }
    if matches!(parent.kind, SpanKind::Producer | SpanKind::Consumer | SpanKind::Client) {
        return;
    }
    match span.message {
        Some(Operation::EmptyReceive | Operation::Settle | Operation::Send) => {}
        // A poll hangs on the loop that polls. Its messages show below it, if there were any.
        Some(poll @ (Operation::Receive | Operation::FullReceive)) => {
            let works = |child: &u32| tree.span(*child as usize).is_some_and(|child| child.kind == SpanKind::Consumer);
            let linked = |child: &u32| tree.span(*child as usize).is_some_and(|child| child.linked);
            let received = poll == Operation::FullReceive || tree.children(at).iter().any(works);
            if received && !tree.children(at).iter().any(linked) {
                broken(judge, parent, span, None);
            }
        }
        _ if branches.above(at).is_some() => broken(judge, parent, span, None),
        _ => {}
    }
}

fn undeclared(judge: &mut Judge<'_>, parent: &Span, span: &Span, callee: &str) {
    let caller = judge.service(parent.service);
    let (code, place) = (&code::UNDECLARED_EDGE, judge.place(parent.service));
    judge.report(code, place, callee.to_owned(), span.trace, |judge| {
        Finding::new(code, place, format!("{caller} calls {callee}, but its spec does not declare the call"))
            .hint(format!("add `{{service: {callee}, kind: sync}}` to `calls`"))
            .evidence(judge.evidence(span, Some((parent.service, span.service))))
    });
}

/// Checks a call to a proxy. If services of specs stand behind it, their spans are checked instead.
fn passed(judge: &mut Judge<'_>, tree: &Tree<'_, '_>, branches: &Branches, at: usize, parent: &Span, own: Owner<'_>) {
    let Some(span) = tree.span(at) else { return };
    let is_call = matches!(span.kind, SpanKind::Server | SpanKind::Consumer)
        || matches!(parent.kind, SpanKind::Client | SpanKind::Producer);
    // The page of a browser is an answer, not a call.
    if !is_call || span.in_browser || branches.reaches_declared(tree, at) {
        return;
    }
    if judge.call(parent.service, own.name).is_none() {
        undeclared(judge, parent, span, own.name);
    }
}

/// Reports a request that began before its call, or ended after it, by more than clocks may differ.
fn outside(judge: &mut Judge<'_>, call: &Span, request: &Span) {
    let early = call.time.0.saturating_sub(request.time.0);
    let late = request.time.1.saturating_sub(call.time.1);
    let off = early.max(late);
    if off <= SKEW || call.time.1 == 0 {
        return;
    }
    let (code, place) = (&code::SPAN_OUTSIDE_PARENT, judge.place_of_hop(call.service, request.service));
    let key = format!("{} {}", judge.service(call.service), judge.service(request.service));
    judge.report(code, place, key, request.trace, |judge| {
        let (caller, callee) = (judge.service(call.service), judge.service(request.service));
        let how = if early >= late { "begins before" } else { "ends after" };
        let message =
            format!("{} {how} the call of {caller} that it answers, by {} ms", judge.called(request), off / 1_000_000);
        Finding::new(code, place, message)
            .note("durations within each service are right; the waterfall and the critical path across services are wrong")
            .hint(format!("synchronise the clocks of {caller} and {callee}, or end {caller}'s span with the response"))
            .evidence(judge.evidence(request, Some((call.service, request.service))))
    });
}
