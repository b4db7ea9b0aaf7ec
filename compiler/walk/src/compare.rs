//! Compares bad traces with healthy traces: which own times grew, and which calls increased.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::middle::{median, number};
use super::spot::Spot;
use super::tree::Tree;
use crate::source::{Span, SpanKind, Trace};

/// The properties by which two spans of different traces count as the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Kind {
    /// The service.
    pub service: String,
    /// The span's name, with `N` for each number.
    pub name: String,
    /// The span's kind: `server`, `client`, …
    pub kind: &'static str,
    /// The span's `code.function.name`, if it has one.
    pub function: String,
}

impl Kind {
    /// The kind of a span.
    pub(super) fn of(span: &Span) -> Self {
        let kind = match span.kind {
            SpanKind::Internal => "internal",
            SpanKind::Server => "server",
            SpanKind::Client => "client",
            SpanKind::Producer => "producer",
            SpanKind::Consumer => "consumer",
        };
        let function = Spot::of(&span.attributes).map(|spot| spot.function).unwrap_or_default();
        Self { service: span.service.clone(), name: unnumbered(&span.name), kind, function }
    }

    /// The span as people read it.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{} `{}`", self.service, self.name)
    }
}

/// A name with `N` for each run of digits, so that `GET /orders/17` is the same as `GET /orders/18`.
fn unnumbered(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !out.ends_with('N') {
            out.push('N');
        }
    }
    out
}

/// Spans of a kind whose own time grew.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Grown {
    /// The spans.
    pub span: Kind,
    /// Their total own time in a healthy trace, median seconds; 0 without such spans.
    pub before: f64,
    /// Their total own time in a bad trace, median seconds.
    pub now: f64,
    /// The median number of these spans in a healthy trace.
    pub count_before: f64,
    /// The median number of these spans in a bad trace.
    pub count_now: f64,
}

/// A span with more children of a kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct More {
    /// The span that makes the calls.
    pub parent: Kind,
    /// The kind of the children.
    pub child: Kind,
    /// The number of these children of each parent in a healthy trace.
    pub before: f64,
    /// The number of these children of each parent in a bad trace.
    pub now: f64,
    /// The children's total duration in a healthy trace, in seconds.
    pub seconds_before: f64,
    /// The children's total duration in a bad trace, in seconds.
    pub seconds_now: f64,
    /// The share of the children that failed, in bad traces.
    pub failed: f64,
    /// Whether the children are database statements.
    pub is_query: bool,
}

/// How bad traces differ from healthy traces.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Difference {
    /// The median duration of the objective's own request in healthy traces, in seconds; `None` without any.
    pub before: Option<f64>,
    /// The median duration of the objective's own request in bad traces, in seconds; `None` without any.
    pub now: Option<f64>,
    /// Spans whose own time grew, the largest growth first.
    pub grown: Vec<Grown>,
    /// Calls that increased, the most expensive first.
    pub more: Vec<More>,
}

/// The sum over the spans of a kind in one trace.
#[derive(Default)]
struct Sum {
    count: f64,
    own: f64,
}

#[derive(Default)]
struct Edge {
    children: f64,
    seconds: f64,
    failed: f64,
    is_query: bool,
}

/// The sums of one trace.
struct Sums {
    request: Option<f64>,
    spans: BTreeMap<Kind, Sum>,
    edges: BTreeMap<(Kind, Kind), Edge>,
}

/// Compares traces; `is_own` recognizes the request that the objective counts.
pub(super) fn compare(bad: &[Trace], healthy: &[Trace], is_own: &dyn Fn(&Span) -> bool) -> Difference {
    let bad: Vec<Sums> = bad.iter().map(|trace| sums(trace, is_own)).collect();
    let mut healthy: Vec<Sums> = healthy.iter().map(|trace| sums(trace, is_own)).collect();
    rename(&mut healthy, &bad);
    let kinds: BTreeSet<&Kind> = bad.iter().flat_map(|sums| sums.spans.keys()).collect();
    let mut grown: Vec<Grown> = kinds
        .into_iter()
        .map(|kind| {
            let own = |all: &[Sums]| median(all.iter().map(|it| it.spans.get(kind).map_or(0.0, |sum| sum.own)));
            let count = |all: &[Sums]| median(all.iter().map(|it| it.spans.get(kind).map_or(0.0, |sum| sum.count)));
            Grown {
                span: kind.clone(),
                before: own(&healthy).unwrap_or(0.0),
                now: own(&bad).unwrap_or(0.0),
                count_before: count(&healthy).unwrap_or(0.0),
                count_now: count(&bad).unwrap_or(0.0),
            }
        })
        .filter(|grown| grown.now > grown.before)
        .collect();
    grown.sort_by(|a, b| (b.now - b.before).total_cmp(&(a.now - a.before)));
    Difference {
        before: median(healthy.iter().filter_map(|it| it.request)),
        now: median(bad.iter().filter_map(|it| it.request)),
        grown,
        more: more(&bad, &healthy),
    }
}

/// A deployment may rename a span. If a function has one kind of span before and one now, both count as the same.
fn rename(healthy: &mut [Sums], bad: &[Sums]) {
    let kinds = |sums: &[Sums]| -> BTreeSet<Kind> { sums.iter().flat_map(|it| it.spans.keys().cloned()).collect() };
    let (then, now) = (kinds(healthy), kinds(bad));
    let is_twin = |one: &Kind, other: &Kind| {
        !one.function.is_empty()
            && (&one.service, one.kind, &one.function) == (&other.service, other.kind, &other.function)
    };
    let only = |of: &Kind, among: &BTreeSet<Kind>| among.iter().filter(|kind| is_twin(kind, of)).count() == 1;
    let names: BTreeMap<Kind, Kind> = then
        .difference(&now)
        .filter(|old| only(old, &then) && only(old, &now))
        .filter_map(|old| Some((old.clone(), now.iter().find(|new| is_twin(old, new))?.clone())))
        .collect();
    let new = |kind: Kind| names.get(&kind).cloned().unwrap_or(kind);
    for sums in healthy {
        sums.spans = std::mem::take(&mut sums.spans).into_iter().map(|(kind, sum)| (new(kind), sum)).collect();
        sums.edges = std::mem::take(&mut sums.edges)
            .into_iter()
            .map(|((from, to), edge)| ((new(from), new(to)), edge))
            .collect();
    }
}

fn more(bad: &[Sums], healthy: &[Sums]) -> Vec<More> {
    let edges: BTreeSet<&(Kind, Kind)> = bad.iter().flat_map(|sums| sums.edges.keys()).collect();
    let mut all: Vec<More> = edges
        .into_iter()
        .filter_map(|edge| {
            let (parent, child) = edge;
            let each = |all: &[Sums]| {
                median(all.iter().filter_map(|it| {
                    let parents = it.spans.get(parent)?.count;
                    Some(it.edges.get(edge).map_or(0.0, |edge| edge.children) / parents)
                }))
            };
            let seconds =
                |all: &[Sums]| median(all.iter().map(|it| it.edges.get(edge).map_or(0.0, |edge| edge.seconds)));
            let of_bad = || bad.iter().filter_map(|it| it.edges.get(edge));
            let children: f64 = of_bad().map(|edge| edge.children).sum();
            let before = each(healthy).unwrap_or(if healthy.is_empty() { 1.0 } else { 0.0 });
            let now = each(bad)?;
            // Calls must at least double to count as increased. A single new call is only a new span.
            let is_more = now >= 2.0 && now >= before * 2.0 && now >= before + 1.0;
            is_more.then(|| More {
                parent: parent.clone(),
                child: child.clone(),
                before,
                now,
                seconds_before: seconds(healthy).unwrap_or(0.0),
                seconds_now: seconds(bad).unwrap_or(0.0),
                failed: of_bad().map(|edge| edge.failed).sum::<f64>() / children.max(1.0),
                is_query: of_bad().any(|edge| edge.is_query),
            })
        })
        .collect();
    all.sort_by(|a, b| (b.seconds_now - b.seconds_before).total_cmp(&(a.seconds_now - a.seconds_before)));
    all
}

fn sums(trace: &Trace, is_own: &dyn Fn(&Span) -> bool) -> Sums {
    let tree = Tree::of(trace);
    let mut sums = Sums { request: None, spans: BTreeMap::new(), edges: BTreeMap::new() };
    let kinds: Vec<Kind> = (0..tree.nodes.len()).map(|at| Kind::of(tree.span(at))).collect();
    for at in &tree.order {
        let (span, node) = (tree.span(*at), &tree.nodes[*at]);
        let sum = sums.spans.entry(kinds[*at].clone()).or_default();
        sum.count += 1.0;
        sum.own += node.own;
        if is_own(span) {
            sums.request = Some(sums.request.unwrap_or(0.0).max(node.end - node.start));
        }
        if let Some(parent) = node.parent {
            let edge = sums.edges.entry((kinds[parent].clone(), kinds[*at].clone())).or_default();
            edge.children += 1.0;
            edge.seconds += node.end - node.start;
            edge.failed += number(usize::from(span.failed));
            edge.is_query |= span.attributes.keys().any(|key| key.starts_with("db."));
        }
    }
    sums
}
