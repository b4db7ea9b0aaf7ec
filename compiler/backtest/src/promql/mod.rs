//! PromQL as rules have it, with the place of every part.
//!
//! The server evaluates parts that read raw series, and gets the very text that stands in the rule. Only for what reads
//! recorded series does the meaning of a part matter here.

mod parse;
mod scan;
#[cfg(test)]
mod tests;

use std::ops::Range;

pub(crate) use parse::parse;

/// Why a text is not read or not evaluated: what is wrong, and at which bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unread {
    /// A lower-case sentence without a full stop.
    pub(crate) why: String,
    /// The place.
    pub(crate) at: Range<usize>,
}

/// A part of an expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// Its bytes, parentheses around it included.
    pub(crate) at: Range<usize>,
    /// What it is.
    pub(crate) is: Is,
}

/// What a part is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Is {
    /// A number.
    Number(f64),
    /// A string.
    Text,
    /// Series; over `range` milliseconds if there is one.
    Select { name: Option<String>, matchers: Vec<Matcher>, range: Option<i64>, is_moved: bool },
    /// An expression at several instants; lengths in milliseconds. Without a step, the server's own applies.
    Subquery { of: Box<Node>, range: i64, step: Option<i64>, is_moved: bool },
    /// A function.
    Call { name: String, arguments: Vec<Node> },
    /// An aggregation; without `by` and `without`, `by` names no label.
    Aggregate { gather: Gather, by: Named, arguments: Vec<Node> },
    /// An operator between two sides.
    Binary { op: Op, is_bool: bool, matching: Matching, sides: Box<[Node; 2]> },
    /// A sign before it.
    Negated(Box<Node>),
    /// `offset` or `@` behind anything but a selector or a subquery.
    Moved(Box<Node>),
}

/// How an aggregation makes one value of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gather {
    Sum,
    Avg,
    Min,
    Max,
    Count,
    /// Others exist, and are not evaluated here.
    Other,
}

/// A test of a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Matcher {
    pub(crate) label: String,
    /// `=`, `!=`, `=~` or `!~`.
    pub(crate) op: &'static str,
    pub(crate) value: String,
}

/// How an operator finds partners.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Matching {
    pub(crate) labels: Named,
    /// `group_left` or `group_right`.
    pub(crate) is_many: bool,
}

/// The labels by which partners are found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Named {
    /// All.
    #[default]
    All,
    /// `on (…)`
    Only(Vec<String>),
    /// `ignoring (…)`
    But(Vec<String>),
}

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Or,
    And,
    Unless,
    Compare(Compare),
    Add,
    Sub,
    Mul,
    Div,
    /// Others exist, and are not evaluated here.
    Other,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

impl Node {
    /// Calls `each` for this part and every part within.
    pub(crate) fn walk<'n>(&'n self, each: &mut dyn FnMut(&'n Self)) {
        each(self);
        match &self.is {
            Is::Number(_) | Is::Text | Is::Select { .. } => {}
            Is::Subquery { of, .. } | Is::Negated(of) | Is::Moved(of) => of.walk(each),
            Is::Call { arguments, .. } | Is::Aggregate { arguments, .. } => {
                arguments.iter().for_each(|argument| argument.walk(each));
            }
            Is::Binary { sides, .. } => sides.iter().for_each(|side| side.walk(each)),
        }
    }

    /// Whether any selector in it satisfies `test`.
    pub(crate) fn any_selector(&self, test: &dyn Fn(Option<&str>, &[Matcher]) -> bool) -> bool {
        let mut any = false;
        self.walk(&mut |node| {
            if let Is::Select { name, matchers, .. } = &node.is {
                any |= test(name.as_deref(), matchers);
            }
        });
        any
    }
}
