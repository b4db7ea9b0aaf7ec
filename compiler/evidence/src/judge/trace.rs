//! Checks that the spans of a trace form one tree.

use emberline_core::code;
use emberline_core::finding::Finding;

use super::answered::SKEW;
use super::context::Judge;
use super::tree::{Tree, is_shared};
use crate::span::{Span, SpanId, SpanKind};

/// OTLP's flags: the parent's process is known, and it is another process.
const REMOTE_KNOWN: u32 = 0x100;
const REMOTE: u32 = 0x200;
/// The most spans of a trace that are tried as the call of a request.
const MOST_TRIED: usize = 1_024;
/// The sampled bit.
const SAMPLED: u32 = 1;

pub(super) fn run(judge: &mut Judge<'_>, tree: &Tree<'_, '_>) {
    for pair in tree.spans.windows(2) {
        let [before, span] = pair else { continue };
        if before.id == span.id && !is_shared(before, span) && !is_shared(span, before) {
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
    roots(judge, tree);
    for (at, span) in tree.spans.iter().enumerate() {
        let Some(id) = span.parent else { continue };
        match tree.parent(at).and_then(|parent| tree.span(parent)) {
            None if is_behind(judge, tree, at, span) => unproven(judge, span),
            None => orphan(judge, span, id),
            Some(parent) => sampling(judge, span, parent),
        }
    }
    for at in tree.circles() {
        let (code, place) = (&code::TRACE_CYCLE, judge.place(at.service));
        judge.report(code, place, judge.service(at.service).to_owned(), at.trace, |judge| {
            Finding::new(code, place, format!("{} is its own ancestor", judge.called(at)))
                .hint("look for code that sets span ids by hand")
                .evidence(judge.evidence(at, None))
        });
    }
}

/// Whether the parent of a request belongs to the load balancer before its service, which exports nothing. Either the trace
/// begins there, or a call in the trace was under way when the request began.
fn is_behind(judge: &Judge<'_>, tree: &Tree<'_, '_>, at: usize, span: &Span) -> bool {
    let is_local = span.flags & (REMOTE_KNOWN | REMOTE) == REMOTE_KNOWN;
    let is_declared = judge.declared(span.service).is_some_and(|service| service.behind.is_some());
    let is_request = span.kind == SpanKind::Server || (span.in_function && span.kind == SpanKind::Consumer);
    if !is_request || is_local || !(is_declared || span.in_function) {
        return false;
    }
    let callee = judge.service(span.service);
    let is_first = tree.below(at).len() + 1 == tree.spans.len();
    let is_call = |call: &&Span| {
        call.kind == SpanKind::Client
            && judge.call(call.service, callee).is_some()
            && span.time.0.saturating_add(SKEW) >= call.time.0
            && span.time.0 <= call.time.1.saturating_add(SKEW)
    };
    is_first || tree.spans.iter().take(MOST_TRIED).copied().any(|call| is_call(&call)) || {
        // Several requests of one page may come through the load balancer under one trace id.
        tree.spans.iter().take(MOST_TRIED).all(|other| other.parent.is_some() || other.in_browser)
    }
}

fn roots(judge: &mut Judge<'_>, tree: &Tree<'_, '_>) {
    let spans = tree.spans;
    let is_root = |at: &usize| tree.parent(*at).is_none();
    let all = (0..spans.len()).filter(is_root).filter_map(|at| tree.span(at));
    let mut roots: Vec<&Span> = all.filter(|span| span.parent.is_none()).collect();
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
    // People use browsers, so requests begin there.
    if first.kind != SpanKind::Client || first.message.is_some() || first.in_browser || spans.len() == 1 {
        return;
    }
    let may_begin = match &judge.model.policy.origins {
        Some(origins) => origins.iter().any(|origin| origin == service),
        // A service without a spec may begin a trace: a browser, a load generator. So may a job, whose calls belong to no
        // route of requests.
        None => !belongs_to_a_request(judge, tree, first),
    };
    if !may_begin {
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

/// Notes a function whose parent is of the platform that ran it.
fn unproven(judge: &mut Judge<'_>, span: &Span) {
    if judge.declared(span.service).is_some_and(|service| service.behind.is_some()) {
        return;
    }
    let (code, place, service) = (&code::UNPROVEN_HOP, judge.place(span.service), judge.service(span.service));
    judge.report(code, place, format!("function {service}"), span.trace, |judge| {
        Finding::new(code, place, format!("{} has a parent that is not in the capture", judge.called(span)))
            .note("the platform that runs functions puts spans of its own into the context, and exports them elsewhere")
            .hint(format!("declare the platform once, as `behind: aws-lambda` in the spec of {service}"))
            .evidence(judge.evidence(span, None))
    });
}

/// Whether a call is one that its service declares for routes only: then a request makes it.
fn belongs_to_a_request(judge: &Judge<'_>, tree: &Tree<'_, '_>, first: &Span) -> bool {
    let is_of = |call: &emberline_core::model::Call| {
        let callee = judge.capture.services.find(&call.service.value);
        tree.spans.iter().any(|span| span.parent == Some(first.id) && Some(span.service) == callee)
    };
    judge
        .declared(first.service)
        .is_some_and(|service| service.calls.iter().any(|call| !call.routes.is_empty() && is_of(call)))
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
        let found = Finding::new(code, place, message).note(cause);
        let found = match (span.kind, span.flags & (REMOTE_KNOWN | REMOTE)) {
            (SpanKind::Server, REMOTE_KNOWN) => found,
            (SpanKind::Server, _) => found.note(
                "a load balancer that puts a span into the context and exports none is declared as `behind` in the spec",
            ),
            _ => found,
        };
        found.hint(hint).evidence(judge.evidence(span, None))
    });
}

fn sampling(judge: &mut Judge<'_>, span: &Span, parent: &Span) {
    // Many exporters leave W3C's flags out: they write zero, or only the bits that tell of the parent's process.
    let says = |span: &Span| span.flags != 0 && judge.capture.writes_flags.contains(&span.service);
    if (span.flags ^ parent.flags) & SAMPLED == 0 || !says(span) || !says(parent) {
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
