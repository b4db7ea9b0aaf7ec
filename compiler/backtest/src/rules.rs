//! The rules of an objective, read, and what each needs.

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::emit::{RuleText, at_target, rule_groups};
use emberline_core::plan::SloPlan;
use emberline_core::quantity::Duration;
use rust_decimal::Decimal;

use crate::eval::LOOKBACK;
use crate::promql::{Is, Node, parse};

/// A rule with its expression read.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) rule: RuleText,
    pub(crate) node: Node,
    /// The targets at which the alert is tried, if it is one of those, by its place among them; `None`: as compiled.
    pub(crate) tried: Option<usize>,
}

/// A group.
#[derive(Debug)]
pub(crate) struct Group {
    /// Milliseconds between two evaluations.
    pub(crate) interval: i64,
    pub(crate) rules: Vec<Rule>,
}

/// The groups of an objective, with its burn-rate alerts at other targets beside those as compiled.
///
/// # Errors
/// For a rule that is not read.
pub(crate) fn groups(slo: &SloPlan, targets: &[Decimal]) -> Result<Vec<Group>, String> {
    let tried: Vec<Vec<RuleText>> = targets.iter().map(|target| at_target(slo, *target)).collect();
    let mut groups = Vec::new();
    for group in rule_groups(slo) {
        let mut rules = Vec::new();
        for rule in group.rules {
            let others = tried.iter().enumerate().flat_map(|(place, rules)| {
                let is_it = |other: &&RuleText| rule.is_alert && other.name == rule.name && other.labels == rule.labels;
                rules.iter().filter(is_it).map(move |other| (Some(place), other.clone()))
            });
            let others: Vec<_> = others.collect();
            for (tried, rule) in [(None, rule)].into_iter().chain(others) {
                rules.push(read(rule, tried)?);
            }
        }
        let interval = millis(group.interval).max(1);
        groups.push(Group { interval, rules });
    }
    Ok(groups)
}

/// A length as instants have it, in milliseconds.
pub(crate) fn millis(length: Duration) -> i64 {
    i64::try_from(length.millis()).unwrap_or(i64::MAX)
}

fn read(rule: RuleText, tried: Option<usize>) -> Result<Rule, String> {
    if let Some((name, value)) = rule.labels.iter().find(|(_, value)| rule.is_alert && value.contains("{{")) {
        return Err(format!(
            "the label `{name}: {value}` of {} is a template, which a replay cannot fill in",
            rule.name
        ));
    }
    let node = parse(&rule.expr).map_err(|unread| {
        let part = rule.expr.get(unread.at.clone()).unwrap_or_default();
        format!("`{part}` in `{}`: {}", rule.expr, unread.why)
    })?;
    Ok(Rule { rule, node, tried })
}

/// The names of the records that an expression may read.
pub(crate) fn reads<'n>(node: &'n Node, records: &BTreeSet<String>) -> BTreeSet<&'n str> {
    let mut names = BTreeSet::new();
    node.walk(&mut |part| {
        if let Is::Select { name: Some(name), .. } = &part.is
            && records.contains(name)
        {
            names.insert(name.as_str());
        }
    });
    names
}

/// The records that alerts are made of, directly or not.
pub(crate) fn needed(groups: &[Group]) -> BTreeSet<String> {
    from(groups, groups.iter().flat_map(|group| &group.rules).filter(|rule| rule.rule.is_alert).collect())
}

/// These records and those that they are made of, directly or not.
pub(crate) fn below<'n>(groups: &[Group], names: impl Iterator<Item = &'n String>) -> BTreeSet<String> {
    let names: BTreeSet<String> = names.cloned().collect();
    let all = groups.iter().flat_map(|group| &group.rules);
    let mut found = from(groups, all.filter(|it| !it.rule.is_alert && names.contains(&it.rule.name)).collect());
    found.extend(names);
    found
}

/// The records that these rules are made of, directly or not.
fn from<'g>(groups: &'g [Group], mut next: Vec<&'g Rule>) -> BTreeSet<String> {
    let all = || groups.iter().flat_map(|group| &group.rules);
    let records: BTreeSet<String> =
        all().filter(|rule| !rule.rule.is_alert).map(|rule| rule.rule.name.clone()).collect();
    let mut needed: BTreeSet<String> = BTreeSet::new();
    while let Some(rule) = next.pop() {
        for name in reads(&rule.node, &records) {
            if needed.insert(name.to_owned()) {
                next.extend(all().filter(|rule| !rule.rule.is_alert && rule.rule.name == name));
            }
        }
    }
    needed
}

/// How far back the rules look that fire, in milliseconds: before so long a time, windows are not full.
pub(crate) fn reach(groups: &[Group]) -> i64 {
    let mut reaches: BTreeMap<&str, i64> = BTreeMap::new();
    let mut most = 0;
    for group in groups {
        for rule in &group.rules {
            // One evaluation more, since a group sees what others recorded an interval ago.
            let reach = of_node(&rule.node, &reaches).saturating_add(group.interval);
            if rule.rule.is_alert {
                let times = rule.rule.hold.millis() + rule.rule.keep_firing_for.millis();
                most = most.max(reach.saturating_add(i64::try_from(times).unwrap_or(i64::MAX)));
            } else {
                let known = reaches.entry(&rule.rule.name).or_default();
                *known = reach.max(*known);
            }
        }
    }
    most
}

fn of_node(node: &Node, reaches: &BTreeMap<&str, i64>) -> i64 {
    match &node.is {
        Is::Number(_) | Is::Text => 0,
        Is::Select { name, range, .. } => {
            let record = name.as_deref().and_then(|name| reaches.get(name));
            record.map_or(0, |record| record.saturating_add(range.unwrap_or(LOOKBACK)))
        }
        Is::Subquery { of, range, .. } => range.saturating_add(of_node(of, reaches)),
        Is::Negated(of) | Is::Moved(of) => of_node(of, reaches),
        Is::Call { arguments, .. } | Is::Aggregate { arguments, .. } => {
            arguments.iter().map(|argument| of_node(argument, reaches)).max().unwrap_or(0)
        }
        Is::Binary { sides, .. } => sides.iter().map(|side| of_node(side, reaches)).max().unwrap_or(0),
    }
}
