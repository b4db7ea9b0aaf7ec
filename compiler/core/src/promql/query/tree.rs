//! An expression as it was read: its parts, and the places of its text that the printer edits.

use std::ops::Range;

use super::functions::{Kind, gives};
use crate::promql::selector::Selector;
use crate::quantity::Duration;

/// An expression as a person wrote it: sound PromQL that gives an instant vector of at least one metric.
#[derive(Debug, Clone)]
pub struct PromqlQuery {
    pub(super) text: String,
    pub(super) root: Node,
    pub(super) edits: Vec<(Range<usize>, Edit)>,
}

/// What a range selector covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// `{{.window}}`: the base window.
    Open,
    /// As written.
    Fixed(Duration),
}

/// What the printer does at a place of the text. No place lies within another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edit {
    /// Writes the base window instead.
    Window,
    /// Leaves out a comment.
    Comment,
    /// Ends a selector with nothing behind it; late data is waited for here.
    Selector,
    /// Ends a selector with an `offset` of its author's.
    Offset(Duration),
    /// Begins `time()`.
    Time,
    /// Ends `time()`.
    TimeEnd,
}

/// Labels that an operator names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Named {
    /// `by (…)` or `on (…)`
    Only(Vec<String>),
    /// `without (…)` or `ignoring (…)`
    But(Vec<String>),
}

/// How a binary operator finds partners.
#[derive(Debug, Clone, Default)]
pub(super) struct Matching {
    pub(super) labels: Option<Named>,
    /// The labels of `group_left` or `group_right` that are carried over.
    pub(super) carried: Option<(Many, Vec<String>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Many {
    Left,
    Right,
}

/// A part of an expression.
#[derive(Debug, Clone)]
pub(super) enum Node {
    Number,
    Text(String),
    Selector { selector: Selector, window: Option<Window> },
    Subquery(Box<Node>),
    Call { name: String, arguments: Vec<Node> },
    Aggregate { op: &'static str, at: Range<usize>, labels: Option<Named>, arguments: Vec<Node> },
    Binary { op: &'static str, at: Range<usize>, matching: Matching, sides: Box<[Node; 2]> },
    Negated(Box<Node>),
}

impl PromqlQuery {
    /// Every selector in it, in the order written; places are bytes of the whole text.
    #[must_use]
    pub fn selectors(&self) -> Vec<&Selector> {
        let mut all = Vec::new();
        self.root.walk(&mut |node| {
            if let Node::Selector { selector, .. } = node {
                all.push(selector);
            }
        });
        all
    }

    /// What its range selectors cover, in the order written.
    #[must_use]
    pub fn windows(&self) -> Vec<Window> {
        let mut all = Vec::new();
        self.root.walk(&mut |node| {
            if let Node::Selector { window: Some(window), .. } = node {
                all.push(*window);
            }
        });
        all
    }
}

impl Node {
    /// Calls `each` for this part and every part within.
    pub(super) fn walk<'n>(&'n self, each: &mut impl FnMut(&'n Self)) {
        each(self);
        match self {
            Self::Number | Self::Text(_) | Self::Selector { .. } => {}
            Self::Subquery(of) | Self::Negated(of) => of.walk(each),
            Self::Call { arguments, .. } | Self::Aggregate { arguments, .. } => {
                arguments.iter().for_each(|argument| argument.walk(each));
            }
            Self::Binary { sides, .. } => sides.iter().for_each(|side| side.walk(each)),
        }
    }

    /// What it gives. An unknown function was refused while it was read.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Number => Kind::Scalar,
            Self::Text(_) => Kind::Text,
            Self::Selector { window: Some(_), .. } | Self::Subquery(_) => Kind::Range,
            Self::Selector { window: None, .. } | Self::Aggregate { .. } => Kind::Instant,
            Self::Call { name, .. } => gives(name),
            Self::Binary { sides, .. } => match sides.iter().all(|side| side.kind() == Kind::Scalar) {
                true => Kind::Scalar,
                false => Kind::Instant,
            },
            Self::Negated(of) => of.kind(),
        }
    }
}
