//! PromQL as a small typed tree, made of borrows.
//!
//! `emit` builds one tree a rule from the plan's names and numbers and prints it at once, so nothing here owns memory:
//! a tree is nested temporaries on the stack. [`print`](super::print) is its only printer. The tree does not check
//! types (a range where an instant is due); the tests parse every shape that the compiler prints.
//!
//! ```
//! use emberline_core::promql::{Aggregator, Expr, Matcher, Op, Compare, Select};
//! use rust_decimal::Decimal;
//!
//! let user = [Matcher::eq("service_name", "checkout")];
//! let added = [Matcher::re("code", "5..")];
//! let text = Expr::binary(
//!     &Expr::aggregate(
//!         Aggregator::Sum,
//!         &["route"],
//!         &Expr::Call("rate", &[Expr::Range(Select::new("requests_total", &[&user, &added]), 75_000)]),
//!     ),
//!     Op::Filter(Compare::Gt),
//!     &Expr::Number(Decimal::new(144, 4)),
//! )
//! .to_string();
//! assert_eq!(
//!     text,
//!     r#"sum by (route) (rate(requests_total{service_name="checkout",code=~"5.."}[1m15s])) > 0.0144"#
//! );
//! ```

use rust_decimal::Decimal;

/// How a matcher compares a label with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchOp {
    /// `=`
    Eq,
    /// `!=`
    Ne,
    /// `=~`, anchored at both ends.
    Re,
    /// `!~`, anchored at both ends.
    Nre,
}

impl MatchOp {
    /// The operator as PromQL writes it.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Re => "=~",
            Self::Nre => "!~",
        }
    }
}

/// One condition on a label of a selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Matcher<'a> {
    /// Label name; any UTF-8, printed in quotes where it must be.
    pub label: &'a str,
    /// How to compare.
    pub op: MatchOp,
    /// What to compare with, as meant: the printer escapes it.
    pub value: &'a str,
}

impl<'a> Matcher<'a> {
    /// `label="value"`
    #[must_use]
    pub const fn eq(label: &'a str, value: &'a str) -> Self {
        Self { label, op: MatchOp::Eq, value }
    }

    /// `label!="value"`
    #[must_use]
    pub const fn ne(label: &'a str, value: &'a str) -> Self {
        Self { label, op: MatchOp::Ne, value }
    }

    /// `label=~"value"`
    #[must_use]
    pub const fn re(label: &'a str, value: &'a str) -> Self {
        Self { label, op: MatchOp::Re, value }
    }

    /// `label!~"value"`
    #[must_use]
    pub(crate) const fn nre(label: &'a str, value: &'a str) -> Self {
        Self { label, op: MatchOp::Nre, value }
    }
}

/// An instant selector: a metric and matchers. The matchers come in several slices, so that a rule adds its own to
/// those of the person without copying them.
#[derive(Debug, Clone, Copy)]
pub struct Select<'a> {
    /// Metric name; any UTF-8. PromQL asks for a name or a matcher that does not match the empty string.
    pub metric: Option<&'a str>,
    /// Printed in order, slice after slice.
    pub matchers: &'a [&'a [Matcher<'a>]],
}

impl<'a> Select<'a> {
    /// The series of `metric` that satisfy all `matchers`.
    #[must_use]
    pub const fn new(metric: &'a str, matchers: &'a [&'a [Matcher<'a>]]) -> Self {
        Self { metric: Some(metric), matchers }
    }
}

/// Comparison of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compare {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `<`
    Lt,
    /// `<=`
    Le,
}

/// A binary operator. All of them bind to the left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// `or`
    Or,
    /// `and`
    And,
    /// `unless`
    Unless,
    /// Keeps the left sample where the comparison holds, and drops it elsewhere.
    Filter(Compare),
    /// `bool`: 1 where the comparison holds, else 0.
    Test(Compare),
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

/// Which labels the two sides of a binary operator are matched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Matching<'a> {
    /// All labels.
    Whole,
    /// `on (…)`; an empty list matches everything with everything.
    On(&'a [&'a str]),
    /// `ignoring (…)`
    Ignoring(&'a [&'a str]),
    /// `on (…) group_left (…)`: many on the left to one on the right, whose labels of the second list are carried over.
    Left(&'a [&'a str], &'a [&'a str]),
}

/// An aggregation over series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Aggregator {
    /// `sum`
    Sum,
    /// `max`
    Max,
    /// `min`
    Min,
    /// `avg`
    Avg,
    /// `group`: 1 for each group that exists.
    Group,
    /// `count`
    Count,
}

impl Aggregator {
    /// Its name in PromQL.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Max => "max",
            Self::Min => "min",
            Self::Group => "group",
            Self::Count => "count",
            Self::Avg => "avg",
        }
    }
}

/// A PromQL expression.
#[derive(Debug, Clone, Copy)]
pub enum Expr<'a> {
    /// A number, exactly, without trailing zeros.
    Number(Decimal),
    /// A number in the text form it shall have, such as `+Inf`.
    Literal(&'a str),
    /// A string, for `label_replace` and its like; escaped by the printer.
    Text(&'a str),
    /// `vector(n)`
    Vector(Decimal),
    /// An instant selector.
    Select(Select<'a>),
    /// An instant selector of what a rule has recorded: no late data is waited for a second time.
    Recorded(Select<'a>),
    /// `selector[d]`, d in milliseconds.
    Range(Select<'a>, u64),
    /// `selector[text]`: a range that whoever runs the query fills in.
    Within(Select<'a>, &'a str),
    /// `expr[range:step]`
    Subquery {
        /// What is evaluated at every step.
        of: &'a Expr<'a>,
        /// Milliseconds covered.
        range_ms: u64,
        /// Milliseconds from one evaluation to the next.
        step_ms: u64,
    },
    /// `name(arguments)`
    Call(&'a str, &'a [Expr<'a>]),
    /// `sum by (labels) (expr)`; no labels, no `by`.
    Aggregate {
        /// Which one.
        op: Aggregator,
        /// The labels that stay.
        by: &'a [&'a str],
        /// What is aggregated.
        of: &'a Expr<'a>,
    },
    /// `avg without (labels) (expr)`
    Without {
        /// Which aggregation.
        op: Aggregator,
        /// The labels that go.
        labels: &'a [&'a str],
        /// What is aggregated.
        of: &'a Expr<'a>,
    },
    /// `lhs op matching rhs`
    Binary {
        /// Left side.
        lhs: &'a Expr<'a>,
        /// The operator.
        op: Op,
        /// The labels that sides are matched on.
        matching: Matching<'a>,
        /// Right side.
        rhs: &'a Expr<'a>,
    },
}

impl<'a> Expr<'a> {
    /// `op by (by) (of)`
    #[must_use]
    pub const fn aggregate(op: Aggregator, by: &'a [&'a str], of: &'a Expr<'a>) -> Self {
        Self::Aggregate { op, by, of }
    }

    /// `of[range:step]`
    #[must_use]
    pub const fn subquery(of: &'a Expr<'a>, range_ms: u64, step_ms: u64) -> Self {
        Self::Subquery { of, range_ms, step_ms }
    }

    /// `lhs op rhs`, matched on all labels.
    #[must_use]
    pub const fn binary(lhs: &'a Expr<'a>, op: Op, rhs: &'a Expr<'a>) -> Self {
        Self::Binary { lhs, op, matching: Matching::Whole, rhs }
    }

    /// `lhs op on (labels) rhs`
    #[must_use]
    pub(crate) const fn binary_on(lhs: &'a Expr<'a>, op: Op, labels: &'a [&'a str], rhs: &'a Expr<'a>) -> Self {
        Self::Binary { lhs, op, matching: Matching::On(labels), rhs }
    }
}
