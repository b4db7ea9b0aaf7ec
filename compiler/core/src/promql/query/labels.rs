//! Which labels the series of an expression are certain to lack, and whether the expression is never absent.

use std::ops::Range;

use super::functions::Kind;
use super::tree::{Many, Matching, Named, Node, PromqlQuery};

impl PromqlQuery {
    /// Where a label is lost, if no series of the result can have it.
    #[must_use]
    pub fn loses(&self, label: &str) -> Option<Range<usize>> {
        self.root.loses(label).map(|place| place.unwrap_or(0..self.text.len()))
    }

    /// Whether it has a value even where none of its metrics has a sample: missing data would look like none.
    #[must_use]
    pub fn is_never_absent(&self) -> bool {
        self.root.is_never_absent()
    }
}

/// The place where a label is lost; an inner `None` where no one place is to blame.
type Lost = Option<Range<usize>>;

impl Node {
    fn loses(&self, label: &str) -> Option<Lost> {
        match self {
            Self::Number | Self::Text(_) => Some(None),
            Self::Selector { .. } => None,
            Self::Subquery(of) | Self::Negated(of) => of.loses(label),
            Self::Call { name, arguments } => in_call(name, arguments, label),
            Self::Aggregate { op, at, labels, arguments } => {
                let inner = || arguments.last().and_then(|of| of.loses(label));
                match (*op, labels) {
                    ("topk" | "bottomk", _) => inner(),
                    ("count_values", _) if is_text(arguments.first(), label) => None,
                    (_, Some(Named::Only(kept))) if kept.iter().any(|it| it == label) => inner(),
                    (_, Some(Named::But(lost))) if lost.iter().all(|it| it != label) => inner(),
                    _ => Some(Some(at.clone())),
                }
            }
            Self::Binary { op, at, matching, sides } => in_operation(op, at, matching, sides, label),
        }
    }

    fn is_constant(&self) -> bool {
        let mut found = false;
        self.walk(&mut |node| found |= matches!(node, Self::Selector { .. }));
        !found
    }

    fn is_never_absent(&self) -> bool {
        match self {
            Self::Call { name, arguments } => match name.as_str() {
                "vector" => true,
                "label_replace" | "label_join" | "clamp" | "clamp_min" | "clamp_max" | "round" | "abs" => {
                    arguments.first().is_some_and(Self::is_never_absent)
                }
                _ => false,
            },
            Self::Aggregate { arguments, .. } => arguments.last().is_some_and(Self::is_never_absent),
            Self::Negated(of) => of.is_never_absent(),
            Self::Binary { op, sides, .. } => {
                let [left, right] = &**sides;
                let stays = |side: &Self| side.is_never_absent();
                match *op {
                    "or" => stays(left) || stays(right),
                    "and" | "unless" | "==" | "!=" | ">" | "<" | ">=" | "<=" => false,
                    _ => {
                        let fixed = |side: &Self| stays(side) || (side.is_constant() && side.is_scalar());
                        fixed(left) && fixed(right)
                    }
                }
            }
            Self::Number | Self::Text(_) | Self::Selector { .. } | Self::Subquery(_) => false,
        }
    }

    fn is_scalar(&self) -> bool {
        self.kind() == Kind::Scalar
    }
}

fn is_text(node: Option<&Node>, text: &str) -> bool {
    matches!(node, Some(Node::Text(written)) if written == text)
}

fn in_call(name: &str, arguments: &[Node], label: &str) -> Option<Lost> {
    match name {
        // Their labels are those of the selector's matchers.
        "absent" | "absent_over_time" => None,
        "label_replace" | "label_join" if is_text(arguments.get(1), label) => None,
        _ => {
            let vector = arguments.iter().find(|it| matches!(it.kind(), Kind::Instant | Kind::Range));
            vector.map_or(Some(None), |of| of.loses(label))
        }
    }
}

fn in_operation(op: &str, at: &Range<usize>, matching: &Matching, sides: &[Node; 2], label: &str) -> Option<Lost> {
    let [left, right] = sides;
    let names = |labels: &[String]| labels.iter().any(|it| it == label);
    match op {
        "and" | "unless" => return left.loses(label),
        // A side without the label would be a group of its own.
        "or" => return left.loses(label).or_else(|| right.loses(label)),
        _ => {}
    }
    if left.is_scalar() {
        return right.loses(label);
    }
    if right.is_scalar() {
        return left.loses(label);
    }
    match (&matching.carried, &matching.labels) {
        (Some((many, carried)), _) => {
            let (many, one) = if *many == Many::Left { (left, right) } else { (right, left) };
            if names(carried) { one.loses(label) } else { many.loses(label) }
        }
        (None, Some(Named::Only(on))) if !names(on) => Some(Some(at.clone())),
        (None, Some(Named::But(ignored))) if names(ignored) => Some(Some(at.clone())),
        (None, _) => left.loses(label).or_else(|| right.loses(label)),
    }
}
