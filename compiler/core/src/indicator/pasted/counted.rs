//! What a part of a query counts: the counters that are added, or the gauge that is read.

use rust_decimal::Decimal;

use crate::promql::pasted::{Grouping, Pasted};
use crate::promql::{Expr, MatchOp, Select, Selector, SelectorMatcher};

/// Selectors that a part of a query reads, and what it says beside them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Counted {
    /// The selectors, added together.
    pub(super) of: Vec<Selector>,
    /// Whether these are counters for sure: by their names, or since a rate or an increase is taken.
    pub(super) is_rated: bool,
    /// The labels that are kept apart.
    pub(super) by: Vec<String>,
    /// The labels that are dropped: the others are kept, whichever there are.
    pub(super) without: Vec<String>,
    /// How long ago the data is read.
    pub(super) delay: Option<String>,
}

impl Counted {
    /// The only selector, if there is one.
    pub(super) fn only(&self) -> Option<&Selector> {
        match self.of.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Both together; `None` where they keep other labels apart or look at other times.
    fn and(mut self, other: Self) -> Option<Self> {
        if self.by != other.by || self.without != other.without || self.delay != other.delay {
            return None;
        }
        self.of.extend(other.of);
        self.is_rated |= other.is_rated;
        Some(self)
    }

    /// The same under an aggregation; `None` where that keeps a label which is lost already.
    pub(super) fn grouped(mut self, grouping: Option<&Grouping>) -> Option<Self> {
        let (by, without) = match grouping {
            None => (Vec::new(), Vec::new()),
            Some(Grouping::By(labels)) => (labels.iter().filter(|label| *label != "le").cloned().collect(), Vec::new()),
            Some(Grouping::Without(labels)) => (Vec::new(), labels.clone()),
        };
        // The outer aggregation decides what is kept.
        let is_kept = |label: &String| self.by.is_empty() || self.by.contains(label);
        if !by.iter().all(is_kept) {
            return None;
        }
        (self.by, self.without) = (by, without);
        Some(self)
    }
}

/// The counters that a query adds up; `None` where it does anything else.
pub(super) fn counters(query: &Pasted) -> Option<Counted> {
    match query {
        Pasted::Selector { selector, offset, .. } => {
            let name = selector.metric_name().unwrap_or_default();
            let is_rated = ["_total", "_count", "_bucket"].iter().any(|end| name.ends_with(end));
            Some(Counted { of: vec![selector.clone()], is_rated, delay: offset.clone(), ..Counted::default() })
        }
        Pasted::Call { name, arguments } => match (name.as_str(), arguments.as_slice()) {
            ("rate" | "irate" | "increase", [of @ Pasted::Selector { .. }]) => {
                Some(Counted { is_rated: true, ..counters(of)? })
            }
            // These change no count: a guard against a division by zero, a display, a native histogram's count.
            ("round" | "ceil" | "floor" | "sort" | "sort_desc" | "scalar" | "histogram_count", [of, ..])
            | ("clamp_min", [of, Pasted::Number(_)]) => counters(of),
            _ => None,
        },
        Pasted::Aggregate { name, grouping, arguments } => match arguments.as_slice() {
            [of] if name == "sum" => counters(of)?.grouped(grouping.as_ref()),
            _ => None,
        },
        Pasted::Binary { op, lhs, rhs, joins: false, .. } => match (op.as_str(), &**lhs, &**rhs) {
            ("or", of, filling) | ("or", filling, of) if is_nothing(filling) => counters(of),
            ("+", one, other) => match (is_nothing(one), is_nothing(other)) {
                (false, false) => counters(one)?.and(counters(other)?),
                (true, _) => counters(other),
                (_, true) => counters(one),
            },
            ("or", one, other) => counters(one)?.and(counters(other)?),
            // An amount a minute instead of a second is the same count.
            ("*" | "/", of, Pasted::Number(_)) | ("*", Pasted::Number(_), of) => counters(of),
            _ => None,
        },
        Pasted::Binary { .. } | Pasted::Number(_) | Pasted::Text | Pasted::Subquery(_) => None,
    }
}

/// `vector(0)`, 0, or something times zero: what fills gaps.
fn is_nothing(query: &Pasted) -> bool {
    match query {
        Pasted::Number(number) => number.is_zero(),
        Pasted::Call { name, arguments } => name == "vector" && arguments.iter().all(is_nothing),
        Pasted::Binary { op, lhs, rhs, .. } => op == "*" && (is_nothing(lhs) || is_nothing(rhs)),
        _ => false,
    }
}

/// A gauge that a query reads, through aggregations over series and over time.
pub(super) fn gauge(query: &Pasted) -> Option<Counted> {
    match query {
        Pasted::Selector { selector, offset, .. } => {
            Some(Counted { of: vec![selector.clone()], delay: offset.clone(), ..Counted::default() })
        }
        Pasted::Aggregate { name, grouping, arguments } => match arguments.as_slice() {
            [of] if ["sum", "max", "min", "avg"].contains(&name.as_str()) => gauge(of)?.grouped(grouping.as_ref()),
            _ => None,
        },
        Pasted::Call { name, arguments } => match (name.as_str(), arguments.as_slice()) {
            ("avg_over_time" | "min_over_time" | "max_over_time" | "last_over_time" | "scalar", [of]) => gauge(of),
            _ => None,
        },
        Pasted::Subquery(of) => gauge(of),
        Pasted::Binary { .. } | Pasted::Number(_) | Pasted::Text => None,
    }
}

/// A number, or an arithmetic of numbers such as `14.4 * 0.001`.
pub(super) fn number(query: &Pasted) -> Option<Decimal> {
    match query {
        Pasted::Number(number) => Some(*number),
        Pasted::Binary { op, lhs, rhs, .. } => {
            let (lhs, rhs) = (number(lhs)?, number(rhs)?);
            match op.as_str() {
                "+" => lhs.checked_add(rhs),
                "-" => lhs.checked_sub(rhs),
                "*" => lhs.checked_mul(rhs),
                "/" => lhs.checked_div(rhs),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A selector as the compiler prints it, on one line.
pub(super) fn text(selector: &Selector) -> String {
    let matchers = selector.borrowed();
    Expr::Select(Select { metric: selector.metric_name(), matchers: &[&matchers] }).to_string()
}

/// The matchers of a selector but that of one label, sorted.
pub(super) fn matchers_but(selector: &Selector, label: &str) -> Vec<(String, MatchOp, String)> {
    let of = |matcher: &SelectorMatcher| (matcher.label.clone(), matcher.op, matcher.value.clone());
    let mut matchers: Vec<_> = selector.matchers.iter().filter(|it| it.label != label).map(of).collect();
    matchers.sort();
    matchers
}
