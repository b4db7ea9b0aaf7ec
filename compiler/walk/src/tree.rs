//! Builds trees from a trace, in spite of missing parents, cycles, duplicate ids and clock skew.

use std::collections::{BTreeMap, VecDeque};

use crate::source::{Span, Trace};

/// The most spans of a trace that are read.
pub(super) const MOST: usize = 20_000;

/// A span's position in the tree, and its times.
#[derive(Debug, Clone, Default)]
pub(super) struct Node {
    /// The parent; `None` if it is not in the trace.
    pub(super) parent: Option<usize>,
    /// The children, in the order of their start.
    pub(super) children: Vec<usize>,
    /// The span's start, in seconds since the trace's start, by the caller's clock.
    pub(super) start: f64,
    /// The span's end, in seconds since the trace's start, by the caller's clock.
    pub(super) end: f64,
    /// Own time: the seconds in which none of the span's children ran.
    pub(super) own: f64,
    /// The span's own part of the critical path, in seconds. Without it, the request would be shorter by as much.
    pub(super) critical: f64,
}

/// A trace's spans as trees. Nodes stand for the spans of the same index.
#[derive(Debug)]
pub(super) struct Tree<'t> {
    pub(super) trace: &'t Trace,
    pub(super) nodes: Vec<Node>,
    pub(super) roots: Vec<usize>,
    /// Parents before their children.
    pub(super) order: Vec<usize>,
}

impl<'t> Tree<'t> {
    /// The trees of a trace.
    pub(super) fn of(trace: &'t Trace) -> Self {
        let spans = &trace.spans[..trace.spans.len().min(MOST)];
        let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, span) in spans.iter().enumerate() {
            ids.entry(&span.id).or_insert(at);
        }
        let began = spans.iter().map(|span| span.start).min().unwrap_or(0);
        let mut nodes: Vec<Node> = spans.iter().map(|span| placed(span, began)).collect();
        for (at, span) in spans.iter().enumerate() {
            nodes[at].parent = ids.get(span.parent.as_str()).copied().filter(|parent| *parent != at);
        }
        break_cycles(&mut nodes);
        let mut roots = Vec::new();
        for at in 0..nodes.len() {
            match nodes[at].parent {
                Some(parent) => nodes[parent].children.push(at),
                None => roots.push(at),
            }
        }
        let mut order = Vec::with_capacity(nodes.len());
        let mut queue: VecDeque<usize> = roots.iter().copied().collect();
        while let Some(at) = queue.pop_front() {
            queue.extend(&nodes[at].children);
            order.push(at);
        }
        let mut tree = Self { trace, nodes, roots, order };
        tree.align_clocks();
        tree.own_times();
        tree.critical_paths();
        tree
    }

    /// The span of a node.
    pub(super) fn span(&self, at: usize) -> &'t Span {
        &self.trace.spans[at]
    }

    /// The node's ancestors, the nearest first.
    pub(super) fn above(&self, at: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.nodes[at].parent, |parent| self.nodes[*parent].parent)
    }

    /// The depth of a node; 0 for a root.
    pub(super) fn depth(&self, at: usize) -> usize {
        self.above(at).count()
    }

    /// Corrects clock skew. A child of another service that lies outside its parent's time moves into it, together with
    /// the child's descendants.
    fn align_clocks(&mut self) {
        let mut shifts = vec![0.0_f64; self.nodes.len()];
        for place in 0..self.order.len() {
            let at = self.order[place];
            let Some(parent) = self.nodes[at].parent else { continue };
            let mut shift = shifts[parent];
            let (outer, inner) = (&self.nodes[parent], &self.nodes[at]);
            let (start, end) = (inner.start + shift, inner.end + shift);
            let is_remote = self.span(at).service != self.span(parent).service;
            let is_outside = start < outer.start || end > outer.end;
            if is_remote && is_outside && end - start <= outer.end - outer.start {
                shift += outer.start + (outer.end - outer.start - (end - start)) / 2.0 - start;
            }
            shifts[at] = shift;
            self.nodes[at].start += shift;
            self.nodes[at].end += shift;
        }
    }

    fn own_times(&mut self) {
        for at in 0..self.nodes.len() {
            let (start, end) = (self.nodes[at].start, self.nodes[at].end);
            let mut covered = 0.0;
            let mut until = start;
            let mut spans: Vec<(f64, f64)> = self.nodes[at]
                .children
                .iter()
                .map(|child| (self.nodes[*child].start, self.nodes[*child].end))
                .collect();
            spans.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (from, to) in spans {
                let (from, to) = (from.max(until), to.min(end));
                if to > from {
                    covered += to - from;
                    until = to;
                }
            }
            self.nodes[at].own = (end - start - covered).max(0.0);
        }
    }

    /// Follows the critical path back from each root's end, because a span waits for the child that ends last.
    fn critical_paths(&mut self) {
        let mut stack: Vec<(usize, f64)> = self.roots.iter().map(|root| (*root, self.nodes[*root].end)).collect();
        while let Some((at, until)) = stack.pop() {
            let start = self.nodes[at].start;
            let mut children: Vec<(f64, f64, usize)> = self.nodes[at]
                .children
                .iter()
                .map(|child| (self.nodes[*child].end, self.nodes[*child].start, *child))
                .collect();
            children.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.2.cmp(&a.2)));
            let mut now = until.min(self.nodes[at].end);
            for (end, from, child) in children {
                // The span did not wait for a child that ended after `now`. A microsecond allows for clock precision.
                if end > now + 1e-6 || end <= start {
                    continue;
                }
                self.nodes[at].critical += (now - end).max(0.0);
                stack.push((child, end));
                now = from.max(start);
            }
            self.nodes[at].critical += (now - start).max(0.0);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds since the trace began")]
fn placed(span: &Span, began: u64) -> Node {
    let seconds = |time: u64| time.saturating_sub(began) as f64 / 1e9;
    Node { start: seconds(span.start), end: seconds(span.end.max(span.start)), ..Node::default() }
}

/// Cuts each cycle at one of its spans, which becomes a root.
fn break_cycles(nodes: &mut [Node]) {
    // 0: not seen, 1: on the way now, 2: leads to a root.
    let mut state = vec![0_u8; nodes.len()];
    for from in 0..nodes.len() {
        let mut way = Vec::new();
        let mut at = from;
        loop {
            match state[at] {
                0 => {
                    state[at] = 1;
                    way.push(at);
                    let Some(parent) = nodes[at].parent else { break };
                    at = parent;
                }
                1 => {
                    nodes[at].parent = None;
                    break;
                }
                _ => break,
            }
        }
        for seen in way {
            state[seen] = 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SpanKind;

    fn span(id: &str, parent: &str, service: &str, start: u64, end: u64) -> Span {
        Span {
            id: id.into(),
            parent: parent.into(),
            service: service.into(),
            name: id.into(),
            kind: SpanKind::Internal,
            start: start * 1_000_000,
            end: end * 1_000_000,
            failed: false,
            attributes: Default::default(),
            resource: Default::default(),
            events: Vec::new(),
            links: Vec::new(),
        }
    }

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn own_time_and_critical_path() {
        let spans = vec![
            span("root", "", "a", 0, 100),
            span("one", "root", "a", 10, 40),
            span("two", "root", "a", 20, 50),
            span("three", "root", "a", 60, 90),
        ];
        let trace = Trace { id: "t".into(), spans };
        let tree = Tree::of(&trace);
        assert!(near(tree.nodes[0].own, 0.03), "{}", tree.nodes[0].own);
        // 100..90, three, 60..50, two, 20..0; `one` ran beside `two`.
        assert!(near(tree.nodes[0].critical, 0.04) && near(tree.nodes[1].critical, 0.0));
        assert!(near(tree.nodes[2].critical, 0.03) && near(tree.nodes[3].critical, 0.03));
    }

    #[test]
    fn orphans_cycles_and_clocks() {
        let spans = vec![
            span("a", "b", "x", 0, 10),
            span("b", "a", "x", 0, 10),
            span("self", "self", "x", 0, 1),
            span("orphan", "gone", "x", 0, 5),
            span("call", "", "x", 100, 200),
            span("answer", "call", "y", 900, 950),
            span("inner", "answer", "y", 910, 920),
            span("call", "orphan", "x", 0, 5),
        ];
        let trace = Trace { id: "t".into(), spans };
        let tree = Tree::of(&trace);
        assert_eq!(tree.order.len(), 8);
        assert_eq!(tree.roots.len(), 4);
        assert!(near(tree.nodes[5].start, 0.125) && near(tree.nodes[6].start, 0.135), "{:?}", tree.nodes[5]);
        assert!(near(tree.nodes[4].own, 0.05));
        assert_eq!(Tree::of(&Trace { id: String::new(), spans: Vec::new() }).order.len(), 0);
    }
}
