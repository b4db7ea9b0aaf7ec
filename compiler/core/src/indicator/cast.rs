//! The raw series of a proof: label sets that an indicator's selectors tell apart, and what each series counts.

use std::collections::BTreeMap;

use super::counters::Counter;
pub(super) use crate::oracle::Share;
use crate::oracle::{RawSeries, Role, Scenario};
use crate::promql::witness::witness;
use crate::promql::{MatchOp, Selector, SelectorMatcher};
use crate::quantity::Duration;

pub(super) type Labels = BTreeMap<String, String>;

/// What label sets must hold beside what the selectors ask.
#[derive(Debug, Clone, Copy)]
pub struct Cast<'c> {
    pub(crate) group_by: &'c [String],
    /// A few declared values of labels.
    pub(crate) domains: &'c BTreeMap<String, Vec<String>>,
    /// Between two samples.
    pub(crate) scrape: Duration,
    /// A label of the group and the value that another group has.
    pub(crate) other_than: Option<(&'c String, &'c String)>,
}

/// A raw series and what it counts.
#[derive(Debug)]
pub struct Part {
    pub(crate) metric: String,
    pub(crate) labels: Labels,
    pub(crate) counts: Counts,
    /// Its share of what it counts, where several series count it together.
    pub(crate) share: Share,
}

/// What a series holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Counts {
    /// A number of the scenario.
    Number(Role),
    /// A native histogram with as many observations, all in one bucket.
    Observations(Role),
    /// A native histogram, its good and bad observations in the buckets of these indices (schema 0).
    Histogram { good: i32, bad: i32 },
}

impl Part {
    pub(super) fn new(selector: &Selector, labels: Labels, counts: Counts) -> Self {
        Self { metric: selector.metric_name().unwrap_or_default().to_owned(), labels, counts, share: Share::WHOLE }
    }

    pub(super) fn of(selector: &Selector, labels: Labels, role: Role) -> Self {
        Self::new(selector, labels, Counts::Number(role))
    }

    /// A counter's series: of a native histogram, its observations count.
    pub(super) fn counted(counter: &Counter, labels: Labels, role: Role) -> Self {
        let counts = if counter.is_native { Counts::Observations(role) } else { Counts::Number(role) };
        Self::new(&counter.query.selector, labels, counts)
    }

    /// The same with a share of what it counts.
    pub(super) fn shared(self, share: Share) -> Self {
        Self { share, ..self }
    }

    /// The number that it counts; `None` for a native histogram that holds several.
    pub(crate) fn role(&self) -> Option<Role> {
        match self.counts {
            Counts::Number(role) | Counts::Observations(role) => Some(role),
            Counts::Histogram { .. } => None,
        }
    }
}

impl Cast<'_> {
    /// A label set that all of `must` select and none of `must_not`, with a value for each label to group by.
    pub(super) fn find(&self, must: &[&Selector], must_not: &[&Selector]) -> Option<Labels> {
        // `=~".+"` makes the search give each group label a value.
        let mut wanted = Selector { metric: None, matchers: Vec::new() };
        for label in self.group_by {
            let fixed = must.iter().any(|selector| {
                selector.matchers.iter().any(|matcher| matcher.label == *label && matcher.op == MatchOp::Eq)
            });
            if !fixed {
                wanted.matchers.push(SelectorMatcher::made(label, MatchOp::Re, ".+"));
            }
        }
        wanted
            .matchers
            .extend(self.other_than.iter().map(|(label, value)| SelectorMatcher::made(label, MatchOp::Ne, value)));
        let must: Vec<&Selector> = must.iter().copied().chain([&wanted]).collect();
        witness(&must, must_not, &|label| self.domains.get(label).cloned())
    }

    /// Series of the first selector with label sets like `labels`, one for each role. The label that tells them apart is one
    /// that no selector asks for.
    pub(super) fn several(&self, selectors: &[&Selector], labels: &Labels, roles: &[Role]) -> Option<Vec<Part>> {
        const APART: [&str; 4] = ["instance", "target", "replica", "one_of_several"];
        let is_free = |name: &str| {
            !labels.contains_key(name)
                && !self.group_by.iter().any(|label| label == name)
                && !selectors.iter().flat_map(|selector| &selector.matchers).any(|matcher| matcher.label == name)
        };
        let apart = APART.into_iter().find(|name| is_free(name))?;
        let selector = selectors.first()?;
        let part = |(at, role): (usize, &Role)| {
            let mut labels = labels.clone();
            labels.insert(apart.to_owned(), format!("{apart}-{at}"));
            Part::of(selector, labels, *role)
        };
        Some(roles.iter().enumerate().map(part).collect())
    }

    /// Another label set in the group of `first`, which all of `must` select and none of `must_not`.
    pub(super) fn beside(&self, first: &Labels, must: &[&Selector], must_not: &[&Selector]) -> Option<Labels> {
        let value = |label: &String| first.get(label).map_or("", String::as_str);
        let same = self.group_by.iter().map(|label| SelectorMatcher::made(label, MatchOp::Eq, value(label))).collect();
        let group = Selector { metric: None, matchers: same };
        let must: Vec<&Selector> = must.iter().copied().chain([&group]).collect();
        Cast { other_than: None, ..*self }.find(&must, must_not)
    }
}

/// The samples of one group's series in a scenario.
#[derive(Debug, Clone, Copy)]
pub struct Played<'p> {
    pub(crate) parts: &'p [Part],
    pub(crate) scenario: &'p Scenario,
    /// A series that is never there, whatever the scenario says of its events.
    pub(crate) missing: Option<Role>,
    /// How much later the rules read them, in milliseconds: to the oracle, every sample is that much younger.
    pub(crate) delay: u64,
    /// Between two samples, in milliseconds.
    pub(crate) scrape: u64,
    /// The step of everything above the base in milliseconds.
    pub(crate) step: u64,
}

impl Played<'_> {
    /// The series that counts `role`.
    pub(super) fn raw(&self, role: Role) -> RawSeries {
        match self.missing == Some(role) {
            true => RawSeries::default(),
            false => self.scenario.series(role, self.scrape).delayed(self.delay),
        }
    }

    /// The series that count `roles`, one each; a missing one is left out.
    pub(super) fn gauges(&self, roles: &[Role]) -> Vec<RawSeries> {
        let there = roles.iter().filter(|role| self.missing != Some(**role));
        there.map(|role| self.raw(*role)).collect()
    }

    /// A part's samples.
    pub(super) fn series(&self, part: &Part) -> RawSeries {
        let scenario = self.scenario.shared(part.share);
        part.role().map(|role| Played { scenario: &scenario, ..*self }.raw(role)).unwrap_or_default()
    }
}
