//! Whether requests pass from service to service as the specs declare: calls that nobody declared, hops that are missing,
//! spans that hang on the wrong one.

use std::collections::{HashMap, HashSet};

use emberline_core::code;
use emberline_core::finding::Finding;
use emberline_core::model::Call;
use emberline_core::spec::CallKind;

use super::{Judge, Traces};
use crate::capture::{Span, SpanKind};

/// How far clocks of two machines may be apart, in nanoseconds, when a stray SERVER span is matched to a call.
const SKEW: u64 = 50_000_000;

pub(super) fn run(judge: &mut Judge<'_>, spans: &[&Span], traces: &Traces<'_>) {
    let by_id: HashMap<u64, &Span> = spans.iter().map(|span| (span.id, *span)).collect();
    let mut children: HashMap<u64, Vec<&Span>> = HashMap::new();
    for span in spans {
        if let Some(parent) = span.parent {
            children.entry(parent).or_default().push(span);
        }
    }
    for span in spans {
        if let Some(parent) = span.parent.and_then(|parent| by_id.get(&parent)) {
            arrived(judge, parent, span);
        }
        if matches!(span.kind, SpanKind::Server) && !span.failed {
            served(judge, span, &children, traces);
        }
        if matches!(span.kind, SpanKind::Client) && !span.failed {
            sent(judge, span, &children, traces);
        }
    }
}

/// A span and the one that it hangs on.
fn arrived(judge: &mut Judge<'_>, parent: &Span, span: &Span) {
    let (caller, callee) = (judge.service(parent.service).to_owned(), judge.service(span.service).to_owned());
    let fits = match span.kind {
        SpanKind::Server => matches!(parent.kind, SpanKind::Client),
        SpanKind::Consumer => matches!(parent.kind, SpanKind::Producer),
        _ => parent.service == span.service,
    };
    if !fits {
        let found = Finding::new(
            &code::BROKEN_PROPAGATION,
            judge.place_of_hop(&caller, &callee),
            format!("{} hangs on {}", judge.called(span), judge.called(parent)),
        )
        .note(match span.kind {
            SpanKind::Server | SpanKind::Consumer => {
                "likely cause: the caller injected the context of the span around its call, not that of the call"
            }
            _ => "likely cause: the callee does not start a SERVER span for the request",
        })
        .hint(format!("inject the context of the call's own span in {caller}"))
        .evidence(judge.evidence(span, Some((&caller, &callee))));
        judge.report(&code::BROKEN_PROPAGATION, found.label.span, format!("{caller} {callee} {}", span.name), || found);
    }
    if parent.service != span.service && judge.declared(&caller).is_some() && judge.call(&caller, &callee).is_none() {
        let found = Finding::new(
            &code::UNDECLARED_EDGE,
            judge.place(&caller),
            format!("{caller} calls {callee} and does not declare it"),
        )
        .hint(format!("add `{{service: {callee}, kind: sync}}` to `calls`"))
        .evidence(judge.evidence(span, Some((&caller, &callee))));
        judge.report(&code::UNDECLARED_EDGE, found.label.span, callee, || found);
    }
}

/// A request that succeeded: every call that its route makes must show below it.
fn served(judge: &mut Judge<'_>, span: &Span, children: &HashMap<u64, Vec<&Span>>, traces: &Traces<'_>) {
    let caller = judge.service(span.service).to_owned();
    let Some(service) = judge.declared(&caller) else { return };
    for call in &service.calls {
        let on_route = call.routes.is_empty()
            || span.route.as_ref().is_some_and(|route| call.routes.iter().any(|r| **r == **route));
        // What a message causes may come long after the request.
        if !on_route || call.external || call.kind != CallKind::Sync {
            continue;
        }
        let below = below(span, children);
        // A call that failed and was made up for is no missing hop.
        let reached = below.iter().any(|other| judge.service(other.service) == call.service.value)
            || below.iter().any(|other| matches!(other.kind, SpanKind::Client) && other.failed);
        if !reached {
            let from = below.iter().find(|other| {
                matches!(other.kind, SpanKind::Client)
                    && other.service == span.service
                    && !other.asks_database
                    && !children.contains_key(&other.id)
            });
            missing(judge, from.unwrap_or(&span), call, &caller, traces);
        }
    }
}

/// A CLIENT span that names a declared peer.
fn sent(judge: &mut Judge<'_>, span: &Span, children: &HashMap<u64, Vec<&Span>>, traces: &Traces<'_>) {
    let caller = judge.service(span.service).to_owned();
    let Some(peer) = &span.peer else { return };
    let Some(call) = judge.call(&caller, peer).filter(|call| !call.external) else { return };
    let answered = children.get(&span.id).is_some_and(|below| below.iter().any(|child| child.service != span.service));
    if !answered {
        missing(judge, span, call, &caller, traces);
    }
}

fn missing(judge: &mut Judge<'_>, span: &Span, call: &Call, caller: &str, traces: &Traces<'_>) {
    let callee = call.service.value.as_str();
    let place = call.service.span;
    // Looking for the cause takes a while; only what is shown needs one.
    if let Some((_, count)) = judge.faults.get_mut(&(code::MISSING_HOP.id, place, callee.to_owned())) {
        *count += 1;
        return;
    }
    let stray = stray(judge, span, callee, traces);
    let (cause, hint) = match stray {
        Some(stray) => (
            format!(
                "likely cause: the header is not sent or not extracted; {callee} began the trace {:032x} meanwhile",
                stray.trace
            ),
            format!("inject `traceparent` where {caller} calls {callee}, and extract it in {callee}"),
        ),
        None if judge.capture.services.iter().any(|service| service == callee) => (
            format!(
                "{callee} is in the capture, and none of its traces began meanwhile: its span was lost, or the call was not made"
            ),
            format!("look at the exporter of {callee}; if not every request makes the call, declare its `routes`"),
        ),
        None => (
            format!("nothing of {callee} is in the capture"),
            format!(
                "look whether {callee} is instrumented and exports; if it has no spec of its own, say `external: true`"
            ),
        ),
    };
    let message = format!("{} never reaches {callee}", judge.called(span));
    let found = Finding::new(&code::MISSING_HOP, place, message)
        .note(cause)
        .hint(hint)
        .evidence(judge.evidence(span, Some((caller, callee))));
    judge.report(&code::MISSING_HOP, place, callee.to_owned(), || found);
    if let Some(stray) = stray {
        let message = format!("{} begins a trace, though {caller} called it", judge.called(stray));
        let found = Finding::new(&code::BROKEN_PROPAGATION, place, message)
            .note(format!("the call is in the trace {:032x}", span.trace))
            .hint(format!("inject `traceparent` where {caller} calls {callee}, and extract it in {callee}"))
            .evidence(judge.evidence(stray, Some((caller, callee))));
        judge.report(&code::BROKEN_PROPAGATION, place, format!("stray {callee}"), || found);
    }
}

/// A trace that the callee began while the call was under way.
fn stray<'c>(judge: &Judge<'_>, call: &Span, callee: &str, traces: &Traces<'c>) -> Option<&'c Span> {
    let within = (call.time.0.saturating_sub(SKEW), call.time.1.saturating_add(SKEW));
    traces.values().flatten().copied().find(|span| {
        matches!(span.kind, SpanKind::Server | SpanKind::Consumer)
            && span.parent.is_none()
            && span.trace != call.trace
            && judge.service(span.service) == callee
            && span.time.0 >= within.0
            && span.time.1 <= within.1
    })
}

/// Every span below one.
fn below<'c>(span: &Span, children: &HashMap<u64, Vec<&'c Span>>) -> Vec<&'c Span> {
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
