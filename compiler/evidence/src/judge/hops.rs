//! Checks that requests pass from service to service as the specs declare: no undeclared call, no missing hop, no span with
//! the wrong parent.

use std::collections::{HashMap, HashSet};

use emberline_core::code;
use emberline_core::finding::Finding;
use emberline_core::model::Call;
use emberline_core::source::Span as Place;
use emberline_core::spec::CallKind;

use super::context::Judge;
use super::missing::Missing;
use crate::names::Name;
use crate::span::{Reference, Span, SpanId, SpanKind};

/// The tolerated difference between the clocks of two machines, in nanoseconds. It counts when a stray SERVER span is
/// matched to a call, and when the times of a request are compared with its call's.
const SKEW: u64 = 50_000_000;

/// The most root spans of callees that are kept, to match them with unanswered calls.
const MOST_STRAYS: usize = 1 << 18;

type Children<'s> = HashMap<SpanId, Vec<&'s Span>>;

pub(super) fn run(judge: &mut Judge<'_>, spans: &[&Span]) {
    let by_id: HashMap<SpanId, &Span> = spans.iter().map(|span| (span.id, *span)).collect();
    let mut children = Children::new();
    for span in spans {
        if let Some(parent) = span.parent {
            children.entry(parent).or_default().push(span);
        }
    }
    for span in spans {
        match span.parent {
            Some(parent) => {
                if let Some(parent) = by_id.get(&parent) {
                    arrived(judge, parent, span);
                }
            }
            None => began(judge, span),
        }
        if span.kind == SpanKind::Server && !span.failed {
            served(judge, span, &children);
        }
        if span.kind == SpanKind::Client && !span.failed {
            sent(judge, span, &children);
        }
    }
}

/// Checks a span against its parent.
fn arrived(judge: &mut Judge<'_>, parent: &Span, span: &Span) {
    let (caller, callee) = (judge.service(parent.service), judge.service(span.service));
    let edge = Some((parent.service, span.service));
    let fits = match span.kind {
        SpanKind::Server => parent.kind == SpanKind::Client,
        SpanKind::Consumer => parent.kind == SpanKind::Producer,
        _ => parent.service == span.service,
    };
    if !fits {
        let (code, place) = (&code::BROKEN_PROPAGATION, judge.place_of_hop(parent.service, span.service));
        let key = format!("{caller} {callee} {}", judge.capture.names.text(span.name));
        judge.report(code, place, key, span.trace, |judge| {
            let message = format!("{} is a child of {}", judge.called(span), judge.called(parent));
            Finding::new(code, place, message)
                .note(match span.kind {
                    SpanKind::Server | SpanKind::Consumer => {
                        "likely cause: the caller injected the context of the span around its call, not of the call's own span"
                    }
                    _ => "likely cause: the callee does not start a SERVER span for the request",
                })
                .hint(format!("inject the context of the call's own span in {caller}"))
                .evidence(judge.evidence(span, edge))
        });
    } else if span.kind == SpanKind::Server && !parent.failed {
        outside(judge, parent, span);
    }
    if parent.service != span.service
        && judge.declared(parent.service).is_some()
        && judge.call(parent.service, callee).is_none()
    {
        let (code, place) = (&code::UNDECLARED_EDGE, judge.place(parent.service));
        judge.report(code, place, callee.to_owned(), span.trace, |judge| {
            Finding::new(code, place, format!("{caller} calls {callee}, but its spec does not declare the call"))
                .hint(format!("add `{{service: {callee}, kind: sync}}` to `calls`"))
                .evidence(judge.evidence(span, edge))
        });
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

/// Checks a root span of a service that others call.
fn began(judge: &mut Judge<'_>, span: &Span) {
    if !matches!(span.kind, SpanKind::Server | SpanKind::Consumer) {
        return;
    }
    let callee = judge.service(span.service);
    let callers = judge.model.services.iter().flat_map(|service| {
        let calls = service.calls.iter().filter(|call| call.service.value == callee);
        calls.map(|call| (service.name.value.as_str(), call))
    });
    let called: Vec<(&str, &Call)> = callers.collect();
    if called.is_empty() {
        return;
    }
    if judge.seen.missing.strays.len() < MOST_STRAYS {
        judge.seen.missing.strays.push(*span);
    }
    let message_of = |kind: CallKind| called.iter().find(|(_, call)| call.kind == kind);
    if span.kind != SpanKind::Consumer {
        return;
    }
    let (caller, call, what) = if let Some((caller, call)) = message_of(CallKind::AsyncParent) {
        (*caller, *call, "begins a trace, but its declaration says that it continues its sender's")
    } else if let (Some((caller, call)), false) = (message_of(CallKind::AsyncLink), span.linked) {
        (*caller, *call, "begins a trace and links to no other")
    } else {
        return;
    };
    let (code, place) = (&code::BROKEN_PROPAGATION, call.service.span);
    let key = format!("message {}", judge.capture.names.text(span.name));
    judge.report(code, place, key, span.trace, |judge| {
        Finding::new(code, place, format!("{} {what}", judge.called(span)))
            .note("likely cause: the message carries no context, or the consumer does not extract it")
            .hint(match call.kind {
                CallKind::AsyncParent => format!(
                    "inject the context into the message in {caller}, and start the CONSUMER span of {callee} with it"
                ),
                _ => format!("inject the context into the message in {caller}, and link to it in {callee}"),
            })
            .evidence(judge.evidence(span, None))
    });
}

/// Reports a message whose sender's trace is not in the capture.
pub(super) fn linked_to_nothing(judge: &mut Judge<'_>, link: &Reference) {
    let callee = judge.service(link.service);
    let mut callers = judge.model.services.iter().filter_map(|service| {
        let call =
            service.calls.iter().find(|call| call.service.value == callee && call.kind == CallKind::AsyncLink)?;
        Some((service.name.value.as_str(), call.service.span))
    });
    let Some((caller, place)) = callers.next() else { return };
    let code = &code::BROKEN_PROPAGATION;
    let name = link.of.map_or("", |of| judge.capture.names.text(of));
    judge.report(code, place, format!("link {name}"), link.trace, |judge| {
        let message = format!("the CONSUMER span `{name}` of {callee} links to the trace {:032x}, which is not in the capture", link.trace);
        Finding::new(code, place, message)
            .note(format!("likely cause: {caller} does not export the PRODUCER span, or the message was sent before the capture began"))
            .hint(format!("check that {caller} ends its PRODUCER span, or take a capture that begins earlier"))
            .evidence(judge.evidence_of(link.service, Some(link.trace)))
    });
}

/// Checks a successful request: every call of its route must show below it.
fn served(judge: &mut Judge<'_>, span: &Span, children: &Children<'_>) {
    let Some(service) = judge.declared(span.service) else { return };
    let route = span.route.map(|route| judge.capture.names.text(route));
    for call in &service.calls {
        let on_route = call.routes.is_empty() || route.is_some_and(|route| call.routes.iter().any(|r| **r == *route));
        // A message may be consumed long after the request.
        if !on_route || call.external || call.kind != CallKind::Sync {
            continue;
        }
        let below = below(span, children);
        // A failed call that the service recovered from is no missing hop.
        let reached = below.iter().any(|other| judge.service(other.service) == call.service.value)
            || below.iter().any(|other| other.kind == SpanKind::Client && other.failed);
        if !reached {
            let from = below.iter().find(|other| {
                other.kind == SpanKind::Client
                    && other.service == span.service
                    && !other.asks_database
                    && !children.contains_key(&other.id)
            });
            judge.seen.missing.note(call, from.unwrap_or(&span));
        }
    }
}

/// Checks a CLIENT span that names a declared peer.
fn sent(judge: &mut Judge<'_>, span: &Span, children: &Children<'_>) {
    let Some(peer) = span.peer.map(|peer| judge.capture.names.text(peer)) else { return };
    let Some(call) = judge.call(span.service, peer).filter(|call| !call.external) else { return };
    let answered = children.get(&span.id).is_some_and(|below| below.iter().any(|child| child.service != span.service));
    if !answered {
        judge.seen.missing.note(call, span);
    }
}

/// Every span below this one.
fn below<'s>(span: &Span, children: &Children<'s>) -> Vec<&'s Span> {
    let mut found = Vec::new();
    let mut seen = HashSet::from([span.id]);
    let mut open = vec![span.id];
    while let Some(id) = open.pop() {
        for child in children.get(&id).into_iter().flatten() {
            if seen.insert(child.id) {
                found.push(*child);
                open.push(child.id);
            }
        }
    }
    found
}

/// Reports the missing hops, each with its likely cause.
pub(super) fn conclude(judge: &mut Judge<'_>) {
    let Missing { calls, strays } = std::mem::take(&mut judge.seen.missing);
    for (place, (callee, span, count)) in calls {
        let stray = judge.capture.services.find(&callee).and_then(|callee| stray(&span, callee, &strays));
        missing(judge, place, &callee, &span, count, stray);
        if let Some(stray) = stray {
            astray(judge, place, &span, stray);
        }
    }
}

fn missing(judge: &mut Judge<'_>, place: Place, callee: &str, span: &Span, count: u64, stray: Option<&Span>) {
    let (caller, code) = (judge.service(span.service), &code::MISSING_HOP);
    judge.report(code, place, callee.to_owned(), span.trace, |judge| {
        let (cause, hint) = match stray {
            Some(stray) => (
                format!(
                    "likely cause: the header is not sent or not extracted; {callee} began the trace {:032x} during the call",
                    stray.trace
                ),
                format!("inject `traceparent` where {caller} calls {callee}, and extract it in {callee}"),
            ),
            None if judge.capture.services.find(callee).is_some() => (
                format!(
                    "{callee} is in the capture, but began no trace during the call: its span was lost, or the call was not made"
                ),
                format!("check the exporter of {callee}; if only some requests make the call, declare its `routes`"),
            ),
            None => (
                format!("the capture holds nothing of {callee}"),
                format!(
                    "check that {callee} is instrumented and exports; if it is not yours, declare `external: true`"
                ),
            ),
        };
        let mut evidence = judge.evidence(span, None);
        evidence.edge = Some(format!("{caller} -> {callee}"));
        let found = Finding::new(code, place, format!("{} never reaches {callee}", judge.called(span))).note(cause);
        let found = if count > 1 {
            found.note(format!("shows {count} times in this capture; the first is shown"))
        } else {
            found
        };
        found.hint(hint).evidence(evidence)
    });
}

fn astray(judge: &mut Judge<'_>, place: Place, call: &Span, stray: &Span) {
    let (code, caller, callee) = (&code::BROKEN_PROPAGATION, judge.service(call.service), judge.service(stray.service));
    judge.report(code, place, format!("stray {callee}"), stray.trace, |judge| {
        Finding::new(code, place, format!("{} begins a trace, but {caller} called it", judge.called(stray)))
            .note(format!("the call is in the trace {:032x}", call.trace))
            .hint(format!("inject `traceparent` where {caller} calls {callee}, and extract it in {callee}"))
            .evidence(judge.evidence(stray, Some((call.service, stray.service))))
    });
}

/// The first trace that the callee began during the call.
fn stray<'s>(call: &Span, callee: Name, strays: &'s [Span]) -> Option<&'s Span> {
    let within = (call.time.0.saturating_sub(SKEW), call.time.1.saturating_add(SKEW));
    let fits = strays.iter().filter(|span| {
        span.trace != call.trace && span.service == callee && span.time.0 >= within.0 && span.time.1 <= within.1
    });
    fits.min_by_key(|span| (span.time.0, span.trace))
}
