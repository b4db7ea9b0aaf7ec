//! Alerts: gained, lost, moved, and when they fire and resolve.

use std::collections::BTreeMap;

use super::record::{Change, Kind, differs, subject};
use crate::plan::{Alert, BurnAlert, SloPlan, whole_seconds};
use crate::quantity::Duration;

/// How people name an alert: what tells it from the others of its objective.
fn name(alert: Alert<'_>) -> String {
    match alert {
        Alert::Burn(burn) => format!("{}/{}", burn.long.nominal, burn.short.nominal),
        Alert::State(_) => alert.slug(),
    }
}

/// An alert in a few words.
fn told(slo: &SloPlan, alert: Alert<'_>) -> String {
    let severity = alert.severity();
    let after = |it: Option<Duration>| it.map_or(String::new(), |it| format!(", fires after {it}"));
    match alert {
        Alert::Burn(burn) => {
            let fires = burn.statement.fires.map(|it| whole_seconds(it.seconds));
            format!("{severity} at {}×{}", burn.burn, after(fires))
        }
        Alert::State(state) => format!("{severity}{}", after(slo.missed_after(state))),
    }
}

/// A change of an alert.
fn of(kind: Kind, slo: &SloPlan, alert: Alert<'_>, what: &str) -> Change {
    Change { alert: Some(name(alert)), ..Change::new(kind, subject(slo), what) }
}

pub(super) fn gained(slo: &SloPlan, alert: Alert<'_>, changes: &mut Vec<Change>) {
    changes.push(of(Kind::Alert, slo, alert, "new alert").to(told(slo, alert)));
}

pub(super) fn lost(slo: &SloPlan, alert: Alert<'_>, changes: &mut Vec<Change>) {
    changes.push(of(Kind::Alert, slo, alert, "alert gone").from(told(slo, alert)));
}

pub(super) fn compare(old: &SloPlan, new: &SloPlan, changes: &mut Vec<Change>) {
    let [before, after] = [old, new]
        .map(|slo| -> BTreeMap<String, Alert<'_>> { slo.alerts().map(|alert| (alert.slug(), alert)).collect() });
    let mut gone: Vec<Alert<'_>> = missing(&before, &after);
    for alert in missing(&after, &before) {
        let twin = gone.iter().position(|old| is_moved(*old, alert));
        match twin.map(|at| gone.remove(at)) {
            Some(was) => {
                let [before, after] =
                    [(old, was), (new, alert)].map(|(slo, it)| format!("{}, {}", name(it), told(slo, it)));
                changes.push(Change::new(Kind::Alert, subject(new), "alert moved").from(before).to(after));
            }
            None => gained(new, alert, changes),
        }
    }
    for alert in gone {
        lost(old, alert, changes);
    }
    for (slug, was) in &before {
        if let Some(is) = after.get(slug) {
            one([old, new], [*was, *is], changes);
        }
    }
}

fn missing<'p>(of: &BTreeMap<String, Alert<'p>>, from: &BTreeMap<String, Alert<'p>>) -> Vec<Alert<'p>> {
    of.iter().filter(|(slug, _)| !from.contains_key(*slug)).map(|(_, alert)| *alert).collect()
}

/// Whether one burn-rate alert stands for another over other windows: both call alike, and one window is the same.
fn is_moved(old: Alert<'_>, new: Alert<'_>) -> bool {
    let (Some(was), Some(is)) = (old.burn(), new.burn()) else { return false };
    let shares_window = was.long.nominal == is.long.nominal || was.short.nominal == is.short.nominal;
    was.severity == is.severity && (shares_window || was.burn == is.burn)
}

/// An alert that is there before and after.
fn one(slos: [&SloPlan; 2], alerts: [Alert<'_>; 2], changes: &mut Vec<Change>) {
    let change = |kind, what: &str| of(kind, slos[1], alerts[1], what);
    differs(changes, change(Kind::Alert, "severity"), alerts.map(Alert::severity), |it| (*it).to_owned());
    differs(changes, change(Kind::Alert, "name"), alerts.map(Alert::name), |it| (*it).to_owned());
    if let [Alert::Burn(old), Alert::Burn(new)] = alerts {
        let burns = [old, new];
        differs(changes, change(Kind::Alert, "burn rate"), burns.map(|it| it.burn), |it| format!("{it}×"));
        let guards = burns.map(|it| it.guard.map_or(0, |guard| guard.events));
        differs(changes, change(Kind::Alert, "bad events needed"), guards, u32::to_string);
        times(slos, burns, changes);
    }
    if let [Alert::State(old), Alert::State(new)] = alerts {
        let after = [slos[0].missed_after(old), slos[1].missed_after(new)];
        differs(changes, change(Kind::Time, "time from the last sample until it fires"), after, |it| or_never(*it));
    }
    let labels = [0, 1].map(|side| rest(slos, alerts, side));
    if labels[0] != labels[1] {
        let [old, new] = &labels;
        let only = |of: &BTreeMap<String, String>, other: &BTreeMap<String, String>| -> Option<String> {
            let of = of.iter().filter(|(name, value)| other.get(*name) != Some(value));
            let of: Vec<String> = of.map(|(name, value)| format!("{name}={value}")).collect();
            (!of.is_empty()).then(|| of.join(", "))
        };
        changes.push(Change { before: only(old, new), after: only(new, old), ..change(Kind::Alert, "labels") });
    }
}

/// The labels of an alert that nothing else tells of: those of the series, the owner and the severity are told already.
fn rest(slos: [&SloPlan; 2], alerts: [Alert<'_>; 2], side: usize) -> BTreeMap<String, String> {
    let (Some(slo), Some(alert)) = (slos.get(side), alerts.get(side)) else { return BTreeMap::new() };
    let mut labels = slo.alert_labels(*alert);
    labels
        .retain(|name, _| name != "owner" && name != "severity" && !slo.labels.iter().any(|(known, _)| known == name));
    labels
}

/// When a burn-rate alert fires and resolves in a total outage, and what is gone by then.
fn times(slos: [&SloPlan; 2], burns: [&BurnAlert; 2], changes: &mut Vec<Change>) {
    let change = |kind, what: &str| of(kind, slos[1], Alert::Burn(burns[1]), what);
    let fires = burns.map(|it| it.statement.fires.map(|it| whole_seconds(it.seconds)));
    differs(changes, change(Kind::Time, "time to detect a total outage"), fires, |it| or_never(*it));
    let kept = slos.map(|slo| slo.keep_firing_for.seconds());
    let resolves = [0, 1].map(|side| {
        let clears = burns.get(side)?.statement.clears?;
        Some(whole_seconds(clears.seconds + kept.get(side).copied().unwrap_or_default()))
    });
    differs(changes, change(Kind::Time, "time to resolve after recovery"), resolves, |it| or_never(*it));
    let gone = burns.map(|it| it.statement.budget_gone.map(|share| format!("{:.3}%", share * 100.0)));
    differs(changes, change(Kind::Budget, "error budget spent when it fires"), gone, |it| {
        it.clone().unwrap_or_else(|| "none: it never fires".to_owned())
    });
}

fn or_never(time: Option<Duration>) -> String {
    time.map_or_else(|| "never".to_owned(), |time| time.to_string())
}
