//! How an objective's rules are spread over rule groups.
//!
//! Rulers limit the rules of a group: Mimir and Cortex to 20 unless told otherwise. Rules of one group see what earlier rules
//! of it recorded at the same instant; rules of another group see it up to an interval later. So what must be read at one
//! instant is a [`Unit`] that stays together, units stand behind what they read, and an alert stays with its own windows.

use super::alert::{GONE_KNOWN, GONE_RECENT, State, StateAlert};
use super::lag::Lag;
use super::timing::{Window, WindowKind};
use crate::model::Pair;
use crate::quantity::Duration;

/// The rules of the base: events, good events, bad events, and the short counts of both sides.
const BASE_RULES: usize = 5;

/// Rules that stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// The base series, and the short counts that long windows are made of.
    Base,
    /// Both sides of a window, by its place among the objective's windows.
    Window(usize),
    /// A burn-rate alert.
    Burn(usize),
    /// An alert on missing data.
    State(usize),
    /// The burn rate of a window, for people to look at.
    Rate(usize),
}

/// Which units each group holds, in the order of their evaluation; the budget's group apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The groups, in the order in which they read one another.
    pub(crate) groups: Vec<Vec<Unit>>,
}

impl Layout {
    /// As many units in each group as `most` rules allow, in the order in which they read one another. Pairs come in their
    /// own order, most urgent first, and burn rates last: nothing reads them.
    pub(super) fn of(most: usize, windows: &[Window], pairs: &[Pair], states: &[StateAlert], has_good: bool) -> Self {
        let mut packing = Packing { most, has_good, windows, groups: vec![Vec::new()], rules: 0 };
        packing.add(&[], Unit::Base);
        for (index, alert) in states.iter().enumerate() {
            if matches!(alert.state, State::Absent | State::Broken(_)) {
                packing.add(&[], Unit::State(index));
            }
        }
        for (index, pair) in pairs.iter().enumerate() {
            packing.add(&[pair.long, pair.short], Unit::Burn(index));
        }
        for (index, alert) in states.iter().enumerate() {
            match alert.state {
                State::Absent | State::Broken(_) => {}
                State::GroupGone => packing.add(&[GONE_KNOWN, GONE_RECENT], Unit::State(index)),
                State::NoTraffic => packing.add(&[GONE_RECENT], Unit::State(index)),
            }
        }
        for index in 0..windows.len() {
            packing.add(&[], Unit::Rate(index));
        }
        Self { groups: packing.groups }
    }

    /// The place of a unit's group.
    fn group(&self, unit: Unit) -> Option<usize> {
        self.groups.iter().position(|group| group.contains(&unit))
    }

    /// How much later the alert of a pair sees its windows than if all rules were in one group.
    pub(super) fn lag(&self, index: usize, pair: &Pair, windows: &[Window]) -> Lag {
        let alert = self.group(Unit::Burn(index));
        let lag = |length: Duration| {
            let window = windows.iter().position(|window| window.nominal == length);
            let group = window.and_then(|window| self.group(Unit::Window(window)));
            let kind = window.and_then(|window| windows.get(window)).map(|window| window.kind);
            // A mean of another group's base misses its newest point. Steps of absolute time wait for an evaluation of the base
            // and then for one of the window: an interval together on average, in whichever groups.
            let misses = kind == Some(WindowKind::Mean) && group != Some(0);
            u32::from(group != alert) + u32::from(misses)
        };
        Lag { long: lag(pair.long), short: lag(pair.short) }
    }
}

/// Groups while they are filled.
struct Packing<'p> {
    most: usize,
    has_good: bool,
    windows: &'p [Window],
    groups: Vec<Vec<Unit>>,
    /// Rules of the last group.
    rules: usize,
}

impl Packing<'_> {
    /// Adds a unit behind the windows that it reads, unless these are recorded already. All of them go into one group.
    fn add(&mut self, reads: &[Duration], unit: Unit) {
        let places = (0..self.windows.len()).filter(|place| reads.contains(&self.windows[*place].nominal));
        let mut units: Vec<Unit> = places.map(Unit::Window).collect();
        units.retain(|window| !self.groups.iter().any(|group| group.contains(window)));
        units.push(unit);
        let rules: usize = units.iter().map(|unit| self.rules(*unit)).sum();
        if self.rules + rules > self.most && self.rules > 0 {
            self.groups.push(Vec::new());
            self.rules = 0;
        }
        self.rules += rules;
        if let Some(group) = self.groups.last_mut() {
            group.append(&mut units);
        }
    }

    fn rules(&self, unit: Unit) -> usize {
        match unit {
            Unit::Base => BASE_RULES - usize::from(!self.has_good),
            Unit::Window(_) => 2,
            Unit::Burn(_) | Unit::State(_) | Unit::Rate(_) => 1,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeSet;

    use crate::model::FEWEST_RULES as FEWEST;
    use crate::source::Sources;
    use crate::target::Target;

    /// Objectives of every kind of group and state, with six pairs of which some share windows.
    fn spec(most: usize) -> String {
        let pairs: String = [("1h", "5m"), ("6h", "30m"), ("12h", "1h"), ("1d", "2h"), ("2d", "3h"), ("3d", "6h")]
            .map(|(long, short)| format!("    - {{long: {long}, short: {short}, burn: 2, severity: page}}\n"))
            .concat();
        let alerting = format!("  alerting:\n    pairs:\n{pairs}");
        let events = "events: {total: a_total, good: 'a_total{code=\"200\"}', group_by: [code, job]}";
        let latency = "latency: {metric: d_seconds, threshold: 500ms}";
        let up = "timeslice: {up: up}";
        let slos: String = [("e", events), ("l", latency), ("u", up)]
            .map(|(name, sli)| {
                format!(
                    "- name: {name}\n  objective: 90%\n  data: {{group_gone: page, no_traffic: page}}\n  sli: {{{sli}}}\n{alerting}"
                )
            })
            .concat();
        format!(
            "version: emberline/v1\nservice: shop\nslos:\n{slos}---\nversion: emberline/v1\nrules: {{max_group_rules: {most}}}\n"
        )
    }

    fn groups(most: usize) -> Vec<(String, Vec<serde_json::Value>)> {
        let mut sources = Sources::default();
        let spec = spec(most);
        let (service, policy) = spec.split_once("---\n").unwrap();
        sources.add("slos/shop.yaml", service);
        sources.add("slos/policy.yaml", policy);
        let analysis = crate::analyse(&sources, None);
        assert!(analysis.plan.is_some(), "{:?}", analysis.findings);
        let plan = analysis.plan.unwrap();
        let mut files = Vec::new();
        for target in [Target::Rules, Target::Operator] {
            let text = crate::emit::Emitter::new(&plan).unit(0, &[target]).remove(0).text;
            let file: serde_json::Value = serde_yaml::from_str(&text).unwrap();
            let groups = file.get("groups").or_else(|| file.get("spec")?.get("groups")).unwrap();
            let group = |group: &serde_json::Value| {
                (group["name"].as_str().unwrap().to_owned(), group["rules"].as_array().unwrap().clone())
            };
            files.push(groups.as_array().unwrap().iter().map(group).collect::<Vec<_>>());
        }
        assert_eq!(files[0], files[1], "operator objects have the same groups");
        files.remove(0)
    }

    #[test]
    fn no_group_exceeds_the_limit_and_no_rule_is_lost() {
        let all = |most| -> Vec<String> {
            let groups = groups(most);
            let names: BTreeSet<&String> = groups.iter().map(|(name, _)| name).collect();
            assert_eq!(names.len(), groups.len(), "names are unique");
            for (name, rules) in &groups {
                assert!(!rules.is_empty() && rules.len() <= most, "{name} has {} rules", rules.len());
            }
            let mut rules: Vec<String> = groups.iter().flat_map(|(_, rules)| rules).map(ToString::to_string).collect();
            rules.sort();
            rules
        };
        // Stated times differ with the layout, so alerts are compared without their words.
        let whole = all(1_000);
        let kept = |rules: &[String]| -> Vec<String> {
            rules.iter().map(|rule| rule.split("\"annotations\"").next().unwrap().to_owned()).collect()
        };
        for most in [FEWEST, 7, 10, 20, 25] {
            assert_eq!(kept(&all(most)), kept(&whole), "{most}");
        }
    }

    #[test]
    fn every_rule_stands_behind_what_it_reads() {
        for most in [FEWEST, 10, 20, 1_000] {
            for slo in ["e", "l", "u"] {
                let mut seen: BTreeSet<String> = BTreeSet::new();
                for (_, rules) in groups(most).iter().filter(|(name, _)| name.split('/').nth(1) == Some(slo)) {
                    for rule in rules {
                        let expr = rule["expr"].as_str().unwrap();
                        for word in expr.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':')) {
                            assert!(!word.starts_with("slo:") || seen.contains(word), "{most}: {word} in {expr}");
                        }
                        seen.extend(rule["record"].as_str().map(str::to_owned));
                    }
                }
                assert!(seen.contains("slo:error_budget_remaining:ratio"));
            }
        }
    }

    #[test]
    fn an_alert_has_its_own_windows_beside_it() {
        for (_, rules) in groups(FEWEST) {
            for (place, rule) in rules.iter().enumerate().filter(|(_, rule)| rule["labels"]["long_window"].is_string())
            {
                let long = rule["labels"]["long_window"].as_str().unwrap();
                let before = &rules[..place];
                let records =
                    |name: &str| name.ends_with(&format!(":rate{long}")) || name.ends_with(&format!(":count{long}"));
                assert!(before.iter().any(|it| it["record"].as_str().is_some_and(records)), "{long}");
            }
        }
    }
}
