//! The third layer compares bad traces with healthy traces: which span takes the time, which calls increased, and
//! where the trace is broken.

use serde::Serialize;

use super::ask::Ask;
use super::ask::Log;
use super::case::{Case, Symptom};
use super::chain::{self, Break, Cause};
use super::compare::{self, Difference};
use super::gather::{self, Gathered};
use super::graph::Calls;
use super::middle::median;
use super::requests::Requests;
use super::tree::Tree;
use crate::source::{SpanKind, Trace};
use emberline_prose::number::{figure, length};

/// A span of the trace that is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The span's id.
    pub id: String,
    /// The span's depth in the tree; 0 for a root.
    pub depth: usize,
    /// The service.
    pub service: String,
    /// The span's name.
    pub name: String,
    /// The span's kind.
    pub kind: SpanKind,
    /// The span's start, in seconds since the trace began.
    pub start: f64,
    /// The span's duration in seconds.
    pub seconds: f64,
    /// Own time: the seconds in which none of the span's children ran.
    pub own: f64,
    /// The span's own part of the critical path, in seconds.
    pub critical: f64,
    /// Whether the span failed.
    pub failed: bool,
}

/// The evidence of traces.
#[derive(Debug, Clone, Serialize)]
pub struct Traced {
    /// What was asked.
    pub asked: Vec<Ask>,
    /// The conclusion in a sentence.
    pub conclusion: String,
    /// The service of the traces: the objective's service, or the one beyond a break.
    pub service: String,
    /// Ids of the bad traces.
    pub bad: Vec<String>,
    /// Ids of the healthy traces that bad traces are compared with.
    pub healthy: Vec<String>,
    /// Whether the healthy traces are from before the onset.
    pub is_from_before: bool,
    /// The spans of the shown trace, as a tree from top to bottom.
    pub spans: Vec<Row>,
    /// How bad traces differ from healthy traces.
    pub difference: Difference,
    /// Where traces are broken.
    pub breaks: Vec<Break>,
    /// Whether no bad trace is of the last episode of a fault that comes and goes.
    #[serde(skip)]
    pub is_earlier: bool,
}

/// The most spans of a trace that are shown.
const SHOWN: usize = 200;

/// Compares traces. Returns the gathered traces for the next layers.
pub(super) fn look(case: &Case<'_>, calls: &Calls<'_>, requests: &Requests) -> (Traced, Gathered) {
    let mut log = Log::default();
    let mut gathered = log.keep(gather::own(case));
    let beyond = log.keep(chain::look(case, calls, requests, &gathered));
    let mut service = case.slo.service.clone();
    if let Some((peer, side)) = beyond.side {
        (service, gathered) = (peer, side);
    }
    let is_own = |span: &crate::source::Span| span.service == service && super::case::answers(span);
    let difference = compare::compare(&gathered.bad, &gathered.healthy, &is_own);
    order_by_middle(&mut gathered.bad, &is_own);
    let ids = |traces: &[Trace]| traces.iter().map(|trace| trace.id.clone()).collect();
    let mut traced = Traced {
        conclusion: String::new(),
        bad: ids(&gathered.bad),
        healthy: ids(&gathered.healthy),
        is_from_before: gathered.is_from_before,
        is_earlier: gathered.is_earlier,
        spans: Vec::new(),
        difference,
        breaks: beyond.breaks,
        service,
        asked: Vec::new(),
    };
    traced.conclusion = conclusion(case, &traced, log.trouble());
    traced.asked = log.asks();
    (traced, gathered)
}

/// Orders traces by the distance of their duration from the median, so the first trace is typical.
fn order_by_middle(traces: &mut [Trace], is_own: &dyn Fn(&crate::source::Span) -> bool) {
    let seconds = |trace: &Trace| {
        trace.spans.iter().filter(|span| is_own(span)).map(crate::source::Span::seconds).fold(0.0, f64::max)
    };
    let middle = median(traces.iter().map(seconds)).unwrap_or(0.0);
    traces.sort_by(|a, b| (seconds(a) - middle).abs().total_cmp(&(seconds(b) - middle).abs()).then(a.id.cmp(&b.id)));
}

/// The rows of a trace, each parent above its children.
fn rows(trace: &Trace) -> Vec<Row> {
    let tree = Tree::of(trace);
    let mut rows = Vec::new();
    let mut stack: Vec<(usize, usize)> = tree.roots.iter().rev().map(|root| (*root, 0)).collect();
    while let Some((at, depth)) = stack.pop() {
        let (span, node) = (tree.span(at), &tree.nodes[at]);
        rows.push(Row {
            id: span.id.clone(),
            depth,
            service: span.service.clone(),
            name: span.name.clone(),
            kind: span.kind,
            start: node.start,
            seconds: node.end - node.start,
            own: node.own,
            critical: node.critical,
            failed: super::case::has_failed(span),
        });
        if rows.len() == SHOWN {
            break;
        }
        stack.extend(node.children.iter().rev().map(|child| (*child, depth + 1)));
    }
    rows
}

fn conclusion(case: &Case<'_>, traced: &Traced, trouble: Option<String>) -> String {
    if case.sources.traces.is_none() {
        return "No source of traces was given.".to_owned();
    }
    let breaks: String = traced.breaks.iter().map(|it| format!(" {}", it.words)).collect();
    if traced.bad.is_empty() {
        let why = trouble.map_or_else(String::new, |trouble| format!(" ({trouble})"));
        return format!("No trace of a bad request of {} was found{why}.{breaks}", traced.service);
    }
    let difference = &traced.difference;
    let took = match (difference.before, difference.now) {
        (Some(before), Some(now)) => {
            format!("A bad request of {} takes {}, a healthy one {}", traced.service, length(now), length(before))
        }
        (None, Some(now)) => format!(
            "A bad request of {} takes {}; no healthy request was found to compare with",
            traced.service,
            length(now)
        ),
        _ => format!("{} has bad requests", traced.service),
    };
    let more = difference.more.first().map(|more| {
        format!(
            " {} calls {} {} times, before {} times.",
            more.parent.words(),
            more.child.words(),
            figure(more.now),
            figure(more.before)
        )
    });
    let own = difference.grown.first().filter(|_| matches!(case.symptom, Symptom::Slow(_))).map(|grown| {
        format!(
            " Most of it is own time of {}: {}, before {}.",
            grown.span.words(),
            length(grown.now),
            length(grown.before)
        )
    });
    let gone =
        difference.fewer.iter().find(|fewer| fewer.now <= 0.0).filter(|_| matches!(case.symptom, Symptom::Slow(_)));
    let gone = gone.map(|it| format!(" {} no longer calls {}.", it.parent.words(), it.child.words()));
    let new = difference.values.first().map(|value| format!(" New in bad requests: {}.", value.words()));
    let differs = [more, own, gone, new].into_iter().flatten().collect::<String>();
    format!("{took}.{differs}{breaks}")
}

impl Traced {
    /// The same evidence, but showing the spans of the given bad trace.
    pub(super) fn showing(self, id: &str, bad: &[Trace]) -> Self {
        let spans = bad.iter().find(|trace| trace.id == id).map(rows).unwrap_or_default();
        Self { spans, ..self }
    }

    /// The break at a peer that is down, if there is one.
    pub(super) fn down(&self) -> Option<&Break> {
        self.breaks.iter().find(|it| it.cause == Cause::PeerDown)
    }

    /// Whether the walk continued with traces matched by time.
    pub(super) fn is_inferred(&self) -> bool {
        self.breaks.iter().any(|it| it.cause == Cause::ContextLost)
    }
}
