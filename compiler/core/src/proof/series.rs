//! Who plays what: label sets that the objective's selectors tell apart, and the series that they make of a scenario.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Input;
use crate::oracle::{self, RawSeries, Role, Scenario, Segment, Trace};
use crate::plan::{Counters, Sli, SloPlan};
use crate::promql::witness::witness;
use crate::promql::{MatchOp, Selector, SelectorMatcher};

type Labels = BTreeMap<String, String>;

/// The raw series of an objective, and a second group beside the first where it has groups.
#[derive(Debug)]
pub(super) struct Cast {
    pub(super) first: Group,
    pub(super) second: Option<Group>,
}

/// The raw series of one group.
#[derive(Debug)]
pub(super) struct Group {
    /// The labels that tell it apart.
    pub(super) labels: Labels,
    parts: Vec<Part>,
}

/// A raw series and what it counts.
#[derive(Debug)]
struct Part {
    metric: String,
    labels: Labels,
    counts: Counts,
}

#[derive(Debug, Clone, Copy)]
enum Counts {
    /// A number of the scenario.
    Number(Role),
    /// A native histogram, its good and bad observations in the buckets of these indices (schema 0).
    Histogram { good: i32, bad: i32 },
}

impl Cast {
    /// `None` where no label sets tell the selectors apart.
    pub(super) fn of(slo: &SloPlan) -> Option<Self> {
        let first = Group::of(slo, &[])?;
        // Another value of any one of the group's labels makes another group.
        let second = slo.group_by.iter().find_map(|label| {
            let taken = first.labels.get(label)?;
            Group::of(slo, &[(label, taken)])
        });
        Some(Self { first, second })
    }
}

impl Group {
    fn of(slo: &SloPlan, not: &[(&String, &String)]) -> Option<Self> {
        let parts = match &slo.sli {
            Sli::Counters(counters) | Sli::SliceRatio { counters, .. } => counted(slo, counters, not)?,
            Sli::Classic { count, bucket } => {
                let labels = find(slo, &[count], &[], not)?;
                let mut within = labels.clone();
                within.insert("le".to_owned(), first_le(bucket)?);
                vec![part(count, labels, Role::Total), part(bucket, within, Role::Good)]
            }
            Sli::Native { histogram, limit } => {
                let labels = find(slo, &[histogram], &[], not)?;
                let power = limit.to_f64()?.log2();
                // Whole buckets away from the threshold, so that no interpolation within one is needed.
                let counts = Counts::Histogram { good: floor(power) - 2, bad: floor(power) + 4 };
                vec![Part { metric: metric(histogram), labels, counts }]
            }
            Sli::SliceUp { gauge } => vec![part(gauge, find(slo, &[gauge], &[], not)?, Role::Up)],
        };
        let labels = slo
            .group_by
            .iter()
            .map(|label| {
                let value = parts.first().and_then(|part| part.labels.get(label)).cloned();
                (label.clone(), value.unwrap_or_default())
            })
            .collect();
        Some(Self { labels, parts })
    }

    /// What the oracle walks.
    pub(super) fn oracle(&self, slo: &SloPlan, scenario: &Scenario, missing: Option<Role>) -> oracle::Sli {
        let scrape = slo.timing.scrape.millis();
        let raw = |role: Role| match missing == Some(role) {
            true => RawSeries::default(),
            false => scenario.series(role, scrape),
        };
        // Two series that together are the total are rated one by one and added, as Prometheus does.
        let total = || -> Vec<RawSeries> {
            let roles: Vec<Role> = self.roles().collect();
            match roles.contains(&Role::Total) {
                true => vec![raw(Role::Total)],
                false => roles.into_iter().map(raw).collect(),
            }
        };
        match &slo.sli {
            Sli::Counters(counters) if counters.part_is_good => {
                oracle::Sli::Good { total: total(), good: vec![raw(Role::Good)] }
            }
            Sli::Counters(_) => oracle::Sli::Bad { total: total(), bad: vec![raw(Role::Bad)] },
            Sli::Classic { .. } => {
                oracle::Sli::Latency { count: vec![raw(Role::Total)], bucket: vec![raw(Role::Good)] }
            }
            Sli::Native { .. } => oracle::Sli::Native { histograms: vec![(raw(Role::Total), raw(Role::Good))] },
            Sli::SliceUp { .. } => {
                oracle::Sli::SliceGauge { slice: slo.timing.step.millis(), gauge: vec![raw(Role::Up)] }
            }
            Sli::SliceRatio { limit, idle_counts, .. } => oracle::Sli::SliceRatio {
                idle_counts: *idle_counts,
                share: limit.to_f64().unwrap_or(1.0),
                total: total(),
                bad: vec![raw(Role::Bad)],
            },
        }
    }

    /// What its series count, native histograms apart.
    pub(super) fn roles(&self) -> impl Iterator<Item = Role> + '_ {
        self.parts.iter().filter_map(|part| match part.counts {
            Counts::Number(role) => Some(role),
            Counts::Histogram { .. } => None,
        })
    }

    /// What promtool is given. Series without a sample are left out.
    pub(super) fn inputs(&self, scenario: &Scenario, missing: Option<Role>) -> Vec<Input> {
        let mut inputs = Vec::new();
        for part in &self.parts {
            let values = match part.counts {
                Counts::Number(role) => {
                    let trace = scenario.trace(role);
                    if !trace.is_present() || missing == Some(role) {
                        continue;
                    }
                    trace.notation()
                }
                Counts::Histogram { good, bad } => {
                    histogram(&scenario.trace(Role::Good), &scenario.trace(Role::Bad), good, bad)
                }
            };
            inputs.push(Input { metric: part.metric.clone(), labels: part.labels.clone(), values });
        }
        inputs
    }
}

/// The series of counters: good and bad of one metric side by side, or all and the part where they are two metrics.
fn counted(slo: &SloPlan, counters: &Counters, not: &[(&String, &String)]) -> Option<Vec<Part>> {
    let Counters { total, part: some, part_is_good } = counters;
    let (inside, outside) = if *part_is_good { (Role::Good, Role::Bad) } else { (Role::Bad, Role::Good) };
    if total.metric_name() == some.metric_name() {
        let within = find(slo, &[total, some], &[], not)?;
        // The rest is in the same group.
        let same: Vec<(String, String)> =
            slo.group_by.iter().map(|label| (label.clone(), within.get(label).cloned().unwrap_or_default())).collect();
        let fixed = Selector {
            metric: None,
            matchers: same.iter().map(|(label, value)| equals(label, value, MatchOp::Eq)).collect(),
        };
        let rest = find(slo, &[total, &fixed], &[some], &[])?;
        return Some(vec![part(total, rest, outside), part(some, within, inside)]);
    }
    let all = find(slo, &[total], &[], not)?;
    let fixed = Selector {
        metric: None,
        matchers: slo
            .group_by
            .iter()
            .map(|label| equals(label, all.get(label).map_or("", String::as_str), MatchOp::Eq))
            .collect(),
    };
    let within = find(slo, &[some, &fixed], &[], &[])?;
    Some(vec![part(total, all, Role::Total), part(some, within, inside)])
}

/// A label set that all of `must` select and none of `must_not`, with a value for each label to group by.
fn find(slo: &SloPlan, must: &[&Selector], must_not: &[&Selector], not: &[(&String, &String)]) -> Option<Labels> {
    // `=~".+"` makes the search give each group label a value.
    let mut wanted = Selector { metric: None, matchers: Vec::new() };
    for label in &slo.group_by {
        let fixed = must.iter().any(|selector| {
            selector.matchers.iter().any(|matcher| matcher.label == *label && matcher.op == MatchOp::Eq)
        });
        if !fixed {
            wanted.matchers.push(equals(label, ".+", MatchOp::Re));
        }
    }
    wanted.matchers.extend(not.iter().map(|(label, value)| equals(label, value, MatchOp::Ne)));
    let must: Vec<&Selector> = must.iter().copied().chain([&wanted]).collect();
    let domains = |label: &str| slo.domains.get(label).cloned();
    witness(&must, must_not, &domains)
}

fn equals(label: &str, value: &str, op: MatchOp) -> SelectorMatcher {
    SelectorMatcher { label: label.to_owned(), label_range: 0..0, op, value: value.to_owned(), value_range: 0..0 }
}

fn part(selector: &Selector, labels: Labels, role: Role) -> Part {
    Part { metric: metric(selector), labels, counts: Counts::Number(role) }
}

fn metric(selector: &Selector) -> String {
    selector.metric_name().unwrap_or_default().to_owned()
}

/// The plain spelling of the boundary, which is the first of a bucket's.
fn first_le(bucket: &Selector) -> Option<String> {
    let matcher = bucket.matchers.iter().find(|matcher| matcher.label == "le")?;
    let spelled = matcher.value.split('|').next()?;
    Some(if matcher.op == MatchOp::Re { spelled.replace('\\', "") } else { spelled.to_owned() })
}

#[expect(clippy::cast_possible_truncation, reason = "a binary logarithm of a time in a unit of time")]
fn floor(power: f64) -> i32 {
    power.floor() as i32
}

/// Good and bad observations as native histograms of schema 0, in promtool's notation.
fn histogram(good: &Trace, bad: &Trace, low: i32, high: i32) -> String {
    let text = |below: u64, above: u64| {
        let gap = usize::try_from(high - low - 1).unwrap_or(0);
        let zeros = " 0".repeat(gap);
        // Of no use to the rules, but a histogram has a sum: each observation in the middle of its bucket.
        let middle = |index: i32| Decimal::from_f64_retain(0.75 * 2_f64.powi(index)).unwrap_or(Decimal::ONE);
        let sum = Decimal::from(below) * middle(low) + Decimal::from(above) * middle(high);
        format!(
            "{{{{schema:0 count:{} sum:{} offset:{low} buckets:[{below}{zeros} {above}]}}}}",
            below + above,
            sum.normalize()
        )
    };
    // Both are cut at every place where either changes.
    let (mut words, mut good, mut bad) = (Vec::new(), Cuts::of(good), Cuts::of(bad));
    while let (Some(a), Some(b)) = (good.head(), bad.head()) {
        let samples = a.samples.min(b.samples);
        match (a.line, b.line) {
            (Some((below, more_below)), Some((above, more_above))) => {
                let start = text(below, above);
                words.push(match samples {
                    1 => start,
                    _ => format!("{start}+{}x{}", text(more_below, more_above), samples - 1),
                });
            }
            _ => words.push(format!("_x{samples}")),
        }
        good.take(samples);
        bad.take(samples);
    }
    words.join(" ")
}

/// Segments being consumed from the front.
struct Cuts(Vec<Cut>);

#[derive(Clone, Copy)]
struct Cut {
    samples: u64,
    /// First value and step; `None` where nothing is there.
    line: Option<(u64, u64)>,
}

impl Cuts {
    fn of(trace: &Trace) -> Self {
        let cut = |segment: &Segment| match *segment {
            Segment::Line { first, step, samples } => Cut { samples, line: Some((first, step)) },
            Segment::Absent { samples } => Cut { samples, line: None },
        };
        Self(trace.segments().iter().rev().map(cut).collect())
    }

    fn head(&self) -> Option<Cut> {
        self.0.last().copied()
    }

    fn take(&mut self, samples: u64) {
        if let Some(head) = self.0.last_mut() {
            if head.samples <= samples {
                self.0.pop();
            } else {
                head.samples -= samples;
                head.line = head.line.map(|(first, step)| (first + step * samples, step));
            }
        }
    }
}
