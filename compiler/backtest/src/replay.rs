//! Replays the rules of one objective over the history of a source.

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::emit::RuleText;
use emberline_core::oracle::Side;
use emberline_core::plan::{SloPlan, names};
use rust_decimal::prelude::ToPrimitive;

use crate::alert::{Spell, spells};
use crate::backfill::{self, Bounds, Filled, Reach, Recorded};
use crate::binary::{self, Value};
use crate::eval::{self, Record, Scene, Source};
use crate::grid::{Grid, Labels, Series, is_absent};
use crate::outcome::{Budget, Fired, Firing, Outcome, Span, Tried};
use crate::rules::{Group, Rule, below, groups, millis, needed, reach, reads};

/// Replays an objective.
///
/// # Errors
/// When the source does not answer, or a rule has what is not evaluated here.
pub fn replay(slo: &SloPlan, source: &dyn Source, span: &Span) -> Result<Outcome, String> {
    let groups = groups(slo, &span.targets)?;
    let mut needed = needed(&groups);
    let [events, bad] = [Side::Events, Side::Bad].map(|side| names::series(side, names::BASE));
    let counts = [Side::Events, Side::Bad].map(|side| names::series(side, names::COUNT));
    needed.extend([events.clone(), bad.clone()].into_iter().chain(counts));
    let reaches = if span.backfill.is_some() { backfill::reaches(&groups) } else { BTreeMap::new() };
    needed.extend(below(&groups, reaches.keys()));
    let start = span.from.saturating_sub(reach(&groups));
    let own = [("service", slo.service.as_str()), ("slo", slo.name.as_str())];
    let all = groups.iter().flat_map(|group| &group.rules).filter(|rule| !rule.rule.is_alert);
    let records = all.map(|rule| (rule.rule.name.clone(), None)).collect();
    let scene = Scene { source, own: &own, records };
    let (fired, tried, filled, recorded) = (Vec::new(), BTreeMap::new(), Vec::new(), Vec::new());
    let mut play = Play { slo, span, scene, fired, tried, reaches, filled, recorded };
    for (place, group) in groups.iter().enumerate() {
        let phase = phase(source, &own, group, span.until)?;
        let grid = Grid::within(start, span.until, group.interval, phase);
        for (at, rule) in group.rules.iter().enumerate() {
            let is_budget = place + 1 == groups.len();
            if rule.rule.is_alert {
                play.alert(rule, place, grid)?;
            } else if needed.contains(&rule.rule.name) {
                play.record(rule, place, grid)?;
            } else if is_budget {
                // Nothing above reads the budget's records, so their last value is enough.
                let last = Grid { first: grid.at(grid.count.saturating_sub(1)), count: grid.count.min(1), ..grid };
                play.record(rule, place, last)?;
            }
            play.forget(&groups, (place, at), &[&events, &bad]);
        }
    }
    play.outcome(&events, &bad, start)
}

/// How much later than a multiple of its interval a group is evaluated: as the server does, if it records the group already.
/// Prometheus spreads groups by a hash of their file's path, which is not known here.
pub(crate) fn phase(source: &dyn Source, own: &[(&str, &str)], group: &Group, until: i64) -> Result<i64, String> {
    let Some(rule) = group.rules.iter().find(|rule| !rule.rule.is_alert) else { return Ok(0) };
    let recorded = source.recorded(&selector(&rule.rule.name, own), until)?;
    let mut phases = recorded.iter().map(|at| at.rem_euclid(group.interval));
    let first = phases.next().unwrap_or(0);
    // Samples at other distances are none of this group.
    Ok(if phases.all(|phase| phase == first) { first } else { 0 })
}

/// What finds the objective's series of a record.
fn selector(record: &str, own: &[(&str, &str)]) -> String {
    let matchers: Vec<String> = own.iter().map(|(label, value)| format!("{label}={}", quoted(value))).collect();
    let matchers = matchers.join(",");
    format!("{record}{{{matchers}}}")
}

pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = emberline_core::promql::print::quoted(&mut out, text);
    out
}

/// A replay that is under way.
struct Play<'p> {
    slo: &'p SloPlan,
    span: &'p Span,
    scene: Scene<'p>,
    fired: Vec<Fired>,
    /// What fires at each target that is tried.
    tried: BTreeMap<usize, Vec<(String, Spell, Labels)>>,
    /// What a backfill needs, and what it has so far.
    reaches: BTreeMap<String, Reach>,
    filled: Vec<Filled>,
    recorded: Vec<Recorded>,
}

impl Play<'_> {
    fn record(&mut self, rule: &Rule, group: usize, grid: Grid) -> Result<(), String> {
        let series = self.series(rule, group, grid)?;
        let (name, record) = (rule.rule.name.clone(), Record { group, grid, series });
        if let (Some(end), Some(reach)) = (self.span.backfill, self.reaches.get(&name)) {
            let selector = selector(&name, self.scene.own);
            let bounds = Bounds { from: self.span.from, until: self.span.until, end };
            let asked = (self.scene.source, selector.as_str());
            if let Some((filled, recorded)) = backfill::take((&name, &record), *reach, bounds, asked)? {
                self.filled.push(filled);
                self.recorded.extend(recorded);
            }
        }
        match self.scene.records.insert(name, Some(record)) {
            Some(Some(_)) => Err(format!("{} is recorded twice", rule.rule.name)),
            _ => Ok(()),
        }
    }

    /// What a rule gives, with its labels.
    fn series(&self, rule: &Rule, group: usize, grid: Grid) -> Result<Vec<Series>, String> {
        let asked = eval::Rule { text: &rule.rule.expr, group };
        let found = match self.scene.value(asked, &rule.node, grid)? {
            Value::Vector(found) => found,
            Value::Scalar(_) => return Err(eval::at(asked, &rule.node, "this is a number, not a vector")),
        };
        let labelled = found.into_iter().map(|mut series| {
            series.labels.extend(rule.rule.labels.iter().cloned());
            series.labels.retain(|_, value| !value.is_empty());
            series
        });
        binary::merged(labelled.collect()).map_err(|why| eval::at(asked, &rule.node, &why))
    }

    fn alert(&mut self, rule: &Rule, group: usize, grid: Grid) -> Result<(), String> {
        let RuleText { name, labels, hold, keep_firing_for, .. } = &rule.rule;
        let mut found = Vec::new();
        for series in self.series(rule, group, grid)? {
            let spells = spells(grid, &series.values, millis(*hold), millis(*keep_firing_for));
            let counts = |spell: &Spell| spell.until.is_none_or(|until| until > self.span.from);
            found.extend(spells.into_iter().filter(counts).map(|spell| (spell, series.labels.clone())));
        }
        let severity = labels.iter().find(|(label, _)| label == "severity").map_or("", |(_, value)| value);
        match rule.tried {
            Some(place) => {
                let tried = self.tried.entry(place).or_default();
                tried.extend(found.into_iter().map(|(spell, labels)| (severity.to_owned(), spell, labels)));
            }
            None => self.fired.push(Fired {
                alert: name.clone(),
                labels: labels.iter().cloned().collect(),
                severity: severity.to_owned(),
                firings: found.into_iter().map(|(spell, labels)| Firing::of(spell, &labels, self.slo)).collect(),
            }),
        }
        Ok(())
    }

    /// Lets go of what no rule behind this one reads.
    fn forget(&mut self, groups: &[Group], (group, rule): (usize, usize), kept: &[&String]) {
        let names: BTreeSet<String> = self.scene.records.keys().cloned().collect();
        let mut read: BTreeSet<&str> = kept.iter().map(|name| name.as_str()).collect();
        read.insert(names::BUDGET_REMAINING);
        for (place, other) in groups.iter().enumerate().skip(group) {
            let from = if place == group { rule + 1 } else { 0 };
            for rule in other.rules.iter().skip(from) {
                read.extend(reads(&rule.node, &names));
            }
        }
        for (name, record) in &mut self.scene.records {
            if !read.contains(name.as_str()) && !name.ends_with(names::COUNT_WINDOW) {
                *record = None;
            }
        }
    }

    fn taken(&self, name: &str) -> Option<&Record> {
        self.scene.records.get(name).and_then(Option::as_ref)
    }

    fn outcome(mut self, events: &str, bad: &str, start: i64) -> Result<Outcome, String> {
        let mut fired = std::mem::take(&mut self.fired);
        let budget = self.slo.budget.to_f64().unwrap_or(0.0);
        let seconds = self.slo.window_real.seconds();
        if let (Some(events), Some(bad)) = (self.taken(events), self.taken(bad)) {
            for firing in fired.iter_mut().flat_map(|fired| &mut fired.firings) {
                let until = firing.until.unwrap_or(self.span.until);
                let of = |record: &Record, from, until| counted(record, &firing.group, (from, until));
                let (all, span) = (of(events, self.span.from, self.span.until), self.span.until - self.span.from);
                let window =
                    all.zip((span > 0).then_some(span as f64 / 1_000.0)).map(|(all, span)| all / span * seconds);
                let spent = of(bad, firing.fired, until);
                firing.budget_spent =
                    spent.zip(window).filter(|(_, all)| *all > 0.0).map(|(bad, all)| bad / (all * budget));
            }
        }
        let since = self.taken(events).and_then(|record| {
            let first = |series: &Series| series.values.iter().position(|value| !is_absent(*value));
            record.series.iter().filter_map(first).min().map(|place| record.grid.at(place))
        });
        let severities: BTreeSet<String> = self.slo.alerts().map(|alert| alert.severity().to_owned()).collect();
        let tried = std::mem::take(&mut self.tried);
        let tried = self.span.targets.iter().enumerate().map(|(place, target)| {
            let spells = tried.get(&place).map(Vec::as_slice).unwrap_or_default();
            Tried::of(*target, spells, &fired, &severities, self.span)
        });
        Ok(Outcome {
            service: self.slo.service.clone(),
            slo: self.slo.name.clone(),
            objective: self.slo.objective,
            window: self.slo.window.to_string(),
            from: self.span.from,
            until: self.span.until,
            since: since.map(|since| since.max(start)),
            filled_from: start,
            budgets: self.budgets(since),
            tried: tried.collect(),
            filled: self.span.backfill.map(|_| std::mem::take(&mut self.filled)),
            recorded: std::mem::take(&mut self.recorded),
            fired,
        })
    }

    /// The budget of each group at the last evaluation.
    fn budgets(&self, since: Option<i64>) -> Vec<Budget> {
        let [all, bad] = [Side::Events, Side::Bad].map(|side| names::series(side, names::COUNT_WINDOW));
        let (Some(all), Some(bad), Some(left)) =
            (self.taken(&all), self.taken(&bad), self.taken(names::BUDGET_REMAINING))
        else {
            return Vec::new();
        };
        let last = |record: &Record, labels: &Labels| {
            let series = record.series.iter().find(|series| series.labels == *labels);
            series.and_then(|series| series.values.last()).copied().filter(|value| !is_absent(*value))
        };
        let window = millis(self.slo.window_real.reach());
        let budget = |series: &Series| Budget {
            group: Firing::group(&series.labels, self.slo),
            events: last(all, &series.labels),
            bad_events: last(bad, &series.labels),
            left: last(left, &series.labels),
            is_whole: since.is_some_and(|since| since <= self.span.until.saturating_sub(window)),
        };
        all.series.iter().map(budget).collect()
    }
}

/// Events of a group between two instants, from a record of events a second; `None` without any value.
fn counted(record: &Record, group: &Labels, (from, until): (i64, i64)) -> Option<f64> {
    let of_group = |series: &&Series| group.iter().all(|(label, value)| series.labels.get(label) == Some(value));
    let (low, high) = (record.grid.until(from - 1), record.grid.until(until - 1));
    let mut sum = None;
    for series in record.series.iter().filter(of_group) {
        for value in series.values.get(low..high).unwrap_or_default() {
            if !is_absent(*value) && value.is_finite() {
                *sum.get_or_insert(0.0) += value * (record.grid.step as f64 / 1_000.0);
            }
        }
    }
    sum
}
