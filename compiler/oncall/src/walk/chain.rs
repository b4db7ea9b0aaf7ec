//! Where the chain of spans breaks: a call whose answer is in no trace.
//!
//! Either the peer is down, and nothing of it is anywhere; or its requests are there, in traces of their own, and it is the
//! context that got lost on the way.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ask::Record;
use super::case::{Case, Symptom, answers, has_failed};
use super::compare::Kind;
use super::gather::{self, Gathered};
use super::graph::Calls;
use super::requests::Requests;
use super::tree::Tree;
use super::words::median;
use crate::source::{Span, SpanKind, Trace};

/// Why the spans of a peer are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It answers nobody.
    PeerDown,
    /// It answers, in traces of its own: the caller's context did not arrive.
    ContextLost,
    /// Nobody knows: it sends spans to other traces, or they were not kept.
    Unknown,
}

/// A call whose answer is missing from the traces.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Break {
    /// Who calls.
    pub caller: String,
    /// Who is called.
    pub peer: String,
    /// The caller's span.
    pub span: String,
    /// Calls without an answer.
    pub missing: usize,
    /// Of so many.
    pub calls: usize,
    /// Why.
    pub cause: Cause,
    /// What that means, in a sentence.
    pub words: String,
}

/// What was found beyond a break.
pub(super) struct Beyond {
    pub(super) breaks: Vec<Break>,
    /// The traces on the other side, where there are any: of which service, and which.
    pub(super) side: Option<(String, Gathered)>,
}

/// Calls of a kind to a peer.
#[derive(Default)]
struct Hop {
    calls: usize,
    missing: usize,
    /// Of the missing: failed without any answer.
    unanswered: usize,
    seconds: Vec<f64>,
}

/// Looks for breaks in bad traces.
pub(super) fn look(
    case: &Case<'_>,
    calls: &Calls<'_>,
    requests: &Requests,
    gathered: &Gathered,
    record: &mut Record,
) -> Beyond {
    let mut beyond = Beyond { breaks: Vec::new(), side: None };
    for ((kind, peer), hop) in hops(calls, gathered) {
        // One lost span is a lost span.
        if hop.missing * 2 < hop.calls || hop.missing == 0 {
            continue;
        }
        let theirs = gather::any_of(case, &peer, &gathered.bad, record);
        let is_apart = theirs.iter().any(|trace| begins_alone(trace, &peer));
        let cause = if is_apart {
            Cause::ContextLost
        } else if theirs.is_empty() && (hop.unanswered > 0 || requests.is_silent(&peer)) {
            Cause::PeerDown
        } else {
            Cause::Unknown
        };
        if cause == Cause::ContextLost && beyond.side.is_none() {
            let symptom = match case.symptom {
                // As long as half of the call takes, it is what the caller waits for.
                Symptom::Slow(_) => Symptom::Slow(median(hop.seconds.clone()).unwrap_or(0.0) / 2.0),
                Symptom::Failed => Symptom::Failed,
            };
            let side = gather::of_peer(case, &peer, symptom, &gathered.bad, record);
            if !side.bad.is_empty() {
                beyond.side = Some((peer.clone(), side));
            }
        }
        beyond.breaks.push(of(&kind, peer, &hop, cause));
    }
    beyond
}

fn of(kind: &Kind, peer: String, hop: &Hop, cause: Cause) -> Break {
    let caller = kind.service.clone();
    let of = format!("{} of {} calls of {caller} to {peer} have no answering span", hop.missing, hop.calls);
    let words = match cause {
        Cause::PeerDown => {
            format!("{of}, and no other trace has one of {peer} either: it is down or cannot be reached.")
        }
        Cause::ContextLost => format!(
            "{of}, while {peer} answers requests in traces of their own: the trace context gets lost between {caller} \
             and {peer}. The walk goes on with those traces; that they belong together is an inference from the time."
        ),
        Cause::Unknown => format!("{of}; whether {peer} answered cannot be said."),
    };
    Break { caller, peer, span: kind.name.clone(), missing: hop.missing, calls: hop.calls, cause, words }
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
            let peer = answer.map(|answer| answer.service.clone()).or_else(|| known.get(&kind).cloned());
            let Some(peer) = peer.or_else(|| declared(calls, span)) else { continue };
            let hop = hops.entry((kind, peer)).or_default();
            hop.calls += 1;
            if answer.is_none() {
                hop.missing += 1;
                hop.seconds.push(span.seconds());
                let status = span.attributes.get("http.response.status_code");
                hop.unanswered += usize::from(has_failed(span) && status.is_none());
            }
        }
    }
    hops
}

/// Whether a span calls another service, rather than a database.
fn is_call(span: &Span) -> bool {
    span.kind == SpanKind::Client && !span.attributes.keys().any(|key| key.starts_with("db."))
}

/// The peer of each kind of call, as answers show it.
fn peers<'t>(traces: impl Iterator<Item = &'t Trace>) -> BTreeMap<Kind, String> {
    let mut peers = BTreeMap::new();
    for trace in traces {
        let tree = Tree::of(trace);
        for at in 0..tree.nodes.len() {
            if let (true, Some(answer)) = (is_call(tree.span(at)), answer_of(&tree, at)) {
                peers.insert(Kind::of(tree.span(at)), answer.service.clone());
            }
        }
    }
    peers
}

fn answer_of<'t>(tree: &Tree<'t>, at: usize) -> Option<&'t Span> {
    let children = tree.nodes[at].children.iter().map(|child| tree.span(*child));
    children.into_iter().find(|child| answers(child))
}

/// Whom a call must be to: as it says itself, or the only one that the specs declare.
fn declared(calls: &Calls<'_>, span: &Span) -> Option<String> {
    let callees = calls.callees(&span.service);
    let said = ["peer.service", "service.peer.name", "server.address"].iter().find_map(|key| span.attributes.get(*key));
    match (said, callees) {
        (Some(said), _) if callees.contains(&said.as_str()) => Some(said.clone()),
        (_, [only]) => Some((*only).to_owned()),
        _ => None,
    }
}

/// Whether a service's request has no caller in the trace.
fn begins_alone(trace: &Trace, service: &str) -> bool {
    let tree = Tree::of(trace);
    (0..tree.nodes.len())
        .any(|at| tree.span(at).service == service && answers(tree.span(at)) && tree.nodes[at].parent.is_none())
}
