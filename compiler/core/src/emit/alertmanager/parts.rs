//! What the whole configuration and our part alone have in common: matchers, inhibitions, receivers.

use serde::Serialize;
use serde_json::{Value, json};

use crate::emit::artefact::any_of;
use crate::model::Receiver;
use crate::plan::Services;

/// One severity that mutes another.
#[derive(Serialize)]
pub(super) struct Inhibit<'p> {
    pub(super) source_matchers: Vec<String>,
    pub(super) target_matchers: Vec<String>,
    pub(super) equal: Vec<&'p str>,
}

/// The labels that every alert of ours has. Together they are an objective: its alerts come in one notification.
pub(super) const OBJECTIVE: [&str; 2] = ["service", "slo"];

/// Matchers of our own alerts of some services, of a severity and an owner.
pub(super) fn ours(services: &Services, severity: &str, owner: Option<&str>) -> Vec<String> {
    let owner = owner.map(|owner| matcher("owner", owner));
    present(services).into_iter().chain([matcher("severity", severity)]).chain(owner).collect()
}

/// Matchers of the labels that our alerts have, and of these services.
pub(super) fn present(services: &Services) -> Vec<String> {
    let any = |label: &str| format!("{label}=~\".+\"");
    let [service, slo] = OBJECTIVE.map(any);
    match services {
        Services::All => vec![service, slo],
        Services::Of(these) => vec![one_of("service", these.iter()), slo],
        Services::Except(these) => vec![service, slo, one_of("service", these.iter()).replacen("=~", "!~", 1)],
    }
}

/// A matcher of any of these values. Alertmanager anchors a regex at both ends.
pub(super) fn one_of<'v>(label: &str, values: impl Iterator<Item = &'v String>) -> String {
    matcher(label, &any_of(values.map(String::as_str))).replacen('=', "=~", 1)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_regex_match_themselves_alone() {
        let values = ["a.b".to_owned(), "c|d".to_owned(), "\\e\"".to_owned()];
        assert_eq!(one_of("severity", values.iter()), r#"severity=~"a\\.b|c\\|d|\\\\e\"""#);
    }
}
