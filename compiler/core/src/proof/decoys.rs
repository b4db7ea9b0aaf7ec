//! Series that the rules must not read: each fails one matcher of the objective, and would count without it.

use std::collections::BTreeSet;

use super::expected::{Input, Labels};
use super::series::Cast;
use crate::indicator::{Counts, Part};
use crate::labels::{SERVICE, SLO};
use crate::oracle::{Role, Side};
use crate::plan::{SloPlan, names};
use crate::promql::witness::witness;
use crate::promql::{MatchOp, Selector, SelectorMatcher};

/// The label of a classic histogram's buckets.
const LE: &str = "le";

/// A raw series beside one of the objective's.
#[derive(Debug)]
pub(super) struct Decoy<'c> {
    /// The objective's series that it stands beside.
    part: &'c Part,
    labels: Labels,
}

impl Decoy<'_> {
    /// The series over so many scrapes.
    pub(super) fn input(&self, scrapes: u64) -> Input {
        let Self { part, labels } = self;
        Input { metric: part.metric.clone(), labels: labels.clone(), values: values(part, scrapes) }
    }
}

/// Raw series beside those of the objective, one a matcher of its selectors, as far as such label sets are found.
pub(super) fn raw<'c>(slo: &SloPlan, cast: &'c Cast) -> Vec<Decoy<'c>> {
    let queries = slo.sli.queries();
    let mut known: BTreeSet<(&str, Labels)> =
        cast.parts().map(|part| (part.metric.as_str(), part.labels.clone())).collect();
    let mut decoys = Vec::new();
    for part in cast.first.parts() {
        let here: Vec<&Selector> = queries
            .iter()
            .map(|query| &query.selector)
            .filter(|selector| selector.metric_name().is_none_or(|name| name == part.metric))
            .collect();
        let matched: BTreeSet<&str> =
            here.iter().flat_map(|selector| &selector.matchers).map(|matcher| matcher.label.as_str()).collect();
        let mut found: Vec<Labels> = matched.iter().filter_map(|label| other(part, label, &here)).collect();
        if !matched.contains(LE) && part.labels.get(LE).is_some_and(|bound| bound != "+Inf") {
            // The rules choose the bucket.
            let mut all = part.labels.clone();
            all.insert(LE.to_owned(), "+Inf".to_owned());
            found.push(all);
        }
        for labels in found {
            if known.insert((&part.metric, labels.clone())) {
                decoys.push(Decoy { part, labels });
            }
        }
    }
    decoys
}

/// The labels of a series with another value of one label, so that no selector of the metric matches it any more.
fn other(part: &Part, label: &str, here: &[&Selector]) -> Option<Labels> {
    let same = part.labels.iter().filter(|(name, _)| *name != label);
    let same: Vec<SelectorMatcher> =
        same.map(|(name, value)| SelectorMatcher::made(name, MatchOp::Eq, value)).collect();
    let refused = here.iter().flat_map(|selector| &selector.matchers).filter(|matcher| matcher.label == label);
    refused.into_iter().find_map(|refused| {
        let op = match refused.op {
            MatchOp::Eq => MatchOp::Ne,
            MatchOp::Ne => MatchOp::Eq,
            MatchOp::Re => MatchOp::Nre,
            MatchOp::Nre => MatchOp::Re,
        };
        let other = SelectorMatcher::made(label, op, &refused.value);
        let wanted = Selector { metric: None, matchers: [&same[..], &[other]].concat() };
        witness(&[&wanted], here, &|_| None)
    })
}

/// Samples that would be noticed: more events than the scenario has, or the level of a bad phase.
fn values(part: &Part, scrapes: u64) -> String {
    match part.counts {
        Counts::Number(Role::Gauge(gauge)) => format!("{}+0x{scrapes}", gauge.bad),
        Counts::Number(_) => format!("1000000+7000x{scrapes}"),
        Counts::Observations(_) => super::series::steady_observations(7_000, scrapes),
        Counts::Histogram { good, bad } => super::series::steady_histogram(good, bad, 7_000, scrapes),
    }
}

/// Recorded series of objectives that share the service or the name: the rules read their own only. All hold the same
/// samples.
pub(super) fn recorded(slo: &SloPlan, names: &[String], values: &str) -> Vec<Input> {
    let own = |label: &str| slo.labels.iter().find(|(name, _)| name == label).map_or("", |(_, value)| value.as_str());
    let (service, name) = (own(SERVICE), own(SLO));
    let others = [(service.to_owned(), format!("not-{name}")), (format!("not-{service}"), name.to_owned())];
    let input = |metric: &String, (service, slo): &(String, String)| Input {
        metric: metric.clone(),
        labels: [(SERVICE.to_owned(), service.clone()), (SLO.to_owned(), slo.clone())].into(),
        values: values.to_owned(),
    };
    others.iter().flat_map(|other| names.iter().map(move |metric| input(metric, other))).collect()
}

/// The base series and the short counts, of which windows are made.
pub(super) fn history(slo: &SloPlan) -> Vec<String> {
    let good = slo.records_good().then(names::good_events);
    both(&[names::BASE, names::COUNT]).into_iter().chain(good).collect()
}

/// The series that alerts and burn rates read.
pub(super) fn windows(slo: &SloPlan) -> Vec<String> {
    let mut ends: Vec<&str> = slo.windows.iter().map(|window| window.suffix.as_str()).collect();
    ends.push(names::COUNT_WINDOW);
    both(&ends)
}

fn both(ends: &[&str]) -> Vec<String> {
    Side::BOTH.iter().flat_map(|side| ends.iter().map(|end| names::series(*side, end))).collect()
}
