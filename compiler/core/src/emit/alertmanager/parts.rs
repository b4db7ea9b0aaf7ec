//! What the whole configuration and our part alone have in common: matchers, inhibitions, receivers.

use serde::Serialize;
use serde_json::{Value, json};

use crate::emit::artefact::any_of;
use crate::model::{Hours, Receiver};
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
    let integrations = receiver.integrations.iter().map(|(key, configs)| ((*key).to_owned(), json!(configs)));
    Value::Object(std::iter::once(("name".to_owned(), json!(name))).chain(integrations).collect())
}

/// An interval of time as Alertmanager reads it.
pub(super) fn interval(name: &str, parts: &[Value]) -> Value {
    json!({"name": name, "time_intervals": parts})
}

/// When a route tells.
#[derive(Serialize)]
pub(super) struct When<'p> {
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    active_time_intervals: &'p [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    mute_time_intervals: &'p [String],
}

impl<'p> When<'p> {
    pub(super) fn of(hours: &'p Hours) -> Self {
        Self { active_time_intervals: &hours.active, mute_time_intervals: &hours.mute }
    }
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
