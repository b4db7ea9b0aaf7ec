//! What a walk did not look at: absent sources, layers without evidence, commits and services that were left out.

use emberline_prose::number::{many, short};

use crate::report::Evidence;
use crate::source::Sources;

/// What was not looked at, a sentence each.
pub(crate) fn unseen(sources: &Sources<'_>, evidence: &Evidence) -> Vec<String> {
    let mut unseen = absent(sources, evidence);
    unseen.extend(commits(evidence));
    unseen.extend(services(sources, evidence));
    unseen
}

/// Sources that nobody gave. Absent traces, profiles and repositories are told by their layers.
fn absent(sources: &Sources<'_>, evidence: &Evidence) -> Vec<String> {
    let mut absent = Vec::new();
    if sources.logs.is_none() {
        absent.push("Log lines: no source of logs was given.".to_owned());
    }
    if sources.profiles.is_none() && evidence.profile.is_none() && !tells(evidence, "source of profiles") {
        absent.push("Profiles: no source of profiles was given.".to_owned());
    }
    if sources.deployments.is_none() {
        let what = "Deployments, flags and configuration: no log of deployments was given.";
        absent.push(format!("{what} Revisions come from telemetry."));
    }
    if evidence.runtime.as_ref().is_some_and(|runtime| runtime.series == 0) {
        let name = sources.metrics.name();
        absent.push(format!("Processor, memory, pools and queues: {name} has no such metrics of these services."));
    }
    absent
}

fn tells(evidence: &Evidence, words: &str) -> bool {
    evidence.missing.iter().any(|missing| missing.contains(words))
}

/// Commits beyond those that were ranked.
fn commits(evidence: &Evidence) -> Option<String> {
    let code = evidence.code.as_ref()?;
    let ranked = evidence.suspects.len();
    let left = code.commits.saturating_sub(ranked);
    (ranked > 0 && left > 0).then(|| {
        let left = many(left, "older commit", "older commits");
        format!("{left} of the release of {}: only the latest {ranked} were read.", code.service)
    })
}

/// Services that run another revision, and whose commits were not ranked.
fn services(sources: &Sources<'_>, evidence: &Evidence) -> Vec<String> {
    let Some(code) = &evidence.code else { return Vec::new() };
    let here = sources.history_of(&code.service).map(|history| history.name());
    let others = code.revisions.iter().filter(|it| it.service != code.service && it.is_changed());
    let told = others.filter_map(|it| {
        let (now, before) = (it.now.as_deref()?, it.before.as_deref()?);
        let between = format!("{}..{} of {}", short(before), short(now), it.service);
        match sources.history_of(&it.service).map(|history| history.name()) {
            None => Some(format!("Commits {between}: no repository of {} was given.", it.service)),
            Some(name) if Some(&name) != here.as_ref() => {
                Some(format!("Commits {between}: only the repository of {} was read.", code.service))
            }
            // The same release was ranked with that of the other service.
            Some(_) if (it.now.as_ref(), it.before.as_ref()) == (code.revision.as_ref(), code.good.as_ref()) => None,
            Some(_) => Some(format!("Commits {between}: only those of {} were ranked.", code.service)),
        }
    });
    told.collect()
}
