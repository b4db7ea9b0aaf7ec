//! When alerts fired in a month, by a real Prometheus.
//!
//! Each rule is evaluated at every tick by range queries, as in [`emberline_proofs::replay`], and its records go back into
//! the database. What is left of a rule manager is the state of an alert, which [`fired`] keeps; promtool, whose rule
//! manager is Prometheus's own, confirms it in `main.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use emberline_proofs::prometheus::Prometheus;
use emberline_proofs::remote_write::Labels;
use emberline_proofs::replay::{Ticks, milliseconds, replay};
use emberline_proofs::rules::{Rule, RuleFile, seconds};

use crate::month::{DAYS, EVALUATION, HOUR, START};

/// Firings of an alert: the tick at which it began to fire, and the first tick at which it fired no more, in milliseconds.
pub type Firings = Vec<(i64, i64)>;

/// Firings by the alert's name.
pub type Alerts = BTreeMap<String, Firings>;

/// What became of the alerts of a rule file.
#[derive(Default)]
pub struct Fired {
    /// When they fired.
    pub fired: Alerts,
    /// When their conditions held, by the first tick of each time and the first tick after it.
    pub held: Alerts,
}

impl Fired {
    /// Takes the alerts of another file, too.
    pub fn extend(&mut self, other: Self) {
        self.fired.extend(other.fired);
        self.held.extend(other.held);
    }
}

/// The name of an alert by its labels, the same in both tools; none if it is not compared.
pub type Name = fn(&Labels) -> Option<String>;

/// The ticks of a month, or of its first hours.
pub fn ticks(hours: Option<i64>) -> Ticks {
    let last = START + hours.unwrap_or(DAYS * 24) * HOUR;
    Ticks { first: START, last, step: EVALUATION }
}

/// What a rule reads of the records of its file.
fn reads<'f>(rule: &Rule, records: &BTreeSet<&'f str>) -> BTreeSet<&'f str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    rule.expr.split(|c| !is_part(c)).filter_map(|word| records.get(word).copied()).collect()
}

/// The records that the named alerts follow from.
fn needed(file: &RuleFile, name: Name) -> BTreeSet<String> {
    let rules = || file.groups.iter().flat_map(|group| &group.rules);
    let records: BTreeSet<&str> = rules().filter_map(|rule| rule.record.as_deref()).collect();
    let alerts = rules().filter(|rule| rule.alert.is_some() && is_named(rule, name));
    let mut needed: BTreeSet<&str> = alerts.flat_map(|rule| reads(rule, &records)).collect();
    loop {
        let before = needed.len();
        let more = rules().filter(|rule| rule.record.as_deref().is_some_and(|record| needed.contains(record)));
        let more: Vec<&str> = more.flat_map(|rule| reads(rule, &records)).collect();
        needed.extend(more);
        if needed.len() == before {
            return needed.into_iter().map(str::to_owned).collect();
        }
    }
}

/// Whether an alert may be compared, by the labels of its rule.
fn is_named(rule: &Rule, name: Name) -> bool {
    // Labels of the result are not known yet; those that name an alert of Sloth come from there.
    let mut labels = rule.labels.clone();
    for label in ["sloth_service", "sloth_slo"] {
        labels.entry(label.to_owned()).or_default();
    }
    name(&labels).is_some()
}

/// When the named alerts of a file fired.
///
/// # Errors
/// When Prometheus refuses a query, or a group is not evaluated at every tick.
pub fn alerts(prometheus: &Prometheus, file: &RuleFile, ticks: Ticks, name: Name) -> Result<Fired> {
    let needed = needed(file, name);
    for group in &file.groups {
        let is_needed = |rule: &Rule| rule.record.as_ref().is_some_and(|record| needed.contains(record));
        if group.rules.iter().any(is_needed) {
            ensure!(group.interval == EVALUATION, "{} is evaluated every {:?}", group.name, group.interval);
            replay(prometheus, group, &needed, ticks)?;
        }
    }
    let mut found = Fired::default();
    for rule in file.groups.iter().flat_map(|group| &group.rules).filter(|rule| rule.alert.is_some()) {
        if !is_named(rule, name) {
            continue;
        }
        let at_once = Rule { wait: None, keep_firing_for: None, ..rule.clone() };
        for (labels, present) in present(prometheus, rule, ticks)? {
            let Some(name) = name(&labels) else { continue };
            found.fired.entry(name.clone()).or_default().extend(fired(&present, rule, ticks)?);
            found.held.entry(name).or_default().extend(fired(&present, &at_once, ticks)?);
        }
    }
    // An alert of a severity fires while one of its pairs does.
    for firings in found.fired.values_mut().chain(found.held.values_mut()) {
        *firings = joined(std::mem::take(firings));
    }
    found.fired.retain(|_, firings| !firings.is_empty());
    Ok(found)
}

/// Where an alert's expression gives a sample, by the alert's labels.
fn present(prometheus: &Prometheus, rule: &Rule, ticks: Ticks) -> Result<BTreeMap<Labels, BTreeSet<i64>>> {
    /// Points of a series that Prometheus allows to one query, and fewer.
    const TICKS_A_QUERY: i64 = 10_000;
    let step = milliseconds(ticks.step);
    let mut found = BTreeMap::<Labels, BTreeSet<i64>>::new();
    let mut start = ticks.first;
    while start <= ticks.last {
        let end = ticks.last.min(start + (TICKS_A_QUERY - 1) * step);
        let answer = prometheus.query_range(&rule.expr, start, end, ticks.step).context("asking for an alert")?;
        for mut series in answer.series {
            series.labels.remove("__name__");
            series.labels.extend(rule.labels.clone());
            found.entry(series.labels).or_default().extend(series.samples.iter().map(|(at, _)| at));
        }
        start = end + step;
    }
    Ok(found)
}

/// The states of an alert as Prometheus's rule manager keeps them: it is pending for `for`, and fires on while
/// `keep_firing_for` lasts.
fn fired(present: &BTreeSet<i64>, rule: &Rule, ticks: Ticks) -> Result<Firings> {
    let length = |text: &Option<String>| -> Result<i64> {
        Ok(milliseconds(text.as_deref().map(seconds).transpose()?.unwrap_or(Duration::ZERO)))
    };
    let (wait, keep) = (length(&rule.wait)?, length(&rule.keep_firing_for)?);
    let step = milliseconds(ticks.step);
    let (mut active, mut fires, mut gone) = (None, None, None);
    let mut firings = Firings::new();
    for at in (0..).map(|place| ticks.first + place * step).take_while(|at| *at <= ticks.last) {
        if present.contains(&at) {
            gone = None;
            let since = *active.get_or_insert(at);
            if at - since >= wait && fires.is_none() {
                fires = Some(at);
            }
            continue;
        }
        if fires.is_some() && keep > 0 && at - *gone.get_or_insert(at) < keep {
            continue;
        }
        firings.extend(fires.take().map(|first| (first, at)));
        (active, gone) = (None, None);
    }
    firings.extend(fires.map(|first| (first, ticks.last + step)));
    Ok(firings)
}

/// Firings in order, those that meet joined.
pub fn joined(mut firings: Firings) -> Firings {
    firings.sort_unstable();
    let mut joined = Firings::new();
    for (first, end) in firings {
        match joined.last_mut().filter(|(_, before)| first <= *before) {
            Some((_, before)) => *before = end.max(*before),
            None => joined.push((first, end)),
        }
    }
    joined
}
