//! From a scenario to assertions: the oracle walks it, and each change of each alert is pinned between two ticks.

use std::collections::{BTreeMap, BTreeSet};

use super::scenarios::Case;
use super::series::{Cast, Group};
use super::{Expectation, Firing, Subject, Test};
use crate::oracle::{Alert, Condition, Hold, Sli, Verdict, Walk};
use crate::plan::{SloPlan, State, oracle_pair};
use crate::quantity::Duration;

/// An alert of one group, walked.
struct Walked {
    firing: Firing,
    alert: Alert,
}

/// The promtool test of a case.
pub(super) fn test(slo: &SloPlan, cast: &Cast, case: Case) -> Test {
    let mut inputs = cast.first.inputs(&case.scenario, case.missing);
    let mut alerts = walk(slo, &cast.first, &case);
    if case.neighbour
        && let Some(second) = &cast.second
    {
        // The neighbour is as well as the first group was before its outage, all the way.
        let mut calm = case.scenario.clone();
        if let Some(good) = calm.phases.first().copied() {
            calm.phases.iter_mut().for_each(|phase| (phase.good, phase.bad) = (good.good, good.bad));
        }
        inputs.extend(second.inputs(&calm, None));
        alerts.extend(walk(slo, second, &Case { scenario: calm, ..Case::new("", Vec::new()) }));
    }
    let ticks = alerts.iter().map(|walked| walked.alert.verdicts.len()).min().unwrap_or(0);
    let mut expectations: Vec<Expectation> = telling(&alerts, ticks)
        .into_iter()
        .map(|tick| Expectation { at: time(slo, tick), of: Subject::Firing(firing_at(&alerts, tick)) })
        .collect();
    if case.no_bad_events {
        let group = cast.first.labels.clone();
        expectations.push(Expectation { at: time(slo, ticks.saturating_sub(1)), of: Subject::NoBadEvents { group } });
    }
    Test { name: case.name, inputs, expectations }
}

fn time(slo: &SloPlan, tick: usize) -> Duration {
    slo.timing.evaluation * tick as u64
}

/// Walks every alert of the objective for one group.
fn walk(slo: &SloPlan, group: &Group, case: &Case) -> Vec<Walked> {
    let timing = slo.timing.of_oracle();
    let sli: Sli = group.oracle(slo, &case.scenario, case.missing);
    let walk = Walk::new(&timing, &sli, case.scenario.scrapes() * slo.timing.scrape.millis());
    let mut walked = Vec::new();
    for burn in &slo.burns {
        let pair = oracle_pair(&burn.long, &burn.short, burn.threshold, burn.guard);
        let hold = Hold { pending: 0, keep: slo.keep_firing_for.millis() };
        let firing = Firing {
            alert: burn.name.clone(),
            windows: Some((burn.long.nominal.to_string(), burn.short.nominal.to_string())),
            severity: burn.severity.clone(),
            group: group.labels.clone(),
        };
        walked.push(Walked { firing, alert: walk.alert(&Condition::Burn(pair), hold) });
    }
    for state in &slo.states {
        let (condition, labels) = match state.state {
            // Of all groups together: the alert has no group.
            State::Absent => (Condition::Absent(state.reach.millis()), BTreeMap::new()),
            State::GroupGone => {
                let (known, recent) = (state.known.of_oracle(), state.recent.of_oracle());
                (Condition::Gone { known, recent }, group.labels.clone())
            }
            State::NoTraffic => (Condition::Idle(state.recent.of_oracle()), group.labels.clone()),
        };
        let firing =
            Firing { alert: state.name.clone(), windows: None, severity: state.severity.clone(), group: labels };
        let hold = Hold { pending: state.hold.millis(), keep: 0 };
        walked.push(Walked { firing, alert: walk.alert(&condition, hold) });
    }
    walked
}

/// The ticks that pin every change of every alert: the last before it and the first after it at which nothing is too
/// close to call; and the last tick of all.
fn telling(alerts: &[Walked], ticks: usize) -> BTreeSet<usize> {
    let sure = |tick: &usize| alerts.iter().all(|walked| walked.alert.at(*tick) != Verdict::TooClose);
    let mut telling = BTreeSet::new();
    for walked in alerts {
        for range in &walked.alert.firing {
            for change in [range.start, range.end] {
                telling.extend((0..change.min(ticks)).rev().find(|tick| sure(tick)));
                telling.extend((change..ticks).find(|tick| sure(tick)));
            }
        }
    }
    telling.extend((0..ticks).rev().find(|tick| sure(tick)));
    telling
}

fn firing_at(alerts: &[Walked], tick: usize) -> Vec<Firing> {
    let mut firing: Vec<Firing> = alerts
        .iter()
        .filter(|walked| walked.alert.at(tick) == Verdict::Firing)
        .map(|walked| walked.firing.clone())
        .collect();
    firing.sort();
    firing.dedup();
    firing
}
