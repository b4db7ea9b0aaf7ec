//! Replays the alerts of rule files.

use std::collections::{BTreeMap, BTreeSet};

use super::Theirs;
use super::order::ordered;
use super::read::{FileGroup, RuleFile};
use super::share::{Reader, Records};
use super::verdict::{Verdict, judge};
use crate::alert::spells;
use crate::binary::{self, Value};
use crate::eval::{self, Record, Scene, Source};
use crate::grid::{Grid, Labels, Series, is_absent};
use crate::outcome::{Firing, Span};
use crate::promql::{Is, Matcher, Node, parse};
use crate::replay::{phase, quoted};
use crate::rules::{Group, Rule, millis, needed, reach, reads};

/// The interval of groups without one: Prometheus's own unless its configuration says otherwise.
const INTERVAL: i64 = 60_000;
/// At how many moments a source is asked whether it has a record.
const ASKED: i64 = 500;

/// Replays every alert of rule files, in their order. What cannot be replayed says so, and stops no other alert.
///
/// # Errors
/// When the source does not answer.
pub fn replay(files: &[RuleFile], source: &dyn Source, span: &Span) -> Result<Vec<Theirs>, String> {
    let (groups, origins): (Vec<Group>, Vec<Origin<'_>>) =
        files.iter().flat_map(|file| file.groups.iter().map(move |group| read(file, group))).unzip();
    let nodes: Vec<(&str, &Node)> = groups.iter().flat_map(|group| &group.rules).filter_map(named).collect();
    let mut records = Records::new();
    nodes.iter().for_each(|(name, node)| records.entry(name).or_default().push(node));
    let reader = Reader::new(&records);
    let known = records.keys().map(|name| ((*name).to_owned(), None)).collect();
    let mut play = Play {
        span,
        scene: Scene { source, own: &[], records: known },
        names: records.keys().map(|name| (*name).to_owned()).collect(),
        unread: BTreeMap::new(),
        served: BTreeMap::new(),
        sampled: BTreeMap::new(),
        start: span.from.saturating_sub(reach(&groups)),
    };
    let needed = needed(&groups);
    let order = ordered(&groups);
    let mut found: BTreeMap<(usize, usize), Theirs> = BTreeMap::new();
    for (turn, place) in order.iter().enumerate() {
        let (Some(group), Some(origin)) = (groups.get(*place), origins.get(*place)) else { continue };
        let phase = phase(source, &[], group, span.until)?;
        let grid = Grid::within(play.start, span.until, group.interval, phase);
        for (at, rule) in group.rules.iter().enumerate() {
            if rule.rule.is_alert {
                let (series, from_server) = play.value(rule, turn, grid, origin)?;
                let (hold, keep) = (millis(rule.rule.hold) as f64, millis(rule.rule.keep_firing_for) as f64);
                let firings = series.map(|series| play.firings(rule, grid, series));
                let mut told = origin.told(at, rule, judge(&reader, &rule.node, hold, keep), firings);
                told.recorded_by_server = from_server;
                told.without_samples = play.without_samples(&rule.node, &records);
                found.insert((*place, at), told);
            } else if needed.contains(&rule.rule.name) {
                play.record(rule, turn, grid, origin)?;
            }
        }
        let later: Vec<&Group> = order.iter().skip(turn + 1).filter_map(|place| groups.get(*place)).collect();
        play.forget(&later);
    }
    Ok(found.into_values().collect())
}

/// Where a group stands.
struct Origin<'f> {
    file: &'f RuleFile,
    group: &'f FileGroup,
    /// Why the expressions of these rules were not read, by their places.
    unread: BTreeMap<usize, String>,
}

fn read<'f>(file: &'f RuleFile, group: &'f FileGroup) -> (Group, Origin<'f>) {
    let mut unread = BTreeMap::new();
    let mut rules = Vec::new();
    for (place, (_, rule)) in group.rules.iter().enumerate() {
        let mut rule = rule.clone();
        let own: BTreeSet<&String> = rule.labels.iter().map(|(label, _)| label).collect();
        let more: Vec<_> = group.labels.iter().filter(|(label, _)| !own.contains(label)).cloned().collect();
        rule.labels.extend(more);
        let node = parse(&rule.expr).unwrap_or_else(|why| {
            let part = rule.expr.get(why.at.clone()).unwrap_or_default().trim();
            unread.insert(place, format!("`{part}`: {}", why.why));
            Node { at: 0..rule.expr.len(), is: Is::Text }
        });
        rules.push(Rule { rule, node, tried: None });
    }
    let interval = group.interval.map_or(INTERVAL, millis).max(1);
    (Group { interval, rules }, Origin { file, group, unread })
}

fn named(rule: &Rule) -> Option<(&str, &Node)> {
    (!rule.rule.is_alert).then_some((rule.rule.name.as_str(), &rule.node))
}

impl Origin<'_> {
    fn told(&self, at: usize, rule: &Rule, verdict: Verdict, firings: Result<Vec<Firing>, String>) -> Theirs {
        let labels: Labels = rule.rule.labels.iter().cloned().collect();
        let (firings, why) = match firings {
            Ok(firings) => (firings, None),
            Err(why) => (Vec::new(), Some(why)),
        };
        // A server's own words say more than what this program does not read.
        let not_replayed = why.map(|why| match self.unread.get(&at) {
            Some(unread) => format!("{unread}; {why}"),
            None => why,
        });
        Theirs {
            file: self.file.name.clone(),
            line: self.group.rules.get(at).map_or(1, |(line, _)| *line),
            group: self.group.name.clone(),
            alert: rule.rule.name.clone(),
            severity: labels.get("severity").cloned().unwrap_or_default(),
            labels,
            verdict,
            firings,
            not_replayed,
            without_samples: Vec::new(),
            recorded_by_server: Vec::new(),
        }
    }
}

/// A replay that is under way.
struct Play<'p> {
    span: &'p Span,
    scene: Scene<'p>,
    /// Everything that the files record.
    names: BTreeSet<String>,
    /// Why records are not known here.
    unread: BTreeMap<String, String>,
    /// Whether the source has a record since the replay begins.
    served: BTreeMap<String, bool>,
    /// Whether the source has any sample of a selector.
    sampled: BTreeMap<String, bool>,
    start: i64,
}

impl Play<'_> {
    /// What a rule gives, or why it is not known; and the records that the server was asked for.
    ///
    /// # Errors
    /// When the source does not answer.
    #[expect(clippy::type_complexity, reason = "a value that may be unknown, and where it is from")]
    fn value(
        &mut self,
        rule: &Rule,
        turn: usize,
        grid: Grid,
        origin: &Origin<'_>,
    ) -> Result<(Result<Vec<Series>, String>, Vec<String>), String> {
        if origin.group.is_moved {
            return Ok((Err("its group has `query_offset`, which is not replayed".to_owned()), Vec::new()));
        }
        let names = self.reads(rule);
        if names.is_empty() {
            let series = self.scene.source.range(&rule.rule.expr, grid);
            return Ok((series.and_then(|series| labelled(rule, series)), names));
        }
        let asked = eval::Rule { text: &rule.rule.expr, group: turn };
        let unread = names.iter().find_map(|name| self.unread.get(name).map(|why| format!("{name}: {why}")));
        let why = match (unread, &rule.node.is) {
            (Some(why), _) => why,
            (None, Is::Text) => "its expression is not read here".to_owned(),
            (None, _) => match self.scene.value(asked, &rule.node, grid) {
                Ok(Value::Vector(series)) => return Ok((labelled(rule, series), Vec::new())),
                Ok(Value::Scalar(_)) => "it is a number, not a vector".to_owned(),
                Err(why) => why,
            },
        };
        for name in &names {
            if !self.is_served(name)? {
                return Ok((Err(why), Vec::new()));
            }
        }
        let series = self.scene.source.range(&rule.rule.expr, grid);
        Ok((series.and_then(|series| labelled(rule, series)), names))
    }

    /// The records that a rule reads. Of an expression that was not read, every name in its text counts.
    fn reads(&self, rule: &Rule) -> Vec<String> {
        match rule.node.is {
            Is::Text => self.names.iter().filter(|name| rule.rule.expr.contains(name.as_str())).cloned().collect(),
            _ => reads(&rule.node, &self.names).into_iter().map(str::to_owned).collect(),
        }
    }

    fn record(&mut self, rule: &Rule, turn: usize, grid: Grid, origin: &Origin<'_>) -> Result<(), String> {
        let name = rule.rule.name.clone();
        let (series, _) = self.value(rule, turn, grid, origin)?;
        let series = match series {
            Ok(series) => series,
            Err(why) => {
                self.unread.insert(name, why);
                return Ok(());
            }
        };
        let known = self.scene.records.get_mut(&name).and_then(Option::take);
        let series = match known {
            None => Ok(series),
            Some(known) if known.grid == grid => binary::merged(known.series.into_iter().chain(series).collect()),
            Some(_) => Err("groups with different intervals record it".to_owned()),
        };
        match series {
            Ok(series) => {
                self.scene.records.insert(name, Some(Record { group: turn, grid, series }));
            }
            Err(why) => {
                self.unread.insert(name, why);
            }
        }
        Ok(())
    }

    /// The raw selectors of an expression, and of the records that it is made of, that find nothing at all.
    fn without_samples(&mut self, node: &Node, records: &Records<'_>) -> Vec<String> {
        let (mut raw, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut next = vec![node];
        while let Some(node) = next.pop() {
            node.walk(&mut |part| {
                let Is::Select { name, matchers, .. } = &part.is else { return };
                match name.as_deref().and_then(|name| Some((name, records.get(name)?))) {
                    Some((name, nodes)) if seen.insert(name.to_owned()) => next.extend(nodes),
                    Some(_) => {}
                    None => {
                        raw.insert(selector(name.as_deref(), matchers));
                    }
                }
            });
        }
        let mut without = Vec::new();
        for selector in raw {
            let is_sampled = match self.sampled.get(&selector) {
                Some(is_sampled) => *is_sampled,
                // What the source refuses is told where the alert itself is asked for.
                None => self.scene.source.range(&format!("count({selector})"), self.asked()).map_or(true, |found| {
                    found.iter().any(|series| series.values.iter().any(|value| !is_absent(*value)))
                }),
            };
            self.sampled.insert(selector.clone(), is_sampled);
            if !is_sampled {
                without.push(selector);
            }
        }
        without
    }

    /// Some moments of the whole replay.
    fn asked(&self) -> Grid {
        // Reads look back five minutes, so no sample is missed in less than two days.
        let step = ((self.span.until - self.start) / ASKED).max(1_000);
        Grid::within(self.start, self.span.until, step, 0)
    }

    /// Whether the source has recorded a name since the replay begins.
    fn is_served(&mut self, name: &str) -> Result<bool, String> {
        if let Some(served) = self.served.get(name) {
            return Ok(*served);
        }
        let found = self.scene.source.range(&format!("count({name})"), self.asked())?;
        let is_early = |series: &Series| series.values.iter().take(2).any(|value| !is_absent(*value));
        let is_served = found.iter().any(is_early);
        self.served.insert(name.to_owned(), is_served);
        Ok(is_served)
    }

    fn firings(&self, rule: &Rule, grid: Grid, series: Vec<Series>) -> Vec<Firing> {
        let (hold, keep) = (millis(rule.rule.hold), millis(rule.rule.keep_firing_for));
        let fixed = rule.rule.labels.iter().filter(|(_, value)| !value.contains("{{"));
        let own: BTreeSet<&String> = fixed.map(|(label, _)| label).collect();
        let mut firings = Vec::new();
        for series in series {
            let group: Labels = series.labels.into_iter().filter(|(label, _)| !own.contains(label)).collect();
            for spell in spells(grid, &series.values, hold, keep) {
                if spell.until.is_none_or(|until| until > self.span.from) {
                    let (pending, fired, until) = (spell.pending, spell.fired, spell.until);
                    firings.push(Firing { pending, fired, until, group: group.clone(), budget_spent: None });
                }
            }
        }
        firings
    }

    /// Lets go of what no later group reads.
    fn forget(&mut self, later: &[&Group]) {
        let rules = later.iter().flat_map(|group| &group.rules);
        let read: BTreeSet<&str> = rules.flat_map(|rule| reads(&rule.node, &self.names)).collect();
        for (name, record) in &mut self.scene.records {
            // A name that a later group records too is needed whole.
            let is_made = later.iter().flat_map(|group| &group.rules).any(|rule| rule.rule.name == *name);
            if !read.contains(name.as_str()) && !is_made {
                *record = None;
            }
        }
    }
}

fn selector(name: Option<&str>, matchers: &[Matcher]) -> String {
    let tests: Vec<String> =
        matchers.iter().map(|Matcher { label, op, value }| format!("{label}{op}{}", quoted(value))).collect();
    let name = name.unwrap_or_default();
    if tests.is_empty() { name.to_owned() } else { format!("{name}{{{}}}", tests.join(",")) }
}

/// Series with a rule's labels. What a template would make of a label is not known, so there the series keeps its own.
fn labelled(rule: &Rule, series: Vec<Series>) -> Result<Vec<Series>, String> {
    let fixed = || rule.rule.labels.iter().filter(|(_, value)| !value.contains("{{"));
    let labelled = series.into_iter().map(|mut series| {
        series.labels.extend(fixed().cloned());
        series.labels.retain(|_, value| !value.is_empty());
        series
    });
    binary::merged(labelled.collect())
}
