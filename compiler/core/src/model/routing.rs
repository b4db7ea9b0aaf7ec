//! Whom alerts reach: receivers, which severities of which owners go to which, and what mutes what.

use std::collections::BTreeMap;

use super::address;
use super::severity::Severity;
use crate::code;
use crate::finding::Finding;
use crate::scope::Scope;
use crate::source::Spanned;
use crate::spec::{PolicySpec, ReceiverSpec};
use crate::suggest;

/// The built-in severity that wakes somebody, and the one that waits for the morning.
const BUILT_IN: [&str; 2] = ["page", "ticket"];

/// Where alerts go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routing {
    /// Receivers by name. Without any declared, one a severity that does nothing yet.
    pub receivers: BTreeMap<String, Receiver>,
    /// The receiver of each severity.
    pub severities: BTreeMap<String, String>,
    /// Receivers of an owner's alerts, by owner and severity; they go before those of the severity.
    pub owners: BTreeMap<String, BTreeMap<String, String>>,
    /// A severity, and one whose alerts of the same objective it mutes.
    pub mutes: Vec<(String, String)>,
    /// Who gets the alerts of other people, where the policy says so.
    pub fallback: Option<String>,
}

/// What Alertmanager does with an alert.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receiver {
    /// An address that alerts are posted to.
    pub webhook: Option<String>,
    /// A file with such an address.
    pub webhook_file: Option<String>,
    /// A file with a key of PagerDuty.
    pub pagerduty_key_file: Option<String>,
    /// A channel of Slack, and the file with the webhook's address.
    pub slack: Option<(String, String)>,
}

impl Routing {
    /// The routing of a policy whose severities these are.
    pub(super) fn resolve(
        spec: Option<&PolicySpec>,
        severities: &BTreeMap<String, Severity>,
        scope: &mut Scope<'_>,
    ) -> Self {
        let mut receivers: BTreeMap<String, Receiver> = BTreeMap::new();
        let declared = spec.and_then(|spec| spec.receivers.as_ref());
        for (name, receiver) in declared.into_iter().flat_map(|declared| &declared.value.0) {
            // One that is at fault was reported; its name is known all the same.
            let receiver = receiver.as_ref().map(|receiver| Receiver::of(&receiver.value, scope)).unwrap_or_default();
            receivers.insert(name.value.clone(), receiver);
        }
        let mut of_severity = BTreeMap::new();
        let mut mutes = Vec::new();
        let written = spec.and_then(|spec| spec.severities.as_ref());
        for (name, severity) in written.into_iter().flat_map(|written| &written.value.0) {
            let Some(severity) = severity else { continue };
            if let Some(receiver) = severity.receiver.as_ref().filter(|said| known(said, &receivers, "receiver", scope))
            {
                of_severity.insert(name.value.clone(), receiver.value.clone());
            }
            for other in severity.mutes.iter().flatten() {
                if known(other, severities, "severity", scope) {
                    mutes.push((name.value.clone(), other.value.clone()));
                }
            }
        }
        if written.is_none() {
            mutes.push((BUILT_IN[0].to_owned(), BUILT_IN[1].to_owned()));
        }
        let mut owners: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        let routed = spec.and_then(|spec| spec.owners.as_ref());
        for (owner, routes) in routed.into_iter().flat_map(|routed| &routed.value.0) {
            for (severity, receiver) in routes.iter().flat_map(|routes| &routes.value.0) {
                let Some(receiver) = receiver else { continue };
                // Both are looked at, so that both faults show.
                let is_known =
                    [known(severity, severities, "severity", scope), known(receiver, &receivers, "receiver", scope)];
                if is_known == [true, true] {
                    let routes = owners.entry(owner.value.clone()).or_default();
                    routes.insert(severity.value.clone(), receiver.value.clone());
                }
            }
        }
        for severity in severities.keys() {
            // A name of its own, so that somebody who looks at Alertmanager sees what would go where.
            let receiver = of_severity.entry(severity.clone()).or_insert_with(|| severity.clone());
            receivers.entry(receiver.clone()).or_default();
        }
        let fallback = spec.and_then(|spec| spec.default_receiver.as_ref());
        let fallback = fallback.filter(|said| known(said, &receivers, "receiver", scope));
        let fallback = fallback.map(|receiver| receiver.value.clone());
        Self { receivers, severities: of_severity, owners, mutes, fallback }
    }
}

impl Receiver {
    fn of(spec: &ReceiverSpec, scope: &mut Scope<'_>) -> Self {
        let text = |field: &Option<Spanned<String>>| field.as_ref().map(|field| field.value.clone());
        Self {
            webhook: spec.webhook.as_ref().and_then(|url| address::hook(url, scope)),
            webhook_file: text(&spec.webhook_file),
            pagerduty_key_file: text(&spec.pagerduty_key_file),
            slack: spec.slack.as_ref().and_then(|slack| {
                let channel = slack.value.channel.0.as_ref()?.value.0.clone();
                Some((channel, slack.value.url_file.0.as_ref()?.value.clone()))
            }),
        }
    }
}

/// Whether the policy declares what is named.
fn known<T>(said: &Spanned<String>, declared: &BTreeMap<String, T>, what: &str, scope: &mut Scope<'_>) -> bool {
    let is_known = declared.contains_key(&said.value);
    if !is_known {
        let names = declared.keys().map(String::as_str);
        scope.report(
            Finding::new(&code::UNKNOWN_REFERENCE, said.span, format!("the policy has no {what} `{}`", said.value))
                .label("not declared")
                .hint(
                    suggest::did_you_mean(&said.value, names)
                        .unwrap_or_else(|| format!("declare it in `policy.yaml`, or name another {what}")),
                ),
        );
    }
    is_known
}
