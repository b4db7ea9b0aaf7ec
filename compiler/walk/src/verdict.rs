//! The end of a walk: verdict, headline and actions.

use emberline_core::plan::Plan;

use super::actions::actions;
use super::belief;
use super::chain::Break;
use super::code::Deployment;
use super::outside::Outside;
use super::place::Place;
use super::recent::{self, Recent};
use super::report::{Evidence, NEAR, Verdict, Walk};
use super::requests::Deviation;
use super::suspects::{GROUNDED, SURE, Suspect};
use emberline_prose::number::{percent, short};

/// Draws the verdict from the evidence of all layers.
pub(super) fn close(mut evidence: Evidence, plan: &Plan) -> Walk {
    let troubles = troubles(&evidence);
    evidence.missing.extend(troubles);
    let (verdict, why) = decide(&evidence);
    let function = function(&evidence, verdict);
    let claim = belief::claim(&evidence, verdict, &why, function.as_ref());
    let is_by_elimination = claim.as_ref().is_some_and(|claim| claim.is_by_elimination);
    let headline = headline(&evidence, verdict, function.as_ref(), &why, is_by_elimination);
    let actions = actions(&evidence, verdict, plan);
    let Evidence {
        at, service, trace_id, objective, requests, trace, profile, errors, code, suspects, missing, ..
    } = evidence;
    Walk {
        verdict,
        headline,
        claim,
        runtime: evidence.runtime,
        outside: evidence.outside,
        at,
        service,
        function,
        trace_id,
        objective,
        requests,
        trace,
        profile,
        errors,
        code,
        suspects,
        missing,
        actions,
        unreachable: None,
        seconds: 0.0,
    }
}

/// Why sources gave no answer, each reason once.
fn troubles(evidence: &Evidence) -> Vec<String> {
    let layers = [
        evidence.objective.as_ref().map(|it| &it.asked),
        evidence.requests.as_ref().map(|it| &it.asked),
        evidence.trace.as_ref().map(|it| &it.asked),
        evidence.profile.as_ref().map(|it| &it.asked),
        evidence.errors.as_ref().map(|it| &it.asked),
        evidence.runtime.as_ref().map(|it| &it.asked),
        evidence.code.as_ref().map(|it| &it.asked),
    ];
    let failed = layers.into_iter().flatten().flatten().filter(|asked| asked.has_failed);
    let mut troubles: Vec<String> = failed.map(|asked| format!("{}.", asked.answer)).collect();
    troubles.sort();
    troubles.dedup();
    troubles
}

/// The verdict, and its reason in a few words.
fn decide(evidence: &Evidence) -> (Verdict, String) {
    let deployment = evidence.code.as_ref().map(|code| code.deployment);
    let first = evidence.suspects.first();
    let recent = recent::within(evidence);
    if let Some(refuted) = evidence.code.as_ref().and_then(|code| code.refuted.as_ref()) {
        // An older release is still suspect if the alert counts the time since.
        let verdict = if refuted.is_older { Verdict::NoCodeChange } else { Verdict::NotCertain };
        return (verdict, refuted.words());
    }
    if let Some(down) = evidence.trace.as_ref().and_then(|trace| trace.down()) {
        return peer_is_down(evidence, down, &recent);
    }
    if let Some(outside) = &evidence.outside {
        // A new release may fill a disk, or stand less traffic than the one before.
        return match (outside, recent.first()) {
            (Outside::Flag { .. }, _) | (_, None) => (Verdict::NoCodeChange, outside.words()),
            (_, Some(recent)) => (Verdict::NotCertain, format!("{}; but {}", outside.words(), recent.words())),
        };
    }
    if deployment == Some(Deployment::Unchanged) {
        let silent = evidence
            .requests
            .as_ref()
            .and_then(|it| it.operations.iter().find(|it| it.deviation == Deviation::Silence));
        // Only a bad trace proves which revision failed, because metrics of an ended process stay for a while.
        let is_awaited = evidence.trace.as_ref().is_some_and(|trace| trace.bad.is_empty() && !trace.asked.is_empty());
        if silent.is_none() && is_awaited {
            let why = "no trace of a bad request was kept yet; walk again in a moment";
            return (Verdict::NotCertain, why.to_owned());
        }
        if let Some(recent) = recent.first() {
            return (Verdict::NotCertain, recent.words());
        }
        let why = match silent {
            Some(silent) => format!("{} no longer answers, and no deployment explains that", silent.service),
            None => "the running revision served well before".to_owned(),
        };
        return (Verdict::NoCodeChange, why);
    }
    // Missing data leaves no requests to examine. A service that went silent without a deployment is down.
    let is_missing = evidence.objective.as_ref().is_some_and(|objective| objective.firing.windows.is_none());
    let is_unseen =
        evidence.code.as_ref().is_none_or(|code| !code.revisions.iter().any(super::revisions::Revisions::is_changed));
    if is_missing && is_unseen {
        if let Some(recent) = recent.first() {
            return (Verdict::NotCertain, recent.words());
        }
        let service = evidence.service.clone().unwrap_or_default();
        return (Verdict::NoCodeChange, format!("{service} sends no data, and no deployment was seen"));
    }
    match first {
        Some(first) if is_named(first) => (Verdict::Commit, String::new()),
        Some(first) if first.is_only && first.grounds < GROUNDED => {
            (Verdict::NotCertain, format!("only elimination points to {}", short(&first.commit.id)))
        }
        Some(first) if first.score >= NEAR => (Verdict::NotCertain, rival(evidence)),
        Some(_) => (Verdict::NotCertain, "no commit changes what evidence points to".to_owned()),
        None => (Verdict::NotCertain, nobody(evidence)),
    }
}

/// Whether a suspect may be named as the root cause: evidence itself points to it, and to no other as much.
fn is_named(first: &Suspect) -> bool {
    first.confidence >= SURE && first.score >= NEAR && first.grounds >= GROUNDED
}

/// The verdict if a peer answers nobody. A caller with a new revision may call a wrong address, unless the peer has
/// answered this revision. A peer may also fail through its own deployment. Otherwise the peer itself is down.
fn peer_is_down(evidence: &Evidence, down: &Break, recent: &[Recent]) -> (Verdict, String) {
    let is_proven = |service: &str| service == down.caller && down.answered.is_some();
    let is_concerned = |service: &str| (service == down.caller || service == down.peer) && !is_proven(service);
    let silence = format!("{} does not answer {}", down.peer, down.caller);
    if let Some(recent) = recent.iter().find(|it| is_concerned(&it.service)) {
        let why = match recent.lead {
            lead if lead > 2.0 * evidence.objective.as_ref().map_or(0.0, |it| it.onset.plus_minus) => {
                format!("{silence}, and {}", recent.words())
            }
            _ => format!("{silence}, and {} was deployed at the onset", recent.service),
        };
        return (Verdict::NotCertain, why);
    }
    // A new revision without a time may have come with the incident.
    let code = evidence.code.as_ref();
    let is_untouched = |service: &String| code.is_some_and(|code| code.untouched.contains(service));
    let mut undated = code.iter().flat_map(|code| &code.revisions).filter(|it| {
        it.is_changed()
            && it.first_seen.is_none()
            && !it.is_older
            && is_concerned(&it.service)
            && !is_untouched(&it.service)
    });
    match undated.next() {
        Some(new) if evidence.suspects.first().is_some_and(|first| first.score >= NEAR) => {
            (Verdict::NotCertain, format!("{silence}, and {} was deployed at the onset", new.service))
        }
        _ => (Verdict::NoCodeChange, format!("{} is down or unreachable", down.peer)),
    }
}

/// Why there is no suspect.
fn nobody(evidence: &Evidence) -> String {
    let code = evidence.code.as_ref();
    let service = code.map(|code| code.service.clone()).unwrap_or_default();
    match code {
        Some(code) if code.revision.is_none() => format!("the running revision of {service} is unknown"),
        Some(code) if code.deployment == Deployment::Changed && code.commits == 0 => {
            format!("{service} runs another revision, and the git history does not show what differs")
        }
        _ => "there are no commits to suspect".to_owned(),
    }
}

/// Why the walk cannot name the first suspect as the root cause.
fn rival(evidence: &Evidence) -> String {
    let near: Vec<&str> = evidence
        .suspects
        .iter()
        .filter(|suspect| suspect.score >= evidence.suspects.first().map_or(1.0, |first| first.score) * 0.6)
        .map(|suspect| short(&suspect.commit.id))
        .collect();
    let first = evidence.suspects.first().filter(|first| first.grounds < GROUNDED);
    match near.as_slice() {
        [_] if first.is_some() => {
            let id = first.map(|first| short(&first.commit.id)).unwrap_or_default();
            format!("little speaks for {id} but that it was deployed")
        }
        [_] => "too much evidence is missing".to_owned(),
        several => format!("{} fit the evidence equally well", several.join(" and ")),
    }
}

/// The faulty function: the one that the suspect changed, else the place that evidence points to.
fn function(evidence: &Evidence, verdict: Verdict) -> Option<Place> {
    let of_suspect =
        evidence.suspects.first().filter(|_| verdict == Verdict::Commit).and_then(|it| it.function.clone());
    let of_site = || evidence.code.as_ref().and_then(|code| code.sites.first()).map(|site| site.place.clone());
    of_suspect.or_else(of_site)
}

fn headline(
    evidence: &Evidence,
    verdict: Verdict,
    function: Option<&Place>,
    why: &str,
    is_by_elimination: bool,
) -> String {
    let burns =
        evidence.objective.as_ref().map(|objective| format!("{}/{}", objective.firing.service, objective.firing.slo));
    let burns = burns.unwrap_or_default();
    let place = function.map_or_else(String::new, |place| format!(", in {}", place.words()));
    match (verdict, evidence.suspects.first()) {
        (Verdict::Commit, Some(first)) => format!(
            "{burns}: root cause is likely {} “{}”{place} ({}confidence {}).",
            short(&first.commit.id),
            first.commit.subject,
            if is_by_elimination { "by elimination, " } else { "" },
            percent(first.confidence)
        ),
        (Verdict::NoCodeChange, _) => format!("{burns}: no code change caused this: {why}."),
        (_, Some(first)) if first.score >= NEAR => {
            format!("{burns}: not certain: {why}; first suspect: {}{place}.", short(&first.commit.id))
        }
        _ => format!("{burns}: not certain: {why}{place}."),
    }
}
