//! What a hand-written expression measures: the share of some events among all, over a window.

use std::collections::BTreeMap;

use crate::binary::number;
use crate::promql::{Compare, Gather, Is, Matcher, Matching, Node, Op};

/// Records that are made of records that are made of records: more than rule files have.
const DEEPEST: usize = 8;
/// Gauges that are 1 or 0, so that their mean over time is a share of the time.
const ONE_OR_ZERO: [&str; 3] = ["up", "probe_success", "kube_pod_status_ready"];

/// A value that follows the share of counted events among all: `base + slope × share`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share {
    /// The time over which events count, in milliseconds.
    pub(super) window: i64,
    /// How much later a step shows, since windows lie within the window; in milliseconds.
    pub(super) lag: i64,
    pub(super) base: f64,
    pub(super) slope: f64,
    /// Whether the counted events are among all by their selectors, so that the share is at most 1.
    pub(super) is_part: bool,
    /// Whether series are divided one by one, each by itself, so that the share is 1 as soon as any event is counted.
    pub(super) is_of_itself: bool,
}

impl Share {
    fn scaled(self, by: f64) -> Self {
        Self { base: self.base * by, slope: self.slope * by, ..self }
    }
}

/// Events over a window, in any unit.
#[derive(Debug, Clone, PartialEq)]
struct Volume<'n> {
    window: i64,
    lag: i64,
    scale: f64,
    counters: Vec<(&'n str, &'n [Matcher])>,
    /// Whether series are summed, or one taken from another, so that labels are lost.
    is_made: bool,
}

/// The expressions of the records of rule files, by name.
pub(super) type Records<'n> = BTreeMap<&'n str, Vec<&'n Node>>;

/// Reads expressions with the records that they are made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'r> {
    records: &'r Records<'r>,
    depth: usize,
}

impl<'r> Reader<'r> {
    pub(super) fn new(records: &'r Records<'r>) -> Self {
        Self { records, depth: 0 }
    }

    /// Whether a rule file records a name.
    pub(super) fn records(&self, name: &str) -> bool {
        self.records.contains_key(name)
    }

    /// The share that a comparison tests, and against what; a constant on the left is turned to the right.
    pub(super) fn tested(&self, op: Compare, sides: &'r [Node; 2]) -> Option<(Share, Compare, f64)> {
        let [left, right] = sides;
        match (constant(left), constant(right)) {
            (None, Some(limit)) => Some((self.share(left)?, op, limit)),
            (Some(limit), None) => Some((self.share(right)?, turned(op), limit)),
            // `bad > 0.01 * all`
            (None, None) => Some((divided(&self.volume(left)?, &self.volume(right)?, false)?, op, 1.0)),
            (Some(_), Some(_)) => None,
        }
    }

    fn share(&self, node: &'r Node) -> Option<Share> {
        match &node.is {
            Is::Select { name: Some(name), range: None, is_moved: false, .. } => {
                self.same(name, |reader, node| reader.share(node))
            }
            Is::Binary { op, is_bool: false, sides, matching } => {
                let [left, right] = &**sides;
                match (op, constant(left), constant(right)) {
                    (Op::Mul, Some(by), None) => Some(self.share(right)?.scaled(by)),
                    (Op::Mul, None, Some(by)) => Some(self.share(left)?.scaled(by)),
                    (Op::Div, None, Some(by)) => Some(self.share(left)?.scaled(1.0 / by)),
                    (Op::Sub, Some(from), None) => {
                        let share = self.share(right)?.scaled(-1.0);
                        Some(Share { base: from + share.base, ..share })
                    }
                    (Op::Sub, None, Some(less)) => {
                        let share = self.share(left)?;
                        Some(Share { base: share.base - less, ..share })
                    }
                    (Op::Div, None, None) => {
                        divided(&self.volume(left)?, &self.volume(right)?, *matching == Matching::default())
                    }
                    (Op::Or, None, _) if is_filler(right) => self.share(left),
                    _ => None,
                }
            }
            Is::Aggregate { gather, arguments, .. } => match (gather, arguments.as_slice()) {
                (Gather::Avg | Gather::Min | Gather::Max, [of]) => self.share(of),
                (Gather::Sum, [of]) => Some(Share { is_part: false, ..self.share(of)? }),
                _ => None,
            },
            Is::Call { name, arguments } => match (name.as_str(), arguments.as_slice()) {
                ("avg_over_time", [of]) => {
                    let (of, length) = self.ranged(of)?;
                    let inner = match of {
                        Ranged::Gauge => {
                            Share { window: 0, lag: 0, base: 0.0, slope: 1.0, is_part: true, is_of_itself: false }
                        }
                        Ranged::Record(name) => self.same(name, |reader, node| reader.share(node))?,
                        Ranged::Part(node) => self.share(node)?,
                    };
                    Some(Share { window: length, lag: inner.lag + inner.window / 2, ..inner })
                }
                ("clamp_min" | "clamp_max" | "round" | "label_replace" | "sort" | "sort_desc", [of, ..]) => {
                    self.share(of)
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn volume(&self, node: &'r Node) -> Option<Volume<'r>> {
        match &node.is {
            Is::Select { name: Some(name), range: None, is_moved: false, .. } => {
                self.same(name, |reader, node| reader.volume(node))
            }
            Is::Call { name, arguments } => match (name.as_str(), arguments.as_slice()) {
                ("rate" | "increase", [of]) => {
                    let Is::Select { name: Some(metric), matchers, range: Some(window), is_moved: false } = &of.is
                    else {
                        return None;
                    };
                    let scale = if name == "increase" { *window as f64 / 1_000.0 } else { 1.0 };
                    Some(Volume { window: *window, lag: 0, scale, counters: vec![(metric, matchers)], is_made: false })
                }
                // A mean of gauges that are 1 or 0, counted by hand.
                (
                    "sum_over_time" | "count_over_time",
                    [Node { is: Is::Select { name: Some(gauge), matchers, range, is_moved: false }, .. }],
                ) if !self.records(gauge) => Some(Volume {
                    window: (*range)?,
                    lag: 0,
                    scale: 1.0,
                    counters: vec![(gauge, matchers)],
                    is_made: false,
                }),
                ("sum_over_time" | "avg_over_time", [of]) => {
                    let (of, length) = self.ranged(of)?;
                    let inner = match of {
                        Ranged::Record(name) => self.same(name, |reader, node| reader.volume(node))?,
                        Ranged::Part(node) => self.volume(node)?,
                        Ranged::Gauge => return None,
                    };
                    Some(Volume { window: length, lag: inner.lag + inner.window / 2, ..inner })
                }
                ("clamp_min" | "label_replace", [of, ..]) => self.volume(of),
                _ => None,
            },
            Is::Aggregate { gather: Gather::Sum | Gather::Avg, arguments, .. } => match arguments.as_slice() {
                [of] => self.volume(of).map(|of| Volume { is_made: true, ..of }),
                _ => None,
            },
            Is::Binary { op, is_bool: false, sides, .. } => {
                let [left, right] = &**sides;
                let scaled = |of, by: f64| self.volume(of).map(|of| Volume { scale: of.scale * by, ..of });
                match (op, constant(left), constant(right)) {
                    (Op::Mul, Some(by), None) => scaled(right, by),
                    (Op::Mul, None, Some(by)) => scaled(left, by),
                    (Op::Div, None, Some(by)) => scaled(left, 1.0 / by),
                    (Op::Add, None, None) => {
                        let (mut left, right) = (self.volume(left)?, self.volume(right)?);
                        let is_same = (left.window, left.lag) == (right.window, right.lag) && left.scale == right.scale;
                        left.counters.extend(right.counters);
                        is_same.then_some(left)
                    }
                    // All but the good ones: in a total outage all.
                    (Op::Sub, None, None) => {
                        let (whole, part) = (self.volume(left)?, self.volume(right)?);
                        let is_same = (whole.window, whole.lag, whole.scale) == (part.window, part.lag, part.scale);
                        is_same.then_some(Volume { is_made: true, ..whole })
                    }
                    // `all > 0` lets calm times out.
                    (Op::Compare(_), None, Some(_)) => self.volume(left),
                    (Op::Or, None, _) if is_filler(right) => self.volume(left),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// What all rules of a record say, if they say the same of windows.
    fn same<T: Measured>(&self, name: &str, read: impl Fn(&Self, &'r Node) -> Option<T>) -> Option<T> {
        let reader = Self { depth: self.depth + 1, ..*self };
        if reader.depth > DEEPEST {
            return None;
        }
        let mut found: Option<T> = None;
        for node in self.records.get(name)? {
            let one = read(&reader, node)?;
            match &found {
                Some(known) if !known.is_like(&one) => return None,
                Some(_) => {}
                None => found = Some(one),
            }
        }
        found
    }

    fn ranged(&self, node: &'r Node) -> Option<(Ranged<'r>, i64)> {
        match &node.is {
            Is::Select { name: Some(name), range: Some(length), is_moved: false, .. } => {
                let of = if ONE_OR_ZERO.contains(&name.as_str()) { Ranged::Gauge } else { Ranged::Record(name) };
                Some((of, *length))
            }
            Is::Subquery { of, range, is_moved: false, .. } => Some((Ranged::Part(of), *range)),
            _ => None,
        }
    }
}

enum Ranged<'n> {
    Gauge,
    Record(&'n str),
    Part(&'n Node),
}

/// Whether two rules of one record measure alike.
trait Measured {
    fn is_like(&self, other: &Self) -> bool;
}

impl Measured for Share {
    fn is_like(&self, other: &Self) -> bool {
        self == other
    }
}

impl Measured for Volume<'_> {
    fn is_like(&self, other: &Self) -> bool {
        (self.window, self.lag, self.scale) == (other.window, other.lag, other.scale)
    }
}

/// `is_default`: whether series are paired by all their labels.
fn divided(of: &Volume<'_>, all: &Volume<'_>, is_default: bool) -> Option<Share> {
    let is_seconds = |(name, _): &(&str, _)| name.ends_with("_sum");
    // Slow requests and failed ones may be the same, and count twice then.
    if of.counters.windows(2).any(|pair| pair[0].0 != pair[1].0) {
        return None;
    }
    if of.window != all.window || of.lag != all.lag || all.scale == 0.0 || of.counters.iter().any(is_seconds) {
        return None;
    }
    let is_part = match of.counters.as_slice() {
        [one] => all.counters.iter().any(|all| is_among(one, all)),
        _ => false,
    };
    // Prometheus pairs series of the same labels, so failures find failures and never all events.
    let is_one = |volume: &Volume<'_>| !volume.is_made && volume.counters.len() == 1;
    let is_same = of.counters.first().map(|(name, _)| name) == all.counters.first().map(|(name, _)| name);
    let is_of_itself = is_part && is_same && is_one(of) && is_one(all) && is_default;
    let slope = of.scale / all.scale;
    Some(Share { window: of.window, lag: of.lag, base: 0.0, slope, is_part, is_of_itself })
}

/// Whether each event of a counter is one of another: the same metric, with every test of the other.
fn is_among((name, tests): &(&str, &[Matcher]), (all, all_tests): &(&str, &[Matcher])) -> bool {
    let stem = |name: &str| name.strip_suffix("_bucket").or(name.strip_suffix("_count")).unwrap_or(name).to_owned();
    let is_metric = name == all || (name.ends_with("_bucket") && stem(name) == stem(all));
    is_metric && all_tests.iter().all(|test| test.label == "le" || tests.contains(test))
}

/// What stands behind `or` so that a missing series counts as 0.
fn is_filler(node: &Node) -> bool {
    match &node.is {
        Is::Call { name, .. } => name == "vector" || name == "absent",
        Is::Binary { op: Op::Mul, sides, .. } => sides.iter().any(|side| constant(side) == Some(0.0)),
        _ => false,
    }
}

/// The number that an expression always gives.
pub(super) fn constant(node: &Node) -> Option<f64> {
    match &node.is {
        Is::Number(number) => Some(*number),
        Is::Negated(of) => Some(-constant(of)?),
        Is::Call { name, arguments } if name == "vector" || name == "scalar" => match arguments.as_slice() {
            [of] => constant(of),
            _ => None,
        },
        Is::Binary { op, sides, .. } => number(*op, constant(&sides[0])?, constant(&sides[1])?),
        _ => None,
    }
}

const fn turned(op: Compare) -> Compare {
    match op {
        Compare::Gt => Compare::Lt,
        Compare::Ge => Compare::Le,
        Compare::Lt => Compare::Gt,
        Compare::Le => Compare::Ge,
        same => same,
    }
}
