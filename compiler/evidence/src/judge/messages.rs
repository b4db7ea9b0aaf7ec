//! Checks that messages carry the context of their senders: as a parent, or as a link.

use emberline_core::code;
use emberline_core::finding::Finding;
use emberline_core::model::Call;
use emberline_core::spec::CallKind;

use super::context::Judge;
use super::tree::Tree;
use crate::span::{Operation, Reference, Span, SpanKind};

/// The carried context of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carried {
    Yes,
    No,
    /// There may have been no message.
    Maybe,
}

/// Checks a root span that takes messages of a service that others send messages to.
pub(super) fn began(judge: &mut Judge<'_>, tree: &Tree<'_, '_>, at: usize) {
    let Some(span) = tree.span(at) else { return };
    let takes = match span.kind {
        SpanKind::Consumer => true,
        // Functions that messages trigger have SERVER spans, and newer conventions poll with CLIENT spans.
        _ => matches!(span.message, Some(Operation::Receive | Operation::FullReceive | Operation::Process)),
    };
    let callee = judge.service(span.service);
    let senders: Vec<(&str, &Call)> = senders(judge, callee).collect();
    if !takes || senders.is_empty() {
        return;
    }
    let carried = carried(tree, at, span);
    let polls = matches!(span.message, Some(Operation::Receive | Operation::FullReceive));
    let of = |kind: CallKind| senders.iter().find(|(_, call)| call.kind == kind).copied();
    let (found, what) = match (of(CallKind::AsyncParent), of(CallKind::AsyncLink)) {
        // A poll for several messages can only link to them.
        (Some(sender), _) if !(polls && carried != Carried::No) => {
            (sender, "begins a trace, but its declaration says that it continues its sender's")
        }
        (_, Some(sender)) | (Some(sender), None) => (sender, "begins a trace and links to no other"),
        (None, None) => return,
    };
    let (caller, call) = found;
    match carried {
        Carried::Yes if what.ends_with("other") => {}
        Carried::Maybe => unproven(judge, call, span),
        Carried::Yes | Carried::No => lost(judge, caller, call, span, what),
    }
}

/// The services that send messages to a service.
fn senders<'c>(judge: &Judge<'c>, callee: &str) -> impl Iterator<Item = (&'c str, &'c Call)> {
    judge.model.services.iter().flat_map(move |service| {
        let calls = service.calls.iter().filter(move |call| call.service.value == callee);
        calls.filter(|call| call.kind != CallKind::Sync).map(|call| (service.name.value.as_str(), call))
    })
}

/// Whether specs say that a service gets messages.
pub(super) fn is_sent_to(judge: &Judge<'_>, callee: &str) -> bool {
    senders(judge, callee).next().is_some()
}

fn carried(tree: &Tree<'_, '_>, at: usize, span: &Span) -> Carried {
    let below = || tree.children(at).iter().filter_map(|child| tree.span(*child as usize));
    match span.message {
        _ if span.linked || below().any(|child| child.linked) => Carried::Yes,
        Some(Operation::EmptyReceive | Operation::Settle | Operation::Send) => Carried::Yes,
        // A poll that nothing follows may have been empty.
        Some(Operation::Receive) if below().all(|child| child.kind != SpanKind::Consumer) => Carried::Maybe,
        _ => Carried::No,
    }
}

fn unproven(judge: &mut Judge<'_>, call: &Call, span: &Span) {
    let (code, place) = (&code::UNPROVEN_HOP, call.service.span);
    let key = format!("poll {}", judge.capture.names.text(span.name));
    judge.report(code, place, key, span.trace, |judge| {
        Finding::new(code, place, format!("{} links to no message", judge.called(span)))
            .note("it may have found no message: it does not say how many it received")
            .hint("record `messaging.batch.message_count` on receive spans")
            .evidence(judge.evidence(span, None))
    });
}

fn lost(judge: &mut Judge<'_>, caller: &str, call: &Call, span: &Span, what: &str) {
    let callee = judge.service(span.service);
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
