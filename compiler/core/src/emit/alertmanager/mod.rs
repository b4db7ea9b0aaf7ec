//! The configuration of Alertmanager: whom each alert reaches, what comes together in one notification, and what a graver
//! alert mutes. It is whole as it stands; `amtool` has judged it.
//!
//! An Alertmanager has other people's alerts as well, and severities such as `page` are theirs too. So every route and
//! both sides of every inhibition ask for the labels that all of our alerts have: Alertmanager takes labels that both
//! alerts lack for equal, and a page of somebody else would mute any ticket.
//!
//! [`fragment`] is for those who run an Alertmanager already.

mod fragment;

pub use fragment::Fragment;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Artefact, HEADER, Target};
use crate::model::Receiver;
use crate::plan::AlertmanagerPlan;

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

#[derive(Serialize)]
struct Inhibit<'p> {
    source_matchers: Vec<String>,
    target_matchers: Vec<String>,
    equal: Vec<&'p str>,
}

/// The whole configuration, and the part of it that goes into another.
pub(super) fn emit(plan: &AlertmanagerPlan) -> Vec<Artefact> {
    std::iter::once(whole(plan)).chain(Fragment::of(plan).artefact()).collect()
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
                    matchers: ours(&it.severity, it.owner.as_deref()),
                    receiver: &it.receiver,
                    group_by: OBJECTIVE,
                })
                .collect(),
        },
        inhibit_rules: plan
            .mutes
            .iter()
            .map(|(severity, muted)| Inhibit {
                source_matchers: ours(severity, None),
                target_matchers: ours(muted, None),
                equal: plan.same.iter().map(String::as_str).collect(),
            })
            .collect(),
        receivers: plan.receivers.iter().map(|(name, receiver)| body(name, receiver)).collect(),
    };
    let mut text = HEADER.to_owned();
    super::write(&mut text, &config);
    Artefact { path: format!("{}/alertmanager.yaml", Target::Alertmanager.folder()), text }
}

/// The labels that every alert of ours has. Together they are an objective: its alerts come in one notification.
const OBJECTIVE: [&str; 2] = ["service", "slo"];

/// Matchers of our own alerts of a severity and an owner.
fn ours(severity: &str, owner: Option<&str>) -> Vec<String> {
    let present = OBJECTIVE.iter().map(|label| format!("{label}=~\".+\""));
    let owner = owner.map(|owner| matcher("owner", owner));
    present.chain([matcher("severity", severity)]).chain(owner).collect()
}

/// A matcher of Alertmanager, in which a value is quoted as Go does.
fn matcher(label: &str, value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("{label}=\"{value}\"")
}

fn body(name: &str, receiver: &Receiver) -> Value {
    let Receiver { webhook, webhook_file, pagerduty_key_file, slack } = receiver;
    let webhooks: Vec<Value> = webhook
        .iter()
        .map(|url| json!({"url": url}))
        .chain(webhook_file.iter().map(|file| json!({"url_file": file})))
        .collect();
    let mut body = serde_json::Map::from_iter([("name".to_owned(), json!(name))]);
    if !webhooks.is_empty() {
        body.insert("webhook_configs".to_owned(), json!(webhooks));
    }
    if let Some(file) = pagerduty_key_file {
        body.insert("pagerduty_configs".to_owned(), json!([{"routing_key_file": file}]));
    }
    if let Some((channel, file)) = slack {
        // Alertmanager's own templates: what the alert says, and where its page is.
        let text = "{{ range .Alerts }}{{ .Annotations.description }} {{ .Annotations.runbook_url }}\n{{ end }}";
        let title = "{{ (index .Alerts 0).Annotations.summary }}";
        body.insert(
            "slack_configs".to_owned(),
            json!([{"api_url_file": file, "channel": channel, "send_resolved": true, "title": title, "text": text}]),
        );
    }
    Value::Object(body)
}
