//! The postmortem that is proposed to people: one page, blameless, with action items to edit.

use serde::Serialize;

use super::incident::{Incident, View, cause};
use super::template;
use crate::history::written;
use crate::record::{Method, Outcome, Record};
use emberline_walk::source::Answer;

const DAY: f64 = 86_400.0;

/// What somebody is to do.
#[derive(Debug, Serialize)]
struct Action {
    what: String,
    owner: String,
    due: String,
}

/// What the postmortem is told beyond the report.
#[derive(Debug, Serialize)]
struct Own<'o> {
    #[serde(flatten)]
    view: &'o View<'o>,
    name: &'o str,
    evidence: &'o str,
    link: &'o str,
    actions: Vec<Action>,
    happened: String,
    root: String,
    contributed: Vec<String>,
    well: Vec<String>,
}

/// The page.
pub(super) fn text(incident: &Incident<'_>, view: &View<'_>, name: &str, folder: &str) -> Answer<String> {
    let record = incident.record;
    let owner = incident.slo()?.owner.clone().unwrap_or_else(|| "nobody yet".to_owned());
    let own = Own {
        view,
        name,
        evidence: folder.trim_start_matches("../").trim_end_matches('/'),
        link: folder,
        actions: actions(record, &owner),
        happened: happened(record),
        root: root(record),
        contributed: contributed(record),
        well: well(record),
    };
    template::render("postmortem.md", own)
}

fn happened(record: &Record) -> String {
    let many = record.release.commits.len();
    match record.fault.outage {
        true => format!(
            "`{}`: something that the service needs was gone, while a release of {many} commits served that was not at fault.",
            record.fault.name
        ),
        false => format!("A release of {many} commits was deployed, one of which was at fault: {}.", cause(record)),
    }
}

/// The root cause as a failure of the system that changes go through, rather than of who wrote one.
fn root(record: &Record) -> String {
    let function = match record.fault.opened.function.as_str() {
        "" => "what the commit changed".to_owned(),
        function => format!("`{function}`"),
    };
    let what = match (record.fault.outage, record.fault.opened.kind.as_str()) {
        (true, _) => {
            return "The service had no way to answer without what was gone: one process that dies is an outage for customers, \
                    because nothing stands in for it and nothing says beforehand that nothing does."
                .to_owned();
        }
        (false, "latency") => format!(
            "No step between writing and serving measures how long {function} takes under load, so a change that makes it slow looks \
             like any other: tests ask whether it is right, and review sees a small difference."
        ),
        (false, "errors") => format!(
            "No test asks {function} for the case that failed, and no step between merging and serving sends it such requests: the \
             first to ask were customers."
        ),
        (false, _) => format!(
            "No step between writing and serving showed what the change does to {function} under the load of production."
        ),
    };
    format!(
        "{what} The release then replaced all of the service at once, so that its first comparison with the version before was the page."
    )
}

fn contributed(record: &Record) -> Vec<String> {
    let mut lines = Vec::new();
    let many = record.release.commits.len();
    if !record.fault.outage {
        lines.push(format!(
            "{many} commits were released together, so the release itself does not say which of them it was."
        ));
        lines.push("Nothing held the new version's error ratio and durations against the old one's before all traffic went to it.".to_owned());
    }
    if record.outcome == Outcome::LastResort {
        lines.push("Nothing that the search named helped; all was taken back in the end.".to_owned());
    }
    lines.extend(record.slow.iter().cloned());
    if record.fires.met == Some(false) {
        lines.push("The page came later than computed.".to_owned());
    }
    if lines.is_empty() {
        lines.push("_To be written: a drill sees nothing here._".to_owned());
    }
    lines
}

fn well(record: &Record) -> Vec<String> {
    let mut lines = Vec::new();
    if record.fires.met == Some(true) {
        lines.push("The page came within the time that is computed for it.".to_owned());
    }
    if let Some(search) = record.search.as_ref().filter(|_| record.is_right() && record.method == Method::Walk) {
        lines.push(format!("The walk was right at once, {:.1} s after it was begun.", search.ended - search.began));
    }
    if let Some(cure) = record.cure().filter(|_| record.attempts.len() == 1 && !record.fault.outage) {
        lines.push(format!("One rollback was enough, in effect after {:.0} s.", cure.ended - cure.began));
    }
    if record.clears.met == Some(true) {
        lines.push("The alert cleared within the time that is computed for it.".to_owned());
    }
    if lines.is_empty() {
        lines.push("It ended.".to_owned());
    }
    lines
}

fn actions(record: &Record, owner: &str) -> Vec<Action> {
    let action = |what: String, days: f64| Action {
        what,
        owner: owner.to_owned(),
        due: written(record.began + days * DAY).get(..10).unwrap_or_default().to_owned(),
    };
    let function = match record.fault.opened.function.as_str() {
        "" => "what this commit changed".to_owned(),
        function => function.to_owned(),
    };
    let mut actions = Vec::new();
    match (record.fault.outage, record.fault.opened.kind.as_str()) {
        (true, _) => {
            actions.push(action(
                "Decide what the service answers while what it needs is gone, and test it".to_owned(),
                14.0,
            ));
            actions.push(action("Run a second instance of what was gone, or say why one is enough".to_owned(), 30.0));
        }
        (false, "latency") => {
            actions.push(action(
                format!("A benchmark of {function} at the size of a large request, which fails the build"),
                14.0,
            ));
        }
        (false, _) => {
            actions.push(action(format!("A test of {function} for the case that failed"), 14.0));
        }
    }
    if !record.fault.outage {
        actions.push(action(
            "Send a share of the traffic to a new version first, and hold its burn rate against the old one's"
                .to_owned(),
            30.0,
        ));
    }
    if !record.slow.is_empty() {
        actions.push(action("Mend what slowed the search (see the report)".to_owned(), 14.0));
    }
    actions
}
