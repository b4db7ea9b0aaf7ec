//! Groups for vmalert, whose rules do not see what rules before them in the same evaluation recorded.
//!
//! vmalert hands recorded samples to the store and goes on at once, so a rule that reads them sees those of the evaluation
//! before: each link of a chain within a group costs an evaluation. Here the rules of a layer read only what lower layers
//! record. Each layer is a group of its own, evaluated as much later than the layer below as the store takes to show samples.
//!
//! The top layer is evaluated at a multiple of its interval and the lower ones before it. Subqueries read at such multiples,
//! so they see what this evaluation recorded.

use std::collections::BTreeMap;

use super::list::Rule;
use crate::plan::SloPlan;
use crate::plan::names;
use crate::quantity::Duration;

/// How long a recorded sample takes until a query sees it. vmalert's `-remoteWrite.flushInterval` is 2 s, and VictoriaMetrics
/// keeps new samples to itself for 2 s more. On two busy cores most were seen after 3.4 s, and some after 5.4 s.
const SHOWN: Duration = Duration::from_secs(7);

/// The rules of a group that stand in the same layer.
pub(super) struct Layer<'p> {
    pub(super) name: String,
    pub(super) interval: Duration,
    /// How much later than a multiple of the interval the group is evaluated; less than the interval.
    pub(super) offset: Duration,
    pub(super) rules: Vec<Rule<'p>>,
}

/// Cuts the groups of an objective (name, interval, rules in order) into layers, the lowest first. The part of a group keeps
/// the group's name, with `~` and the number of its layer behind it.
pub(super) fn cut<'p>(slo: &SloPlan, groups: Vec<(String, Duration, Vec<Rule<'p>>)>) -> Vec<Layer<'p>> {
    let mut depths: BTreeMap<String, usize> = BTreeMap::new();
    let mut parts: BTreeMap<(usize, usize), Layer<'p>> = BTreeMap::new();
    for (place, (name, interval, rules)) in groups.into_iter().enumerate() {
        for rule in rules {
            let depth =
                reads(rule.expr()).filter_map(|name| depths.get(name)).map(|depth| depth + 1).max().unwrap_or(0);
            if let Rule::Recording { record, .. } = &rule {
                let known = depths.entry(record.clone()).or_default();
                *known = depth.max(*known);
            }
            let part = parts.entry((depth, place)).or_insert_with(|| Layer {
                name: format!("{name}~{depth}"),
                interval,
                offset: Duration::ZERO,
                rules: Vec::new(),
            });
            part.rules.push(rule);
        }
    }
    let top = parts.keys().map(|(depth, _)| *depth).max().unwrap_or(0);
    let step = SHOWN.min(Duration::from_millis(slo.timing.evaluation.millis() / 2)).millis();
    let before = |depth: usize| u64::try_from(top - depth).unwrap_or(u64::MAX).saturating_mul(step);
    let spread = spread(slo, before(0));
    let layer = |((depth, _), mut layer): ((usize, usize), Layer<'p>)| {
        let interval = layer.interval.millis().max(1);
        let early = (before(depth) + spread) % interval;
        layer.offset = Duration::from_millis((interval - early) % interval);
        layer
    };
    parts.into_iter().map(layer).collect()
}

/// How many milliseconds earlier than others an objective is evaluated, so that not all ask the store at the same moment. The
/// chain still ends within the interval in which it begins.
fn spread(slo: &SloPlan, chain: u64) -> u64 {
    let free = slo.timing.evaluation.millis().saturating_sub(chain);
    u64::from(names::fnv1a(&format!("{}/{}", slo.service, slo.name))) % free.div_ceil(1000).max(1) * 1000
}

/// Words of an expression that may name series.
fn reads(expr: &str) -> impl Iterator<Item = &str> {
    expr.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':'))
}
