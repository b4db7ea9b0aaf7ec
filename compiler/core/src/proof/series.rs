//! Who plays what: label sets that the objective's selectors tell apart, and the series that they make of a scenario.

use rust_decimal::Decimal;

use super::{Input, Labels};
use crate::indicator::{self, Counts, Part, Played};
use crate::oracle::{Phase, Role, Sampled, Scenario, Segment, Share, Trace};
use crate::plan::SloPlan;

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

impl Cast {
    /// `None` where no label sets tell the selectors apart.
    pub(super) fn of(slo: &SloPlan) -> Option<Self> {
        let first = Group::of(slo, None)?;
        // Another value of any one of the group's labels makes another group.
        let second = slo.group_by.iter().find_map(|label| {
            let taken = first.labels.get(label)?;
            Group::of(slo, Some((label, taken)))
        });
        Some(Self { first, second })
    }

    /// One group without raw series.
    pub(super) fn recorded(slo: &SloPlan) -> Self {
        let labels = slo.group_by.iter().map(|label| (label.clone(), "a".to_owned())).collect();
        Self { first: Group { labels, parts: Vec::new() }, second: None }
    }

    /// The raw series of every group.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Part> {
        self.first.parts.iter().chain(self.second.iter().flat_map(|group| &group.parts))
    }
}

impl Group {
    fn of(slo: &SloPlan, other_than: Option<(&String, &String)>) -> Option<Self> {
        let cast =
            indicator::Cast { group_by: &slo.group_by, domains: &slo.domains, scrape: slo.timing.scrape, other_than };
        let parts = slo.sli.cast(&cast)?;
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
    pub(super) fn oracle(&self, slo: &SloPlan, scenario: &Scenario, missing: Option<Role>) -> Box<dyn Sampled> {
        let (scrape, step) = (slo.timing.scrape.millis(), slo.timing.step.millis());
        let delay = slo.timing.delay.millis();
        slo.sli.sampled(&Played { parts: &self.parts, scenario, missing, delay, scrape, step })
    }

    /// Its raw series.
    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// What its series count, and which share of it; native histograms that hold several numbers apart.
    pub(super) fn roles(&self) -> impl Iterator<Item = (Role, Share)> + '_ {
        self.parts.iter().filter_map(|part| Some((part.role()?, part.share)))
    }

    /// What promtool is given. Series without a sample are left out.
    pub(super) fn inputs(&self, slo: &SloPlan, scenario: &Scenario, missing: Option<Role>) -> Vec<Input> {
        let mut inputs = Vec::new();
        for part in &self.parts {
            let values = match part.counts {
                Counts::Number(role) | Counts::Observations(role) => {
                    let trace = scenario.shared(part.share).trace(role);
                    if !trace.is_present() || missing == Some(role) {
                        continue;
                    }
                    match part.counts {
                        Counts::Observations(_) => observations(&trace),
                        _ => trace.notation(),
                    }
                }
                Counts::Histogram { good, bad } => {
                    histogram(&scenario.trace(Role::Good), &scenario.trace(Role::Bad), good, bad)
                }
            };
            let mut labels = part.labels.clone();
            if let Some(replicas) = slo.replica_label.as_ref().filter(|replicas| !labels.contains_key(*replicas)) {
                // Two servers that both count everything.
                let other = labels.clone().into_iter().chain([(replicas.clone(), "b".to_owned())]).collect();
                inputs.push(Input { metric: part.metric.clone(), labels: other, values: values.clone() });
                labels.insert(replicas.clone(), "a".to_owned());
            }
            inputs.push(Input { metric: part.metric.clone(), labels, values });
        }
        inputs
    }
}

/// Observations of 0.75, all in one bucket of a native histogram of schema 0, in promtool's notation.
fn observations(trace: &Trace) -> String {
    let text = |count: Decimal| {
        let sum = (count * Decimal::new(75, 2)).normalize();
        format!("{{{{schema:0 count:{count} sum:{sum} buckets:[{count}]}}}}")
    };
    let words = trace.segments().iter().map(|segment| match *segment {
        Segment::Line { first, samples: 1, .. } => text(first),
        Segment::Line { first, step, samples } => format!("{}+{}x{}", text(first), text(step), samples - 1),
        Segment::Absent { samples } => format!("_x{samples}"),
    });
    words.collect::<Vec<String>>().join(" ")
}

/// Good and bad observations as native histograms of schema 0, in promtool's notation.
fn histogram(good: &Trace, bad: &Trace, low: i32, high: i32) -> String {
    let text = |below: Decimal, above: Decimal| {
        let gap = usize::try_from(high - low - 1).unwrap_or(0);
        let zeros = " 0".repeat(gap);
        // Of no use to the rules, but a histogram has a sum: each observation in the middle of its bucket.
        let middle = |index: i32| Decimal::from_f64_retain(0.75 * 2_f64.powi(index)).unwrap_or(Decimal::ONE);
        let sum = below * middle(low) + above * middle(high);
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

/// Native histograms that count `more` good and bad observations each from sample to sample.
pub(super) fn steady_histogram(good: i32, bad: i32, more: u64, scrapes: u64) -> String {
    let steady = Scenario::new(more, vec![Phase::new(scrapes, more, more)]);
    histogram(&steady.trace(Role::Good), &steady.trace(Role::Bad), good, bad)
}

/// Native histograms with `more` observations more from sample to sample.
pub(super) fn steady_observations(more: u64, scrapes: u64) -> String {
    observations(&Scenario::new(more, vec![Phase::new(scrapes, more, 0)]).trace(Role::Total))
}

/// Segments being consumed from the front.
struct Cuts(Vec<Cut>);

#[derive(Clone, Copy)]
struct Cut {
    samples: u64,
    /// First value and step; `None` where nothing is there.
    line: Option<(Decimal, Decimal)>,
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
                head.line = head.line.map(|(first, step)| (first + step * Decimal::from(samples), step));
            }
        }
    }
}
