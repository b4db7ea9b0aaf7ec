//! Facts for a claim.

use emberline_prose::number::{clock, figure, length, many, percent, short};

use super::subject::{Subject, Symptom};
use crate::claim::{Fact, Proof};
use crate::report::Verdict;
use crate::requests::Deviation;
use crate::runtime::{Resource, Shift};

/// All facts for a verdict.
pub(super) fn facts(subject: &Subject<'_>, verdict: Verdict) -> Vec<Fact> {
    let of_code = || [suspect(subject), trace(subject), profile(subject), errors(subject), release(subject)];
    let mut facts: Vec<Fact> = match verdict {
        Verdict::Healthy => Vec::new(),
        Verdict::Commit => of_code().into_iter().flatten().chain(resources(subject)).collect(),
        Verdict::NoCodeChange => [turned(subject), down(subject), silent(subject), unchanged(subject)]
            .into_iter()
            .flatten()
            .chain(outside(subject))
            .collect(),
        Verdict::NotCertain => of_code().into_iter().chain([down(subject)]).flatten().collect(),
    };
    facts.extend(requests(subject));
    facts
}

/// Why the first suspect is suspected.
fn suspect(subject: &Subject<'_>) -> Option<Fact> {
    let first = subject.evidence.named()?;
    let reason = first.reasons.iter().find(|reason| !reason.starts_with("against it"))?;
    let proofs = [Some(Proof::commit(&first.commit.id)), Some(Proof::artefact("code", "5-code.md"))];
    Some(Fact {
        words: format!("{} {}.", short(&first.commit.id), predicate(reason)),
        // Evidence that points into the commit says more than the lack of another commit.
        strength: if subject.is_pointed_to() { 0.95 } else { 0.5 },
        proofs: proofs.into_iter().flatten().collect(),
    })
}

/// A reason as the predicate of its commit.
pub(super) fn predicate(reason: &str) -> String {
    if reason.starts_with("the only") { format!("is {reason}") } else { reason.to_owned() }
}

/// How the shown trace differs from healthy ones.
fn trace(subject: &Subject<'_>) -> Option<Fact> {
    let traced = subject.evidence.trace.as_ref().filter(|traced| !traced.bad.is_empty())?;
    let compared = format!(
        "{} against {}",
        many(traced.bad.len(), "bad trace", "bad traces"),
        many(traced.healthy.len(), "healthy trace", "healthy traces")
    );
    let difference = &traced.difference;
    let grown = difference.grown.first().filter(|_| subject.symptom() == Symptom::Slow && !traced.healthy.is_empty());
    let more = difference.more.first().filter(|_| subject.symptom() == Symptom::Slow);
    let (words, strength) = match (more, grown) {
        (Some(more), _) => (
            format!(
                "{} calls {} {} times for each request, before {} times ({compared}).",
                more.parent.words(),
                more.child.words(),
                figure(more.now),
                figure(more.before)
            ),
            0.9,
        ),
        (None, Some(grown)) => {
            let added = difference.now.unwrap_or(grown.now) - difference.before.unwrap_or(grown.before);
            let share = ((grown.now - grown.before) / added.max(1e-6)).clamp(0.0, 1.0);
            let (now, before) = (length(grown.now), length(grown.before));
            let words = format!("{} itself takes {now}, before {before} ({compared}).", grown.span.words());
            (words, 0.4 + 0.5 * share)
        }
        (None, None) => return None,
    };
    Some(Fact { words, strength, proofs: with(subject, "trace", "3-trace.md") })
}

/// The shown trace, and a layer's artefact.
fn with(subject: &Subject<'_>, layer: &str, file: &str) -> Vec<Proof> {
    subject.trace().into_iter().chain([Proof::artefact(layer, file)]).collect()
}

/// The function that gained processor time.
fn profile(subject: &Subject<'_>) -> Option<Fact> {
    let profiled = subject.evidence.profile.as_ref().filter(|profiled| profiled.samples > 0)?;
    let hot = profiled.functions.first()?;
    let before = hot.before.map_or_else(String::new, |before| format!(", before {}", percent(before)));
    let gained = hot.now - hot.before.unwrap_or(hot.now * 0.5);
    (gained > 0.1).then(|| Fact {
        words: format!(
            "{} of the {} of bad requests are in {}{before}.",
            percent(hot.now),
            many(usize::try_from(profiled.samples).unwrap_or(usize::MAX), "CPU sample", "CPU samples"),
            hot.place.words()
        ),
        strength: 0.4 + 0.5 * gained,
        proofs: vec![Proof::artefact("profile", "4-profile.md")],
    })
}

/// The error that most bad requests have.
fn errors(subject: &Subject<'_>) -> Option<Fact> {
    let traces = subject.evidence.trace.as_ref().map_or(0, |traced| traced.bad.len());
    let failure = subject.evidence.errors.as_ref()?.failures.first().filter(|_| subject.symptom() == Symptom::Fail)?;
    let place = failure.place.as_ref().map_or_else(|| format!("span `{}`", failure.span), |place| place.words());
    let said = match (failure.kind.as_str(), failure.message.as_str()) {
        (kind, "") => format!("`{kind}`"),
        ("", message) => format!("“{message}”"),
        (kind, message) => format!("`{kind}`: “{message}”"),
    };
    Some(Fact {
        words: format!(
            "{} of {} fail in {place} of {} with {said}.",
            failure.traces,
            many(traces.max(failure.traces), "bad trace", "bad traces"),
            failure.service
        ),
        strength: 0.85,
        proofs: with(subject, "errors", "4-error.md"),
    })
}

/// That bad requests are answered by another revision, and when it came.
fn release(subject: &Subject<'_>) -> Option<Fact> {
    let code = subject.evidence.code.as_ref()?;
    let of_code = subject.changed().find(|it| it.service == code.service);
    let changed = of_code.or_else(|| subject.changed().next())?;
    let (now, before) = (changed.now.as_deref()?, changed.before.as_deref()?);
    let onset = &subject.evidence.objective.as_ref()?.onset;
    let (seen, strength) = match changed.first_seen {
        Some(first) if changed.lead(onset).is_none() => {
            let words = format!("; it was first seen at {}, the onset was at {}", clock(first), clock(onset.time));
            (words, if onset.is_seen { 0.7 } else { 0.5 })
        }
        _ => (String::new(), 0.45),
    };
    Some(Fact {
        words: format!(
            "{} answers with {} now, and answered with {} before{seen}.",
            changed.service,
            short(now),
            short(before)
        ),
        strength,
        proofs: vec![Proof::artefact("code", "5-code.md")],
    })
}

/// A peer that answers nobody.
fn down(subject: &Subject<'_>) -> Option<Fact> {
    let down = subject.evidence.trace.as_ref()?.down()?;
    let same = down
        .answered
        .map_or_else(String::new, |at| format!(" The same revision of {} was answered at {}.", down.caller, clock(at)));
    Some(Fact {
        words: format!(
            "{} of {} of {} to {} have no answer, and {} answers no other caller.{same}",
            down.missing,
            many(down.calls, "call", "calls"),
            down.caller,
            down.peer,
            down.peer
        ),
        strength: if down.answered.is_some() { 0.95 } else { 0.85 },
        proofs: with(subject, "trace", "3-trace.md"),
    })
}

/// What changed outside of the code, while the same revisions ran.
fn turned(subject: &Subject<'_>) -> Option<Fact> {
    let words = subject.evidence.outside.as_ref()?.words();
    let words = format!("Since the onset, {words}. The same revisions served well before.");
    Some(Fact { words, strength: 0.95, proofs: with(subject, "trace", "3-trace.md") })
}

/// A service that no longer answers.
fn silent(subject: &Subject<'_>) -> Option<Fact> {
    let operations = &subject.evidence.requests.as_ref()?.operations;
    let silent = operations.iter().find(|it| it.deviation == Deviation::Silence)?;
    Some(Fact { words: format!("{}.", silent.words()), strength: 0.7, proofs: queries(subject) })
}

/// That the running revision served well before.
fn unchanged(subject: &Subject<'_>) -> Option<Fact> {
    let deployed = subject.deployed().filter(|_| subject.is_unchanged())?;
    let now = deployed.now.as_deref()?;
    Some(Fact {
        words: format!(
            "{} runs {}, as it did before the onset, when requests were healthy.",
            deployed.service,
            short(now)
        ),
        strength: 0.8,
        proofs: vec![Proof::artefact("code", "5-code.md")],
    })
}

/// The affected requests, in metrics.
fn requests(subject: &Subject<'_>) -> Option<Fact> {
    let requests = subject.evidence.requests.as_ref()?;
    let deepest = requests.deepest.as_deref()?;
    let deviating = |it: &&crate::requests::Operation| it.service == deepest && it.deviation != Deviation::Usual;
    let operation = requests.operations.iter().find(deviating)?;
    Some(Fact { words: format!("{}.", operation.words()), strength: 0.3, proofs: queries(subject) })
}

fn queries(subject: &Subject<'_>) -> Vec<Proof> {
    let asked = subject.evidence.requests.iter().flat_map(|requests| &requests.asked);
    let asked = asked.filter(|asked| !asked.has_failed).take(1);
    asked.map(|asked| Proof::Query { source: asked.source.clone(), query: asked.query.clone() }).collect()
}

/// What grew in services that run another revision.
fn resources(subject: &Subject<'_>) -> Vec<Fact> {
    let is_new = |shift: &&Shift| subject.revisions(&shift.service).is_some_and(|it| it.is_changed());
    shifts(subject)
        .filter(is_new)
        .filter(|shift| shift.is_growth())
        .filter_map(|shift| {
            let (meaning, strength) = match shift.resource {
                Resource::Memory | Resource::Files => ("as of a leak", 0.55),
                Resource::Processor | Resource::Threads | Resource::Collection => ("since its revision changed", 0.4),
                Resource::Retries | Resource::Pool | Resource::Queue => ("since its revision changed", 0.35),
                Resource::Throttling | Resource::Restarts | Resource::Cache => return None,
            };
            Some(of_shift(subject, shift, &format!("{}, {meaning}.", shift.words()), strength))
        })
        .collect()
}

/// What changed in services that run the same revision as before.
fn outside(subject: &Subject<'_>) -> Vec<Fact> {
    let is_old = |shift: &&Shift| subject.revisions(&shift.service).is_none_or(|it| !it.is_changed());
    shifts(subject)
        .filter(is_old)
        .filter(|shift| shift.is_growth())
        .filter_map(|shift| {
            let strength = match shift.resource {
                Resource::Throttling | Resource::Restarts => 0.65,
                Resource::Pool | Resource::Queue | Resource::Memory | Resource::Files => 0.45,
                _ => return None,
            };
            Some(of_shift(
                subject,
                shift,
                &format!("{}, although its revision did not change.", shift.words()),
                strength,
            ))
        })
        .collect()
}

fn shifts<'e>(subject: &Subject<'e>) -> impl Iterator<Item = &'e Shift> + use<'e> {
    subject.evidence.runtime.iter().flat_map(|runtime| &runtime.shifts)
}

/// A change of a runtime metric as a fact.
pub(super) fn of_shift(subject: &Subject<'_>, shift: &Shift, words: &str, strength: f64) -> Fact {
    let source = subject.evidence.runtime.as_ref().and_then(|runtime| runtime.asked.first());
    let query = |asked: &crate::ask::Ask| Proof::Query { source: asked.source.clone(), query: shift.query() };
    Fact { words: words.to_owned(), strength, proofs: source.map(query).into_iter().collect() }
}
