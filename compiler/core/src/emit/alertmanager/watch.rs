//! Routes of the alerts on what evaluates the rules and sends the alerts: one route with theirs below it, in Alertmanager's
//! own form and in that of the operator's object.
//!
//! The parent asks for their names, for the label that all of them have and for a severity of ours, so no alert of others
//! takes it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::parts::matcher;
use crate::emit::artefact::any_of;
use crate::plan::watch::{LABEL, NO_TROUBLE, Watched};
use crate::plan::{AlertmanagerPlan, Route, WatchRoutes};

/// How a form writes fields and matchers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Alertmanager's configuration.
    Own,
    /// The operator's object.
    Object,
}

impl Form {
    /// The name of a field.
    fn field(self, name: &str) -> String {
        match self {
            Self::Own => name.to_owned(),
            Self::Object => {
                let mut parts = name.split('_');
                let first = parts.next().unwrap_or_default().to_owned();
                parts.fold(first, |name, part| {
                    let (head, tail) = part.split_at(part.len().min(1));
                    name + &head.to_ascii_uppercase() + tail
                })
            }
        }
    }

    fn matcher(self, label: &str, op: &str, value: &str) -> Value {
        match self {
            Self::Own => json!(matcher(label, value).replacen('=', op, 1)),
            Self::Object => json!({"name": label, "matchType": op, "value": value}),
        }
    }

    fn route(self, receiver: Option<&str>, matchers: &[Value], more: &[(&str, Value)]) -> Value {
        let mut route = Map::new();
        route.extend(receiver.map(|receiver| ("receiver".to_owned(), json!(receiver))));
        route.insert("matchers".to_owned(), json!(matchers));
        route.extend(more.iter().map(|(name, value)| (self.field(name), value.clone())));
        Value::Object(route)
    }
}

/// The route of all of these alerts; `None` where the policy asks for none.
pub(super) fn route(plan: &AlertmanagerPlan, form: Form) -> Option<Value> {
    let watch = plan.watch.as_ref()?;
    let names = any_of(watch.alerts.iter().map(String::as_str));
    let of_severities = plan.of_severities().map(|route| route.severity.as_str());
    let severities: BTreeSet<&str> = of_severities.chain([NO_TROUBLE]).collect();
    let severities = any_of(severities);
    let ours = [
        form.matcher("alertname", "=~", &names),
        form.matcher(LABEL, "=~", ".+"),
        form.matcher("severity", "=~", &severities),
    ];
    let mut below: Vec<Value> = watch.dead_man.iter().map(|receiver| dead_man(watch, receiver, form)).collect();
    below.extend(plan.of_severities().map(|it| severity(it, form)));
    let first = watch.dead_man.as_ref().or_else(|| plan.of_severities().next().map(|route| &route.receiver));
    // The operator wants a receiver everywhere.
    let receiver = first.filter(|_| form == Form::Object).map(String::as_str);
    let more = [
        ("group_by", json!(["alertname", "cluster"])),
        ("group_wait", json!(plan.wait.to_string())),
        ("group_interval", json!(plan.interval.to_string())),
        ("repeat_interval", json!(plan.repeat.to_string())),
        ("routes", json!(below)),
    ];
    Some(form.route(receiver, &ours, &more))
}

/// A heartbeat is told often and at once, by itself.
fn dead_man(watch: &WatchRoutes, receiver: &str, form: Form) -> Value {
    let own = [form.matcher("alertname", "=", Watched::Itself.name())];
    let more = [
        ("group_wait", json!("0s")),
        ("group_interval", json!(watch.beat.to_string())),
        ("repeat_interval", json!(watch.beat.to_string())),
    ];
    form.route(Some(receiver), &own, &more)
}

fn severity(route: &Route, form: Form) -> Value {
    let own = [form.matcher("severity", "=", &route.severity)];
    let hours = [("active_time_intervals", &route.hours.active), ("mute_time_intervals", &route.hours.mute)];
    let more: Vec<(&str, Value)> =
        hours.into_iter().filter(|(_, names)| !names.is_empty()).map(|(field, names)| (field, json!(names))).collect();
    form.route(Some(&route.receiver), &own, &more)
}
