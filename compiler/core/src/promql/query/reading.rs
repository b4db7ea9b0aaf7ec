//! What an expression adds up, where that can be told exactly: the selectors that an indicator of counters needs.
//!
//! A hint may guess what its reader then judges. This guesses nothing: what is not one of these forms is `None`.

use std::ops::Range;

use super::tree::{Edit, Named, Node, PromqlQuery, Window};
use crate::promql::{Expr, Select, Selector};

/// Counters whose rates are added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counters {
    /// Their selectors, each on one line.
    pub of: Vec<String>,
    /// The labels that are kept apart, sorted.
    pub by: Vec<String>,
    /// The ranges that are read, as written.
    pub windows: Vec<Window>,
    /// Whether they are counts over the range, by `increase`, rather than events a second.
    pub is_increase: bool,
    /// Whether a fallback such as `or vector(0)` fills the gaps.
    pub is_filled: bool,
}

impl PromqlQuery {
    /// The counters of `sum(rate(…[…]))`, of sums of these, and of these with a fallback of 0.
    #[must_use]
    pub fn counters(&self) -> Option<Counters> {
        // Late data is a matter of the objective.
        if self.edits.iter().any(|(_, edit)| matches!(edit, Edit::Offset(_))) {
            return None;
        }
        summed(&self.root)
    }

    /// The operator between the two sides of the whole, and its place, if it names no labels.
    #[must_use]
    pub fn operator(&self) -> Option<(&'static str, Range<usize>)> {
        match &self.root {
            Node::Binary { op, at, matching, .. } if matching.labels.is_none() => Some((*op, at.clone())),
            _ => None,
        }
    }

    /// The place of the last `or` if a 0 stands behind it, for series that are absent.
    #[must_use]
    pub fn fallback(&self) -> Option<Range<usize>> {
        match &self.root {
            Node::Binary { op: "or", at, sides, .. } if is_zero(&sides[1]) => Some(at.clone()),
            _ => None,
        }
    }

    /// The labels that its value has, sorted: `None` where it has whichever labels its series have.
    #[must_use]
    pub fn kept(&self) -> Option<Vec<String>> {
        kept(&self.root)
    }

    /// The gauge whose average over time and over series this is: `sum(sum_over_time(x[…]))` for `outer` and `inner`
    /// `sum` and `sum_over_time`. Gives the selector and the labels that are kept apart.
    #[must_use]
    pub fn over_time(&self, outer: &str, inner: &str) -> Option<(String, Vec<String>)> {
        let Node::Aggregate { op, labels, arguments, .. } = &self.root else { return None };
        let ([Node::Call { name, arguments }], true) = (arguments.as_slice(), *op == outer) else { return None };
        let [Node::Selector { selector, window: Some(_) }] = arguments.as_slice() else { return None };
        (name == inner).then(|| Some((text(selector), by(labels.as_ref())?)))?
    }
}

fn summed(node: &Node) -> Option<Counters> {
    match node {
        Node::Aggregate { op: "sum", labels, arguments, .. } => {
            let [of] = arguments.as_slice() else { return None };
            let by = by(labels.as_ref())?;
            let mut inner = rated(of).or_else(|| summed(of))?;
            // An inner sum may not have lost what the outer one keeps.
            if !matches!(of, Node::Call { .. }) && !by.iter().all(|label| inner.by.contains(label)) {
                return None;
            }
            inner.by = by;
            Some(inner)
        }
        Node::Binary { op: "+", matching, sides, .. } if matching.labels.is_none() => {
            let [one, other] = &**sides;
            let (one, other) = (summed(one)?, summed(other)?);
            // A sum with a side that is absent is absent here, and the other side alone in an indicator.
            (one.by == other.by && one.is_increase == other.is_increase).then(|| Counters {
                of: [one.of, other.of].concat(),
                windows: [one.windows, other.windows].concat(),
                is_increase: one.is_increase,
                is_filled: one.is_filled && other.is_filled,
                by: one.by,
            })
        }
        Node::Binary { op: "or", sides, .. } => {
            let [of, fallback] = &**sides;
            is_zero(fallback).then(|| summed(of).map(|of| Counters { is_filled: true, ..of }))?
        }
        _ => None,
    }
}

fn rated(node: &Node) -> Option<Counters> {
    let Node::Call { name, arguments } = node else { return None };
    let [Node::Selector { selector, window: Some(window) }] = arguments.as_slice() else { return None };
    matches!(name.as_str(), "rate" | "increase").then(|| Counters {
        of: vec![text(selector)],
        by: Vec::new(),
        windows: vec![*window],
        is_increase: name == "increase",
        is_filled: false,
    })
}

/// `vector(0)`; the reader has seen that its argument is a number.
fn is_zero(node: &Node) -> bool {
    matches!(node, Node::Call { name, arguments } if name == "vector" && matches!(arguments.as_slice(), [Node::Number]))
}

fn by(labels: Option<&Named>) -> Option<Vec<String>> {
    match labels {
        None => Some(Vec::new()),
        Some(Named::Only(labels)) => {
            let mut labels = labels.clone();
            labels.sort();
            labels.dedup();
            Some(labels)
        }
        Some(Named::But(_)) => None,
    }
}

fn kept(node: &Node) -> Option<Vec<String>> {
    match node {
        Node::Aggregate { op, labels, .. } if !["topk", "bottomk", "limitk", "limit_ratio"].contains(op) => {
            by(labels.as_ref())
        }
        Node::Binary { op, matching, sides, .. } if matching.carried.is_none() => {
            let [one, other] = &**sides;
            match (op, is_zero(other), one.kind(), other.kind()) {
                (&"or", true, ..) => kept(one),
                (_, _, super::functions::Kind::Scalar, _) => kept(other),
                (_, _, _, super::functions::Kind::Scalar) => kept(one),
                _ => kept(one).zip(kept(other)).filter(|(one, other)| one == other).map(|(one, _)| one),
            }
        }
        Node::Negated(of) => kept(of),
        Node::Call { name, arguments }
            if name == "clamp_max" || name == "clamp_min" || name.ends_with("_over_time") =>
        {
            kept(arguments.first()?)
        }
        Node::Call { name, .. } if name == "vector" || name == "absent" => Some(Vec::new()),
        Node::Subquery(of) => kept(of),
        _ => None,
    }
}

fn text(selector: &Selector) -> String {
    let matchers = selector.borrowed();
    Expr::Select(Select { metric: selector.metric_name(), matchers: &[&matchers] }).to_string()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn counters(text: &str) -> Option<(String, String, bool)> {
        let counters = PromqlQuery::parse(text).unwrap().counters()?;
        Some((counters.of.join(" "), counters.by.join(" "), counters.is_filled))
    }

    #[test]
    fn only_sums_of_rates_are_counters() {
        for (text, of, by, is_filled) in [
            ("sum(rate(a{x=\"1\"}[{{.window}}]))", "a{x=\"1\"}", "", false),
            ("(sum by (z, y) (increase(a[5m])))", "a", "y z", false),
            ("sum(rate(a[5m])) + sum(rate(b[5m]))", "a b", "", false),
            ("sum(rate(a[5m])) or on() vector(0)", "a", "", true),
            ("sum(sum by (x) (rate(a[5m])))", "a", "", false),
        ] {
            assert_eq!(counters(text), Some((of.to_owned(), by.to_owned(), is_filled)), "{text}");
        }
        for text in [
            "rate(a[5m])",
            "sum without (x) (rate(a[5m]))",
            "sum(rate(a[5m] offset 1h))",
            "sum by (x) (sum by (y) (rate(a[5m])))",
            "sum by (x) (rate(a[5m])) + sum(rate(b[5m]))",
            "sum(rate(a[5m])) * 2",
            "sum(irate(a[5m]))",
            "max(rate(a[5m]))",
            "sum(rate(a[5m]) > 0)",
        ] {
            assert_eq!(counters(text), None, "{text}");
        }
    }

    #[test]
    fn labels_that_are_kept() {
        let kept = |text: &str| PromqlQuery::parse(text).unwrap().kept().map(|labels| labels.join(" "));
        assert_eq!(kept("sum by (b, a) (x) / sum by (a, b) (y)").as_deref(), Some("a b"));
        assert_eq!(kept("1 - sum(x) / sum(y)").as_deref(), Some(""));
        assert_eq!(kept("sum by (a) (x) / sum by (b) (y)"), None);
        assert_eq!(kept("rate(x[5m])"), None);
        assert_eq!(kept("topk by (a) (1, x)"), None);
    }

    #[test]
    fn averages_over_time() {
        let query = PromqlQuery::parse("sum by (a) (sum_over_time(x{y=\"1\"}[5m]))").unwrap();
        assert_eq!(query.over_time("sum", "sum_over_time").unwrap(), ("x{y=\"1\"}".to_owned(), vec!["a".to_owned()]));
        assert_eq!(query.over_time("sum", "count_over_time"), None);
    }
}
