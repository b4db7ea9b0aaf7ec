//! When and where a commit was deployed, against when and where the telemetry changed.

use super::hypothesis::Hypothesis;
use crate::clock;
use crate::read::{Case, Commit, Deploy};
use crate::symptoms::Seen;
use crate::weights::Weights;

const DEPLOYS: &str = "context/deploys.json";

/// Whether two ids name the same commit; one may be shortened.
fn same(sha: &str, other: &str) -> bool {
    !sha.is_empty() && (sha.starts_with(other) || other.starts_with(sha))
}

/// The folder that tells whose a file is: the first two parts of its path.
fn folder(path: &str) -> &str {
    let end =
        path.match_indices('/').nth(1).or_else(|| path.match_indices('/').next()).map_or(path.len(), |(at, _)| at);
    path.get(..end).unwrap_or(path)
}

/// When the commit was deployed, against when the first signal and the alert's own signal changed.
pub(super) fn time(one: &mut Hypothesis<'_>, commit: &Commit, case: &Case, seen: &Seen, weights: &Weights) {
    let direct = case.deploys.iter().find(|deploy| same(&deploy.sha, &commit.sha));
    let (Some(first), Some(harm)) = (seen.first, seen.harm) else { return };
    let slack = seen.interval + 30_000;
    let at = match direct {
        Some(deploy) => {
            one.service = Some(deploy.service.clone());
            one.deployed = Some(deploy.at);
            deploy.at
        }
        None => match carried(one, commit, case, weights) {
            Some(at) => at,
            None => return,
        },
    };
    let text = |what: &str| format!("it was deployed at {}, {what} {}", clock::shown(at), clock::shown(first));
    if at > harm + slack {
        one.timely = false;
        one.add(-8.0, text("after the onset at"), DEPLOYS);
    } else if at > first + slack {
        one.timely = false;
        one.add(-weights.late, text("after the first signal at"), DEPLOYS);
    } else {
        let minutes = ((first - at) as f64 / 60_000.0).max(0.0);
        let near = if direct.is_some() { (1.0 - minutes / 60.0).max(0.0) } else { 0.0 };
        one.add(weights.near * near, text("before the first signal at"), DEPLOYS);
        if seen.ramp && direct.is_some() && first - at <= seen.interval * 4 {
            one.add(weights.ramp, text("when a ramp begins, at"), DEPLOYS);
        }
    }
    if let Some(deploy) = direct {
        place(one, deploy, case, seen, weights);
    }
}

/// When a commit that no deployment names may have been deployed with a later one.
fn carried(one: &mut Hypothesis<'_>, commit: &Commit, case: &Case, weights: &Weights) -> Option<i64> {
    let listed = !case.deploys.is_empty() || !case.absent.iter().any(|file| file == DEPLOYS);
    let Some(own) = commit.at else {
        one.add(-weights.undeployed, "no deployment names it", DEPLOYS);
        return None;
    };
    // A deployment carries what was committed before its own commit, in the folders of its service.
    let head = |deploy: &Deploy| case.commits.iter().find(|other| same(&deploy.sha, &other.sha));
    let owner = case.deploys.iter().find(|deploy| {
        head(deploy).is_some_and(|other| {
            commit.files.iter().any(|file| other.files.iter().any(|its| folder(its) == folder(file)))
        })
    });
    let carries = |deploy: &&Deploy| {
        deploy.at >= own
            && head(deploy).and_then(|other| other.at).unwrap_or(deploy.at) >= own
            && owner.is_none_or(|owner| owner.service == deploy.service)
    };
    let carrier = case.deploys.iter().find(carries).map(|deploy| deploy.at);
    if carrier.is_some() {
        one.add(-weights.undeployed, "no deployment names it", DEPLOYS);
    } else if listed {
        one.add(-weights.undeployed * 2.0, "no deployment carries it", DEPLOYS);
    }
    carrier.or(Some(own))
}

/// Whether the telemetry of the deployed service changed, and whether it did so with the deployment.
fn place(one: &mut Hypothesis<'_>, deploy: &Deploy, case: &Case, seen: &Seen, weights: &Weights) {
    let service = &*deploy.service;
    let from = deploy.at - seen.interval;
    let changes = seen.changed.get(service).map(Vec::as_slice).unwrap_or_default();
    let after = changes.iter().filter(|change| change.at >= from).min_by_key(|change| change.at);
    let soon = |at: i64| at <= deploy.at + seen.interval * 3 + 60_000;
    match after {
        Some(change) if soon(change.at) => {
            let text =
                format!("{} of {service} changes at {}, with the deployment", change.what, clock::shown(change.at));
            one.add(weights.own, text, change.place.clone());
        }
        Some(change) => {
            let text = format!("{} of {service} changes at {}", change.what, clock::shown(change.at));
            one.add(weights.own * 0.5, text, change.place.clone());
        }
        // A change of what others are sent may leave the sender's own telemetry as it was.
        None if seen.measured.contains(service) && !seen.neighbour(service) => {
            one.add(-weights.own * 0.6, format!("nothing of {service} changed after the deployment"), "");
        }
        None => {}
    }
    // What causes comes before what suffers.
    if let (Some(change), Some(first)) = (after, seen.first)
        && change.at <= first
    {
        let text = format!("the first of all changes is {} of {service}", change.what);
        one.add(weights.own * 0.6, text, change.place.clone());
    }
    let share = if service == case.alert.service {
        1.0
    } else if seen.harmed.contains_key(service) {
        0.8
    } else if after.is_some() || seen.neighbour(service) {
        0.5
    } else {
        0.2
    };
    let what = if service == case.alert.service {
        "the alert names"
    } else if share > 0.6 {
        "suffers"
    } else if share > 0.3 {
        "changed or talks with what suffers"
    } else {
        "shows nothing"
    };
    one.add(weights.placed * (share - 0.3), format!("{service} was deployed, which {what}"), DEPLOYS);
}
