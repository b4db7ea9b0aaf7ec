//! What to do, in order: save the evidence, restore the service, then look for the commit.

use emberline_core::plan::{Plan, ServicePlan};

use super::chain::Cause;
use super::code::Deployment;
use super::recent;
use super::report::{Action, Evidence, Verdict};

/// The actions for a verdict. A healthy system needs none.
pub(super) fn actions(evidence: &Evidence, verdict: Verdict, plan: &Plan) -> Vec<Action> {
    if verdict == Verdict::Healthy {
        return Vec::new();
    }
    let mut actions: Vec<Action> = save(evidence).into_iter().collect();
    match verdict {
        Verdict::NoCodeChange => actions.push(restore(evidence, plan)),
        _ => actions.extend(roll_back(evidence, verdict, plan)),
    }
    if let Some(suspect) = evidence.named().filter(|_| verdict != Verdict::NoCodeChange) {
        let command = Some(format!("git show {}", suspect.commit.id));
        let what = match verdict {
            Verdict::Commit => "Once the service has recovered, read the commit and revert it.",
            _ => "Once the service has recovered, look for the commit. Read the first suspects.",
        };
        actions.push(Action { what: what.to_owned(), command });
    }
    if evidence.trace.as_ref().is_some_and(|trace| trace.breaks.iter().any(|it| it.cause == Cause::ContextLost)) {
        actions.push(Action {
            what: "Fix the propagation of the trace context: the walk had to match traces by time.".to_owned(),
            command: None,
        });
    }
    actions
}

/// Saves the evidence: instances and kept traces of the bad revision end with the rollback.
fn save(evidence: &Evidence) -> Option<Action> {
    let firing = &evidence.objective.as_ref()?.firing;
    Some(Action {
        what: "Save the evidence, because a rollback ends it: run the walk with `--export` and the same stores."
            .to_owned(),
        command: Some(format!("emberline walk --alert {}/{} --export evidence", firing.service, firing.slo)),
    })
}

fn service<'p>(plan: &'p Plan, name: &str) -> Option<&'p ServicePlan> {
    plan.services.iter().find(|service| service.name == name)
}

/// What restores a service that no deployment broke.
fn restore(evidence: &Evidence, plan: &Plan) -> Action {
    let name = evidence.service.clone().unwrap_or_default();
    let owner = service(plan, &name).and_then(|service| service.about.owner.clone());
    let owner = owner.map_or_else(String::new, |owner| format!(" (owner: {owner})"));
    let down = evidence.trace.as_ref().and_then(|trace| trace.down());
    let what = match (down, &evidence.outside) {
        (None, Some(outside)) => {
            let owner = service(plan, outside.service()).and_then(|service| service.about.owner.clone());
            let owner = owner.map_or_else(String::new, |owner| format!(" Its owner is {owner}."));
            format!("{}{owner} A rollback would not help.", outside.remedy())
        }
        (Some(down), _) => format!(
            "Restore {}{owner}: find out why it does not answer. Rolling {} back would not help.",
            down.peer, down.caller
        ),
        (None, None) => {
            format!("Check the dependencies, the load and the data of {name}{owner}. A rollback would not help.")
        }
    };
    Action { what, command: None }
}

/// Rolls back every service that the release changed. If no change is known, the service that was examined.
fn roll_back(evidence: &Evidence, verdict: Verdict, plan: &Plan) -> Vec<Action> {
    let Some(code) = evidence.code.as_ref() else { return Vec::new() };
    let recent = recent::within(evidence);
    let is_new = code.deployment != Deployment::Unchanged;
    if !is_new && recent.is_empty() {
        return Vec::new();
    }
    let changed = code.revisions.iter().filter(|it| is_new && it.is_changed()).map(|it| it.service.as_str());
    let mut names: Vec<&str> = changed.chain(recent.iter().map(|it| it.service.as_str())).collect();
    // The examined service comes first, because its deployment is the likeliest cause.
    names.sort_unstable();
    names.dedup();
    names.sort_by_key(|name| *name != code.service);
    if names.is_empty() {
        names.push(&code.service);
    }
    let mut actions = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let about = service(plan, name).map(|service| &service.about);
        let command = about.and_then(|about| about.rollback.clone());
        let mut what = match at {
            0 => format!("Roll back the last deployment of {name}."),
            _ => format!("Roll back {name} as well: it was released together with {}.", names.first().unwrap_or(name)),
        };
        if at == 0 && verdict == Verdict::NotCertain {
            what.push_str(" Whether it is the cause is not certain, and a rollback tells within minutes.");
        }
        if command.is_none() {
            what.push_str(" No command is declared: add `rollback` to its spec.");
        }
        for unless in about.iter().flat_map(|about| &about.no_rollback) {
            what.push_str(&format!(" Do not roll back if this applies: {unless}"));
        }
        actions.push(Action { what, command });
    }
    actions
}
