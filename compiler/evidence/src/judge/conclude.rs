//! Reports missing hops and calls that lost their header, at the end: then every trace is known that a callee began.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use emberline_core::code;
use emberline_core::finding::Finding;
use emberline_core::source::Span as Place;
use emberline_core::spec::CallKind;

use super::answered::Answered;
use super::answered::SKEW;
use super::context::Judge;
use super::messages;
use super::missing::{Alike, MOST_ALIKE, Missing};
use crate::names::Name;
use crate::span::{Span, SpanKind};

/// The most root spans of callees that are kept, to match them with unanswered calls.
const MOST_STRAYS: usize = 1 << 18;
/// The most root spans of services that no spec calls.
const MOST_UNCALLED: usize = 1 << 16;
/// Keeps a root span that may belong below a call.
pub(super) fn stray(judge: &mut Judge<'_>, span: &Span) {
    if !matches!(span.kind, SpanKind::Server | SpanKind::Consumer) {
        return;
    }
    let callee = judge.service(span.service);
    // Whether a message carries its context is judged by itself.
    if span.kind == SpanKind::Consumer && messages::is_sent_to(judge, callee) {
        return;
    }
    let mut calls = judge.model.services.iter().flat_map(|service| &service.calls);
    let is_called = calls.any(|call| call.service.value == callee);
    let Missing { strays, uncalled, .. } = &mut judge.seen.missing;
    if strays.len() < MOST_STRAYS && (is_called || *uncalled < MOST_UNCALLED) {
        strays.push(*span);
        *uncalled += usize::from(!is_called);
    }
}

/// Root spans of each service by their start, and the calls that were answered.
struct Strays<'s> {
    spans: HashMap<Name, Vec<&'s Span>>,
    answered: &'s HashMap<(Name, Name), Answered>,
}

impl<'s> Strays<'s> {
    fn new(spans: &'s [Span], answered: &'s HashMap<(Name, Name), Answered>) -> Self {
        let mut by_service: HashMap<Name, Vec<&Span>> = HashMap::new();
        for span in spans {
            by_service.entry(span.service).or_default().push(span);
        }
        by_service.values_mut().for_each(|spans| spans.sort_by_key(|span| (span.time.0, span.trace)));
        Self { spans: by_service, answered }
    }

    fn of(&self, service: Name) -> &[&'s Span] {
        self.spans.get(&service).map(Vec::as_slice).unwrap_or_default()
    }

    /// The first trace that the callee began and ended during the call.
    fn during(&self, call: &Span, callee: Name) -> Option<&'s Span> {
        let (first, last, end) = self.answered(call.service, callee).window(call);
        let spans = self.of(callee);
        let from = spans.partition_point(|span| span.time.0 < first);
        let begun = spans.get(from..).unwrap_or_default().iter().take_while(|span| span.time.0 <= last);
        // Very many requests at once tell no more than some of them.
        begun.take(MOST_ALIKE).find(|span| span.trace != call.trace && span.time.1 <= end).copied()
    }

    /// The calls of a service that another one answered.
    fn answered(&self, caller: Name, callee: Name) -> Answered {
        self.answered.get(&(caller, callee)).copied().unwrap_or_default()
    }
}

/// Reports the missing hops, each with its likely cause, and calls that lost their header.
pub(super) fn run(judge: &mut Judge<'_>) {
    let Missing { calls, unanswered, answered, strays, .. } = std::mem::take(&mut judge.seen.missing);
    let strays = Strays::new(&strays, &answered);
    let mut told = BTreeSet::new();
    for (place, (callee, span, count)) in &calls {
        let number = judge.capture.services.find(callee);
        let alike = unanswered.get(&(span.service, Some(callee.clone())));
        let alike = std::iter::once(span).chain(alike.into_iter().flat_map(BTreeMap::values));
        let stray =
            number.and_then(|callee| alike.into_iter().find_map(|call| Some((call, strays.during(call, callee)?))));
        let answered = number.map_or(0, |callee| strays.answered(span.service, callee).count);
        missing(judge, *place, callee, (span, *count, answered), stray.map(|(_, stray)| stray));
        if let Some((call, stray)) = stray {
            astray(judge, *place, call, stray);
            told.insert(*place);
        }
    }
    for ((caller, peer), alike) in &unanswered {
        match peer {
            Some(peer) => to_a_peer(judge, &strays, &told, *caller, peer, alike),
            None => to_anybody(judge, &strays, &told, *caller, alike),
        }
    }
}

/// Reports calls that name a service which began traces of its own during them, unless their hop is among those `told`.
fn to_a_peer(
    judge: &mut Judge<'_>,
    strays: &Strays<'_>,
    told: &BTreeSet<Place>,
    caller: Name,
    peer: &str,
    alike: &Alike,
) {
    let Some(callee) = judge.capture.services.find(peer) else { return };
    let place = judge.place_of_hop(caller, callee);
    if told.contains(&place) {
        return;
    }
    let mut matched = alike.values().filter_map(|call| Some((call, strays.during(call, callee)?)));
    let found = matched.next();
    match found {
        // A failed call may never have arrived, and others may call that service at the same time.
        Some((call, stray)) if call.failed && is_called_elsewhere(strays, callee, alike) => {
            unproven(judge, place, call, stray);
        }
        Some((call, stray)) => astray(judge, place, call, stray),
        None => {
            let lost = alike.values().find(|call| !call.failed);
            if let Some(call) = lost.filter(|_| judge.call(caller, peer).is_none()) {
                unseen(judge, place, call, peer);
            }
        }
    }
}

/// Reports calls without a peer during which a declared callee began traces of its own.
fn to_anybody(judge: &mut Judge<'_>, strays: &Strays<'_>, told: &BTreeSet<Place>, caller: Name, alike: &Alike) {
    let Some(service) = judge.declared(caller) else { return };
    for call in service.calls.iter().filter(|call| call.kind == CallKind::Sync && !call.external) {
        if told.contains(&call.service.span) {
            continue;
        }
        let Some(callee) = judge.capture.services.find(&call.service.value) else { continue };
        let found = alike.values().find_map(|from| Some((from, strays.during(from, callee)?)));
        match found {
            Some((from, stray)) if is_called_elsewhere(strays, callee, alike) => {
                unproven(judge, call.service.span, from, stray);
            }
            Some((from, stray)) => astray(judge, call.service.span, from, stray),
            None => {}
        }
    }
}

/// Whether a service also began traces outside of these calls: then others call it too.
fn is_called_elsewhere(strays: &Strays<'_>, callee: Name, alike: &Alike) -> bool {
    // The calls that were kept do not cover all traces of the callee.
    if alike.len() >= MOST_ALIKE {
        return false;
    }
    strays.of(callee).iter().take(4 * MOST_ALIKE).any(|stray| {
        !alike.values().any(|call| {
            stray.time.0.saturating_add(SKEW) >= call.time.0 && stray.time.1 <= call.time.1.saturating_add(SKEW)
        })
    })
}

fn unproven(judge: &mut Judge<'_>, place: Place, call: &Span, stray: &Span) {
    let (code, caller, callee) = (&code::UNPROVEN_HOP, judge.service(call.service), judge.service(stray.service));
    judge.report(code, place, format!("stray {callee}"), stray.trace, |judge| {
        Finding::new(code, place, format!("{} begins a trace while {caller} makes a call", judge.called(stray)))
            .note(format!(
                "the call is in the trace {:032x}; it does not name its peer or it failed, and others call {callee} too",
                call.trace
            ))
            .hint(format!("check that {caller} sends `traceparent`; name the peer of the call by `server.address`"))
            .evidence(judge.evidence(stray, Some((call.service, stray.service))))
    });
}

fn unseen(judge: &mut Judge<'_>, place: Place, call: &Span, callee: &str) {
    let (code, caller) = (&code::UNPROVEN_HOP, judge.service(call.service));
    judge.report(code, place, format!("unseen {callee}"), call.trace, |judge| {
        Finding::new(code, place, format!("{} names {callee}, whose span is not below it", judge.called(call)))
            .note(format!("the capture holds spans of {callee}, but the spec of {caller} declares no call to it"))
            .hint(format!("add `{{service: {callee}, kind: sync}}` to `calls`, and check that `traceparent` is sent"))
            .evidence(judge.evidence(call, None))
    });
}

/// Reports a declared call that is missing: its span, how often it is missing, and how many calls of the hop were answered.
fn missing(
    judge: &mut Judge<'_>,
    place: Place,
    callee: &str,
    (span, count, answered): (&Span, u64, u64),
    stray: Option<&Span>,
) {
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
            None if answered > 0 => (
                format!(
                    "{callee} answered {answered} other calls of {caller}: its sampler may decide against its callers, its \
                     span was lost, or the call was not made"
                ),
                format!(
                    "use a parent-based sampler in {callee}, and check its exporter; if only some requests make the call, \
                     declare its `routes`"
                ),
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
