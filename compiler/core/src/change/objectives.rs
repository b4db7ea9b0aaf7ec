//! Objectives: which come, go and change, and what is asked of each.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::alerts;
use super::fields::Fields;
use super::history;
use super::record::{Change, Kind, differs, subject};
use crate::plan::{Plan, SloPlan};

/// An objective by its service and name.
type Named<'p> = BTreeMap<(&'p str, &'p str), &'p SloPlan>;

pub(super) fn compare(old: &Plan, new: &Plan, fields: &Fields, changes: &mut Vec<Change>) {
    let [before, after] = [old, new]
        .map(|plan| -> Named<'_> { plan.slos().map(|slo| ((slo.service.as_str(), slo.name.as_str()), slo)).collect() });
    let mut gone: Vec<&SloPlan> = missing(&before, &after);
    for slo in missing(&after, &before) {
        // The same objective under another name.
        let twin = gone.iter().position(|old| old.service == slo.service && is_alike(old, slo));
        match twin.map(|at| gone.remove(at)) {
            Some(old) => renamed(old, slo, changes),
            None => added(slo, changes),
        }
    }
    for slo in gone {
        removed(slo, changes);
    }
    for (name, old_slo) in &before {
        if let Some(new_slo) = after.get(name) {
            both(old_slo, new_slo, fields, [old, new], changes);
        }
    }
}

fn missing<'p>(of: &Named<'p>, from: &Named<'p>) -> Vec<&'p SloPlan> {
    of.iter().filter(|(name, _)| !from.contains_key(*name)).map(|(_, slo)| *slo).collect()
}

fn percent(share: &Decimal) -> String {
    format!("{}%", (share * Decimal::ONE_HUNDRED).normalize())
}

/// What is asked, in a few words.
fn asked(slo: &SloPlan) -> String {
    format!("{} of {} over {}", percent(&slo.objective), slo.sli.unit().events, slo.window)
}

/// The error budget as a length of time in which all events are bad.
fn budget(slo: &SloPlan) -> String {
    format!("{} of total outage over {}", slo.window.part(slo.budget), slo.window)
}

/// Whether two objectives ask for the same of the same metrics.
fn is_alike(old: &SloPlan, new: &SloPlan) -> bool {
    let reads =
        |slo: &SloPlan| -> Vec<String> { slo.sli.readings().iter().map(|it| format!("{:?}", told(it))).collect() };
    old.objective == new.objective
        && old.window == new.window
        && old.group_by == new.group_by
        && old.sli.shape() == new.sli.shape()
        && !reads(old).is_empty()
        && reads(old) == reads(new)
}

/// What a reading asks for, without its place.
fn told<'i>(reading: &crate::indicator::Reading<'i>) -> (Option<String>, Option<String>) {
    (reading.prometheus().map(str::to_owned), reading.query().map(|query| query.text().to_owned()))
}

fn added(slo: &SloPlan, changes: &mut Vec<Change>) {
    let subject = subject(slo);
    changes.push(Change::new(Kind::Objective, &*subject, "new objective").to(asked(slo)));
    changes.push(Change::new(Kind::Budget, &*subject, "error budget").to(budget(slo)));
    for alert in slo.alerts() {
        alerts::gained(slo, alert, changes);
    }
    changes.push(history::new(slo));
}

fn removed(slo: &SloPlan, changes: &mut Vec<Change>) {
    let subject = subject(slo);
    changes.push(Change::new(Kind::Objective, &*subject, "objective gone").from(asked(slo)));
    changes.push(Change::new(Kind::Budget, &*subject, "error budget").from(budget(slo)));
    for alert in slo.alerts() {
        alerts::lost(slo, alert, changes);
    }
    changes.push(history::gone(slo));
}

fn renamed(old: &SloPlan, new: &SloPlan, changes: &mut Vec<Change>) {
    let change = Change::new(Kind::Objective, subject(old), "objective renamed");
    changes.push(change.from(old.name.clone()).to(new.name.clone()));
    alerts::compare(old, new, changes);
    changes.push(history::renamed(new));
}

fn both(old: &SloPlan, new: &SloPlan, fields: &Fields, plans: [&Plan; 2], changes: &mut Vec<Change>) {
    let subject = subject(new);
    let sides = [old, new];
    let one = |kind, what: &str| Change::new(kind, subject.clone(), what);
    differs(changes, one(Kind::Objective, "target"), sides.map(|slo| slo.objective), percent);
    differs(changes, one(Kind::Objective, "window"), sides.map(|slo| slo.window), ToString::to_string);
    let mut indicator = fields.of_indicator(&new.service, &new.name);
    let replica = sides.map(|slo| slo.replica_label.clone());
    differs(&mut indicator, one(Kind::Objective, "replicas told apart by"), replica, |label| {
        label.clone().unwrap_or_else(|| "nothing".to_owned())
    });
    let added = sides.map(|slo| slo.about.added.clone());
    if added[0] != added[1] {
        let [before, after] = added;
        indicator.push(Change { before, after, ..one(Kind::Objective, "matcher that the compiler adds") });
    }
    let is_measured_anew = !indicator.is_empty();
    changes.append(&mut indicator);
    let listed = |names: &Vec<String>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    differs(changes, one(Kind::Objective, "labels kept apart"), sides.map(|slo| slo.group_by.clone()), listed);
    let timing = |change: &str, of: fn(&SloPlan) -> crate::quantity::Duration, changes: &mut Vec<Change>| {
        differs(changes, one(Kind::Objective, change), sides.map(of), ToString::to_string);
    };
    timing("scrape interval", |slo| slo.timing.scrape, changes);
    timing("evaluation interval", |slo| slo.timing.evaluation, changes);
    timing("delay of data", |slo| slo.timing.delay, changes);
    let labels = |slo: &SloPlan| -> Vec<String> {
        slo.labels.iter().skip(2).map(|(name, value)| format!("{name}={value}")).collect()
    };
    differs(changes, one(Kind::Objective, "labels of its series"), sides.map(labels), listed);
    let owner = sides.map(|slo| slo.owner.clone());
    differs(changes, one(Kind::Objective, "owner"), owner, |it| it.clone().unwrap_or_else(|| "nobody".to_owned()));
    differs(changes, one(Kind::Budget, "error budget"), sides.map(budget), Clone::clone);
    alerts::compare(old, new, changes);
    history::compare(old, new, is_measured_anew, plans[1].telemetry.metrics, changes);
}
