//! Gaps of a span: the time between its events and children.

use super::spot::Spot;
use super::tree::Tree;

/// The longest time without an event or a child.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gap {
    pub(super) seconds: f64,
    /// The last place before the gap: the span's start, an event, or a call that had ended.
    pub(super) after: Option<Spot>,
    /// The next place after the gap.
    pub(super) until: Option<Spot>,
}

/// The longest gap of a span.
pub(super) fn longest(tree: &Tree<'_>, at: usize) -> Option<Gap> {
    let (span, node) = (tree.span(at), &tree.nodes[at]);
    let own = Spot::of(&span.attributes);
    // Each mark is a start, an end, and the place if it is known. An event ends when it starts.
    let mut marks: Vec<(f64, f64, Option<Spot>)> = Vec::with_capacity(node.children.len() + span.events.len() + 2);
    marks.push((node.start, node.start, own.clone()));
    for event in &span.events {
        #[expect(clippy::cast_precision_loss, reason = "durations of requests")]
        let time = node.start + event.time.saturating_sub(span.start) as f64 / 1e9;
        marks.push((time, time, Spot::of(&event.attributes)));
    }
    for child in &node.children {
        let inner = &tree.nodes[*child];
        // A place in another service does not show where the caller was.
        let is_local = tree.span(*child).service == span.service;
        let spot = Spot::of(&tree.span(*child).attributes).filter(|_| is_local);
        marks.push((inner.start, inner.end, spot));
    }
    marks.push((node.end, node.end, None));
    marks.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut longest: Option<Gap> = None;
    let (mut until, mut after) = (node.start, None);
    for (start, end, spot) in marks {
        let seconds = start - until;
        if seconds > longest.as_ref().map_or(0.0, |gap| gap.seconds) {
            longest = Some(Gap { seconds, after: after.clone(), until: spot.clone() });
        }
        if end >= until {
            (until, after) = (end, spot.or(after));
        }
    }
    longest
}
