//! Compares bad traces with healthy traces: which own times grew or shrank, which calls increased or vanished, and
//! which spans are as before.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::kind::Kind;
use super::middle::{median, number};
use super::tree::Tree;
use super::values::{self, Value};
use crate::source::{Span, Trace};

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
    /// Spans whose own time shrank to less than half, the greatest difference first.
    pub shrunk: Vec<Grown>,
    /// Calls that decreased or vanished, the greatest difference first.
    pub fewer: Vec<Fewer>,
    /// Values of attributes that most bad traces have and no healthy trace has.
    pub values: Vec<Value>,
    /// Spans whose number, own time, failures and values are as before. Too few traces prove nothing, so it is empty.
    pub same: Vec<Kind>,
    /// All other spans of bad or healthy traces.
    pub changed: Vec<Kind>,
}

/// A span with fewer children of a kind.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fewer {
    /// The span that makes the calls.
    pub parent: Kind,
    /// The kind of the children.
    pub child: Kind,
    /// The number of these children of each parent in a healthy trace.
    pub before: f64,
    /// The number of these children of each parent in a bad trace; 0 if they vanished.
    pub now: f64,
}

/// The sum over the spans of a kind in one trace.
#[derive(Default)]
struct Sum {
    count: f64,
    own: f64,
    failed: f64,
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
    let values = values::new(bad, healthy);
    let bad: Vec<Sums> = bad.iter().map(|trace| sums(trace, is_own)).collect();
    let mut healthy: Vec<Sums> = healthy.iter().map(|trace| sums(trace, is_own)).collect();
    rename(&mut healthy, &bad);
    let kinds: BTreeSet<&Kind> = bad.iter().chain(&healthy).flat_map(|sums| sums.spans.keys()).collect();
    let compared: Vec<Grown> = kinds.into_iter().map(|kind| of_kind(kind, &bad, &healthy)).collect();
    let is_same = |it: &&Grown| is_as_before(it, &bad, &healthy) && values.iter().all(|value| value.span != it.span);
    let is_enough = bad.len().min(healthy.len()) >= ENOUGH;
    let (same, changed): (Vec<&Grown>, Vec<&Grown>) = compared.iter().partition(|it| is_enough && is_same(it));
    let kinds = |all: Vec<&Grown>| all.into_iter().map(|it| it.span.clone()).collect();
    let (same, changed) = (kinds(same), kinds(changed));
    let (mut grown, mut shrunk): (Vec<Grown>, Vec<Grown>) = compared.into_iter().partition(|it| it.now > it.before);
    grown.sort_by(|a, b| (b.now - b.before).total_cmp(&(a.now - a.before)));
    // A span that vanished is a call that vanished.
    shrunk.retain(|it| it.count_now > 0.0 && it.now < it.before * 0.5 && it.before - it.now > CLOCK);
    shrunk.sort_by(|a, b| (b.before - b.now).total_cmp(&(a.before - a.now)));
    Difference {
        before: median(healthy.iter().filter_map(|it| it.request)),
        now: median(bad.iter().filter_map(|it| it.request)),
        grown,
        more: more(&bad, &healthy),
        shrunk,
        fewer: fewer(&bad, &healthy),
        values,
        same,
        changed,
    }
}

/// From this number of traces on each side, spans that look as before are as before.
const ENOUGH: usize = 4;
/// Differences of less than a millisecond are noise, in seconds.
const CLOCK: f64 = 0.001;

/// The medians of a kind of span on both sides.
fn of_kind(kind: &Kind, bad: &[Sums], healthy: &[Sums]) -> Grown {
    let own = |all: &[Sums]| median(all.iter().map(|it| it.spans.get(kind).map_or(0.0, |sum| sum.own)));
    let count = |all: &[Sums]| median(all.iter().map(|it| it.spans.get(kind).map_or(0.0, |sum| sum.count)));
    Grown {
        span: kind.clone(),
        before: own(healthy).unwrap_or(0.0),
        now: own(bad).unwrap_or(0.0),
        count_before: count(healthy).unwrap_or(0.0),
        count_now: count(bad).unwrap_or(0.0),
    }
}

/// Whether spans of a kind take the same time as before, are as many, and fail as often.
fn is_as_before(it: &Grown, bad: &[Sums], healthy: &[Sums]) -> bool {
    let failing = |all: &[Sums]| {
        let of = |sums: &Sums| sums.spans.get(&it.span).map_or((0.0, 0.0), |sum| (sum.failed, sum.count));
        let (failed, count) = all.iter().map(of).fold((0.0, 0.0), |all, it| (all.0 + it.0, all.1 + it.1));
        failed / f64::max(count, 1.0)
    };
    let is_near = |a: f64, b: f64, share: f64| (a - b).abs() <= share * f64::max(a, b) + CLOCK;
    it.count_before > 0.0
        && is_near(it.count_before, it.count_now, 0.0)
        && is_near(it.before, it.now, 0.25)
        && failing(bad) <= failing(healthy) + 0.1
}

/// Calls that most healthy requests make, and bad requests make at most half as often.
fn fewer(bad: &[Sums], healthy: &[Sums]) -> Vec<Fewer> {
    let edges: BTreeSet<&(Kind, Kind)> = healthy.iter().flat_map(|sums| sums.edges.keys()).collect();
    let mut all: Vec<Fewer> = edges
        .into_iter()
        .filter_map(|edge| {
            let each = |all: &[Sums]| {
                median(all.iter().filter_map(|it| {
                    let parents = it.spans.get(&edge.0)?.count;
                    Some(it.edges.get(edge).map_or(0.0, |edge| edge.children) / parents)
                }))
            };
            // Without the parent, nothing says how often it would have called.
            let (before, now) = (each(healthy)?, each(bad)?);
            let is_fewer = before >= 1.0 && now <= before * 0.5;
            is_fewer.then(|| Fewer { parent: edge.0.clone(), child: edge.1.clone(), before, now })
        })
        .collect();
    all.sort_by(|a, b| (b.before - b.now).total_cmp(&(a.before - a.now)));
    all
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
        sum.failed += number(usize::from(super::case::has_failed(span)));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SpanKind;

    fn span(id: &str, parent: &str, (start, end): (u64, u64), attributes: &[(&str, &str)]) -> Span {
        let kind = if parent.is_empty() { SpanKind::Server } else { SpanKind::Client };
        Span {
            id: id.to_owned(),
            parent: parent.to_owned(),
            service: "shop".to_owned(),
            name: id.trim_end_matches(char::is_numeric).to_owned(),
            kind,
            start: start * 1_000_000,
            end: end * 1_000_000,
            failed: false,
            attributes: attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            resource: Default::default(),
            events: Vec::new(),
            links: Vec::new(),
        }
    }

    fn traces(spans: &dyn Fn(usize) -> Vec<Span>) -> Vec<Trace> {
        (0..6).map(|at| Trace { id: at.to_string(), spans: spans(at) }).collect()
    }

    #[test]
    fn what_vanished_shrank_and_changed_is_told() {
        let healthy = traces(&|at| {
            let user = at.to_string();
            vec![
                span("order", "", (0, 100), &[("user", &user), ("http.response.status_code", "200")]),
                span("cache1", "order", (0, 1), &[]),
                span("cache2", "order", (1, 2), &[]),
                span("stock1", "order", (2, 42), &[("db.statement", "SELECT a")]),
                span("mail1", "order", (50, 55), &[]),
            ]
        });
        let bad = traces(&|at| {
            let user = (at + 9).to_string();
            vec![
                span("order", "", (0, 500), &[("user", &user), ("http.response.status_code", "422")]),
                span("stock1", "order", (2, 12), &[("db.statement", "SELECT b")]),
                span("mail1", "order", (50, 55), &[]),
            ]
        });
        let found = compare(&bad, &healthy, &|span| span.kind == SpanKind::Server);
        let names = |kinds: &[&Kind]| kinds.iter().map(|kind| kind.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&found.fewer.iter().map(|it| &it.child).collect::<Vec<_>>()), ["cache"]);
        assert!(found.fewer[0].before > 1.9 && found.fewer[0].now < 0.1, "{:?}", found.fewer);
        assert_eq!(names(&found.shrunk.iter().map(|it| &it.span).collect::<Vec<_>>()), ["stock"]);
        let values: Vec<(&str, &str)> = found.values.iter().map(|it| (it.key.as_str(), it.now.as_str())).collect();
        assert_eq!(values, [("http.response.status_code", "422"), ("db.statement", "SELECT b")], "{:?}", found.values);
        assert_eq!(names(&found.same.iter().collect::<Vec<_>>()), ["mail"]);
        // Three traces are not enough to call anything the same.
        assert!(compare(&bad[..3], &healthy, &|span| span.kind == SpanKind::Server).same.is_empty());
    }
}
