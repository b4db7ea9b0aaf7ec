//! Durations that cluster at one value: a pause, a limit or a period that some code names as a number.

use std::collections::BTreeMap;

use serde::Serialize;

use super::kind::Kind;
use super::middle::{median, number};
use super::tree::Tree;
use crate::source::Trace;

/// Spans of a kind that nearly all take the same time, and took another time before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plateau {
    /// The spans.
    pub span: Kind,
    /// The median duration in seconds.
    pub seconds: f64,
    /// The number of spans.
    pub count: usize,
}

/// The fewest spans that can cluster.
const ENOUGH: usize = 5;
/// The share of the spans that must lie near the median.
const SHARE: f64 = 0.8;
/// How near a duration must lie, as a share of the median or of the number.
const NEAR: f64 = 0.05;
/// What code does around a pause takes a moment, in seconds.
const AROUND: f64 = 0.002;
/// Shorter durations, in seconds, cluster because the clock is coarse.
const LEAST: f64 = 0.001;
/// A time that lies this far from the usual one, as a share of it, is another time.
const OTHER: f64 = 0.25;

/// Durations by kind of span: whole ones and own times.
fn durations(traces: &[Trace]) -> BTreeMap<(Kind, bool), Vec<f64>> {
    let mut all: BTreeMap<(Kind, bool), Vec<f64>> = BTreeMap::new();
    for trace in traces {
        let tree = Tree::of(trace);
        for at in &tree.order {
            let (kind, node) = (Kind::of(tree.span(*at)), &tree.nodes[*at]);
            all.entry((kind.clone(), true)).or_default().push(node.own);
            all.entry((kind, false)).or_default().push(node.end - node.start);
        }
    }
    all
}

/// The plateaus of bad traces, each with a duration that healthy traces do not have.
pub(super) fn find(bad: &[Trace], healthy: &[Trace]) -> Vec<Plateau> {
    let usual: BTreeMap<(Kind, bool), f64> =
        durations(healthy).into_iter().filter_map(|(key, seconds)| Some((key, median(seconds)?))).collect();
    let mut found: Vec<Plateau> = Vec::new();
    for (key, seconds) in durations(bad) {
        let Some(middle) = median(seconds.iter().copied()).filter(|middle| *middle >= LEAST) else { continue };
        let near = seconds.iter().filter(|it| (*it - middle).abs() <= NEAR * middle).count();
        let is_plateau = seconds.len() >= ENOUGH && number(near) >= SHARE * number(seconds.len());
        let is_other = usual.get(&key).is_none_or(|usual| (usual - middle).abs() > OTHER * usual.max(middle));
        // A span without children has the same own time, which one plateau tells.
        let is_told = found.iter().any(|it| it.span == key.0 && (it.seconds - middle).abs() <= NEAR * middle);
        if is_plateau && is_other && !is_told {
            found.push(Plateau { span: key.0, seconds: middle, count: seconds.len() });
        }
    }
    found
}

impl Plateau {
    /// Whether a number of seconds explains the plateau: spans take as long, and a moment longer.
    pub(super) fn is_at(&self, seconds: f64) -> bool {
        seconds >= LEAST && (seconds * 0.98..=seconds * (1.0 + NEAR) + AROUND).contains(&self.seconds)
    }
}
