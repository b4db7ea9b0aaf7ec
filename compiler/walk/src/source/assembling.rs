//! Assembles spans into a valid trace: ids are unique and parents form no cycle.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{Span, Trace};

/// A trace of these spans, ordered by start; `None` without spans. Repeated exports may give several spans one id; the
/// first span is kept. A cycle of parents is cut at the span that started first.
pub(super) fn assemble(id: String, spans: Vec<Span>) -> Option<Trace> {
    let mut spans = spans;
    spans.sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
    let mut places: HashMap<String, usize> = HashMap::with_capacity(spans.len());
    let mut kept: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        if let Entry::Vacant(entry) = places.entry(span.id.clone()) {
            entry.insert(kept.len());
            kept.push(span);
        }
    }
    cut_circles(&mut kept, &places);
    (!kept.is_empty()).then_some(Trace { id, spans: kept })
}

/// Climbs from every span to its root and follows each edge once.
fn cut_circles(spans: &mut [Span], places: &HashMap<String, usize>) {
    // The climb that met each span; 0 before any climb.
    let mut met = vec![0; spans.len()];
    for start in 0..spans.len() {
        let climb = start + 1;
        let mut at = start;
        while met[at] == 0 {
            met[at] = climb;
            match places.get(&spans[at].parent) {
                None => break,
                // This climb has met the parent before, so the parents form a cycle. The climb may have entered the
                // cycle from outside. The earliest span of the cycle becomes a root.
                Some(&parent) if met[parent] == climb => {
                    let mut earliest = parent;
                    let mut next = parent;
                    while let Some(&above) = places.get(&spans[next].parent) {
                        earliest = earliest.min(above);
                        next = above;
                        if next == parent {
                            break;
                        }
                    }
                    spans[earliest].parent.clear();
                    break;
                }
                Some(&parent) => at = parent,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Labels, SpanKind};

    fn span(id: &str, parent: &str, start: u64) -> Span {
        Span {
            id: id.to_owned(),
            parent: parent.to_owned(),
            service: String::new(),
            name: String::new(),
            kind: SpanKind::Internal,
            start,
            end: start,
            failed: false,
            attributes: Labels::new(),
            resource: Labels::new(),
            events: Vec::new(),
            links: Vec::new(),
        }
    }

    fn shape(spans: Vec<Span>) -> Vec<String> {
        let trace = assemble("t".to_owned(), spans);
        trace.into_iter().flat_map(|trace| trace.spans).map(|span| format!("{}<{}", span.id, span.parent)).collect()
    }

    #[test]
    fn spans_stand_in_the_order_of_their_start_each_once() {
        assert_eq!(shape(vec![span("b", "a", 2), span("a", "", 1), span("b", "x", 3)]), ["a<", "b<a"]);
        assert_eq!(assemble("t".to_owned(), Vec::new()), None);
    }

    #[test]
    fn circles_are_cut_at_their_earliest_span() {
        assert_eq!(shape(vec![span("a", "a", 1)]), ["a<"]);
        assert_eq!(shape(vec![span("a", "c", 1), span("b", "a", 2), span("c", "b", 3)]), ["a<", "b<a", "c<b"]);
        // A span that hangs on a cycle starts before the cycle's spans.
        assert_eq!(
            shape(vec![span("d", "c", 1), span("a", "b", 3), span("b", "c", 2), span("c", "a", 4)]),
            ["d<c", "b<", "a<b", "c<a"]
        );
        // Two cycles, and a parent that is missing.
        assert_eq!(
            shape(vec![span("a", "b", 1), span("b", "a", 2), span("c", "d", 3), span("d", "c", 4), span("e", "z", 5)]),
            ["a<", "b<a", "c<", "d<c", "e<z"]
        );
    }

    #[test]
    fn a_long_chain_takes_no_time() {
        let chain: Vec<Span> =
            (0..50_000_u64).map(|at| span(&at.to_string(), &((at + 1) % 50_000).to_string(), at)).collect();
        assert_eq!(shape(chain).iter().filter(|span| span.ends_with('<')).count(), 1);
    }
}
