//! Checks that the spans of a trace form one tree.

use std::collections::HashMap;

use emberline_core::code;
use emberline_core::finding::Finding;

use super::context::Judge;
use crate::span::{Span, SpanId, SpanKind};

/// OTLP's flags: the parent's process is known, and it is another process.
const REMOTE_KNOWN: u32 = 0x100;
const REMOTE: u32 = 0x200;
/// The sampled bit.
const SAMPLED: u32 = 1;

/// Spans by id. If several spans share an id, the last one counts.
type ById<'s> = HashMap<SpanId, &'s Span>;

pub(super) fn run(judge: &mut Judge<'_>, spans: &[&Span]) {
    let mut by_id = ById::with_capacity(spans.len());
    for span in spans {
        if by_id.insert(span.id, span).is_some() {
            let code = &code::DUPLICATE_SPAN_ID;
            let (place, service) = (judge.place(span.service), judge.service(span.service));
            judge.report(code, place, service.to_owned(), span.trace, |judge| {
                let message = format!("two different spans of {service} have the id {:016x}", span.id);
                Finding::new(code, place, message)
                    .hint("let the SDK make the ids; if the process forks, reseed its generator in each child")
                    .evidence(judge.evidence(span, None))
            });
        }
    }
    roots(judge, spans);
    for span in spans {
        let Some(parent) = span.parent else { continue };
        match by_id.get(&parent) {
            None => orphan(judge, span, parent),
            Some(parent) => sampling(judge, span, parent),
        }
    }
    cycles(judge, spans, &by_id);
}

fn roots(judge: &mut Judge<'_>, spans: &[&Span]) {
    let mut roots: Vec<&Span> = spans.iter().copied().filter(|span| span.parent.is_none()).collect();
    // The earliest root began the trace, as far as clocks agree.
    roots.sort_by_key(|span| span.time.0);
    let Some((first, others)) = roots.split_first() else { return };
    let service = judge.service(first.service);
    for other in others {
        let (code, place) = (&code::MULTIPLE_ROOTS, judge.place(other.service));
        let key = format!("{} {}", judge.service(other.service), judge.capture.names.text(other.name));
        judge.report(code, place, key, other.trace, |judge| {
            let message = format!("{} has no parent, though {service} began its trace", judge.called(other));
            Finding::new(code, place, message)
                .note("the trace id arrived without the parent's id: the span was started with part of the context")
                .hint("start the span with the whole context that the propagator extracted")
                .evidence(judge.evidence(other, Some((first.service, other.service))))
        });
    }
    let may_begin = match &judge.model.policy.origins {
        Some(origins) => origins.iter().any(|origin| origin == service),
        // A service without a spec may begin a trace: a browser, a load generator.
        None => judge.declared(first.service).is_none(),
    };
    if first.kind == SpanKind::Client && spans.len() > 1 && !may_begin {
        let (code, place) = (&code::BROKEN_PROPAGATION, judge.place(first.service));
        let key = format!("root {}", judge.capture.names.text(first.name));
        judge.report(code, place, key, first.trace, |judge| {
            let found = Finding::new(
                code,
                place,
                format!("{} begins a trace, but a request must be above it", judge.called(first)),
            );
            let found = match judge.declared(first.service) {
                Some(_) => found
                    .note("likely cause: another task or thread makes the call, without the context of its request")
                    .hint("pass the request's context to the task that makes the call"),
                None => found
                    .note(format!("`origins` of the policy does not list {service}"))
                    .hint(format!("if requests begin in {service}, add it to `origins`")),
            };
            found.evidence(judge.evidence(first, None))
        });
    }
}

fn orphan(judge: &mut Judge<'_>, span: &Span, parent: SpanId) {
    judge.seen.orphans += 1;
    let (code, place) = (&code::ORPHAN_SPAN, judge.place(span.service));
    let name = judge.capture.names.text(span.name);
    let key = format!("{} {name} {}", judge.service(span.service), span.kind.word());
    judge.report(code, place, key, span.trace, |judge| {
        let (cause, hint) = match span.flags & (REMOTE_KNOWN | REMOTE) {
            flags if flags == REMOTE_KNOWN | REMOTE => (
                "the parent is in another process: the caller's span was lost, or a hop between them is not instrumented",
                "check the callers of this service, proxies included",
            ),
            REMOTE_KNOWN => (
                "the parent is in the same process: its exporter lost it, or the capture ended before it did",
                "check the exporter's queue, and that the process flushes before it exits",
            ),
            _ => (
                "the span does not say whether its parent is in another process",
                "check the callers of this service, and its own exporter's queue",
            ),
        };
        let message = format!("{} has the parent {parent:016x}, which is not in the capture", judge.called(span));
        Finding::new(code, place, message).note(cause).hint(hint).evidence(judge.evidence(span, None))
    });
}

fn sampling(judge: &mut Judge<'_>, span: &Span, parent: &Span) {
    // Flags of zero come from exporters that write none, so they say nothing.
    if span.flags == 0 || parent.flags == 0 || (span.flags ^ parent.flags) & SAMPLED == 0 {
        return;
    }
    let (code, place) = (&code::SAMPLING_MISMATCH, judge.place(span.service));
    let caller = judge.service(parent.service);
    let key = format!("{caller} {}", judge.service(span.service));
    judge.report(code, place, key, span.trace, |judge| {
        let word = |span: &Span| if span.flags & SAMPLED == 0 { "not sampled" } else { "sampled" };
        let message =
            format!("{} is {}, but its parent in {caller} is {}", judge.called(span), word(span), word(parent));
        Finding::new(code, place, message)
            .hint("use a parent-based sampler, and decide only at the root")
            .evidence(judge.evidence(span, Some((parent.service, span.service))))
    });
}

fn cycles(judge: &mut Judge<'_>, spans: &[&Span], by_id: &ById<'_>) {
    // Spans by the walk that visited them.
    let mut done: HashMap<SpanId, u32> = HashMap::with_capacity(spans.len());
    for (walk, span) in (1..).zip(spans) {
        let mut at = *span;
        loop {
            match done.insert(at.id, walk) {
                None => {}
                Some(before) if before == walk => {
                    let (code, place) = (&code::TRACE_CYCLE, judge.place(at.service));
                    judge.report(code, place, judge.service(at.service).to_owned(), at.trace, |judge| {
                        Finding::new(code, place, format!("{} is its own ancestor", judge.called(at)))
                            .hint("look for code that sets span ids by hand")
                            .evidence(judge.evidence(at, None))
                    });
                    break;
                }
                Some(_) => break,
            }
            match at.parent.and_then(|parent| by_id.get(&parent)) {
                Some(parent) => at = parent,
                None => break,
            }
        }
    }
}
