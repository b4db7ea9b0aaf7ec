//! From a scenario to assertions: the oracle walks it, and each change of each alert is pinned between two ticks.

use std::collections::{BTreeMap, BTreeSet};

use super::scenarios::Case;
use super::series::{Cast, Group};
use super::{Expectation, Firing, Subject, Test};
use crate::oracle::{Alert, Condition, Hold, Role, Scenario, Verdict, Walk};
use crate::plan::{SloPlan, State, oracle_pair};
use crate::quantity::Duration;

/// What comes of a case, by numbers instead of names: objectives of one [shape](super::shape::Shape) share it.
#[derive(Debug)]
pub(super) struct Course {
    case: Case,
    /// What the second group lives through, where the objective has groups: it goes on undisturbed.
    calm: Option<Scenario>,
    ticks: usize,
    /// The ticks that pin every change, and which alerts fire at each: the first group's, then the second's.
    telling: Vec<(usize, Vec<usize>)>,
}

/// Walks a case.
pub(super) fn course(slo: &SloPlan, cast: &Cast, case: Case) -> Course {
    let mut alerts = walk(slo, &cast.first, &case.scenario, case.missing);
    let second = cast.second.as_ref().filter(|_| case.neighbour);
    let calm = second.map(|second| {
        // The neighbour is as well as the first group was before its outage, all the way.
        let mut calm = case.scenario.clone();
        if let Some(good) = calm.phases.first().copied() {
            calm.phases.iter_mut().for_each(|phase| (phase.good, phase.bad) = (good.good, good.bad));
        }
        alerts.extend(walk(slo, second, &calm, None));
        calm
    });
    let ticks = alerts.iter().map(|alert| alert.verdicts.len()).min().unwrap_or(0);
    let firing = |tick: usize| {
        let firing = alerts.iter().enumerate().filter(|(_, alert)| alert.at(tick) == Verdict::Firing);
        firing.map(|(index, _)| index).collect()
    };
    let telling = telling(&alerts, ticks).into_iter().map(|tick| (tick, firing(tick))).collect();
    Course { case, calm, ticks, telling }
}

/// The promtool test of a case.
pub(super) fn test(slo: &SloPlan, cast: &Cast, course: &Course) -> Test {
    let mut inputs = cast.first.inputs(slo, &course.case.scenario, course.case.missing);
    let mut alerts = firings(slo, &cast.first);
    if let (Some(second), Some(calm)) = (&cast.second, &course.calm) {
        inputs.extend(second.inputs(slo, calm, None));
        alerts.extend(firings(slo, second));
    }
    let mut expectations: Vec<Expectation> = course
        .telling
        .iter()
        .map(|(tick, firing)| {
            let mut firing: Vec<Firing> = firing.iter().filter_map(|index| alerts.get(*index).cloned()).collect();
            firing.sort();
            firing.dedup();
            Expectation { at: time(slo, *tick), of: Subject::Firing(firing) }
        })
        .collect();
    if course.case.no_bad_events {
        let group = cast.first.labels.clone();
        let last = course.ticks.saturating_sub(1);
        expectations.push(Expectation { at: time(slo, last), of: Subject::NoBadEvents { group } });
    }
    Test { name: course.case.name.clone(), inputs, expectations }
}

fn time(slo: &SloPlan, tick: usize) -> Duration {
    slo.timing.evaluation * tick as u64
}

/// Walks every alert of the objective for one group: the burn-rate alerts, then those of missing data.
fn walk(slo: &SloPlan, group: &Group, scenario: &Scenario, missing: Option<Role>) -> Vec<Alert> {
    let timing = slo.timing.to_oracle();
    let sampled = group.oracle(slo, scenario, missing);
    let walk =
        Walk::new(&timing, &*sampled, scenario.scrapes() * slo.timing.scrape.millis() + slo.timing.delay.millis());
    let burns = slo.burns.iter().map(|burn| {
        let pair = oracle_pair(&burn.long, &burn.short, burn.threshold, burn.guard);
        walk.alert(&Condition::Burn(pair), Hold { pending: 0, keep: slo.keep_firing_for.millis() })
    });
    let states = slo.states.iter().map(|state| {
        let (known, recent) = (state.known.to_oracle(), state.recent.to_oracle());
        let condition = match state.state {
            State::Absent => Condition::Absent(state.reach.millis()),
            State::GroupGone => Condition::Gone { known, recent },
            State::NoTraffic => Condition::Idle(recent),
        };
        walk.alert(&condition, Hold { pending: state.hold.millis(), keep: 0 })
    });
    burns.chain(states).collect()
}

/// The alerts of a group by their labels, in the order in which they are walked.
fn firings(slo: &SloPlan, group: &Group) -> Vec<Firing> {
    let burns = slo.burns.iter().map(|burn| Firing {
        alert: burn.name.clone(),
        windows: Some((burn.long.nominal.to_string(), burn.short.nominal.to_string())),
        severity: burn.severity.clone(),
        group: group.labels.clone(),
    });
    let states = slo.states.iter().map(|state| Firing {
        alert: state.name.clone(),
        windows: None,
        severity: state.severity.clone(),
        // Absence is told of all groups together: that alert has no group.
        group: if state.state == State::Absent { BTreeMap::new() } else { group.labels.clone() },
    });
    burns.chain(states).collect()
}

/// The ticks that pin every change of every alert: the last before it and the first after it at which nothing is too
/// close to call; and the last tick of all.
fn telling(alerts: &[Alert], ticks: usize) -> BTreeSet<usize> {
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
