//! The spans of a trace by their parents, numbered so that whatever is below a span is a range. Every question that a check
//! asks about a whole branch then costs a search in a sorted list, however deep the trace is.

use crate::span::{Span, SpanId, SpanKind};

/// A trace's spans, sorted by id; those with one id are neighbours.
pub(super) struct Tree<'t, 's> {
    pub(super) spans: &'t [&'s Span],
    parents: Vec<u32>,
    /// The children of span `n` are `children[first[n]..first[n + 1]]`.
    first: Vec<u32>,
    children: Vec<u32>,
    /// Numbers of spans in the order of a walk from the roots; `NONE` on and below a circle.
    places: Vec<u32>,
    /// The place behind the last span below each span.
    ends: Vec<u32>,
    /// Spans in the order of their places.
    walk: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl<'t, 's> Tree<'t, 's> {
    /// `spans` are sorted by id, and fewer than 2³².
    pub(super) fn new(spans: &'t [&'s Span]) -> Self {
        let parents: Vec<u32> = (0..).zip(spans).map(|(at, span)| parent_of(spans, at, span)).collect();
        let mut first = vec![0_u32; spans.len() + 1];
        for parent in parents.iter().filter(|parent| **parent != NONE) {
            if let Some(count) = first.get_mut(*parent as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut first {
            sum += *count;
            *count = sum;
        }
        let mut free = first.clone();
        let mut children = vec![0_u32; sum as usize];
        for (child, parent) in (0_u32..).zip(&parents) {
            let Some(next) = free.get_mut(*parent as usize) else { continue };
            if let Some(place) = children.get_mut(*next as usize) {
                *place = child;
            }
            *next += 1;
        }
        let (places, ends) = (vec![NONE; spans.len()], vec![0; spans.len()]);
        let mut tree = Self { spans, parents, first, children, places, ends, walk: Vec::with_capacity(spans.len()) };
        tree.number();
        tree
    }

    /// Numbers every span that can be reached from a span without a parent.
    fn number(&mut self) {
        // A span, and how many of its children were numbered.
        let mut open: Vec<(u32, usize)> = Vec::new();
        for root in 0..self.spans.len() {
            if self.parents.get(root) != Some(&NONE) {
                continue;
            }
            open.push((root as u32, 0));
            while let Some((span, done)) = open.last_mut() {
                let at = *span as usize;
                if *done == 0 {
                    set(&mut self.places, at, self.walk.len() as u32);
                    self.walk.push(at as u32);
                }
                let from = self.first.get(at).map_or(0, |from| *from as usize) + *done;
                let end = self.first.get(at + 1).map_or(0, |end| *end as usize);
                match self.children.get(from).filter(|_| from < end) {
                    Some(child) => {
                        *done += 1;
                        open.push((*child, 0));
                    }
                    None => {
                        set(&mut self.ends, at, self.walk.len() as u32);
                        open.pop();
                    }
                }
            }
        }
    }

    /// The span of a number.
    pub(super) fn span(&self, at: usize) -> Option<&'s Span> {
        self.spans.get(at).copied()
    }

    /// The number of a span's parent, if the capture holds it.
    pub(super) fn parent(&self, at: usize) -> Option<usize> {
        self.parents.get(at).filter(|parent| **parent != NONE).map(|parent| *parent as usize)
    }

    /// The numbers of a span's children.
    pub(super) fn children(&self, at: usize) -> &[u32] {
        let range = self.first.get(at).zip(self.first.get(at + 1));
        range.and_then(|(from, to)| self.children.get(*from as usize..*to as usize)).unwrap_or_default()
    }

    /// The place of a span in the walk; none on and below a circle.
    pub(super) fn place(&self, at: usize) -> Option<u32> {
        self.places.get(at).copied().filter(|place| *place != NONE)
    }

    /// The places of the spans below a span; empty on and below a circle.
    pub(super) fn below(&self, at: usize) -> std::ops::Range<u32> {
        let range = self.place(at).zip(self.ends.get(at));
        range.map_or(0..0, |(place, end)| place + 1..*end)
    }

    /// The numbers of spans from the roots downward. Spans on and below circles are left out.
    pub(super) fn downward(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.walk.iter().map(|at| *at as usize)
    }

    /// The span at a place.
    pub(super) fn at(&self, place: u32) -> Option<(usize, &'s Span)> {
        let at = *self.walk.get(place as usize)? as usize;
        Some((at, self.span(at)?))
    }

    /// One span of each circle.
    pub(super) fn circles(&self) -> Vec<&'s Span> {
        let mut found = Vec::new();
        // The walk upward that visited each span; 0 for none.
        let mut visits = vec![0_u32; self.spans.len()];
        for start in 0..self.spans.len() {
            let mut at = start;
            while self.place(at).is_none() {
                match visits.get_mut(at) {
                    Some(visit) if *visit == 0 => *visit = start as u32 + 1,
                    Some(visit) if *visit == start as u32 + 1 => {
                        found.extend(self.span(at));
                        break;
                    }
                    _ => break,
                }
                let Some(parent) = self.parent(at) else { break };
                at = parent;
            }
        }
        found
    }
}

fn set(into: &mut [u32], at: usize, value: u32) {
    if let Some(place) = into.get_mut(at) {
        *place = value;
    }
}

/// The number of the parent of a span; `NONE` without one. In Zipkin's model, which some proxies still export, a request
/// shares its id with its call.
fn parent_of(spans: &[&Span], at: u32, span: &Span) -> u32 {
    if let Some(call) = shared(spans, at as usize, span) {
        return call;
    }
    let Some(id) = span.parent else { return NONE };
    let found = find(spans, id);
    // A call and its request may share an id: what the caller does then stands below the call.
    let same = spans.get(..found as usize).unwrap_or_default().iter().rev().take_while(|other| other.id == id);
    let is_own = |other: &&&Span| other.service == span.service;
    match spans.get(found as usize) {
        Some(last) if last.service != span.service => {
            same.zip(1..).find(|(other, _)| is_own(other)).map_or(found, |(_, back)| found - back)
        }
        _ => found,
    }
}

/// The call that shares its id with a request.
fn shared(spans: &[&Span], at: usize, request: &Span) -> Option<u32> {
    if request.kind != SpanKind::Server {
        return None;
    }
    let is_call = |at: usize| spans.get(at).is_some_and(|call| is_shared(call, request));
    let before = at.checked_sub(1).filter(|at| is_call(*at));
    before.or_else(|| Some(at + 1).filter(|at| is_call(*at))).and_then(|at| u32::try_from(at).ok())
}

/// Whether a call and a request share their id and their parent, as in Zipkin's model.
pub(super) fn is_shared(call: &Span, request: &Span) -> bool {
    call.id == request.id
        && call.kind == SpanKind::Client
        && request.kind == SpanKind::Server
        && call.service != request.service
        && call.parent == request.parent
}

/// The number of the last span with this id.
fn find(spans: &[&Span], id: SpanId) -> u32 {
    let behind = spans.partition_point(|span| span.id <= id);
    match behind.checked_sub(1).and_then(|at| Some((at, spans.get(at)?))) {
        Some((at, span)) if span.id == id => u32::try_from(at).unwrap_or(NONE),
        _ => NONE,
    }
}
