//! The proposed postmortem: one page, blameless, with action items to edit.

use serde::Serialize;

use super::template;
use super::view::{Incident, View, cause};
use crate::history::written;
use crate::record::{Method, Outcome, Record};
use emberline_walk::source::Answer;

const DAY: f64 = 86_400.0;

/// An action item.
#[derive(Debug, Serialize)]
struct Action {
    what: String,
    owner: String,
    due: String,
}

/// The values of the template beyond those of the report.
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

impl Incident<'_> {
    /// The proposed postmortem, with action items to edit. `name` is the incident's. `folder` is the path from the
    /// page to the evidence, with a slash at the end.
    ///
    /// # Errors
    /// When no alert fired, or a template is faulty.
    pub fn postmortem(&self, name: &str, folder: &str) -> Answer<String> {
        text(self, &self.view()?, name, folder)
    }
}

fn text(incident: &Incident<'_>, view: &View<'_>, name: &str, folder: &str) -> Answer<String> {
    let record = incident.record;
    let owner = incident.slo()?.owner.clone().unwrap_or_else(|| "not assigned".to_owned());
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
            "`{}`: a dependency was down while an innocent release of {many} commits was running.",
            record.fault.name
        ),
        false => {
            format!("A release of {many} commits was deployed. One of them was the root cause: {}.", cause(record))
        }
    }
}

/// The root cause as a gap in the process of changes, not as a failure of an author.
fn root(record: &Record) -> String {
    let function = match record.fault.opened.function.as_str() {
        "" => "the changed code".to_owned(),
        function => format!("`{function}`"),
    };
    let what = match (record.fault.outage, record.fault.opened.kind.as_str()) {
        (true, _) => {
            return "The service cannot answer without this dependency. One process that dies is an outage for customers, \
                    because no second instance exists and no check reports that."
                .to_owned();
        }
        (false, "latency") => format!(
            "No step before production measures how long {function} takes under load. Tests check its results, and \
             review sees a small change."
        ),
        (false, "errors") => format!(
            "No test calls {function} with the case that failed, and no step before production sends such requests. \
             Customers were the first to send them."
        ),
        (false, _) => format!("No step before production showed what the change does to {function} under load."),
    };
    format!(
        "{what} The release replaced the whole service at once, so the alert was its first comparison with the version before."
    )
}

fn contributed(record: &Record) -> Vec<String> {
    let mut lines = Vec::new();
    let many = record.release.commits.len();
    if !record.fault.outage {
        lines.push(format!(
            "{many} commits were released together, so the release does not tell which of them is the root cause."
        ));
        lines.push("Nothing compared error ratio and latency of the new version with the old one before it received all traffic.".to_owned());
    }
    if record.outcome == Outcome::LastResort {
        lines.push("No suspect of the search was the root cause; the whole release was rolled back.".to_owned());
    }
    if record.outcome == Outcome::OlderRelease {
        lines.push("The root cause was in an older release, so rolling back the last one did not help.".to_owned());
    }
    if record.outcome == Outcome::NoRelease {
        lines.push("Rolling back the last release did not help, since no release was the root cause.".to_owned());
    }
    lines.extend(record.slow.iter().cloned());
    if record.fires.met == Some(false) {
        lines.push("The alert fired later than computed.".to_owned());
    }
    if lines.is_empty() {
        lines.push("_To be written: the drill found none._".to_owned());
    }
    lines
}

fn well(record: &Record) -> Vec<String> {
    let mut lines = Vec::new();
    if record.fires.met == Some(true) {
        lines.push("The alert fired within the computed time.".to_owned());
    }
    if let Some(search) = record.search.as_ref().filter(|_| record.is_right() && record.method == Method::Walk) {
        lines.push(format!("The walk named the root cause in {:.1} s.", search.ended - search.began));
    }
    if let Some(cure) = record.cure().filter(|_| record.attempts.len() == 1 && !record.fault.outage) {
        lines.push(format!("One rollback was enough; it took {:.0} s.", cure.ended - cure.began));
    }
    if record.clears.met == Some(true) {
        lines.push("The alert resolved within the computed time.".to_owned());
    }
    if lines.is_empty() {
        lines.push("The service recovered.".to_owned());
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
        "" => "the code that this commit changed".to_owned(),
        function => function.to_owned(),
    };
    let mut actions = Vec::new();
    match (record.fault.outage, record.fault.opened.kind.as_str()) {
        (true, _) => {
            actions.push(action(
                "Decide what the service answers while the dependency is down, and test that".to_owned(),
                14.0,
            ));
            actions.push(action(
                "Run a second instance of the dependency, or document why one is enough".to_owned(),
                30.0,
            ));
        }
        (false, "latency") => {
            actions.push(action(
                format!("Add a benchmark of {function} with a large request that can fail the build"),
                14.0,
            ));
        }
        (false, _) => {
            actions.push(action(format!("Add a test of {function} for the case that failed"), 14.0));
        }
    }
    if !record.fault.outage {
        actions.push(action(
            "Send a share of the traffic to a new version first, and compare its burn rate with the old one".to_owned(),
            30.0,
        ));
    }
    if !record.slow.is_empty() {
        actions.push(action("Fix what slowed the search (see the report)".to_owned(), 14.0));
    }
    actions
}
