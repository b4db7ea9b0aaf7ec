//! Failures that came after the caller had given up. A caller with a short limit hangs up, and the callee then fails to
//! write its answer: an effect, not the cause.

use super::case::has_failed;
use super::tree::Tree;
use crate::source::SpanKind;

/// Whether a span failed only after a caller above it had given up.
pub(super) fn is_aftermath(tree: &Tree<'_>, at: usize) -> bool {
    std::iter::once(at).chain(tree.above(at)).any(|callee| {
        let Some(caller) = tree.nodes.get(callee).and_then(|node| node.parent) else { return false };
        has_given_up(tree, caller, callee) && tree.nodes[at].end >= tree.nodes[caller].end
    })
}

/// Whether a call of another service failed and ended before the callee did. Durations count, because clocks differ.
fn has_given_up(tree: &Tree<'_>, caller: usize, callee: usize) -> bool {
    let seconds = |at: usize| tree.nodes[at].end - tree.nodes[at].start;
    let (call, answer) = (tree.span(caller), tree.span(callee));
    call.kind == SpanKind::Client
        && call.service != answer.service
        && has_failed(call)
        && seconds(callee) > seconds(caller)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Labels, Span, Trace};

    fn span(id: &str, parent: &str, service: &str, kind: SpanKind, (start, end): (u64, u64)) -> Span {
        let milli = 1_000_000;
        Span {
            id: id.to_owned(),
            parent: parent.to_owned(),
            service: service.to_owned(),
            name: String::new(),
            kind,
            start: start * milli,
            end: end * milli,
            failed: true,
            attributes: Labels::new(),
            resource: Labels::new(),
            events: Vec::new(),
            links: Vec::new(),
        }
    }

    fn aftermath(callee: (u64, u64), below: (u64, u64)) -> [bool; 3] {
        let spans = vec![
            span("a", "", "shop", SpanKind::Client, (0, 10)),
            span("b", "a", "price", SpanKind::Server, callee),
            span("c", "b", "price", SpanKind::Internal, below),
        ];
        let trace = Trace { id: "t".to_owned(), spans };
        let tree = Tree::of(&trace);
        [0, 1, 2].map(|at| is_aftermath(&tree, at))
    }

    #[test]
    fn a_callee_that_outlives_its_caller_fails_afterwards() {
        assert_eq!(aftermath((1, 25), (2, 24)), [false, true, true]);
    }

    #[test]
    fn what_fails_while_the_caller_waits_is_a_cause() {
        assert_eq!(aftermath((1, 25), (2, 5)), [false, true, false]);
        assert_eq!(aftermath((1, 9), (2, 8)), [false; 3]);
    }

    #[test]
    fn clocks_that_differ_do_not_matter() {
        assert_eq!(aftermath((101, 109), (102, 108)), [false; 3]);
    }
}
