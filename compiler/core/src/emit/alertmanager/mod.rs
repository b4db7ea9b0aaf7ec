//! The configuration of Alertmanager: whom each alert reaches, what comes together in one notification, and what a graver
//! alert mutes. It is whole as it stands; `amtool` has judged it.
//!
//! An Alertmanager has other people's alerts as well, and severities such as `page` are theirs too. So every route and
//! both sides of every inhibition ask for the labels that all of our alerts have: Alertmanager takes labels that both
//! alerts lack for equal, and a page of somebody else would mute any ticket.
//!
//! [`fragment`] is for those who run an Alertmanager already.

mod fragment;
mod object;
mod parts;
mod watch;

pub use fragment::Fragment;
pub(super) use object::emit as object;

use serde::Serialize;
use serde_json::{Value, json};

use super::artefact::{Artefact, document};
use crate::plan::AlertmanagerPlan;
use crate::target::Target;
use parts::{Inhibit, OBJECTIVE, When, body, interval, ours};

#[derive(Serialize)]
struct Config<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    global: Option<Global<'p>>,
    route: Root<'p>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inhibit_rules: Vec<Inhibit<'p>>,
    receivers: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    time_intervals: Vec<Value>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    templates: &'p [String],
}

/// Receivers are written with what they share, so this holds the rest.
#[derive(Serialize)]
struct Global<'p> {
    resolve_timeout: &'p str,
}

#[derive(Serialize)]
struct Root<'p> {
    receiver: &'p str,
    group_by: [&'static str; 1],
    group_wait: String,
    group_interval: String,
    repeat_interval: String,
    routes: Vec<Value>,
}

#[derive(Serialize)]
struct Route<'p> {
    matchers: Vec<String>,
    receiver: &'p str,
    group_by: [&'static str; 2],
    #[serde(flatten)]
    when: When<'p>,
}

/// The whole configuration, and the part of it that goes into another.
pub(super) fn emit(plan: &AlertmanagerPlan) -> Vec<Artefact> {
    std::iter::once(whole(plan)).chain(Fragment::of(plan).artefact()).collect()
}

/// The part that is a team's: other teams have alerts in the same Alertmanager.
pub(super) fn of_team(plan: &AlertmanagerPlan) -> Option<Artefact> {
    Fragment::of(plan).artefact()
}

/// The route of a severity, or of an owner's alerts of that severity.
fn route(route: &crate::plan::Route) -> Value {
    json!(Route {
        matchers: ours(&route.services, &route.severity, route.owner.as_deref()),
        receiver: &route.receiver,
        group_by: OBJECTIVE,
        when: When::of(&route.hours),
    })
}

/// The configuration.
fn whole(plan: &AlertmanagerPlan) -> Artefact {
    let config = Config {
        global: plan.resolve_timeout.as_deref().map(|resolve_timeout| Global { resolve_timeout }),
        route: Root {
            receiver: &plan.fallback,
            group_by: ["alertname"],
            group_wait: plan.wait.to_string(),
            group_interval: plan.interval.to_string(),
            repeat_interval: plan.repeat.to_string(),
            routes: watch::route(plan, watch::Form::Own).into_iter().chain(plan.routes.iter().map(route)).collect(),
        },
        inhibit_rules: plan
            .mutes
            .iter()
            .map(|mute| Inhibit {
                source_matchers: ours(&mute.services, &mute.severity, None),
                target_matchers: ours(&mute.services, &mute.muted, None),
                equal: plan.same.iter().map(String::as_str).collect(),
            })
            .collect(),
        receivers: plan.receivers.iter().map(|(name, receiver)| body(name, receiver)).collect(),
        time_intervals: plan.intervals.iter().map(|(name, parts)| interval(name, parts)).collect(),
        templates: &plan.templates,
    };
    let text = document(&config);
    Artefact { path: format!("{}/alertmanager.yaml", Target::Alertmanager.folder()), text }
}
