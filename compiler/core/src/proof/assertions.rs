//! From a scenario to assertions: the oracle walks it, and each change of each alert is pinned between two ticks.

use std::collections::BTreeSet;

use super::decoys::{self, Decoy};
use super::expected::{Expectation, Firing, Input, Labels, Subject, Test, Value, rounded};
use super::moment::{Found, Moment};
use super::scenarios::Case;
use super::series::{Cast, Group};
use crate::labels::ALERT_NAME;
use crate::oracle::{self, Condition, Hold, Role, Scenario, Side, Verdict, Walk};
use crate::plan::{Alert, SloPlan, State, names};
use crate::quantity::Duration;

/// The label that tells whether an alert is pending or firing.
const ALERT_STATE: &str = "alertstate";

/// The value of a base series: of which group, and of which side.
type BaseValue = (usize, Side, f64);

/// What comes of a case, by numbers instead of names: objectives of one [shape](super::shape::Shape) share it.
#[derive(Debug)]
pub(super) struct Course {
    case: Case,
    /// What the second group lives through, where the objective has groups: it goes on undisturbed.
    calm: Option<Scenario>,
    /// The ticks that pin every change, and which alerts fire at each: the first group's, then the second's.
    telling: Vec<(usize, Vec<usize>)>,
    /// The ticks at which the base series are looked at, and what they hold: by group and side.
    bases: Vec<(usize, Vec<BaseValue>)>,
}

/// Walks a case.
pub(super) fn course(slo: &SloPlan, cast: &Cast, case: Case) -> Course {
    let mut walks = vec![walk(slo, &cast.first, &case.scenario, case.missing)];
    let second = cast.second.as_ref().filter(|_| case.neighbour);
    let calm = second.map(|second| {
        // The neighbour is as well as the first group was before its outage, all the way.
        let mut calm = Scenario { lost: None, ..case.scenario.clone() };
        if let Some(good) = calm.phases.first().copied() {
            calm.phases.iter_mut().for_each(|phase| (phase.good, phase.bad) = (good.good, good.bad));
        }
        walks.push(walk(slo, second, &calm, None));
        calm
    });
    let alerts: Vec<oracle::Alert> = walks.iter().flat_map(|walk| alerts(slo, walk)).collect();
    let ticks = alerts.iter().map(|alert| alert.verdicts.len()).min().unwrap_or(0);
    let firing = |tick: usize| {
        let firing = alerts.iter().enumerate().filter(|(_, alert)| alert.at(tick) == Verdict::Firing);
        firing.map(|(index, _)| index).collect()
    };
    let telling = telling(&alerts, ticks).into_iter().map(|tick| (tick, firing(tick))).collect();
    let bases = looks(slo, &case, ticks).into_iter().filter_map(|tick| Some((tick, bases(&walks, tick)?))).collect();
    Course { case, calm, telling, bases }
}

/// When the base series are looked at: while a range holds samples of two phases, which shows how long it is, and at the
/// end.
fn looks(slo: &SloPlan, case: &Case, ticks: usize) -> BTreeSet<usize> {
    let mut looks = BTreeSet::new();
    if let [first, _, ..] = case.scenario.phases.as_slice() {
        let change = first.scrapes * slo.timing.scrape.millis();
        looks.insert(
            usize::try_from(change / slo.timing.evaluation.millis().max(1)).unwrap_or(usize::MAX).saturating_add(1),
        );
    }
    looks.insert(ticks.saturating_sub(1));
    looks.retain(|tick| *tick < ticks);
    looks
}

/// The base series of every group at a tick; `None` where the order of float operations decides.
fn bases(walks: &[Walk], tick: usize) -> Option<Vec<BaseValue>> {
    let mut values = Vec::new();
    for (group, walk) in walks.iter().enumerate() {
        if walk.doubtful().contains(&tick) {
            return None;
        }
        for side in Side::BOTH {
            values.extend(walk.base(side, tick).map(|value| (group, side, rounded(value))));
        }
    }
    Some(values)
}

/// The promtool test of a case, with series that the rules must not read where there are any.
pub(super) fn test(slo: &SloPlan, cast: &Cast, course: &Course, decoys: Option<&[Decoy<'_>]>) -> Test {
    let scrapes = course.case.scenario.scrapes();
    let mut inputs = cast.first.inputs(slo, &course.case.scenario, course.case.missing);
    let mut groups = vec![&cast.first];
    if let (Some(second), Some(calm)) = (&cast.second, &course.calm) {
        inputs.extend(second.inputs(slo, calm, None));
        groups.push(second);
    }
    if let Some(raw) = decoys {
        inputs.extend(raw.iter().map(|decoy| decoy.input(scrapes)));
        inputs.extend(decoys::recorded(slo, &decoys::history(slo), &format!("7000+0x{scrapes}")));
    }
    let alerts: Vec<(Firing, Option<Labels>)> = groups.iter().flat_map(|group| firings(slo, group)).collect();
    let mut expectations: Vec<Expectation> = course
        .telling
        .iter()
        .map(|(tick, firing)| {
            let mut firing: Vec<Firing> =
                firing.iter().filter_map(|index| alerts.get(*index).map(|(alert, _)| alert.clone())).collect();
            firing.sort();
            firing.dedup();
            Expectation { at: time(slo, *tick), of: Subject::Firing(firing) }
        })
        .collect();
    // Where the most alerts fire, all their labels are looked at.
    let most =
        course.telling.iter().rev().max_by_key(|(_, firing)| firing.len()).filter(|(_, firing)| !firing.is_empty());
    let all = most.and_then(|(tick, firing)| {
        let labels = firing.iter().map(|index| alerts.get(*index)?.1.clone()).collect::<Option<BTreeSet<Labels>>>()?;
        Some(Expectation { at: time(slo, *tick), of: Subject::Alerts(labels.into_iter().collect()) })
    });
    expectations.extend(all);
    for (tick, values) in &course.bases {
        let value = |(group, side, value): &BaseValue| {
            let labels = recorded_labels(slo, &groups.get(*group)?.labels);
            Some(Value { name: names::series(*side, names::BASE), labels, value: *value })
        };
        let values = values.iter().filter_map(value).collect();
        expectations.push(Expectation { at: time(slo, *tick), of: Subject::Base(values) });
    }
    Test { name: course.case.name.clone(), interval: slo.timing.scrape, inputs, expectations }
}

/// The promtool test of a moment.
pub(super) fn moment(slo: &SloPlan, cast: &Cast, moment: &Moment) -> Test {
    let group = &cast.first.labels;
    let own = recorded_labels(slo, group);
    let input = |(metric, values): &(String, String)| Input {
        metric: metric.clone(),
        labels: own.clone(),
        values: values.clone(),
    };
    let mut inputs: Vec<Input> = moment.inputs.iter().map(input).collect();
    let burning = |firing: &[usize]| {
        let alerts = firings(slo, &cast.first);
        let fires: Vec<&(Firing, Option<Labels>)> = firing.iter().filter_map(|index| alerts.get(*index)).collect();
        match fires.iter().map(|(_, labels)| labels.clone()).collect::<Option<Vec<Labels>>>() {
            Some(labels) => Subject::Burning(labels),
            None => Subject::Firing(fires.into_iter().map(|(alert, _)| alert.clone()).collect()),
        }
    };
    let of = match &moment.found {
        Found::Values(values, firing) => {
            let samples = moment.at.millis() / moment.every.millis().max(1);
            inputs.extend(decoys::recorded(slo, &decoys::history(slo), &format!("7000+0x{samples}")));
            inputs.extend(decoys::recorded(slo, &decoys::windows(slo), &format!("_x{samples} 7000")));
            let values = values.iter().map(|(name, value)| recorded(slo, group, name, *value)).collect();
            [Some(Subject::Recorded(values)), firing.as_deref().map(burning)]
        }
        Found::Firing(firing) => [Some(burning(firing)), None],
    };
    let expectations = of.into_iter().flatten().map(|of| Expectation { at: moment.at, of }).collect();
    Test { name: moment.name.clone(), interval: moment.every, inputs, expectations }
}

fn recorded(slo: &SloPlan, group: &Labels, name: &str, value: f64) -> Value {
    let constant = [names::OBJECTIVE, names::WINDOW, names::INFO].contains(&name);
    let none = Labels::new();
    let mut labels = recorded_labels(slo, if constant { &none } else { group });
    if name == names::INFO {
        labels.extend(slo.info.iter().cloned());
    }
    Value { name: name.to_owned(), labels, value }
}

/// The labels of a recorded series of a group.
fn recorded_labels(slo: &SloPlan, group: &Labels) -> Labels {
    slo.labels.iter().cloned().chain(present(group)).collect()
}

/// The labels of a group that its series have: an empty value is none.
fn present(group: &Labels) -> impl Iterator<Item = (String, String)> {
    group.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name.clone(), value.clone()))
}

fn time(slo: &SloPlan, tick: usize) -> Duration {
    slo.timing.evaluation * tick as u64
}

/// Walks one group's base series.
fn walk(slo: &SloPlan, group: &Group, scenario: &Scenario, missing: Option<Role>) -> Walk {
    let sampled = group.oracle(slo, scenario, missing);
    let end = scenario.scrapes() * slo.timing.scrape.millis() + slo.timing.delay.millis();
    Walk::new(&slo.timing.to_oracle(), &*sampled, end)
}

/// Every alert of the objective for one group: the burn-rate alerts, then those of missing data.
fn alerts(slo: &SloPlan, walk: &Walk) -> Vec<oracle::Alert> {
    let burns = slo.burns.iter().map(|burn| {
        walk.alert(&Condition::Burn(burn.to_oracle()), Hold { pending: 0, keep: slo.keep_firing_for.millis() })
    });
    let states = slo.states.iter().map(|state| {
        let (known, recent) = (state.known.to_oracle(), state.recent.to_oracle());
        let condition = match state.state {
            State::Absent => Condition::Absent(state.reach.millis()),
            State::Broken(hidden) => Condition::Broken(hidden),
            State::GroupGone => Condition::Gone { known, recent },
            State::NoTraffic => Condition::Idle(recent),
        };
        walk.alert(&condition, Hold { pending: state.hold.millis(), keep: 0 })
    });
    burns.chain(states).collect()
}

/// The alerts of a group by the labels that tell them apart, and by all labels, in the order in which they are walked. The
/// labels are `None` where one is a template.
fn firings(slo: &SloPlan, group: &Group) -> Vec<(Firing, Option<Labels>)> {
    let all = |name: &str, alert: Alert<'_>, group: &Labels| {
        let mut labels: Labels = present(group).chain(slo.alert_labels(alert)).collect();
        labels.insert(ALERT_NAME.to_owned(), name.to_owned());
        labels.insert(ALERT_STATE.to_owned(), "firing".to_owned());
        (!labels.values().any(|value| value.contains("{{"))).then_some(labels)
    };
    let burns = slo.burns.iter().map(|burn| {
        let firing = Firing {
            alert: burn.name.clone(),
            windows: Some((burn.long.nominal.to_string(), burn.short.nominal.to_string())),
            severity: burn.severity.clone(),
            group: group.labels.clone(),
        };
        (firing, all(&burn.name, Alert::Burn(burn), &group.labels))
    });
    let states = slo.states.iter().map(|state| {
        // Absence is told of all groups together: that alert has no group.
        let group = if state.state == State::Absent { Labels::new() } else { group.labels.clone() };
        let labels = all(&state.name, Alert::State(state), &group);
        (Firing { alert: state.name.clone(), windows: None, severity: state.severity.clone(), group }, labels)
    });
    burns.chain(states).collect()
}

/// The ticks that pin every change of every alert: the last before it and the first after it at which nothing is too
/// close to call; and the last tick of all.
fn telling(alerts: &[oracle::Alert], ticks: usize) -> BTreeSet<usize> {
    let sure = |tick: &usize| alerts.iter().all(|alert| alert.at(*tick) != Verdict::TooClose);
    let mut telling = BTreeSet::new();
    for alert in alerts {
        for range in &alert.firing {
            for change in [range.start, range.end] {
                telling.extend((0..change.min(ticks)).rev().find(|tick| sure(tick)));
                telling.extend((change..ticks).find(|tick| sure(tick)));
            }
        }
    }
    telling.extend((0..ticks).rev().find(|tick| sure(tick)));
    telling
}
