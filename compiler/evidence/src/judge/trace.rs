//! Whether the spans of a trace are one tree.

use std::collections::HashMap;

use emberline_core::code;
use emberline_core::finding::Finding;

use super::Judge;
use crate::capture::{Span, SpanKind};

/// OTLP's flags: whether "the parent is in another process" is known, and whether it is so.
const REMOTE_KNOWN: u32 = 0x100;
const REMOTE: u32 = 0x200;
/// The sampled bit.
const SAMPLED: u32 = 1;

pub(super) fn run(judge: &mut Judge<'_>, spans: &[&Span]) {
    let mut by_id: HashMap<u64, &Span> = HashMap::with_capacity(spans.len());
    for span in spans {
        if by_id.insert(span.id, span).is_some() {
            let service = judge.service(span.service).to_owned();
            let found = Finding::new(
                &code::DUPLICATE_SPAN_ID,
                judge.place(&service),
                format!("two spans of {service} have the id {:016x}, and they differ", span.id),
            )
            .hint("let the SDK make ids; reseed its generator where a process forks")
            .evidence(judge.evidence(span, None));
            judge.report(&code::DUPLICATE_SPAN_ID, found.label.span, service, || found);
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
    let mut roots = spans.iter().filter(|span| span.parent.is_none());
    let Some(first) = roots.next() else { return };
    for other in roots {
        let service = judge.service(other.service).to_owned();
        let found = Finding::new(
            &code::MULTIPLE_ROOTS,
            judge.place(&service),
            format!("{} has no parent in a trace that {} began", judge.called(other), judge.service(first.service)),
        )
        .note("the trace's id arrived and its parent's id did not: the span was started with part of the context")
        .hint("start the span with the context that the propagator extracted")
        .evidence(judge.evidence(other, Some((judge.service(first.service), &service))));
        judge.report(&code::MULTIPLE_ROOTS, found.label.span, format!("{service} {}", other.name), || found);
    }
    // Somebody without a spec may begin with a CLIENT span: a browser, a load generator.
    let service = judge.service(first.service).to_owned();
    if matches!(first.kind, SpanKind::Client) && spans.len() > 1 && judge.declared(&service).is_some() {
        let found = Finding::new(
            &code::BROKEN_PROPAGATION,
            judge.place(&service),
            format!("{} begins a trace: the request that it serves is not above it", judge.called(first)),
        )
        .note("likely cause: the call is made outside of the context of its request, on another task or thread")
        .hint("carry the context over to the task that makes the call")
        .evidence(judge.evidence(first, None));
        judge.report(&code::BROKEN_PROPAGATION, found.label.span, format!("root {}", first.name), || found);
    }
}

fn orphan(judge: &mut Judge<'_>, span: &Span, parent: u64) {
    let service = judge.service(span.service).to_owned();
    let (cause, hint) = match span.flags & (REMOTE_KNOWN | REMOTE) {
        flags if flags == REMOTE_KNOWN | REMOTE => (
            "the parent is in another process: the caller's span was lost, or what stands between them is not instrumented",
            "look at who calls this service, proxies included",
        ),
        REMOTE_KNOWN => (
            "the parent is in the same process: its exporter lost it, or it had not ended when the capture did",
            "look at the exporter's queue, and at a flush before the process ends",
        ),
        _ => (
            "the span does not say whether its parent is in another process",
            "look at who calls this service, and at its own exporter's queue",
        ),
    };
    let found = Finding::new(
        &code::ORPHAN_SPAN,
        judge.place(&service),
        format!("{} hangs on {parent:016x}, which is not in the capture", judge.called(span)),
    )
    .note(cause)
    .hint(hint)
    .evidence(judge.evidence(span, None));
    judge.report(&code::ORPHAN_SPAN, found.label.span, format!("{service} {} {}", span.name, span.kind.word()), || {
        found
    });
}

fn sampling(judge: &mut Judge<'_>, span: &Span, parent: &Span) {
    // Exporters that write no flags write zero, which says nothing.
    if span.flags == 0 || parent.flags == 0 || (span.flags ^ parent.flags) & SAMPLED == 0 {
        return;
    }
    let (service, caller) = (judge.service(span.service).to_owned(), judge.service(parent.service).to_owned());
    let word = |span: &Span| if span.flags & SAMPLED == 0 { "not sampled" } else { "sampled" };
    let found = Finding::new(
        &code::SAMPLING_MISMATCH,
        judge.place(&service),
        format!("{} is {}, the span above it in {caller} is {}", judge.called(span), word(span), word(parent)),
    )
    .hint("use a parent-based sampler, and decide at the root alone")
    .evidence(judge.evidence(span, Some((&caller, &service))));
    judge.report(&code::SAMPLING_MISMATCH, found.label.span, format!("{caller} {service}"), || found);
}

fn cycles(judge: &mut Judge<'_>, spans: &[&Span], by_id: &HashMap<u64, &Span>) {
    // What leads to an end, or was looked at before.
    let mut done: HashMap<u64, u32> = HashMap::with_capacity(spans.len());
    for (walk, span) in (1..).zip(spans) {
        let mut at = *span;
        loop {
            match done.insert(at.id, walk) {
                None => {}
                Some(before) if before == walk => {
                    let service = judge.service(at.service).to_owned();
                    let found = Finding::new(
                        &code::TRACE_CYCLE,
                        judge.place(&service),
                        format!("{} is its own ancestor", judge.called(at)),
                    )
                    .hint("look for what sets span ids by hand")
                    .evidence(judge.evidence(at, None));
                    judge.report(&code::TRACE_CYCLE, found.label.span, service, || found);
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
