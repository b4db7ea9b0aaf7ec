//! The configuration of Alertmanager: whom each alert reaches, what comes together in one notification, and what a graver
//! alert mutes. It is whole as it stands; `amtool` has judged it.
//!
//! An Alertmanager has other people's alerts as well, and severities such as `page` are theirs too. So every route and
//! both sides of every inhibition ask for the labels that all of our alerts have: Alertmanager takes labels that both
//! alerts lack for equal, and a page of somebody else would mute any ticket.
//!
//! [`fragment`] is for those who run an Alertmanager already.

mod fragment;
mod parts;

pub use fragment::Fragment;

use serde::Serialize;
use serde_json::Value;

use super::artefact::{Artefact, HEADER, write};
use crate::plan::AlertmanagerPlan;
use crate::target::Target;
use parts::{Inhibit, OBJECTIVE, body, ours};

#[derive(Serialize)]
struct Config<'p> {
    route: Root<'p>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inhibit_rules: Vec<Inhibit<'p>>,
    receivers: Vec<Value>,
}

#[derive(Serialize)]
struct Root<'p> {
    receiver: &'p str,
    group_by: [&'static str; 1],
    group_wait: String,
    group_interval: String,
    repeat_interval: String,
    routes: Vec<Route<'p>>,
}

#[derive(Serialize)]
struct Route<'p> {
    matchers: Vec<String>,
    receiver: &'p str,
    group_by: [&'static str; 2],
}

/// The whole configuration, and the part of it that goes into another.
pub(super) fn emit(plan: &AlertmanagerPlan) -> Vec<Artefact> {
    std::iter::once(whole(plan)).chain(Fragment::of(plan).artefact()).collect()
}

/// The part that is a team's: other teams have alerts in the same Alertmanager.
pub(super) fn of_team(plan: &AlertmanagerPlan) -> Option<Artefact> {
    Fragment::of(plan).artefact()
}

/// The configuration.
fn whole(plan: &AlertmanagerPlan) -> Artefact {
    let config = Config {
        route: Root {
            receiver: &plan.fallback,
            group_by: ["alertname"],
            group_wait: plan.wait.to_string(),
            group_interval: plan.interval.to_string(),
            repeat_interval: plan.repeat.to_string(),
            routes: plan
                .routes
                .iter()
                .map(|it| Route {
                    matchers: ours(&it.services, &it.severity, it.owner.as_deref()),
                    receiver: &it.receiver,
                    group_by: OBJECTIVE,
                })
                .collect(),
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
    };
    let mut text = HEADER.to_owned();
    write(&mut text, &config);
    Artefact { path: format!("{}/alertmanager.yaml", Target::Alertmanager.folder()), text }
}
