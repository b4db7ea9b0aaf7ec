//! What stands below each span of a trace, by owner: prepared once, so that a check asks in logarithmic time.

use std::ops::Range;

use super::context::Judge;
use super::peers::Peer;
use super::tree::Tree;
use crate::span::{Span, SpanKind};

/// The most spans that one question looks at. More of them would be alike.
const MOST_TRIED: usize = 64;

/// The spans of a trace, sorted for questions about branches. Spans stand in by their places in the walk.
pub(super) struct Branches {
    /// The number of the owner of each span, by the span's number.
    pub(super) owners: Vec<u32>,
    /// For each span, the nearest span above it that is of a declared service and not of a proxy; `NONE` without one.
    above: Vec<u32>,
    /// All spans by owner.
    by_owner: Vec<(u32, u32)>,
    /// Spans that are of no proxy, by owner.
    own: Vec<(u32, u32)>,
    /// How many spans of declared services stand before each place.
    declared: Vec<u32>,
    /// CLIENT spans that failed, by the owner that they name.
    failed: Vec<(Target, u32)>,
    /// CLIENT spans without any span of another owner below, by owner. Those to databases and brokers are left out.
    unanswered: Vec<(u32, u32)>,
    /// PRODUCER spans without any span of another owner below, by owner.
    untaken: Vec<(u32, u32)>,
    /// SERVER spans whose parent is not in the capture, by owner.
    orphans: Vec<(u32, u32)>,
}

/// Whom a failed call named: an owner by its number, somebody else, or nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Unknown,
    Owner(u32),
    Other,
}

const NONE: u32 = u32::MAX;

impl Branches {
    pub(super) fn new(judge: &mut Judge<'_>, tree: &Tree<'_, '_>) -> Self {
        let mut new = Self {
            owners: Vec::with_capacity(tree.spans.len()),
            above: vec![NONE; tree.spans.len()],
            by_owner: Vec::with_capacity(tree.spans.len()),
            own: Vec::with_capacity(tree.spans.len()),
            declared: Vec::with_capacity(tree.spans.len() + 1),
            failed: Vec::new(),
            unanswered: Vec::new(),
            untaken: Vec::new(),
            orphans: Vec::new(),
        };
        let mut is_proxy = Vec::with_capacity(tree.spans.len());
        for span in tree.spans {
            let owner = judge.owner(span.service);
            new.owners.push(owner.id);
            is_proxy.push(owner.is_proxy);
        }
        let mut count = 0;
        for (at, place) in tree.downward().zip(0..) {
            let (Some(span), Some(owner)) = (tree.span(at), new.owners.get(at).copied()) else { continue };
            new.by_owner.push((owner, place));
            new.declared.push(count);
            if is_proxy.get(at) == Some(&false) {
                count += 1;
                new.own.push((owner, place));
            }
            if let Some(parent) = tree.parent(at) {
                let is_proxy = is_proxy.get(parent).copied().unwrap_or(true);
                let above = if is_proxy { new.above.get(parent).copied().unwrap_or(NONE) } else { parent as u32 };
                if let Some(into) = new.above.get_mut(at) {
                    *into = above;
                }
            } else if span.parent.is_some() && span.kind == SpanKind::Server {
                new.orphans.push((owner, place));
            }
        }
        new.declared.push(count);
        new.by_owner.sort_unstable();
        new.own.sort_unstable();
        new.orphans.sort_unstable();
        for (at, place) in tree.downward().zip(0..) {
            let Some(span) = tree.span(at) else { continue };
            let is_call = span.kind == SpanKind::Client && !span.asks_database && span.message.is_none();
            if is_call && span.failed {
                let target = match judge.peer(span) {
                    Peer::Unknown => Target::Unknown,
                    Peer::Service(name) => Target::Owner(judge.owner_id(name)),
                    Peer::Other => Target::Other,
                };
                new.failed.push((target, place));
            }
            if !(is_call || span.kind == SpanKind::Producer) || new.leaves(tree, at) {
                continue;
            }
            let owner = new.owners.get(at).copied().unwrap_or(NONE);
            if is_call { &mut new.unanswered } else { &mut new.untaken }.push((owner, place));
        }
        new.failed.sort_unstable();
        new.unanswered.sort_unstable();
        new.untaken.sort_unstable();
        new
    }

    /// Whether any span below a span is of another owner.
    pub(super) fn leaves(&self, tree: &Tree<'_, '_>, at: usize) -> bool {
        let below = tree.below(at);
        let own = self.owners.get(at).map_or(0, |owner| within(&self.by_owner, *owner, &below).len());
        own < below.len()
    }

    /// The nearest span of a declared service above a span, proxies left out.
    pub(super) fn above(&self, at: usize) -> Option<usize> {
        self.above.get(at).filter(|above| **above != NONE).map(|above| *above as usize)
    }

    /// Whether a span of a declared service stands below a span.
    pub(super) fn reaches_declared(&self, tree: &Tree<'_, '_>, at: usize) -> bool {
        let Range { start, end } = tree.below(at);
        self.declared.get(start as usize) < self.declared.get(end as usize)
    }

    /// Whether a span of an owner stands below a span.
    pub(super) fn reaches(&self, tree: &Tree<'_, '_>, at: usize, owner: u32) -> bool {
        !within(&self.by_owner, owner, &tree.below(at)).is_empty()
    }

    /// Whether a proxy beside an owner stands below a span, but no span of the owner itself.
    pub(super) fn ends_before(&self, tree: &Tree<'_, '_>, at: usize, owner: u32) -> bool {
        self.reaches(tree, at, owner) && within(&self.own, owner, &tree.below(at)).is_empty()
    }

    /// Whether a call that failed, below a span, may have been one to this owner.
    pub(super) fn failed_to(&self, tree: &Tree<'_, '_>, at: usize, owner: u32) -> bool {
        let below = tree.below(at);
        let failed = |target| !within(&self.failed, target, &below).is_empty();
        failed(Target::Unknown) || failed(Target::Owner(owner))
    }

    /// The first calls of a span's own service below it that nobody answered.
    pub(super) fn unanswered<'s, 'x>(
        &'x self,
        tree: &'x Tree<'_, 's>,
        at: usize,
    ) -> impl Iterator<Item = (usize, &'s Span)> + 'x {
        self.of_own(&self.unanswered, tree, at)
    }

    /// The first messages of a span's own service below it that nobody took.
    pub(super) fn untaken<'s, 'x>(
        &'x self,
        tree: &'x Tree<'_, 's>,
        at: usize,
    ) -> impl Iterator<Item = (usize, &'s Span)> + 'x {
        self.of_own(&self.untaken, tree, at)
    }

    fn of_own<'s, 'x>(
        &self,
        spans: &'x [(u32, u32)],
        tree: &'x Tree<'_, 's>,
        at: usize,
    ) -> impl Iterator<Item = (usize, &'s Span)> + 'x {
        let owner = self.owners.get(at).copied().unwrap_or(NONE);
        within(spans, owner, &tree.below(at)).iter().take(MOST_TRIED).filter_map(|(_, place)| tree.at(*place))
    }

    /// The first SERVER spans of an owner whose parent is not in the capture.
    pub(super) fn orphans<'s, 'x>(&'x self, tree: &'x Tree<'_, 's>, owner: u32) -> impl Iterator<Item = &'s Span> + 'x {
        let all = within(&self.orphans, owner, &(0..NONE));
        all.iter().take(MOST_TRIED).filter_map(|(_, place)| Some(tree.at(*place)?.1))
    }
}

/// The entries of a key whose places are in a range, of a sorted list.
fn within<'l, K: Copy + Ord>(list: &'l [(K, u32)], key: K, range: &Range<u32>) -> &'l [(K, u32)] {
    let from = list.partition_point(|entry| *entry < (key, range.start));
    let to = list.partition_point(|entry| *entry < (key, range.end));
    list.get(from..to.max(from)).unwrap_or_default()
}
