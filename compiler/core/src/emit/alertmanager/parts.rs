//! What the whole configuration and our part alone have in common: matchers, inhibitions, receivers.

use serde::Serialize;
use serde_json::{Value, json};

use crate::model::{Hours, Receiver};

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
