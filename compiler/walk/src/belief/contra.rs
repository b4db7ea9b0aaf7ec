//! Facts against a claim.

use emberline_prose::number::{clock, figure, length, many, percent, short};

use super::pro::{of_shift, predicate};
use super::subject::Subject;
use crate::claim::{Fact, Proof};
use crate::report::Verdict;
use crate::runtime::{Resource, Shift};

/// All facts against a verdict.
pub(super) fn facts(subject: &Subject<'_>, verdict: Verdict, is_by_elimination: bool) -> Vec<Fact> {
    match verdict {
        Verdict::Healthy => Vec::new(),
        Verdict::Commit => [
            eliminated(is_by_elimination),
            objection(subject),
            rival(subject),
            lead(subject),
            starved(subject),
            surge(subject),
            inferred(subject),
            unseen_onset(subject),
        ]
        .into_iter()
        .flatten()
        .collect(),
        Verdict::NoCodeChange => [release(subject), candidate(subject)].into_iter().flatten().collect(),
        Verdict::NotCertain => {
            let facts = [
                eliminated(is_by_elimination),
                objection(subject),
                rival(subject),
                lead(subject),
                starved(subject),
                surge(subject),
            ];
            facts.into_iter().flatten().collect()
        }
    }
}

fn fact(words: String, strength: f64, proofs: Vec<Proof>) -> Option<Fact> {
    Some(Fact { words, strength, proofs })
}

fn eliminated(is_by_elimination: bool) -> Option<Fact> {
    let words = "It is named only because the other commits look harmless. A diff that looks harmless may not be.";
    is_by_elimination.then(|| fact(words.to_owned(), 0.9, Vec::new())).flatten()
}

/// What the ranking itself holds against the first suspect.
fn objection(subject: &Subject<'_>) -> Option<Fact> {
    let first = subject.evidence.named()?;
    let reason = first.reasons.iter().find_map(|reason| reason.strip_prefix("against it: "))?;
    fact(format!("{} {reason}.", short(&first.commit.id)), 0.8, vec![Proof::commit(&first.commit.id)])
}

/// The next suspect.
fn rival(subject: &Subject<'_>) -> Option<Fact> {
    let first = subject.evidence.named()?;
    let second = subject.evidence.suspects.get(1)?;
    let share = second.confidence / first.confidence.max(1e-6);
    let reason = second.reasons.iter().find(|reason| !reason.starts_with("against it"))?;
    let words = format!(
        "{} “{}” may be it as well (confidence {}): it {}.",
        short(&second.commit.id),
        second.commit.subject,
        percent(second.confidence),
        predicate(reason)
    );
    (share >= 0.1).then(|| fact(words, 0.4 + 0.5 * share.min(1.0), vec![Proof::commit(&second.commit.id)])).flatten()
}

/// That the revision served for a while before the onset.
fn lead(subject: &Subject<'_>) -> Option<Fact> {
    let deployed = subject.deployed().filter(|it| it.is_changed())?;
    let lead = deployed.lead(&subject.evidence.objective.as_ref()?.onset)?;
    let words = format!(
        "{} of {} had been running for at least {} when requests became bad.",
        short(deployed.now.as_deref().unwrap_or_default()),
        deployed.service,
        length(lead)
    );
    fact(words, 0.65, vec![Proof::artefact("code", "5-code.md")])
}

/// Throttling or restarts of a service whose code did not change.
fn starved(subject: &Subject<'_>) -> Option<Fact> {
    let shifts = subject.evidence.runtime.iter().flat_map(|runtime| &runtime.shifts);
    let is_outside = |shift: &&Shift| {
        let is_old = subject.revisions(&shift.service).is_none_or(|it| !it.is_changed());
        is_old && shift.is_growth() && matches!(shift.resource, Resource::Throttling | Resource::Restarts)
    };
    let shift = shifts.into_iter().find(is_outside)?;
    let words = format!("{}, although its revision did not change.", shift.words());
    Some(of_shift(subject, shift, &words, 0.6))
}

/// That there are many more requests than before.
fn surge(subject: &Subject<'_>) -> Option<Fact> {
    let requests = subject.evidence.requests.as_ref()?;
    let rates = requests.operations.iter().filter_map(|it| Some((it, it.before?.rate, it.now?.rate)));
    let (operation, before, now) = rates
        .filter(|(operation, before, now)| {
            operation.service == subject.service() && *before > 0.0 && *now >= before * 1.5 && *now >= before + 1.0
        })
        .max_by(|a, b| (a.2 / a.1).total_cmp(&(b.2 / b.1)))?;
    let words = format!(
        "{} {} receives {} requests/s, before {}: more load may be the cause.",
        operation.service,
        operation.name,
        figure(now),
        figure(before)
    );
    let asked = requests.asked.iter().filter(|asked| !asked.has_failed).take(1);
    let proofs = asked.map(|asked| Proof::Query { source: asked.source.clone(), query: asked.query.clone() });
    fact(words, 0.55, proofs.collect())
}

/// That traces of two services were matched by time.
fn inferred(subject: &Subject<'_>) -> Option<Fact> {
    let traced = subject.evidence.trace.as_ref().filter(|traced| traced.is_inferred())?;
    let broken = traced.breaks.iter().find(|it| it.cause == crate::chain::Cause::ContextLost)?;
    let words = format!(
        "Traces of {} and {} were matched by time, because the trace context gets lost between them.",
        broken.caller, broken.peer
    );
    fact(words, 0.4, vec![Proof::artefact("trace", "3-trace.md")])
}

fn unseen_onset(subject: &Subject<'_>) -> Option<Fact> {
    let objective = subject.evidence.objective.as_ref().filter(|objective| !objective.onset.is_seen)?;
    let words = format!("The onset is not visible: {} is derived from the alert.", clock(objective.onset.time));
    fact(words, 0.4, vec![Proof::artefact("objective", "1-slo.md")])
}

/// A release before the onset, although no code change is claimed.
fn release(subject: &Subject<'_>) -> Option<Fact> {
    let objective = subject.evidence.objective.as_ref()?;
    let changed = subject.changed().next()?;
    let seen = changed.first_seen.map_or_else(
        || "before now".to_owned(),
        |first| format!("at {}, {} before the onset", clock(first), length((objective.onset.time - first).max(0.0))),
    );
    let commits = subject.evidence.code.as_ref().map_or(0, |code| code.commits);
    let words = format!(
        "{} runs another revision, {}, first seen {seen} ({}).",
        changed.service,
        short(changed.now.as_deref().unwrap_or_default()),
        many(commits, "commit", "commits")
    );
    fact(
        words,
        if changed.lead(&objective.onset).is_none() { 0.8 } else { 0.6 },
        vec![Proof::artefact("code", "5-code.md")],
    )
}

/// A commit that fits, although no code change is claimed.
fn candidate(subject: &Subject<'_>) -> Option<Fact> {
    let first = subject.evidence.named()?;
    let reason = first.reasons.first()?;
    let words = format!("{} “{}” fits: it {}.", short(&first.commit.id), first.commit.subject, predicate(reason));
    fact(words, 0.5 * first.score, vec![Proof::commit(&first.commit.id)])
}
