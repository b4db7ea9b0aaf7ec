//! The proposed postmortem: one page, blameless, with action items to edit.
//!
//! It states what the record of the drill shows. What only people can know stands there as an open question, because
//! prose in its place would sound like knowledge.

use serde::Serialize;

use super::template;
use super::view::{Incident, View, cause};
use crate::history::written;
use crate::record::{Method, Outcome, Record};
use emberline_walk::source::Answer;

const DAY: f64 = 86_400.0;

/// An action item. Its owner is a question for people.
#[derive(Debug, Serialize)]
struct Action {
    what: String,
    due: String,
}

/// A question that only people can answer.
#[derive(Debug, Serialize)]
struct Question {
    asks: &'static str,
    /// What the record has to say about it.
    known: String,
}

/// The values of the template beyond those of the report.
#[derive(Debug, Serialize)]
struct Own<'o> {
    #[serde(flatten)]
    view: &'o View<'o>,
    name: &'o str,
    evidence: &'o str,
    link: &'o str,
    owner: String,
    actions: Vec<Action>,
    happened: String,
    root: String,
    contributed: Vec<String>,
    well: Vec<String>,
    questions: Vec<Question>,
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
    let owner = match &incident.slo()?.owner {
        Some(team) => format!("open question; the spec names {team} for the service"),
        None => "open question".to_owned(),
    };
    let own = Own {
        view,
        name,
        evidence: folder.trim_start_matches("../").trim_end_matches('/'),
        link: folder,
        owner,
        actions: actions(record),
        happened: happened(record),
        root: root(record),
        contributed: contributed(record),
        well: well(record),
        questions: questions(record),
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

/// The root cause as far as the record shows it: the drill knows what it changed, and what helped.
fn root(record: &Record) -> String {
    let helped = match record.cure() {
        Some(cure) => format!(" The objective recovered after this: {}.", cure.what),
        None => " No attempt of the record helped.".to_owned(),
    };
    match record.fault.outage {
        true => format!("The drill took a dependency away (`{}`). No commit was the cause.{helped}", record.fault.name),
        false => format!("The drill hid the fault in {}.{helped}", cause(record)),
    }
}

/// What only people can answer.
fn questions(record: &Record) -> Vec<Question> {
    let ask = |asks: &'static str, known: String| Question { asks, known };
    let bad = record.impact.bad_events.round();
    let mut questions = Vec::new();
    if record.fault.outage {
        questions.push(ask(
            "What should the service answer while the dependency is down, and who decides that?",
            String::new(),
        ));
        questions.push(ask("Is there a second instance, and does a check report that one died?", String::new()));
    } else {
        questions.push(ask(
            "Why was the change merged? What did tests and review look at, and what did they leave out?",
            "The drill wrote the change, so ask it of a change like this one.".to_owned(),
        ));
    }
    questions.push(ask(
        "Who was affected, and how did they notice?",
        format!("The record counts {bad} bad requests, not people."),
    ));
    questions.push(ask(
        "What else could have caught it: a test, a benchmark, a first share of the traffic, another alert?",
        String::new(),
    ));
    questions.push(ask("Who owns each action item, and which items are missing?", String::new()));
    questions.push(ask("What surprised those who were there, and where were they lucky?", String::new()));
    questions
}

fn contributed(record: &Record) -> Vec<String> {
    let mut lines = Vec::new();
    let many = record.release.commits.len();
    if !record.fault.outage {
        lines.push(format!(
            "{many} commits were released together, so the release does not tell which of them is the root cause."
        ));
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
        lines.push("The record shows none.".to_owned());
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

fn actions(record: &Record) -> Vec<Action> {
    let action = |what: String, days: f64| Action {
        what,
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
