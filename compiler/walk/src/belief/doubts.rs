//! Observations that would change a verdict. Each can be made: by a rollback, a trace, a profile or a query.

use emberline_prose::number::{clock, short};

use super::subject::{Subject, Symptom};
use crate::report::Verdict;

/// The most observations that are named.
const MOST: usize = 4;

/// What would change the verdict, a sentence each, the cheapest observation first.
pub(super) fn doubts(subject: &Subject<'_>, verdict: Verdict, is_by_elimination: bool) -> Vec<String> {
    let mut doubts = match verdict {
        Verdict::Healthy => Vec::new(),
        Verdict::Commit => of_commit(subject, is_by_elimination),
        Verdict::NotCertain => of_nothing(subject),
        Verdict::NoCodeChange => of_no_change(subject),
    };
    doubts.truncate(MOST);
    doubts
}

/// What still happens if a rollback does not help.
fn goes_on(subject: &Subject<'_>) -> String {
    let what = match subject.symptom() {
        Symptom::Slow => "stay slow",
        Symptom::Fail => "go on failing",
        Symptom::Missing => "stay away",
    };
    format!("requests of {} {what}", subject.service())
}

/// The services that run another revision, and the revisions before: `checkout and payments to 509d467848`.
fn rolled_back(subject: &Subject<'_>) -> Option<String> {
    let mut by: Vec<(&str, Vec<&str>)> = Vec::new();
    for changed in subject.changed() {
        let before = short(changed.before.as_deref().unwrap_or_default());
        match by.iter_mut().find(|(revision, _)| *revision == before) {
            Some((_, services)) => services.push(&changed.service),
            None => by.push((before, vec![&changed.service])),
        }
    }
    let of = by.iter().map(|(revision, services)| format!("{} to {revision}", listed(services)));
    let of: Vec<String> = of.collect();
    (!of.is_empty()).then(|| of.join(", and of "))
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn after_rollback(subject: &Subject<'_>) -> Option<String> {
    let back = rolled_back(subject)?;
    Some(format!("If {} after the rollback of {back}, no commit of this release is the root cause.", goes_on(subject)))
}

/// A healthy request by the suspected revision.
fn healthy(subject: &Subject<'_>) -> Option<String> {
    let deployed = subject.deployed().filter(|it| it.is_changed())?;
    let now = short(deployed.now.as_deref()?).to_owned();
    Some(format!(
        "A healthy trace of {} in which {} answers with {now} would speak against this release.",
        subject.operation(),
        deployed.service
    ))
}

/// A bad request by the revision before.
fn earlier(subject: &Subject<'_>) -> Option<String> {
    let deployed = subject.deployed().filter(|it| it.is_changed())?;
    let before = short(deployed.before.as_deref()?).to_owned();
    Some(format!(
        "A {} in which {} answers with {before} would clear every commit since {before}.",
        subject.symptom().noun(),
        deployed.service
    ))
}

fn of_commit(subject: &Subject<'_>, is_by_elimination: bool) -> Vec<String> {
    let first = subject.evidence.suspects.first().map(|first| short(&first.commit.id)).unwrap_or_default();
    let pointing = format!(
        "A trace, a profile or a stack of a {} that points to lines of another commit would clear {first}.",
        subject.symptom().noun()
    );
    let alone = format!("If {} with {first} alone reverted, {first} is not the root cause.", goes_on(subject));
    let mut doubts: Vec<String> = Vec::new();
    doubts.extend(is_by_elimination.then(|| pointing.clone()));
    doubts.extend(after_rollback(subject));
    doubts.push(alone);
    doubts.extend(healthy(subject).or_else(|| earlier(subject)));
    doubts
}

fn of_nothing(subject: &Subject<'_>) -> Vec<String> {
    let mut doubts = Vec::new();
    let recover = match rolled_back(subject) {
        Some(back) => format!(
            "If requests of {} recover after the rollback of {back}, the release is the cause; if {}, it is not.",
            subject.service(),
            goes_on(subject)
        ),
        None => format!(
            "If requests of {} recover after a rollback, a commit is the cause; if {}, look at dependencies, load and data.",
            subject.service(),
            goes_on(subject)
        ),
    };
    doubts.push(recover);
    let evidence = subject.evidence;
    let has_bad = evidence.trace.as_ref().is_some_and(|traced| !traced.bad.is_empty());
    if !has_bad {
        doubts.push(format!(
            "A trace of a {} of {} would show the place.",
            subject.symptom().noun(),
            subject.service()
        ));
    }
    let suspects: Vec<&str> = evidence.suspects.iter().take(2).map(|it| short(&it.commit.id)).collect();
    if let [one, other] = suspects.as_slice() {
        doubts.push(format!(
            "A {} by a build without {one} would clear {one}, and one without {other} would clear {other}.",
            subject.symptom().noun()
        ));
    }
    doubts.extend(earlier(subject));
    doubts
}

fn of_no_change(subject: &Subject<'_>) -> Vec<String> {
    let mut doubts = Vec::new();
    if let Some(down) = subject.evidence.trace.as_ref().and_then(|traced| traced.down()) {
        let (caller, peer) = (&down.caller, &down.peer);
        doubts.push(format!(
            "An answer of {peer} to another caller since the onset would mean that {peer} is up, and that {caller} cannot reach it."
        ));
        doubts.push(format!("If {} after {peer} answers again, {peer} is not the only cause.", goes_on(subject)));
    }
    let deployed = subject.deployed().and_then(|it| Some((&it.service, it.now.as_deref()?)));
    if let Some((service, now)) = deployed {
        doubts.push(format!(
            "A {} in which {service} answers with another revision than {} would make its release a suspect.",
            subject.symptom().noun(),
            short(now)
        ));
    }
    if let Some(objective) = &subject.evidence.objective {
        doubts.push(format!(
            "A flag, a configuration or a migration that changed at about {} would be a suspect.",
            clock(objective.onset.time)
        ));
    }
    doubts
}
