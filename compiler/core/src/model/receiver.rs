//! What Alertmanager does with an alert: short forms and Alertmanager's own, with what the policy's globals say.

use serde_json::{Map, Value, json};

use super::address;
use crate::code;
use crate::finding::Finding;
use crate::notify::{self, Config, TEMPLATES};
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::{PolicySpec, ReceiverSpec};
use crate::suggest;

/// What Alertmanager does with an alert. The default does nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receiver {
    /// The keys of integrations, each with its configurations as Alertmanager reads them.
    pub integrations: Vec<(&'static str, Vec<Value>)>,
}

/// What all receivers of a policy share.
#[derive(Debug, Default)]
pub(super) struct Shared<'p> {
    /// `global` as Alertmanager reads it.
    pub(super) globals: Map<String, Value>,
    /// The files of templates, where the policy names some: what they define is not known here.
    pub(super) templates: Option<&'p [Spanned<String>]>,
}

impl<'p> Shared<'p> {
    pub(super) fn of(spec: Option<&'p PolicySpec>) -> Self {
        let globals = spec.and_then(|spec| spec.globals.as_ref());
        Self {
            globals: globals.map(|globals| globals.value.config.fields.clone()).unwrap_or_default(),
            templates: spec.and_then(|spec| spec.templates.as_deref()),
        }
    }
}

impl Receiver {
    pub(super) fn of(spec: &ReceiverSpec, shared: &Shared<'_>, scope: &mut Scope<'_>) -> Self {
        let mut receiver = Self::default();
        let mut add = |integration, fields: &Map<String, Value>| {
            receiver.add(integration, notify::filled(integration, fields, &shared.globals).0);
        };
        for (integration, value) in short(spec, scope) {
            add(integration, value.as_object().unwrap_or(&Map::new()));
        }
        for (integration, config) in spec.configs() {
            check(integration, &config, shared, scope);
            add(integration, &config.value.fields);
        }
        receiver
    }

    fn add(&mut self, integration: &'static str, fields: Map<String, Value>) {
        let fields = Value::Object(fields);
        match self.integrations.iter_mut().find(|(key, _)| *key == integration) {
            Some((_, configs)) => configs.push(fields),
            None => self.integrations.push((integration, vec![fields])),
        }
    }
}

/// What the short forms stand for.
fn short(spec: &ReceiverSpec, scope: &mut Scope<'_>) -> Vec<(&'static str, Value)> {
    let mut short = Vec::new();
    if let Some(url) = spec.webhook.as_ref().and_then(|url| address::hook(url, scope)) {
        short.push(("webhook_configs", json!({"url": url})));
    }
    if let Some(file) = &spec.webhook_file {
        short.push(("webhook_configs", json!({"url_file": file.value})));
    }
    if let Some(file) = &spec.pagerduty_key_file {
        short.push(("pagerduty_configs", json!({"routing_key_file": file.value})));
    }
    let slack = spec.slack.as_ref().map(|slack| &slack.value);
    if let Some((channel, file)) = slack.and_then(|slack| Some((slack.channel.0.as_ref()?, slack.url_file.0.as_ref()?)))
    {
        // Alertmanager's own templates: what the alert says, and where its page is.
        let text = "{{ range .Alerts }}{{ .Annotations.description }} {{ .Annotations.runbook_url }}\n{{ end }}";
        let title = "{{ (index .Alerts 0).Annotations.summary }}";
        short.push((
            "slack_configs",
            json!({"api_url_file": file.value, "channel": channel.value.0, "send_resolved": true, "title": title, "text": text}),
        ));
    }
    short
}

/// What is wrong with a configuration once the policy's globals are known.
fn check(integration: &'static str, config: &Spanned<&Config>, shared: &Shared<'_>, scope: &mut Scope<'_>) {
    let (at, fields) = (config.span, &config.value.fields);
    calls(&config.value.calls, shared, scope);
    // What is missing for a fault of its own was reported.
    if config.value.is_flawed {
        return;
    }
    let (filled, broken) = notify::filled(integration, fields, &shared.globals);
    let own = notify::filled(integration, fields, &Map::new()).1;
    for broken in broken.iter().filter(|broken| !own.contains(broken)) {
        scope.report(broken.finding(at).note("one of both comes from the policy's `globals`"));
    }
    for (fields, globals) in notify::wanting(integration, &filled) {
        let or = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
        let (fields, globals) = (or(fields), or(&globals));
        scope.report(
            Finding::new(&code::MISSING_FIELD, at, format!("missing field {fields}"))
                .label("Alertmanager refuses this configuration")
                .note("each receiver is written with all that it needs, as it may stand in the file of another team")
                .hint(format!("add {fields} here, or {globals} to the policy's `globals`")),
        );
    }
}

/// Templates that are called and that nobody defines.
fn calls(calls: &[Spanned<String>], shared: &Shared<'_>, scope: &mut Scope<'_>) {
    for call in calls.iter().filter(|call| shared.templates.is_none() && !TEMPLATES.contains(&call.value.as_str())) {
        let name = &call.value;
        scope.report(
            Finding::new(&code::UNKNOWN_REFERENCE, call.span, format!("Alertmanager has no template `{name}`"))
                .label("called here")
                .note("a notification fails for it when it is sent")
                .hint(
                    suggest::did_you_mean(name, TEMPLATES.iter().copied())
                        .unwrap_or_else(|| "name the file that defines it in the policy's `templates`".to_owned()),
                ),
        );
    }
}

/// The files of templates; those that Alertmanager cannot look for are reported.
pub(super) fn templates(shared: &Shared<'_>, scope: &mut Scope<'_>) -> Vec<String> {
    let mut files = Vec::new();
    for file in shared.templates.unwrap_or_default() {
        let is_path = !file.value.trim().is_empty() && !file.value.contains(['[', ']', '\\']);
        if is_path && !file.value.contains(char::is_control) {
            files.push(file.value.clone());
            continue;
        }
        scope.report(
            Finding::new(
                &code::INVALID_VALUE,
                file.span,
                format!("expected the path of a file on Alertmanager's machine, found `{}`", file.value),
            )
            .hint("write a path such as `/etc/alertmanager/*.tmpl`, without brackets and backslashes"),
        );
    }
    files
}
