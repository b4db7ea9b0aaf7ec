//! Breaks of a trace: calls without a server span.
//!
//! Either the peer is down and has no spans at all, or its spans are in separate traces because the trace context
//! was lost.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ask::{Asked, Log};
use super::builds;
use super::case::{Case, Symptom, answers, has_failed};
use super::gather::{self, Gathered};
use super::graph::Calls;
use super::kind::Kind;
use super::middle::median;
use super::requests::Requests;
use super::revisions;
use super::tree::Tree;
use crate::source::{Span, SpanKind, Trace};
use emberline_prose::number::clock;

/// Why the spans of a peer are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The peer answers no caller.
    PeerDown,
    /// The peer answers in separate traces, because the trace context did not arrive.
    ContextLost,
    /// Unknown: the peer's spans are in other traces, or no trace with them was kept.
    Unknown,
}

/// A call without a server span.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Break {
    /// The calling service.
    pub caller: String,
    /// The called service.
    pub peer: String,
    /// The caller's span.
    pub span: String,
    /// The number of calls without a server span.
    pub missing: usize,
    /// The number of all calls.
    pub calls: usize,
    /// Why the server spans are missing.
    pub cause: Cause,
    /// When the peer last answered the caller's current revision, unix seconds. It is looked up only if the peer is
    /// down.
    pub answered: Option<f64>,
    /// The break and its meaning, in a sentence.
    pub words: String,
}

/// The breaks, and the traces found beyond one of them.
pub(super) struct Beyond {
    pub(super) breaks: Vec<Break>,
    /// The traces on the other side of a break, with their service.
    pub(super) side: Option<(String, Gathered)>,
}

/// Calls of a kind to a peer.
#[derive(Debug, Default)]
struct Hop {
    calls: usize,
    missing: usize,
    /// Missing calls that failed without an answer.
    unanswered: usize,
    seconds: Vec<f64>,
    /// The start of the earliest missing call, unix nanoseconds.
    first: Option<u64>,
    /// Whether even the caller's span of the call is missing.
    is_vanished: bool,
    /// The kind of server span that usually answers such a call, if known.
    answer: Option<Kind>,
}

/// Looks for breaks in bad traces.
pub(super) fn look(case: &Case<'_>, calls: &Calls<'_>, requests: &Requests, gathered: &Gathered) -> Asked<Beyond> {
    let mut log = Log::default();
    let mut beyond = Beyond { breaks: Vec::new(), side: None };
    let mut hops = hops(calls, gathered);
    // A failed request may have ended before its calls.
    if matches!(case.symptom, Symptom::Slow(_)) {
        hops.extend(vanished(gathered));
    }
    for ((kind, peer), hop) in hops {
        // If only a minority of server spans is missing, those spans were lost and the peer answers.
        if hop.missing * 2 < hop.calls || hop.missing == 0 {
            continue;
        }
        let theirs = log.keep(gather::any_of(case, &peer, &gathered.bad));
        // The onset is known only to some seconds, so an earlier answer of the peer does not prove that it is up.
        let is_alive = theirs.iter().any(|trace| {
            trace.spans.iter().any(|span| span.service == peer && hop.first.is_none_or(|first| span.end > first))
        });
        let is_apart = theirs.iter().any(|trace| begins_alone(trace, &kind.service, &peer, &hop));
        let cause = if is_apart {
            Cause::ContextLost
        } else if hop.is_vanished {
            // The caller stopped calling, which is no break.
            continue;
        } else if !is_alive && (hop.unanswered > 0 || requests.is_silent(&peer)) {
            Cause::PeerDown
        } else {
            Cause::Unknown
        };
        if cause == Cause::ContextLost && beyond.side.is_none() {
            let symptom = match case.symptom {
                // A request that takes half as long as the call is what the caller waits for.
                Symptom::Slow(_) => Symptom::Slow(median(hop.seconds.clone()).unwrap_or(0.0) / 2.0),
                Symptom::Failed => Symptom::Failed,
            };
            let side = log.keep(gather::of_peer(case, &peer, symptom, &gathered.bad));
            if !side.bad.is_empty() {
                beyond.side = Some((peer.clone(), side));
            }
        }
        let answered = match cause {
            Cause::PeerDown => log.keep(answered(case, &kind.service, &peer, gathered)),
            _ => None,
        };
        beyond.breaks.push(of(&kind, peer, &hop, cause, answered));
    }
    log.with(beyond)
}

/// When a peer last answered a caller of the same revision as in bad requests. An answer proves that this revision
/// has the right address, so the caller's deployment did not cut the peer off.
fn answered(case: &Case<'_>, caller: &str, peer: &str, gathered: &Gathered) -> Asked<Option<f64>> {
    let Some(revision) = revisions::of_service(&gathered.bad, caller) else { return Asked::default() };
    let (latest, log) = gather::just_before(case, peer).apart();
    let answers = latest.iter().chain(&gathered.healthy).filter_map(|trace| {
        let tree = Tree::of(trace);
        let is_ours = |at: &usize| {
            let span = tree.span(*at);
            span.service == caller && is_call(span) && builds::revision(&span.resource).as_ref() == Some(&revision)
        };
        let answers = tree.order.iter().filter(|at| is_ours(at)).filter_map(|at| answer_of(&tree, *at));
        #[expect(clippy::cast_precision_loss, reason = "a time, to the second")]
        answers.filter(|it| it.service == peer && !has_failed(it)).map(|it| it.end as f64 / 1e9).reduce(f64::max)
    });
    log.with(answers.reduce(f64::max))
}

fn of(kind: &Kind, peer: String, hop: &Hop, cause: Cause, answered: Option<f64>) -> Break {
    let caller = kind.service.clone();
    let of = format!("{} of {} calls of {caller} to {peer} have no server span", hop.missing, hop.calls);
    let words = match cause {
        Cause::PeerDown => {
            let before = answered.map_or_else(String::new, |time| {
                format!(" The same revision of {caller} was last answered at {}.", clock(time))
            });
            format!("{of}, and no other trace since then has a span of {peer}: {peer} is down or unreachable.{before}")
        }
        Cause::ContextLost => format!(
            "{of}, while {peer} answers in separate traces: the trace context is lost between {caller} and {peer}. \
             The walk continues with those traces, matched by time."
        ),
        Cause::Unknown => format!("{of}; whether {peer} answered is unknown."),
    };
    Break { caller, peer, span: kind.name.clone(), missing: hop.missing, calls: hop.calls, cause, answered, words }
}

/// Calls to declared peers in bad traces.
fn hops(calls: &Calls<'_>, gathered: &Gathered) -> BTreeMap<(Kind, String), Hop> {
    let known = peers(gathered.healthy.iter().chain(&gathered.bad));
    let mut hops: BTreeMap<(Kind, String), Hop> = BTreeMap::new();
    for trace in &gathered.bad {
        let tree = Tree::of(trace);
        for at in 0..tree.nodes.len() {
            let span = tree.span(at);
            if !is_call(span) {
                continue;
            }
            let kind = Kind::of(span);
            let answer = answer_of(&tree, at);
            let usual = known.get(&kind);
            let peer = usual.map(|usual| usual.service.clone()).or_else(|| declared(calls, span));
            let Some(peer) = peer else { continue };
            let usual = usual.cloned();
            let hop = hops.entry((kind, peer)).or_default();
            hop.answer = usual;
            hop.calls += 1;
            if answer.is_none() {
                hop.missing += 1;
                hop.seconds.push(span.seconds());
                hop.first = Some(hop.first.map_or(span.start, |first| first.min(span.start)));
                let status = span.attributes.get("http.response.status_code");
                hop.unanswered += usize::from(has_failed(span) && status.is_none());
            }
        }
    }
    hops
}

/// Calls that only healthy requests make: even the caller's span of the call may be in another trace.
fn vanished(gathered: &Gathered) -> BTreeMap<(Kind, String), Hop> {
    let calling = |trace: &Trace| -> BTreeMap<Kind, (Kind, Kind)> {
        let tree = Tree::of(trace);
        let calls = tree.order.iter().filter(|at| is_call(tree.span(**at)));
        let told = calls.filter_map(|at| {
            let (parent, answer) = (tree.nodes[*at].parent?, answer_of(&tree, *at)?);
            Some((Kind::of(tree.span(parent)), (Kind::of(tree.span(*at)), Kind::of(answer))))
        });
        told.collect()
    };
    let mut usual: BTreeMap<Kind, (usize, (Kind, Kind))> = BTreeMap::new();
    for (parent, call) in gathered.healthy.iter().flat_map(calling) {
        usual.entry(parent).or_insert((0, call)).0 += 1;
    }
    let mut hops = BTreeMap::new();
    for (parent, (_, (call, answer))) in
        usual.into_iter().filter(|(_, (count, _))| *count * 2 >= gathered.healthy.len())
    {
        let peer = answer.service.clone();
        let mut hop = Hop { is_vanished: true, answer: Some(answer), ..Hop::default() };
        for tree in gathered.bad.iter().map(Tree::of) {
            for at in tree.order.iter().filter(|at| Kind::of(tree.span(**at)) == parent) {
                hop.calls += 1;
                if !tree.nodes[*at].children.iter().any(|child| is_call(tree.span(*child))) {
                    hop.missing += 1;
                    hop.seconds.push(tree.nodes[*at].own);
                }
            }
        }
        hops.insert((call, peer), hop);
    }
    hops
}

/// Whether a span calls another service, rather than a database.
fn is_call(span: &Span) -> bool {
    span.kind == SpanKind::Client && !span.attributes.keys().any(|key| key.starts_with("db."))
}

/// The kind of server span that answers each kind of call.
fn peers<'t>(traces: impl Iterator<Item = &'t Trace>) -> BTreeMap<Kind, Kind> {
    let mut peers = BTreeMap::new();
    for trace in traces {
        let tree = Tree::of(trace);
        for at in 0..tree.nodes.len() {
            if let (true, Some(answer)) = (is_call(tree.span(at)), answer_of(&tree, at)) {
                peers.insert(Kind::of(tree.span(at)), Kind::of(answer));
            }
        }
    }
    peers
}

fn answer_of<'t>(tree: &Tree<'t>, at: usize) -> Option<&'t Span> {
    let children = tree.nodes[at].children.iter().map(|child| tree.span(*child));
    children.into_iter().find(|child| answers(child))
}

/// The callee of a call: the declared callee that the span names, or else the only declared one.
fn declared(calls: &Calls<'_>, span: &Span) -> Option<String> {
    let callees = calls.callees(&span.service);
    let said = ["peer.service", "service.peer.name", "server.address"].iter().find_map(|key| span.attributes.get(*key));
    match (said, callees) {
        (Some(said), _) if callees.contains(&said.as_str()) => Some(said.clone()),
        (_, [only]) => Some((*only).to_owned()),
        _ => None,
    }
}

/// Whether a peer's request starts a trace of unknown origin. If the caller's span is missing too, whether the
/// caller's span starts that trace.
fn begins_alone(trace: &Trace, caller: &str, peer: &str, hop: &Hop) -> bool {
    let tree = Tree::of(trace);
    let is_first = |at: usize| match tree.nodes[at].parent {
        None => !hop.is_vanished,
        Some(above) => {
            let is_call = tree.span(above).service == caller && is_call(tree.span(above));
            hop.is_vanished && is_call && tree.nodes[above].parent.is_none()
        }
    };
    // A peer also has spans of its own background work.
    let is_such = |span: &Span| match &hop.answer {
        Some(answer) => Kind::of(span) == *answer,
        None => span.kind == SpanKind::Server,
    };
    (0..tree.nodes.len()).any(|at| tree.span(at).service == peer && is_such(tree.span(at)) && is_first(at))
}
