//! From what a server says to what an objective has left, or why nobody knows.

use std::collections::{BTreeMap, BTreeSet};

use emberline_core::model::BudgetStep;
use emberline_core::oracle::Side;
use emberline_core::plan::{SloPlan, names};
use emberline_core::quantity::Percent;
use rust_decimal::prelude::ToPrimitive;

use super::answers::{Answers, Groups};
use super::standing::{Burn, Group, ROUNDING, Standing, Step, Unknown};
use crate::grid::Labels;

/// The age from which on a recorded budget is none, in milliseconds. Prometheus forgets a series after so long; other
/// servers may be told to wait longer.
const STALE: i64 = 5 * 60_000;
/// How far a recorded objective or window may be from that of the specs, relative to it: the error of a float.
const SAME: f64 = 1e-9;

/// What an objective has left at `at`, in milliseconds since 1970.
pub(super) fn judge(slo: &SloPlan, answers: &Answers, at: i64) -> Standing {
    let (left, recorded) = (answers.named(slo, names::BUDGET_REMAINING, f64::min), answers.recorded(slo));
    let numbers = Numbers::of(slo, answers);
    let servers = servers(slo, answers);
    let mut unknown: BTreeMap<Labels, Unknown> = BTreeMap::new();
    let mut groups = Vec::new();
    for (group, left) in left {
        let server = server(slo, &group);
        let last = recorded.get(&group).map(|seconds| millis(*seconds));
        let fresh = last.filter(|last| at - last < STALE);
        let why = match (servers.get(&server).and_then(Option::as_ref), fresh) {
            (Some(other), _) => Some(other.clone()),
            (None, None) => Some("the recorded budget is stale".to_owned()),
            (None, Some(_)) if !left.is_finite() => Some("the recorded budget is no number".to_owned()),
            (None, Some(_)) => None,
        };
        match (why, fresh) {
            (None, Some(recorded)) => groups.push(numbers.group(slo, group, left, recorded)),
            (why, _) => add(&mut unknown, server, why.unwrap_or_default(), last),
        }
    }
    let known: BTreeSet<Labels> = groups.iter().map(|group| server(slo, &group.group)).collect();
    for (group, seconds) in answers.seen(slo) {
        let server = server(slo, &group);
        // A group of a server that goes on recording is gone because its last event left the window.
        if !known.contains(&server) && !servers.contains_key(&server) && !unknown.contains_key(&server) {
            let last = Some(millis(seconds));
            add(
                &mut unknown,
                server,
                "its rules are evaluated no more, or their records arrive no more".to_owned(),
                last,
            );
        }
    }
    for (server, other) in servers {
        if !known.contains(&server) && !unknown.contains_key(&server) {
            let why = other.unwrap_or_else(|| format!("no {} were counted over {}", slo.sli.unit().events, slo.window));
            add(&mut unknown, server, why, None);
        }
    }
    if groups.is_empty() && unknown.is_empty() {
        let why = "no time series: its rules are not loaded there, or were never evaluated".to_owned();
        add(&mut unknown, Labels::new(), why, None);
    }
    groups.sort_by(|one, other| one.left.total_cmp(&other.left).then_with(|| one.group.cmp(&other.group)));
    Standing {
        service: slo.service.clone(),
        slo: slo.name.clone(),
        objective: slo.objective,
        window: slo.window.to_string(),
        owner: slo.owner.clone(),
        runbook: slo.page_url(),
        unit: slo.sli.unit().events,
        left: groups.first().map(|group| group.left),
        groups,
        unknown: unknown.into_values().collect(),
    }
}

/// One reason for each server, with the latest time.
fn add(unknown: &mut BTreeMap<Labels, Unknown>, server: Labels, why: String, last: Option<i64>) {
    let told = unknown.entry(server.clone()).or_insert(Unknown { group: server, why, last });
    told.last = told.last.max(last);
}

/// The labels of a series that are neither the objective's own nor of a group: those of a server or cluster.
fn server(slo: &SloPlan, group: &Labels) -> Labels {
    let others = group.iter().filter(|(name, _)| !slo.group_by.contains(name));
    others.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Each server or cluster that records the objective now; with a reason if it does so for another target or window.
fn servers(slo: &SloPlan, answers: &Answers) -> BTreeMap<Labels, Option<String>> {
    let windows = answers.named(slo, names::WINDOW, f64::max);
    let objectives = answers.named(slo, names::OBJECTIVE, f64::max).into_iter();
    objectives
        .map(|(server, objective)| {
            let window = windows.get(&server).copied();
            let is_same = differs(objective, slo.objective.to_f64().unwrap_or_default()).is_none();
            let other = window.and_then(|window| differs(window, slo.window_real.seconds()));
            let why = if !is_same {
                let there = Percent::of_share(
                    rust_decimal::Decimal::from_f64_retain(objective).unwrap_or_default().round_dp(12),
                );
                Some(format!("its rules there are for {there}, and the specs say {}", Percent::of_share(slo.objective)))
            } else {
                other.map(|seconds| {
                    format!("its rules there are for a window of {seconds} s, and the specs say {}", slo.window)
                })
            };
            (server, why)
        })
        .collect()
}

/// A recorded number that is not the one of the specs.
fn differs(recorded: f64, specs: f64) -> Option<f64> {
    let is_same = (recorded - specs).abs() <= SAME * specs.abs();
    (!is_same).then_some(recorded)
}

/// What is recorded beside what is left.
struct Numbers {
    events: Groups,
    bad: Groups,
    burns: Vec<(String, Groups)>,
    counted: Groups,
}

impl Numbers {
    fn of(slo: &SloPlan, answers: &Answers) -> Self {
        let counts = |side| answers.named(slo, &names::series(side, names::COUNT_WINDOW), f64::max);
        let burns = slo.windows.iter().map(|window| {
            let name = format!("{}:{}", names::BURN_RATE, window.nominal);
            (window.nominal.to_string(), answers.named(slo, &name, f64::max))
        });
        Self {
            events: counts(Side::Events),
            bad: counts(Side::Bad),
            burns: burns.collect(),
            counted: answers.counted(slo),
        }
    }

    fn group(&self, slo: &SloPlan, group: Labels, left: f64, recorded: i64) -> Group {
        let budget = slo.budget.to_f64().unwrap_or_default();
        let budget_seconds = slo.window_real.seconds() * budget;
        // What comes at a fixed pace is recorded as one event a second: a minute, or whatever a drill leaves of it, is one.
        let one = if slo.sli.unit().is_paced { slo.timing.step.seconds().max(0.001) } else { 1.0 };
        let count = |counts: &Groups| counts.get(&group).map(|count| count / one).filter(|count| count.is_finite());
        let (events, bad_events) = (count(&self.events), count(&self.bad));
        let budget_events = events.map(|events| events * budget);
        let burn_rates: Vec<Burn> = self
            .burns
            .iter()
            .filter_map(|(window, rates)| {
                let rate = rates.get(&group).copied().filter(|rate| rate.is_finite())?;
                Some(Burn { window: window.clone(), rate })
            })
            .collect();
        // Alerts are in the order of urgency; windows in that of length.
        let told = slo.burns.first().map(|alert| alert.long.nominal.to_string());
        let told = told.or_else(|| slo.windows.first().map(|window| window.nominal.to_string()));
        Group {
            left,
            recorded,
            budget_seconds,
            left_seconds: budget_seconds * left,
            events,
            bad_events,
            budget_events,
            left_events: budget_events.zip(bad_events).map(|(budget, bad)| budget - bad),
            burn: burn_rates.iter().find(|burn| Some(&burn.window) == told.as_ref()).cloned(),
            burn_rates,
            counted: self.counted.get(&group).copied(),
            step: step(slo, left),
            group,
        }
    }
}

/// The step of the error-budget policy that applies: the last one whose share is spent.
fn step(slo: &SloPlan, left: f64) -> Option<Step> {
    let spent = |step: &&BudgetStep| 1.0 - left >= step.spent.to_f64().unwrap_or(1.0) - ROUNDING;
    let step = slo.budget_policy.iter().rfind(spent)?;
    Some(Step { spent: step.spent, action: step.action.clone() })
}

fn millis(seconds: f64) -> i64 {
    (seconds * 1_000.0).round() as i64
}
