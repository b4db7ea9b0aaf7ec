//! Label sets that prove things about selectors.
//!
//! The generated promtool tests need a series that is good and one that is bad: `witness` finds one label set that
//! some selectors match and others do not. The checks need to know whether bad events are a part of the total:
//! `implied` proves it, refutes it by a label value, or says that it cannot tell. Both are deterministic and bounded.

use std::collections::{BTreeMap, BTreeSet};

use super::matcher::Test;
use super::regex::Pattern;
use super::selector::{Selector, SelectorMatcher};
use super::tree::MatchOp;

/// The label that holds the metric; selectors are compared apart from it.
const METRIC: &str = "__name__";
/// Label sets tried before giving up. Real specs need fewer than ten.
const MOST_STEPS: usize = 20_000;
/// Values tried for one label.
const MOST_CANDIDATES: usize = 256;

/// One label set, the metric apart, that every selector of `must` matches and none of `must_not` does; labels that are
/// absent are left out. `domains` gives the declared values of a label. `None` if there is none, or none was found
/// within bounds. A selector without matchers matches everything.
pub(crate) fn witness(
    must: &[&Selector],
    must_not: &[&Selector],
    domains: &dyn Fn(&str) -> Option<Vec<String>>,
) -> Option<BTreeMap<String, String>> {
    let required: Vec<Test<'_>> = must.iter().flat_map(|selector| tests(selector)).collect();
    let forbidden: Vec<Vec<Test<'_>>> = must_not.iter().map(|selector| tests(selector).collect()).collect();
    let every = || required.iter().chain(forbidden.iter().flatten());
    let labels: BTreeSet<&str> = every().map(|test| test.matcher.label.as_str()).collect();

    let mut search = Search { labels: Vec::new(), steps: 0 };
    for label in labels {
        let here: Vec<&Test<'_>> = every().filter(|test| test.matcher.label == label).collect();
        let required: Vec<&Test<'_>> = required.iter().filter(|test| test.matcher.label == label).collect();
        let declared = domains(label).unwrap_or_default();
        let mut choices: Vec<Choice> = Vec::new();
        for value in candidates(label, declared, &here) {
            if !required.iter().all(|test| test.accepts(&value)) {
                continue;
            }
            let satisfies: Vec<bool> = forbidden
                .iter()
                .map(|tests| tests.iter().filter(|test| test.matcher.label == label).all(|test| test.accepts(&value)))
                .collect();
            // A value that no selector tells from an earlier one adds nothing to the search.
            if !choices.iter().any(|choice| choice.satisfies == satisfies) {
                choices.push(Choice { value, satisfies });
            }
        }
        search.labels.push((label, choices));
    }
    let chosen = search.choose(0, &vec![true; forbidden.len()])?;
    let labels = search.labels.iter().zip(chosen);
    Some(
        labels.filter(|(_, value)| !value.is_empty()).map(|((label, _), value)| ((*label).to_owned(), value)).collect(),
    )
}

fn tests(selector: &Selector) -> impl Iterator<Item = Test<'_>> {
    selector.matchers.iter().filter(|matcher| matcher.label != METRIC).map(Test::new)
}

/// A value of a label, and whether each forbidden selector could still match with it.
struct Choice {
    value: String,
    satisfies: Vec<bool>,
}

/// Depth-first search over the labels in order, the most natural values first.
struct Search<'a> {
    labels: Vec<(&'a str, Vec<Choice>)>,
    steps: usize,
}

impl Search<'_> {
    /// Values for the labels from `depth` on, so that each forbidden selector still `alive` fails somewhere.
    fn choose(&mut self, depth: usize, alive: &[bool]) -> Option<Vec<String>> {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return None;
        }
        let Some((_, choices)) = self.labels.get(depth) else {
            return (!alive.contains(&true)).then(Vec::new);
        };
        for index in 0..choices.len() {
            let (value, left) = {
                let choice = self.labels.get(depth)?.1.get(index)?;
                let left: Vec<bool> = alive.iter().zip(&choice.satisfies).map(|(a, b)| *a && *b).collect();
                (choice.value.clone(), left)
            };
            if let Some(mut rest) = self.choose(depth + 1, &left) {
                rest.insert(0, value);
                return Some(rest);
            }
        }
        None
    }
}

/// Values worth trying for a label: those declared, those named, those that a regex suggests, natural ones, slightly
/// changed ones, and at last the label's absence.
fn candidates(label: &str, declared: Vec<String>, here: &[&Test<'_>]) -> Vec<String> {
    let named: Vec<String> = here.iter().flat_map(|test| test.spoken_of()).collect();
    let changed: Vec<String> = named.iter().flat_map(|value| changed(value)).collect();
    let natural = natural(label).iter().map(|value| (*value).to_owned());
    let all = declared.into_iter().chain(named).chain(natural).chain(changed).filter(|value| !value.is_empty());
    let mut seen = BTreeSet::new();
    all.filter(|value| seen.insert(value.clone())).take(MOST_CANDIDATES).chain([String::new()]).collect()
}

/// What a label of this name might hold; the series in a proof should look like those in production.
fn natural(label: &str) -> &'static [&'static str] {
    let has = |part: &str| label.contains(part);
    if has("code") || has("status") {
        &["200", "OK", "ok", "500", "ERROR"]
    } else if has("method") {
        &["GET", "POST"]
    } else if has("route") || has("path") || has("handler") {
        &["/", "/other"]
    } else if has("error") {
        &["timeout"]
    } else {
        &["ok", "other", "200", "a", "/"]
    }
}

/// Values near `value`, which a matcher that speaks of it likely treats otherwise.
fn changed(value: &str) -> Vec<String> {
    let mut near = vec![format!("{value}-other"), format!("other-{value}")];
    if let Some((last, _)) = value.char_indices().next_back() {
        near.push(value[..last].to_owned());
    }
    near
}

/// Whether one selector selects a part of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subset {
    /// Every series of the one is a series of the other.
    Proven,
    /// A series is possible that only the smaller one selects.
    Refuted {
        /// Which of the larger one's matchers it fails.
        matcher: usize,
    },
    /// Neither could be shown, as between two open regexes.
    Unknown,
}

/// Whether `bad` selects a subset of what `total` selects, if both are of the same metric: each matcher of `total` must
/// follow from those of `bad` on the same label.
#[must_use]
pub(crate) fn implied(bad: &Selector, total: &Selector) -> Subset {
    let mut unknown = false;
    for (index, wanted) in total.matchers.iter().enumerate() {
        if wanted.label == METRIC || bad.matchers.iter().any(|given| same(given, wanted)) {
            continue;
        }
        let given: Vec<Test<'_>> =
            bad.matchers.iter().filter(|given| given.label == wanted.label).map(Test::new).collect();
        match follows(&given, &Test::new(wanted)) {
            Some(true) => {}
            Some(false) => return Subset::Refuted { matcher: index },
            None => unknown = true,
        }
    }
    if unknown { Subset::Unknown } else { Subset::Proven }
}

/// Whether it is certain that no label set satisfies both selectors: some label has no value that suits both.
#[must_use]
pub(crate) fn disjoint(one: &Selector, other: &Selector) -> bool {
    let all = || one.matchers.iter().chain(&other.matchers).filter(|matcher| matcher.label != METRIC);
    let labels: BTreeSet<&str> = all().map(|matcher| matcher.label.as_str()).collect();
    labels.into_iter().any(|label| {
        let here: Vec<Test<'_>> = all().filter(|matcher| matcher.label == label).map(Test::new).collect();
        if let Some(values) = here.iter().find_map(Test::accepted) {
            return !values.iter().any(|value| here.iter().all(|test| test.accepts(value)));
        }
        let of = |op| here.iter().filter(move |test| test.matcher.op == op);
        let is_refused = |test: &Test<'_>| of(MatchOp::Nre).any(|other| other.matcher.value == test.matcher.value);
        let patterns: Vec<&Pattern> = of(MatchOp::Re).filter_map(|test| test.pattern.as_ref()).collect();
        of(MatchOp::Re).any(is_refused)
            || patterns.iter().enumerate().any(|(at, a)| patterns.iter().skip(at + 1).any(|b| a.is_disjoint(b)))
    })
}

fn same(given: &SelectorMatcher, wanted: &SelectorMatcher) -> bool {
    (given.op, &given.label, &given.value) == (wanted.op, &wanted.label, &wanted.value)
}

/// Whether each value that all of `given` accept is accepted by `wanted`; `None` if that cannot be told.
fn follows(given: &[Test<'_>], wanted: &Test<'_>) -> Option<bool> {
    let possible = |value: &str| given.iter().all(|test| test.accepts(value));
    // A list on either side decides.
    if let Some(values) = given.iter().find_map(Test::accepted) {
        return Some(values.iter().filter(|value| possible(value)).all(|value| wanted.accepts(value)));
    }
    if let Some(values) = wanted.refused() {
        return Some(!values.iter().any(|value| possible(value)));
    }
    if wanted.matcher.op == MatchOp::Re {
        let pattern = wanted.pattern.as_ref()?;
        let covers = pattern.matches_everything() || (pattern.matches_all_non_empty() && !possible(""));
        let begins = |prefix: &str| {
            let regexes = given.iter().filter(|test| test.matcher.op == MatchOp::Re);
            regexes.filter_map(|test| test.pattern.as_ref()).any(|given| given.prefix().starts_with(prefix))
        };
        if covers || pattern.only_prefix().is_some_and(|prefix| begins(&prefix)) {
            return Some(true);
        }
    }
    // One value that slips through refutes.
    let mut all: Vec<&Test<'_>> = given.iter().collect();
    all.push(wanted);
    let label = &wanted.matcher.label;
    let slips = candidates(label, Vec::new(), &all).iter().any(|value| possible(value) && !wanted.accepts(value));
    slips.then_some(false)
}

#[cfg(test)]
mod tests;
