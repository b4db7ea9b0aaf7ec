//! What the whole configuration and our part alone have in common: matchers, inhibitions, receivers.

use serde::Serialize;
use serde_json::{Value, json};

use crate::model::Receiver;

/// One severity that mutes another.
#[derive(Serialize)]
pub(super) struct Inhibit<'p> {
    pub(super) source_matchers: Vec<String>,
    pub(super) target_matchers: Vec<String>,
    pub(super) equal: Vec<&'p str>,
}

/// The labels that every alert of ours has. Together they are an objective: its alerts come in one notification.
pub(super) const OBJECTIVE: [&str; 2] = ["service", "slo"];

/// Matchers of our own alerts of a severity and an owner.
pub(super) fn ours(severity: &str, owner: Option<&str>) -> Vec<String> {
    let present = OBJECTIVE.iter().map(|label| format!("{label}=~\".+\""));
    let owner = owner.map(|owner| matcher("owner", owner));
    present.chain([matcher("severity", severity)]).chain(owner).collect()
}

/// A matcher of Alertmanager, in which a value is quoted as Go does.
pub(super) fn matcher(label: &str, value: &str) -> String {
    let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("{label}=\"{value}\"")
}

/// A receiver as Alertmanager reads it.
pub(super) fn body(name: &str, receiver: &Receiver) -> Value {
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
